//! Two different accepted headers never become one environ name. Input: two header names, one a line.
#![no_main]

use clutch_core::header_name::{MOST, environ_key, is_special};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut names = input.splitn(2, |&byte| byte == b'\n');
    let (one, other) = (
        names.next().unwrap_or_default(),
        names.next().unwrap_or_default(),
    );
    let keys = (key(one), key(other));
    if let (Some(left), Some(right)) = keys {
        assert_eq!(left == right, one.eq_ignore_ascii_case(other));
    }
});

/// The key of an accepted name, checked.
fn key(name: &[u8]) -> Option<Vec<u8>> {
    // What an earlier header left behind must not matter.
    let mut key = b"HTTP_EARLIER".to_vec();
    if !environ_key(name, &mut key) {
        return None;
    }
    assert!(!is_special(name) && !name.contains(&b'_') && name.len() <= MOST);
    let letters = key.strip_prefix(b"HTTP_").expect("every key begins so");
    assert_eq!(letters.len(), name.len());
    let plain = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    assert!(letters.iter().all(plain));
    Some(key)
}
