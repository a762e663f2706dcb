//! The numbers that directives take: whole ones, seconds, and an interval.

use std::time::Duration;

use crate::config::value::Refusal;

/// The longest time a directive takes, in seconds: what fits a 32-bit number of milliseconds.
const LONGEST: u32 = u32::MAX / 1_000;

/// A whole number, `least` or more, that fits 32 bits.
///
/// # Errors
///
/// Any other text.
pub fn whole(value: &[u8], least: u32, most: u32) -> Result<u32, Refusal> {
    let refused = || Refusal::of(value, &format!("a whole number from {least} to {most}"));
    let number = digits(value).ok_or_else(refused)?;
    let within = (least..=most).contains(&number);
    within.then_some(number).ok_or_else(refused)
}

/// The number that `value` is, if it is made of digits alone and fits 32 bits.
pub(super) fn digits(value: &[u8]) -> Option<u32> {
    if !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// A time in seconds, with a fraction if need be; rounded up to milliseconds, so that only 0 is 0.
///
/// # Errors
///
/// What is no number, is below 0 or beyond 32 bits of milliseconds.
pub fn seconds(value: &[u8]) -> Result<Duration, Refusal> {
    let refused = || Refusal::of(value, &format!("seconds from 0 to {LONGEST}, such as 2.5"));
    let seconds = decimal(value).ok_or_else(refused)?;
    if !(0.0..=f64::from(LONGEST)).contains(&seconds) {
        return Err(refused());
    }
    let milliseconds = (seconds * 1e3).ceil() as u64; // within 32 bits, as just seen
    Ok(Duration::from_millis(milliseconds))
}

/// Python's switch interval in seconds, above 0; rounded up to microseconds. What Python's own word for it cannot say is
/// the longest it can.
///
/// # Errors
///
/// What is no number, and what is not above 0.
pub fn switch_interval(value: &[u8]) -> Result<Duration, Refusal> {
    let refused = || Refusal::of(value, "seconds above 0, such as 0.005");
    let seconds = decimal(value)
        .filter(|&seconds| seconds > 0.0)
        .ok_or_else(refused)?;
    let microseconds = (seconds * 1e6).ceil().min(f64::from(u32::MAX)) as u64; // above 0, and within 32 bits
    Ok(Duration::from_micros(microseconds))
}

/// The time in seconds at the start of `value`, read as C's `strtod` reads decimal numbers: what is no number is 0, and what is too
/// long is the longest time. Rounded up to milliseconds, so that only 0 is 0. `None` if it is below 0.
pub(super) fn leading_seconds(value: &[u8]) -> Option<Duration> {
    let value = value.trim_ascii_start();
    let most = value.len().min(64); // no number that means anything is longer
    let read = (1..=most).rev().find_map(|end| decimal(&value[..end]));
    let milliseconds = (read.unwrap_or(0.0).min(f64::from(LONGEST)) * 1e3).ceil();
    (milliseconds >= 0.0).then(|| Duration::from_millis(milliseconds as u64))
}

/// The number that the whole of `value` is, as C's `strtod` reads decimal numbers.
pub(super) fn decimal(value: &[u8]) -> Option<f64> {
    let number = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
    if !value.iter().all(number) {
        return None; // neither "inf" nor "nan"
    }
    let read: f64 = std::str::from_utf8(value).ok()?.parse().ok()?;
    read.is_finite().then_some(read)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::{seconds, switch_interval, whole};

    #[test]
    fn a_whole_number_is_made_of_digits_and_within_its_bounds() {
        assert_eq!(whole(b"1", 1, 64), Ok(1));
        assert_eq!(whole(b"64", 1, 64), Ok(64));
        for wrong in ["0", "65", "-1", "+1", "1.5", "", "x", "99999999999"] {
            let refusal = whole(wrong.as_bytes(), 1, 64).unwrap_err().to_string();
            assert_eq!(
                refusal,
                format!("takes a whole number from 1 to 64, not {wrong:?}")
            );
        }
    }

    #[test]
    fn seconds_may_have_a_fraction_and_are_0_only_if_they_say_so() {
        for (text, milliseconds) in [
            ("0", 0),
            ("30", 30_000),
            ("2.5", 2_500),
            (".25", 250),
            ("1e-9", 1),
            ("4294967", 4_294_967_000),
        ] {
            let read = seconds(text.as_bytes()).unwrap();
            assert_eq!(read, Duration::from_millis(milliseconds), "{text}");
        }
        for wrong in [
            "", "-1", "1s", "1 ", "inf", "nan", "1e300", "4294968", "0x1", "1,5",
        ] {
            let refusal = seconds(wrong.as_bytes()).unwrap_err().to_string();
            assert!(
                refusal.ends_with(&format!("such as 2.5, not {wrong:?}")),
                "{refusal}"
            );
        }
    }

    #[test]
    fn a_switch_interval_is_above_0() {
        for (text, microseconds) in [("0.005", 5_000), ("1e-12", 1), ("3600", 3_600_000_000)] {
            let read = switch_interval(text.as_bytes()).unwrap();
            assert_eq!(read, Duration::from_micros(microseconds), "{text}");
        }
        for wrong in ["0", "-0.1", "0.005s", "", "off"] {
            assert!(switch_interval(wrong.as_bytes()).is_err(), "{wrong}");
        }
        let longest = Duration::from_micros(u32::MAX.into());
        assert_eq!(switch_interval(b"1e9"), Ok(longest));
    }

    proptest! {
        #[test]
        fn seconds_are_kept_to_the_millisecond(milliseconds in 0..=4_294_967_000_u64) {
            let text = format!("{}.{:03}", milliseconds / 1_000, milliseconds % 1_000);
            let read = seconds(text.as_bytes()).unwrap().as_millis();
            // Rounding up may see the error of the multiplication.
            prop_assert!(read == u128::from(milliseconds) || read == u128::from(milliseconds) + 1);
        }
    }
}
