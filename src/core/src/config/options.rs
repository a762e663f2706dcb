//! Options of a line, `name=value`: words put together, quotes undone, names told from values.

use crate::config::value::Refusal;

/// The two sides of an option, `name=value`.
///
/// # Errors
///
/// A word without `=`, without a name, or without a value.
pub(super) fn split(word: &[u8]) -> Result<(&[u8], &[u8]), Refusal> {
    match sides(word) {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => Ok((name, value)),
        _ => Err(malformed(word)),
    }
}

/// What stands before and after the first `=`; each may be empty.
pub(super) fn sides(word: &[u8]) -> Option<(&[u8], &[u8])> {
    let equals = word.iter().position(|&byte| byte == b'=')?;
    Some((&word[..equals], &word[equals + 1..]))
}

/// A word that is no option.
pub(super) fn malformed(word: &[u8]) -> Refusal {
    Refusal::of(word, "options of the form name=value")
}

/// The words of `line`, cut as httpd cuts the lines of directives: at blanks, unless a word begins with a quote.
pub fn words(line: &[u8]) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    let mut rest = line.trim_ascii_start();
    while let Some(&first) = rest.first() {
        let mut word = Vec::new();
        rest = match first {
            b'"' | b'\'' => until_quote(&rest[1..], first, &mut word).unwrap_or_default(),
            _ => {
                let blank = rest.iter().position(u8::is_ascii_whitespace);
                let (before, after) = rest.split_at(blank.unwrap_or(rest.len()));
                unquoted(before, &mut word);
                after
            }
        }
        .trim_ascii_start();
        words.push(word);
    }
    words
}

/// Adds `text` to `word`. Two backslashes are one.
fn unquoted(text: &[u8], word: &mut Vec<u8>) {
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        word.push(byte);
        bytes.next_if(|&next| byte == b'\\' && next == b'\\');
    }
}

/// `words` with the quotes of their values undone.
///
/// httpd cuts a line at its blanks unless a word *begins* with a quote, so `name="a b"` comes as two words. They are put
/// together with one blank: how many there were is not known any more. What is not closed ends with the line.
pub(super) fn whole(words: &[&[u8]]) -> Result<Vec<Vec<u8>>, Refusal> {
    let mut words = words.iter();
    let mut options = Vec::new();
    while let Some(&word) = words.next() {
        let quote = word
            .iter()
            .position(|&byte| byte == b'=')
            .map(|equals| equals + 1)
            .filter(|&at| matches!(word.get(at), Some(b'"' | b'\'')));
        let Some(quote) = quote else {
            options.push(word.to_vec());
            continue;
        };
        let (mut option, mut rest) = (word[..quote].to_vec(), &word[quote + 1..]);
        let after = loop {
            match until_quote(rest, word[quote], &mut option) {
                Some(after) => break after,
                None => match words.next() {
                    Some(next) => rest = next,
                    None => break &[],
                },
            }
            option.push(b' ');
        };
        if !after.is_empty() {
            return Err(malformed(word));
        }
        options.push(option);
    }
    Ok(options)
}

/// Adds what stands in `text` before `quote` to `option`; what stands after it, `None` if it is not there. A backslash
/// quotes the quote and itself.
fn until_quote<'t>(mut text: &'t [u8], quote: u8, option: &mut Vec<u8>) -> Option<&'t [u8]> {
    while let [first, after @ ..] = text {
        text = match (*first, after) {
            (b'\\', [next, rest @ ..]) if *next == quote || *next == b'\\' => {
                option.push(*next);
                rest
            }
            (byte, _) if byte == quote => return Some(after),
            (byte, _) => {
                option.push(byte);
                after
            }
        };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{split, words};

    #[test]
    fn an_option_has_a_name_and_a_value() {
        assert_eq!(split(b"a=b=c").unwrap(), (&b"a"[..], &b"b=c"[..]));
        for wrong in ["a", "a=", "=b", "="] {
            let refusal = split(wrong.as_bytes()).unwrap_err().to_string();
            assert_eq!(
                refusal,
                format!("takes options of the form name=value, not {wrong:?}")
            );
        }
    }

    #[test]
    fn a_line_is_cut_at_its_blanks_and_not_within_a_quoted_word() {
        for (line, expected) in [
            ("  a=1 \t b=2 ", &["a=1", "b=2"][..]),
            ("\"a=b c\" d", &["a=b c", "d"]),
            ("'it\\'s' x", &["it's", "x"]),
            ("a=\"b c\"", &["a=\"b", "c\""]),
            ("\"open", &["open"]),
            (r"a\\b \c", &[r"a\b", r"\c"]),
            ("", &[]),
        ] {
            let found = words(line.as_bytes());
            let found: Vec<_> = found
                .iter()
                .map(|word| str::from_utf8(word).unwrap())
                .collect();
            assert_eq!(found, expected, "{line}");
        }
    }
}
