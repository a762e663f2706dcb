//! A match's groups stand where the target names them, and what they hold is never read as a name again. Input: the
//! target, then on the next line a request's path, which may hold anything.
#![no_main]

use clutch_core::config::AliasOptions;
use clutch_core::config::alias::{Alias, Pattern};
use clutch_core::config::expression::{Matched, Search};
use libfuzzer_sys::fuzz_target;

/// The expression `^/([^/]*)(/[^/]*)?`.
#[derive(Debug)]
struct TwoSegments;

impl Search for TwoSegments {
    fn search(&self, path: &[u8]) -> Option<Matched> {
        let rest = path.strip_prefix(b"/")?;
        let segment = |text: &[u8]| text.iter().take_while(|&&byte| byte != b'/').count();
        let first = 1 + segment(rest);
        let second = path.get(first + 1..).map(|rest| first + 1 + segment(rest));
        let mut matched = Matched::default();
        matched[0] = Some(0..second.unwrap_or(first));
        matched[1] = Some(1..first);
        matched[2] = second.map(|second| first..second);
        Some(matched)
    }
}

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(2, |&byte| byte == b'\n');
    let (target, path) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let alias = Alias {
        pattern: Pattern::Search(Box::new(TwoSegments)),
        target: target.into(),
        options: AliasOptions::default(),
    };
    let matched = TwoSegments.search(path);
    let file = alias.file_name(path);
    let (Some(matched), Some(file)) = (&matched, &file) else {
        assert!(matched.is_none() && file.is_none());
        return;
    };
    let groups: Vec<_> = matched
        .iter()
        .map(|at| at.clone().map_or(&b""[..], |at| &path[at]))
        .collect();
    assert_eq!(file.target, filled(target, &groups));
    let beyond = if groups[0] == b"/" {
        path
    } else {
        &path[groups[0].len()..]
    };
    assert_eq!(file.rest, beyond);
});

/// The rule once more, from left to right.
fn filled(target: &[u8], groups: &[&[u8]]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut rest = target;
    loop {
        rest = match rest {
            [] => return text,
            [b'$', digit @ b'0'..=b'9', rest @ ..] => {
                text.extend_from_slice(groups[usize::from(digit - b'0')]);
                rest
            }
            [b'\\', byte, rest @ ..] | [byte, rest @ ..] => {
                text.push(*byte);
                rest
            }
        };
    }
}
