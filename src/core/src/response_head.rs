//! Is this a legal status and are these legal headers? (PEP 3333, "The start_response() Callable"; RFC 9110 section 5)

/// Why a status or header is refused. The text names what is wrong, for the exception the application gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Illegal {
    /// A status that does not start with three digits and, if more follows, a space.
    #[error("status must be three digits, or three digits, a space and a reason")]
    Status,
    /// A control character in the reason.
    #[error("status must not contain control characters")]
    StatusControl,
    /// An empty name.
    #[error("header name must not be empty")]
    NameEmpty,
    /// A control character or a space in a name.
    #[error("header name must not contain control characters or spaces")]
    NameControl,
    /// A line break in a value.
    #[error("header value must not contain a carriage return or a line feed")]
    ValueBreak,
    /// A NUL in a name, a value or the status.
    #[error("status and headers must not contain a NUL character")]
    Nul,
    /// A `Content-Length` that is not a non-negative integer.
    #[error("Content-Length must be a non-negative integer")]
    Length,
}

fn is_control(byte: u8) -> bool {
    byte < 0x20 || byte == 0x7f
}

/// The status code of a status line such as `200 OK`.
///
/// # Errors
///
/// [`Illegal::Status`], [`Illegal::StatusControl`] or [`Illegal::Nul`].
pub fn status(line: &[u8]) -> Result<u16, Illegal> {
    let (digits, rest) = line.split_at_checked(3).ok_or(Illegal::Status)?;
    if !digits.iter().all(u8::is_ascii_digit) || !(rest.is_empty() || rest[0] == b' ') {
        return Err(Illegal::Status);
    }
    if rest.contains(&0) {
        return Err(Illegal::Nul);
    }
    if rest.iter().any(|&byte| is_control(byte)) {
        return Err(Illegal::StatusControl);
    }
    Ok(digits
        .iter()
        .fold(0, |code, digit| code * 10 + u16::from(digit - b'0')))
}

/// Checks a header name.
///
/// # Errors
///
/// [`Illegal::NameEmpty`], [`Illegal::NameControl`] or [`Illegal::Nul`].
pub fn name(name: &[u8]) -> Result<(), Illegal> {
    if name.is_empty() {
        return Err(Illegal::NameEmpty);
    }
    if name.contains(&0) {
        return Err(Illegal::Nul);
    }
    if name.iter().any(|&byte| is_control(byte) || byte == b' ') {
        return Err(Illegal::NameControl);
    }
    Ok(())
}

/// Checks a header value.
///
/// # Errors
///
/// [`Illegal::ValueBreak`] or [`Illegal::Nul`].
pub fn value(value: &[u8]) -> Result<(), Illegal> {
    for &byte in value {
        match byte {
            b'\r' | b'\n' => return Err(Illegal::ValueBreak),
            0 => return Err(Illegal::Nul),
            _ => (),
        }
    }
    Ok(())
}

/// The number in a `Content-Length` value. The empty value counts as 0, as in mod_wsgi.
///
/// # Errors
///
/// [`Illegal::Length`] for anything but digits, and for a number above `i64::MAX`, httpd's own bound.
pub fn content_length(value: &[u8]) -> Result<u64, Illegal> {
    if !value.iter().all(u8::is_ascii_digit) {
        return Err(Illegal::Length);
    }
    value
        .iter()
        .try_fold(0_i64, |number, digit| {
            number.checked_mul(10)?.checked_add(i64::from(digit - b'0'))
        })
        .map(i64::unsigned_abs)
        .ok_or(Illegal::Length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Illegal, content_length, name, status, value};

    #[test]
    fn a_status_is_three_digits_and_perhaps_a_reason() {
        for (line, expected) in [
            (&b"200"[..], Ok(200)),
            (b"200 ", Ok(200)),
            (b"404 Not Found", Ok(404)),
            (b"000 x", Ok(0)),
            (b"999 \xe4", Ok(999)),
            (b"20", Err(Illegal::Status)),
            (b"2000", Err(Illegal::Status)),
            (b"abc", Err(Illegal::Status)),
            (b" 200", Err(Illegal::Status)),
            (b"200OK", Err(Illegal::Status)),
            (b"200 O\nK", Err(Illegal::StatusControl)),
            (b"200 O\0K", Err(Illegal::Nul)),
        ] {
            assert_eq!(status(line), expected, "{line:?}");
        }
    }

    #[test]
    fn a_header_name_has_no_space_and_no_control_character() {
        assert_eq!(name(b"X-\xe4:y"), Ok(()));
        assert_eq!(name(b""), Err(Illegal::NameEmpty));
        assert_eq!(name(b"a b"), Err(Illegal::NameControl));
        assert_eq!(name(b"a\x7f"), Err(Illegal::NameControl));
        assert_eq!(name(b"a\0"), Err(Illegal::Nul));
    }

    #[test]
    fn a_content_length_is_a_number() {
        assert_eq!(content_length(b"0012"), Ok(12));
        assert_eq!(content_length(b""), Ok(0));
        for bad in [&b"-1"[..], b"1 ", b"+1", b"1e3", b"99999999999999999999"] {
            assert_eq!(content_length(bad), Err(Illegal::Length), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn no_accepted_head_contains_a_line_break(line: Vec<u8>, header: Vec<u8>, text: Vec<u8>) {
            let has_break = |bytes: &[u8]| bytes.iter().any(|byte| b"\r\n\0".contains(byte));
            prop_assert!(status(&line).is_err() || !has_break(&line));
            prop_assert!(name(&header).is_err() || !has_break(&header));
            prop_assert!(value(&text).is_err() || !has_break(&text));
        }
    }
}
