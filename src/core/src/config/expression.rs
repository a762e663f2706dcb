//! Regular expressions of the host's engine, and targets with `$0` to `$9` in them.

use std::fmt;
use std::ops::Range;

/// Groups that a target can name: the whole match and nine more.
pub const GROUPS: usize = 10;

/// Where an expression matched: the whole match first, then its groups; `None` for one that took no part.
pub type Matched = [Option<Range<usize>>; GROUPS];

/// A compiled regular expression.
pub trait Search: fmt::Debug + Send + Sync {
    /// Looks for the expression anywhere in `path`.
    fn search(&self, path: &[u8]) -> Option<Matched>;
}

/// The host's engine for regular expressions.
pub trait Compile {
    /// The expression that `pattern` means; `None` if it means none.
    fn compile(&self, pattern: &[u8]) -> Option<Box<dyn Search>>;
}

/// `target` with each `$` and digit replaced by that group of `matched`, a match in `path`.
///
/// A backslash makes the character after it ordinary.
pub fn substitute(target: &[u8], path: &[u8], matched: &Matched) -> Vec<u8> {
    let mut text = Vec::with_capacity(target.len() + path.len());
    let mut rest = target.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        let digit = rest.peek().filter(|next| next.is_ascii_digit());
        match (byte, digit) {
            (b'$', Some(digit)) => {
                let group = matched[usize::from(digit - b'0')].clone();
                text.extend_from_slice(group.and_then(|at| path.get(at)).unwrap_or_default());
                rest.next();
            }
            (b'\\', _) => text.push(rest.next().unwrap_or(b'\\')),
            _ => text.push(byte),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Matched, substitute};

    fn shop() -> Matched {
        let mut matched = Matched::default();
        matched[0] = Some(0..7);
        matched[1] = Some(1..5);
        matched
    }

    #[test]
    fn a_dollar_and_a_digit_stand_for_a_group() {
        for (target, text) in [
            ("/srv/$1.wsgi", "/srv/shop.wsgi"),
            ("$0", "/shop/x"),
            ("[$2]", "[]"),
            ("$$1", "$shop"),
            ("$a", "$a"),
            ("$", "$"),
            (r"\$1", "$1"),
            (r"a\\b", r"a\b"),
            (r"a\", r"a\"),
        ] {
            let made = substitute(target.as_bytes(), b"/shop/x", &shop());
            assert_eq!(String::from_utf8(made).unwrap(), text, "{target}");
        }
    }

    proptest! {
        #[test]
        fn a_target_without_dollar_and_backslash_stays(target in r"[^$\\]{0,20}") {
            prop_assert_eq!(substitute(target.as_bytes(), b"/shop/x", &shop()), target.as_bytes());
        }

        #[test]
        fn any_target_and_match_are_fine(target: Vec<u8>, path: Vec<u8>, from in 0_usize..9, to in 0_usize..9) {
            let mut matched = Matched::default();
            matched[3] = Some(from..to);
            substitute(&target, &path, &matched);
        }
    }
}
