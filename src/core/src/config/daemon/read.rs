//! How the values of options are read. Each reader gives the value, or says what it expects.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use crate::config::daemon::{AccountName, DaemonStart};
use crate::config::number;
use crate::config::value;

/// A value, or what was expected.
pub(super) type Read<T> = Result<T, String>;

/// The largest count and the longest time in seconds: what fits a signed number of 32 bits.
pub(super) const MOST: u32 = i32::MAX.unsigned_abs();

/// A whole number within `range`.
fn within(value: &[u8], range: RangeInclusive<u32>) -> Read<u32> {
    let (least, most) = (range.start(), range.end());
    let found = number::digits(value).filter(|number| range.contains(number));
    found.ok_or_else(|| format!("a whole number from {least} to {most}"))
}

/// A count; 0 is one.
pub(super) fn count(value: &[u8]) -> Read<u32> {
    within(value, 0..=MOST)
}

/// The number of processes.
pub(super) fn processes(value: &[u8]) -> Read<u32> {
    within(value, 1..=MOST)
}

/// The number of threads; 0 is a process that takes no requests.
pub(super) fn threads(value: &[u8]) -> Read<u32> {
    within(value, 0..=65_533)
}

/// The size of a buffer in bytes: `least` or more, or 0, which stands for `default`.
pub(super) fn buffer(value: &[u8], least: u32, default: u32) -> Read<u32> {
    match count(value) {
        Ok(0) => Ok(default),
        Ok(size) if size >= least => Ok(size),
        _ => Err(format!("0 or a number of bytes from {least} to {MOST}")),
    }
}

/// A number of bytes, `least` or more, that fits a signed number of 64 bits.
pub(super) fn bytes(value: &[u8], least: u64) -> Read<u64> {
    let most = i64::MAX.unsigned_abs();
    let digits = value.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(value).ok().filter(|_| digits);
    text.and_then(|text| text.parse().ok())
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("a number of bytes from {least} to {most}"))
}

/// A number with a sign, if need be.
pub(super) fn signed(value: &[u8]) -> Read<i32> {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    let text = std::str::from_utf8(value).ok();
    text.filter(|_| digits.iter().all(u8::is_ascii_digit))
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| format!("a whole number from {} to {}", i32::MIN, i32::MAX))
}

/// A time in seconds, with a fraction if need be; rounded up to milliseconds, so that only 0 is 0.
pub(super) fn seconds(value: &[u8]) -> Read<Duration> {
    let most = f64::from(MOST);
    let seconds = number::decimal(value).filter(|seconds| (0.0..=most).contains(seconds));
    let seconds = seconds.ok_or_else(|| format!("seconds from 0 to {MOST}"))?;
    let milliseconds = (seconds * 1e3).ceil() as u64; // of 31 bits of seconds
    Ok(Duration::from_millis(milliseconds))
}

/// A time in whole seconds.
pub(super) fn whole_seconds(value: &[u8]) -> Read<Duration> {
    let seconds = count(value).map_err(|_| format!("whole seconds from 0 to {MOST}"))?;
    Ok(Duration::from_secs(seconds.into()))
}

/// A time in milliseconds.
pub(super) fn milliseconds(value: &[u8]) -> Read<Duration> {
    let time = count(value).map_err(|_| format!("whole milliseconds from 0 to {MOST}"))?;
    Ok(Duration::from_millis(time.into()))
}

/// Python's switch interval.
pub(super) fn switch_interval(value: &[u8]) -> Read<Duration> {
    number::switch_interval(value).map_err(|_| "seconds above 0, such as 0.005".into())
}

/// The bits that new files do not get, in octal.
pub(super) fn umask(value: &[u8]) -> Read<u32> {
    let octal = value.iter().all(|byte| (b'0'..=b'7').contains(byte));
    let text = std::str::from_utf8(value).ok().filter(|_| octal);
    text.and_then(|text| u32::from_str_radix(text, 8).ok())
        .filter(|mask| i32::try_from(*mask).is_ok())
        .ok_or_else(|| "an octal number, such as 022".into())
}

/// On or off.
pub(super) fn on_off(value: &[u8]) -> Read<bool> {
    value::on_off(value).map_err(|_| "On or Off".into())
}

/// When daemons are started.
pub(super) fn start(value: &[u8]) -> Read<DaemonStart> {
    DaemonStart::parse(value).map_err(|_| "eager or on-demand".into())
}

/// A user that is not root, as far as can be seen.
pub(super) fn user(value: &[u8]) -> Read<AccountName> {
    let user = AccountName::parse(value).filter(|user| *user != AccountName::Number(0));
    user.ok_or_else(|| "the name of a user other than root, or # and its number".into())
}

/// A user or group.
pub(super) fn account(value: &[u8]) -> Read<AccountName> {
    AccountName::parse(value).ok_or_else(|| "a name, or # and a number".into())
}

/// Groups with commas between them; none is a list, too.
pub(super) fn accounts(value: &[u8]) -> Read<Vec<AccountName>> {
    /// As many as Linux takes, and one less, which is the primary group.
    const MOST: usize = 65_535;
    if value.is_empty() {
        return Ok(Vec::new());
    }
    let names = value.split(|&byte| byte == b',');
    let groups: Option<Vec<_>> = names
        .map(|name| AccountName::parse(name.trim_ascii()))
        .collect();
    groups.filter(|groups| groups.len() <= MOST).ok_or_else(|| {
        format!("at most {MOST} groups with commas between them, each a name, or # and a number")
    })
}

/// A directory by its absolute path.
pub(super) fn directory(value: &[u8]) -> Read<Arc<[u8]>> {
    let absolute = value.first() == Some(&b'/');
    let path = absolute.then(|| value.into());
    path.ok_or_else(|| "the absolute path of a directory".into())
}

/// Any text, and also none.
pub(super) fn text(value: &[u8]) -> Read<Arc<[u8]>> {
    Ok(value.into())
}

/// Any text; an empty one is as if the option were not given.
pub(super) fn some_text(value: &[u8]) -> Read<Option<Arc<[u8]>>> {
    Ok((!value.is_empty()).then(|| value.into()))
}
