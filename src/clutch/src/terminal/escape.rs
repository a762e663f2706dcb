//! httpd's escapes in log lines, undone where that is harmless.

/// `logged` as it was before httpd escaped it: letters outside ASCII, tabs, line ends, quotes and backslashes are themselves
/// again. Control characters stay escaped: a terminal would obey them.
pub(crate) fn unescaped(logged: &str) -> String {
    if !logged.contains('\\') {
        return logged.to_owned();
    }
    let mut bytes = Vec::with_capacity(logged.len());
    let mut rest = logged.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let (byte, length) = match (first, after) {
            (b'\\', [b'n', ..]) => (b'\n', 2),
            (b'\\', [b't', ..]) => (b'\t', 2),
            (b'\\', [same @ (b'\\' | b'"'), ..]) => (*same, 2),
            (b'\\', [b'x', high, low, ..]) => match hexadecimal(*high, *low) {
                Some(byte) if byte >= 0x80 => (byte, 4),
                _ => (first, 1),
            },
            _ => (first, 1),
        };
        bytes.push(byte);
        rest = &rest[length..];
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hexadecimal(high: u8, low: u8) -> Option<u8> {
    let digit = |letter: u8| char::from(letter).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::unescaped;

    #[test]
    fn letters_come_back_and_control_characters_do_not() {
        for (logged, shown) in [
            ("plain", "plain"),
            (r#"caf\xc3\xa9 \"x\" \\n"#, "café \"x\" \\n"),
            (r"a\tb\nc", "a\tb\nc"),
            (r"\x1b[31mred", r"\x1b[31mred"),
            (r"\xff", "\u{fffd}"),
            (r"\x", r"\x"),
            (r"end\", r"end\"),
        ] {
            assert_eq!(unescaped(logged), shown);
        }
    }
}
