//! Any words of `WSGIDaemonProcess` make a group that keeps its promises, or are refused in one sentence. Input: the
//! words, one a line.
#![no_main]

use std::time::Duration;

use clutch_core::config::DaemonGroup;
use clutch_core::config::daemon::AccountName;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let words: Vec<_> = input.split(|&byte| byte == b'\n').collect();
    let group = match DaemonGroup::parse(&words) {
        Ok(group) => group,
        Err(refusal) => return check_sentence(&refusal.to_string()),
    };
    assert_eq!(&*group.name, words[0]);
    check_bounds(&group);
    let written = serde_json::to_vec(&group).expect("a group can be written down");
    let read: DaemonGroup = serde_json::from_slice(&written).expect("what was written");
    assert_eq!(read, group);
    let mut again = words;
    again.push(b"threads=7");
    let other = DaemonGroup::parse(&again);
    if let Ok(other) = other {
        let expected = DaemonGroup {
            threads: 7,
            ..group
        };
        // A quote that is not closed takes the last word, too.
        assert!(other == expected || input.iter().any(|byte| b"\"'".contains(byte)));
    }
});

fn check_bounds(group: &DaemonGroup) {
    assert!(!group.name.is_empty());
    assert!(group.processes >= 1 && group.threads < 65_534);
    assert!(
        group
            .max_processes
            .is_none_or(|most| most >= group.processes)
    );
    assert!(group.header_buffer_size >= 8_192 && group.response_buffer_size >= 65_536);
    assert_ne!(group.user, Some(AccountName::Number(0)));
    assert!(group.script_user.is_none() || group.script_group.is_none());
    assert_ne!(group.switch_interval, Some(Duration::ZERO));
    for path in [&group.home, &group.chroot].into_iter().flatten() {
        assert!(path.starts_with(b"/"));
    }
}

fn check_sentence(sentence: &str) {
    assert!(sentence.starts_with("takes "), "{sentence}");
    assert!(!sentence.contains(char::is_control), "{sentence:?}");
}
