//! Words for httpd's configuration files, quoted so that they mean themselves and nothing else.

use std::path::Path;

/// `word` in double quotes.
///
/// # Errors
///
/// A sentence: it is not UTF-8, has a control character, or has `${`, which httpd would replace and which has no escape.
pub(crate) fn quoted(word: impl AsRef<Path>) -> Result<String, String> {
    let word = word.as_ref();
    let Some(text) = word.to_str() else {
        return Err(format!("{word:?} is not UTF-8, and is not served so"));
    };
    if text.contains("${") || text.chars().any(char::is_control) {
        return Err(format!(
            "httpd cannot be told {text:?}: it contains `${{` or a control character"
        ));
    }
    Ok(format!(
        "\"{}\"",
        text.replace('\\', "\\\\").replace('"', "\\\"")
    ))
}

/// The value of a `name=value` word: quoted only if it must be.
///
/// # Errors
///
/// As [`quoted`].
pub(crate) fn value(word: &str) -> Result<String, String> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "%{}:._/-".contains(letter);
    match !word.is_empty() && word.chars().all(plain) {
        true => Ok(word.to_owned()),
        false => quoted(word),
    }
}

/// A path for `<Directory>` or a name for `<Files>`, in double quotes.
///
/// Where it has wildcard characters, httpd takes it for a pattern, and knows no way to quote them reliably. There `?`, any
/// one character, stands for each: the path itself matches, and hardly another.
///
/// # Errors
///
/// As [`quoted`].
pub(crate) fn pattern(path: &Path) -> Result<String, String> {
    match path.to_str() {
        Some(text) if text.contains(['*', '?', '[']) => {
            quoted(text.replace(['*', '?', '[', ']', '\\'], "?"))
        }
        _ => quoted(path), // compared letter by letter
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    use super::{pattern, quoted, value};

    #[test]
    fn a_word_means_itself() {
        assert_eq!(quoted("/a b").unwrap(), r#""/a b""#);
        assert_eq!(quoted(r#"a"b\c"#).unwrap(), r#""a\"b\\c""#);
        assert_eq!(quoted("$x %{y}").unwrap(), r#""$x %{y}""#);
    }

    #[test]
    fn what_has_no_quoted_form_is_refused() {
        for bad in ["a\nb", "a${b}", "a\u{7f}"] {
            assert!(quoted(bad).is_err(), "{bad:?}");
        }
        assert!(quoted(OsStr::from_bytes(b"\xff")).is_err());
    }

    #[test]
    fn a_value_is_quoted_only_if_it_must_be() {
        assert_eq!(value("%{ENV:group}").unwrap(), "%{ENV:group}");
        assert_eq!(value("my group").unwrap(), "\"my group\"");
        assert_eq!(value("").unwrap(), "\"\"");
    }

    #[test]
    fn a_pattern_matches_its_path() {
        assert_eq!(pattern(Path::new("/a\\b")).unwrap(), r#""/a\\b""#);
        assert_eq!(pattern(Path::new("/[a]*b?\\c")).unwrap(), r#""/?a??b??c""#);
    }
}
