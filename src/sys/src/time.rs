//! The time of day: as numbers, and as lines of httpd's error log show it.

use std::mem::MaybeUninit;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// A time in microseconds since the epoch; 0 if it was before.
pub fn microseconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// A time in seconds since the epoch; 0 if it was before.
pub fn seconds(time: SystemTime) -> f64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs_f64()
}

/// Now, in the time zone of this process: `Sat Nov 28 00:05:53.123456 2026`.
pub fn now_as_httpd_shows_it() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    shown(now.unwrap_or_default())
}

fn shown(since_1970: Duration) -> String {
    let seconds = libc::time_t::try_from(since_1970.as_secs()).unwrap_or_default();
    let mut parts = MaybeUninit::<libc::tm>::zeroed();
    // SAFETY: both are places of the right type.
    unsafe { libc::localtime_r(&raw const seconds, parts.as_mut_ptr()) };
    // SAFETY: numbers and a pointer that may be null: zeroes are valid, if the call has failed.
    let parts = unsafe { parts.assume_init() };
    let name = |names: &[&'static str], at: i32| {
        let at = usize::try_from(at).unwrap_or_default();
        names.get(at).copied().unwrap_or("?")
    };
    format!(
        "{} {} {:02} {:02}:{:02}:{:02}.{:06} {}",
        name(&DAYS, parts.tm_wday),
        name(&MONTHS, parts.tm_mon),
        parts.tm_mday,
        parts.tm_hour,
        parts.tm_min,
        parts.tm_sec,
        since_1970.subsec_micros(),
        parts.tm_year + 1900
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::shown;

    #[test]
    fn a_time_is_shown_as_httpd_does() {
        // Noon of a Thursday in every time zone of Earth but a few islands'.
        let text = shown(Duration::new(43_200, 7_000));
        assert!(
            text.starts_with("Thu Jan 01 ") || text.starts_with("Fri Jan 02 "),
            "{text}"
        );
        assert!(text.ends_with(".000007 1970"), "{text}");
    }
}
