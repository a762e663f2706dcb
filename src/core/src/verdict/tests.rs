//! The format of verdicts: what is read, what is not, and that nothing is lost.

use proptest::prelude::*;

use super::{Key, MOST_BYTES, MOST_DIRECTORIES, Verdict};
use crate::rung::Rung;

fn verdict() -> Verdict {
    Verdict {
        key: Key {
            python: b"3.13.0 (main)".to_vec(),
            process_group: Vec::new(),
            group: b"shop".to_vec(),
            script: b"/srv/app.wsgi".to_vec(),
        },
        rung: Rung::SharedGil,
        module: b"lxml.etree".to_vec(),
        file: b"/venv/etree.so".to_vec(),
        reason: b"no".to_vec(),
        fingerprint: 0xabc,
        directories: vec![b"/venv/site-packages".to_vec()],
    }
}

const TEXT: &str = "clutch verdict 1
python 3.13.0 (main)
process-group \ngroup shop
script /srv/app.wsgi
rung shared-gil
module lxml.etree
file /venv/etree.so
reason no
fingerprint 00000000000000000000000000000abc
directory /venv/site-packages
end
";

#[test]
fn a_verdict_is_written_as_it_is_read() {
    assert_eq!(verdict().text().unwrap(), TEXT.as_bytes());
    assert_eq!(Verdict::parse(TEXT.as_bytes()), Some(verdict()));
}

#[test]
fn what_was_cut_off_anywhere_is_no_verdict() {
    for end in 0..TEXT.len() {
        assert_eq!(Verdict::parse(&TEXT.as_bytes()[..end]), None, "{end}");
    }
}

#[test]
fn what_is_not_exactly_the_format_is_no_verdict() {
    for (from, to) in [
        ("verdict 1", "verdict 2"),
        ("rung shared-gil", "rung none"),
        ("rung shared-gil", "rung"),
        ("group shop\n", ""),
        ("group shop\n", "group shop\ngroup shop\n"),
        ("reason no", "reason \\t"),
        ("reason no", "reason \\"),
        ("0abc", "0ABC"),
        ("0abc", "abc"),
        ("0abc", "+abc"),
        ("end\n", "end\n\n"),
        ("end\n", "end\nend\n"),
    ] {
        let text = TEXT.replacen(from, to, 1);
        assert_ne!(text, TEXT);
        assert_eq!(Verdict::parse(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn what_is_too_large_is_neither_written_nor_read() {
    let mut large = verdict();
    large.reason = vec![b'x'; MOST_BYTES];
    assert_eq!(large.text(), None);
    let text = TEXT.replace("reason no", &format!("reason {}", "x".repeat(MOST_BYTES)));
    assert_eq!(Verdict::parse(text.as_bytes()), None);
    let mut many = verdict();
    many.directories = vec![Vec::new(); MOST_DIRECTORIES + 1];
    assert_eq!(many.text(), None);
    let text = TEXT.replace(
        "end\n",
        &("directory \n".repeat(MOST_DIRECTORIES) + "end\n"),
    );
    assert_eq!(Verdict::parse(text.as_bytes()), None);
}

proptest! {
    #[test]
    fn any_bytes_in_a_verdict_come_back(values in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 7), number: u128) {
        let [python, process_group, group, script, module, file, reason] = values.try_into().unwrap();
        let one = Verdict {
            key: Key { python, process_group, group, script },
            directories: vec![module.clone(), file.clone()],
            module,
            file,
            reason,
            fingerprint: number,
            rung: Rung::Process,
        };
        prop_assert_eq!(Verdict::parse(&one.text().unwrap()), Some(one));
    }

    #[test]
    fn any_text_that_is_read_is_the_text_that_is_written(at in 0..TEXT.len(), byte: u8) {
        let mut text = TEXT.as_bytes().to_vec();
        text[at] = byte;
        if let Some(read) = Verdict::parse(&text) {
            prop_assert_eq!(read.text(), Some(text));
        }
    }
}
