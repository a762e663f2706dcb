//! Patterns for file names, as `Include` has them: `*`, `?` and `[a-z]`.

/// Whether `pattern` has a character that stands for others.
pub(super) fn is_pattern(pattern: &[u8]) -> bool {
    pattern.iter().any(|byte| b"*?[".contains(byte))
}

/// Whether `name`, the name of a file without directories, is one that `pattern` means. A dot at its start is meant only by a dot.
pub fn matches(pattern: &[u8], name: &[u8]) -> bool {
    if name.first() == Some(&b'.') && pattern.first() != Some(&b'.') {
        return false;
    }
    // Where to go on when the last star takes one more.
    let mut again: Option<(usize, usize)> = None;
    let (mut at, mut of) = (0, 0);
    while of < name.len() {
        let step = match pattern.get(at) {
            Some(b'*') => {
                again = Some((at + 1, of));
                at += 1;
                continue;
            }
            Some(_) => one(&pattern[at..], name[of]),
            None => None,
        };
        match (step, again) {
            (Some(length), _) => {
                at += length;
                of += 1;
            }
            (None, Some((star, from))) => {
                again = Some((star, from + 1));
                (at, of) = (star, from + 1);
            }
            (None, None) => return false,
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

/// The length of what begins `pattern`, if that means `byte`. `pattern` is not empty.
fn one(pattern: &[u8], byte: u8) -> Option<usize> {
    match pattern {
        [b'?', ..] => Some(1),
        [b'\\', quoted, ..] => (*quoted == byte).then_some(2),
        [b'[', rest @ ..] => match class(rest, byte) {
            Some((true, length)) => Some(1 + length),
            Some((false, _)) => None,
            None => (byte == b'[').then_some(1),
        },
        [own, ..] => (*own == byte).then_some(1),
        [] => None,
    }
}

/// Whether the class that begins after its bracket has `byte`, and the length up to the closing bracket; `None` if there is none.
fn class(rest: &[u8], byte: u8) -> Option<(bool, usize)> {
    let negated = matches!(rest.first(), Some(b'!' | b'^'));
    let start = usize::from(negated);
    let mut at = start;
    let mut found = false;
    loop {
        let low = *rest.get(at)?;
        if low == b']' && at > start {
            return Some((found != negated, at + 1));
        }
        match rest.get(at + 1..at + 3) {
            Some(&[b'-', high]) if high != b']' => {
                found |= (low..=high).contains(&byte);
                at += 3;
            }
            _ => {
                found |= low == byte;
                at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{is_pattern, matches};

    #[test]
    fn a_pattern_means_names_as_httpd_reads_it() {
        for (pattern, name, is_meant) in [
            ("*.conf", "site.conf", true),
            ("*.conf", ".conf", false),
            (".*", ".conf", true),
            ("*.conf", "site.conf.bak", false),
            ("?a*b", "xa--b", true),
            ("[0-9][0-9]-*", "10-site", true),
            ("[!0-9]*", "10-site", false),
            ("[]a]", "]", true),
            ("[a", "[a", true),
            ("a**b", "ab", true),
            ("*a*a*a", "aaaaaaab", false),
            (r"\*", "*", true),
            ("", "", true),
            ("", "a", false),
        ] {
            let found = matches(pattern.as_bytes(), name.as_bytes());
            assert_eq!(found, is_meant, "{pattern} {name}");
        }
        assert!(is_pattern(b"a[b") && !is_pattern(b"ab"));
    }

    proptest! {
        #[test]
        fn a_star_means_every_name_without_a_dot_first(name in "[^.].{0,20}") {
            prop_assert!(matches(b"*", name.as_bytes()));
        }

        #[test]
        fn every_pattern_is_decided(pattern: Vec<u8>, name: Vec<u8>) {
            matches(&pattern, &name);
        }
    }
}
