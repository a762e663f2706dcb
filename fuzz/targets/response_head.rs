//! No accepted head contains a line break or a NUL. Input: a status, a header name, a header value, a length.
#![no_main]

use clutch_core::response_head::{content_length, name, status, value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let breaks = input.iter().any(|byte| b"\r\n\0".contains(byte));
    if let Ok(code) = status(input) {
        assert!(!breaks && code <= 999);
        assert_eq!(format!("{code:03}").as_bytes(), &input[..3]);
        assert!(matches!(input.get(3), None | Some(b' ')));
    }
    if name(input).is_ok() {
        assert!(!breaks && !input.is_empty() && !input.contains(&b' '));
    }
    assert_eq!(value(input).is_ok(), !breaks);
    if let Ok(length) = content_length(input) {
        assert!(input.iter().all(u8::is_ascii_digit));
        assert!(i64::try_from(length).is_ok());
        let digits = std::str::from_utf8(input).expect("digits are text");
        assert_eq!(length.to_string(), shortest(digits));
    }
});

/// `digits` without leading zeros; nothing counts as 0.
fn shortest(digits: &str) -> &str {
    match digits.trim_start_matches('0') {
        "" => "0",
        rest => rest,
    }
}
