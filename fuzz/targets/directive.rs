//! Any line is stored or refused in one sentence, and a refused one changes nothing. Input: a directive's name, then its
//! arguments, one a line.
#![no_main]

use std::cell::RefCell;

use clutch_core::config::directive::{Arguments, Takes};
use clutch_core::config::directives::ALL;
use clutch_core::config::expression::{Compile, Matched, Search};
use clutch_core::config::{Section, ServerSection};
use libfuzzer_sys::fuzz_target;

/// Takes every expression without an opening parenthesis.
struct NoGroups;

#[derive(Debug)]
struct Nothing;

impl Search for Nothing {
    fn search(&self, _: &[u8]) -> Option<Matched> {
        None
    }
}

impl Compile for NoGroups {
    fn compile(&self, pattern: &[u8]) -> Option<Box<dyn Search>> {
        let fine = !pattern.contains(&b'(');
        fine.then(|| Box::new(Nothing) as Box<dyn Search>)
    }
}

fuzz_target!(|input: &[u8]| {
    let mut lines = input.split(|&byte| byte == b'\n');
    let name = lines.next().unwrap_or_default();
    let words: Vec<_> = lines.collect();
    let Some(row) = ALL.iter().find(|row| row.name.to_bytes() == name) else {
        return;
    };
    let line = words.join(&b' ');
    let words = match row.takes {
        Takes::Line => vec![&line[..]],
        _ => words,
    };
    let (mut server, mut section) = Default::default();
    let arguments = Arguments {
        words: &words,
        expressions: &NoGroups,
        remarks: &RefCell::default(),
        in_htaccess: false,
    };
    let outcome = row.apply(&arguments, || Some(&mut section), || Some(&mut server));
    if row.syntax == "On|Off" {
        let is = |word: &str| words.len() == 1 && words[0].eq_ignore_ascii_case(word.as_bytes());
        assert_eq!(outcome.is_ok(), is("On") || is("Off"));
    }
    let empty = (
        format!("{:?}", ServerSection::default()),
        Section::default(),
    );
    let after = (format!("{server:?}"), section);
    match outcome {
        Ok(()) => assert_ne!(after, empty, "a line without effect"),
        Err(refusal) => {
            assert_eq!(after, empty, "a refused line has an effect");
            check_sentence(&row.sentence(&refusal), row.name());
        }
    }
});

fn check_sentence(sentence: &str, name: &str) {
    let predicate = sentence
        .strip_prefix(name)
        .expect("a sentence has a subject");
    assert!(predicate.starts_with(" takes "), "{sentence}");
    assert!(!sentence.contains(char::is_control), "{sentence:?}");
}
