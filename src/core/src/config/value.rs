//! The values that directives take. Each refusal says what is expected and what was given.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::config::number::digits;

/// Why a directive's arguments are refused: a predicate, such as `takes On or Off, not "maybe"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(String);

impl Refusal {
    /// A refusal with this predicate; its subject will be the directive's name.
    pub fn because(predicate: impl Into<String>) -> Self {
        Self(predicate.into())
    }

    pub(super) fn of(value: &[u8], expected: &str) -> Self {
        Self(format!("takes {expected}, not {}", Shown(value)))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A value of the operator's in quotes, on one line.
pub(super) struct Shown<'a>(pub(super) &'a [u8]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&String::from_utf8_lossy(self.0), f)
    }
}

/// Which method an application sees for a HEAD request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadMapping {
    /// GET.
    On,
    /// HEAD.
    Off,
    /// GET if something may change the body on its way to the client, so that both give the same headers.
    Auto,
}

/// How Python's string hashes are seeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum HashSeed {
    /// Differently in every process.
    Random,
    /// With this number.
    Fixed(u32),
}

/// On or off, in any case.
///
/// # Errors
///
/// Any other word.
pub fn on_off(value: &[u8]) -> Result<bool, Refusal> {
    switch(value).ok_or_else(|| Refusal::of(value, "On or Off"))
}

fn switch(value: &[u8]) -> Option<bool> {
    if value.eq_ignore_ascii_case(b"on") {
        Some(true)
    } else if value.eq_ignore_ascii_case(b"off") {
        Some(false)
    } else {
        None
    }
}

/// On, off or auto, in any case.
///
/// # Errors
///
/// Any other word.
pub fn head_mapping(value: &[u8]) -> Result<HeadMapping, Refusal> {
    match switch(value) {
        Some(true) => Ok(HeadMapping::On),
        Some(false) => Ok(HeadMapping::Off),
        None if value.eq_ignore_ascii_case(b"auto") => Ok(HeadMapping::Auto),
        None => Err(Refusal::of(value, "On, Off or Auto")),
    }
}

/// `random`, or a number that CPython takes as a seed.
///
/// # Errors
///
/// Any other word, and a number above 4294967295.
pub fn hash_seed(value: &[u8]) -> Result<HashSeed, Refusal> {
    if value.eq_ignore_ascii_case(b"random") {
        return Ok(HashSeed::Random);
    }
    digits(value)
        .map(HashSeed::Fixed)
        .ok_or_else(|| Refusal::of(value, "random or a number from 0 to 4294967295"))
}

/// The number at the start of `value`, read as C's `atoi` reads it: what is no number is 0. Below 0 counts as 0.
pub fn level(value: &[u8]) -> u32 {
    let value = value.trim_ascii_start();
    let digits = value.strip_prefix(b"+").unwrap_or(value);
    digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .fold(0_u32, |number, digit| {
            number
                .saturating_mul(10)
                .saturating_add(u32::from(digit - b'0'))
        })
        .min(i32::MAX.unsigned_abs())
}

/// The one of `words` that `value` is, in any case.
///
/// # Errors
///
/// Any other word.
pub fn choice<T: Copy>(value: &[u8], words: &[(&str, T)]) -> Result<T, Refusal> {
    let found = words
        .iter()
        .find(|(word, _)| value.eq_ignore_ascii_case(word.as_bytes()));
    let refused = || Refusal::of(value, &either(words.iter().map(|(word, _)| *word)));
    found.map(|(_, meant)| *meant).ok_or_else(refused)
}

/// The path of `what`, from the root.
///
/// # Errors
///
/// A relative path.
pub fn absolute_path(path: &[u8], what: &str) -> Result<Arc<[u8]>, Refusal> {
    let absolute = path.first() == Some(&b'/');
    let refused = || Refusal::of(path, &format!("the absolute path of {what}"));
    absolute.then(|| path.into()).ok_or_else(refused)
}

/// The words with commas between them, and `or` before the last.
fn either<'w>(words: impl ExactSizeIterator<Item = &'w str>) -> String {
    let last = words.len().saturating_sub(1);
    let mut text = String::new();
    for (at, word) in words.enumerate() {
        text += match at {
            0 => "",
            at if at == last => " or ",
            _ => ", ",
        };
        text += word;
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{HashSeed, HeadMapping, choice, hash_seed, head_mapping, level, on_off};

    #[test]
    fn a_switch_is_on_or_off_in_any_case() {
        assert_eq!(on_off(b"On"), Ok(true));
        assert_eq!(on_off(b"OFF"), Ok(false));
        let refusal = on_off(b"maybe").unwrap_err();
        assert_eq!(refusal.to_string(), "takes On or Off, not \"maybe\"");
    }

    #[test]
    fn a_head_mapping_may_also_be_automatic() {
        assert_eq!(head_mapping(b"auto"), Ok(HeadMapping::Auto));
        assert_eq!(head_mapping(b"on"), Ok(HeadMapping::On));
        assert_eq!(head_mapping(b"Off"), Ok(HeadMapping::Off));
        let refusal = head_mapping(b"1").unwrap_err();
        assert_eq!(refusal.to_string(), "takes On, Off or Auto, not \"1\"");
    }

    #[test]
    fn a_hash_seed_is_random_or_a_32_bit_number() {
        assert_eq!(hash_seed(b"random"), Ok(HashSeed::Random));
        assert_eq!(hash_seed(b"0"), Ok(HashSeed::Fixed(0)));
        assert_eq!(hash_seed(b"4294967295"), Ok(HashSeed::Fixed(u32::MAX)));
        for wrong in [&b"4294967296"[..], b"-1", b"+1", b"", b"x", b"1x"] {
            assert!(hash_seed(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_level_is_read_as_far_as_it_is_a_number() {
        for (text, number) in [
            ("2", 2),
            (" +1", 1),
            ("2x", 2),
            ("x", 0),
            ("", 0),
            ("-1", 0),
            ("99999999999", i32::MAX.unsigned_abs()),
        ] {
            assert_eq!(level(text.as_bytes()), number, "{text}");
        }
    }

    #[test]
    fn a_choice_is_one_of_its_words_in_any_case() {
        let words = [("off", 0), ("log", 1), ("deny", 2)];
        assert_eq!(choice(b"LOG", &words), Ok(1));
        let refusal = choice(b"warn", &words).unwrap_err();
        assert_eq!(refusal.to_string(), "takes off, log or deny, not \"warn\"");
    }

    proptest! {
        #[test]
        fn every_text_is_taken_or_refused_in_one_line(text: Vec<u8>) {
            let refusals = [
                on_off(&text).err(),
                head_mapping(&text).err(),
                hash_seed(&text).err(),
                choice(&text, &[("a", ())]).err(),
            ];
            for refusal in refusals.into_iter().flatten() {
                prop_assert!(!refusal.to_string().contains(['\n', '\r', '\0']));
            }
            level(&text);
        }
    }
}
