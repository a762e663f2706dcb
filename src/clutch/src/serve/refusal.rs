//! Why httpd refuses its configuration, out of what it writes before it has a log.

/// Whether `line` is a plain sentence of httpd, not a line of its log.
pub(crate) fn is_early(line: &str) -> bool {
    !line.is_empty() && !line.starts_with('[') && !line.starts_with("clutch\t")
}

/// Its sentence, with the line of `config` that it is about; `None` if there are no such words in `early`.
pub(crate) fn sentence(early: &[String], config: &str) -> Option<String> {
    let words = early.join(" ");
    let words = without_number(&words);
    let Some((before, after)) = words.split_once("yntax error on line ") else {
        return (!words.is_empty()).then(|| words.to_owned());
    };
    let number: String = after.chars().take_while(char::is_ascii_digit).collect();
    let line = number.parse::<usize>().ok();
    let line = line.and_then(|line| config.lines().nth(line.checked_sub(1)?));
    let why = after.split_once(": ").map_or(after, |(_, why)| why);
    match line {
        Some(line) if is_beginning(before) => {
            Some(format!("{} (`{line}`)", why.trim_end_matches('.')))
        }
        _ => Some(words.to_owned()),
    }
}

/// Whether `before` is what stands before httpd's only sentence: nothing, or the program's name.
fn is_beginning(before: &str) -> bool {
    let name = before.trim_end_matches(['S', 's']);
    name.is_empty() || name.ends_with(": ") && !name.contains(". ")
}

/// `AH00526: Syntax …` without its number.
fn without_number(words: &str) -> &str {
    match words.split_once(": ") {
        Some((number, rest)) if number.starts_with("AH") && number.len() == 7 => rest,
        _ => words,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_early, sentence};

    fn said(lines: &[&str]) -> Option<String> {
        let early: Vec<_> = lines.iter().map(|line| (*line).to_owned()).collect();
        sentence(&early, "Listen 1\nNonsense 2\n")
    }

    #[test]
    fn the_line_that_is_refused_is_shown() {
        let lines = [
            "AH00526: Syntax error on line 2 of /tmp/x/httpd.conf:",
            "Invalid command 'Nonsense', perhaps misspelled.",
        ];
        let expected = "Invalid command 'Nonsense', perhaps misspelled (`Nonsense 2`)";
        assert_eq!(said(&lines).as_deref(), Some(expected));
        let lines = ["httpd: Syntax error on line 2 of /x: Cannot load m.so into server: m.so: no"];
        let expected = "Cannot load m.so into server: m.so: no (`Nonsense 2`)";
        assert_eq!(said(&lines).as_deref(), Some(expected));
    }

    #[test]
    fn other_words_are_said_as_they_are() {
        let lines = ["(98)Address already in use: AH00072: make_sock: could not bind"];
        assert_eq!(said(&lines).as_deref(), Some(lines[0]));
        assert_eq!(said(&[]), None);
    }

    #[test]
    fn lines_of_the_log_are_not_early() {
        assert!(is_early("AH00526: Syntax error on line 2 of /x:"));
        for line in ["", "[Mon Nov 24 13:39:33 2025] [core:warn] x", "clutch\tx"] {
            assert!(!is_early(line), "{line}");
        }
    }
}
