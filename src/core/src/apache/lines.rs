//! A text as lines: those that end with a backslash go on, blanks at both ends go.

/// The longest line, in bytes. httpd takes more, but nobody writes them.
pub(super) const LONGEST: usize = 1024 * 1024;

/// A line that is longer than [`LONGEST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLong;

/// The lines of a text that say something, with the numbers at which they begin, from 1.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    rest: &'t [u8],
    number: u32,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t [u8]) -> Self {
        Self {
            rest: text,
            number: 0,
        }
    }

    /// The next line of the text as it stands, without its end.
    fn physical(&mut self) -> Option<&'t [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        self.number = self.number.saturating_add(1);
        let end = self.rest.iter().position(|&byte| byte == b'\n');
        let (line, rest) = match end {
            Some(at) => (&self.rest[..at], &self.rest[at + 1..]),
            None => (self.rest, &[][..]),
        };
        self.rest = rest;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

impl Iterator for Lines<'_> {
    type Item = (u32, Result<Vec<u8>, TooLong>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut line = Vec::new();
            let mut part = self.physical()?;
            let number = self.number;
            let mut is_long = false;
            loop {
                let (text, goes_on) = match part.strip_suffix(b"\\") {
                    Some(text) => (text, true),
                    None => (part, false),
                };
                is_long |= line.len() + text.len() > LONGEST;
                if !is_long {
                    line.extend_from_slice(text);
                }
                match goes_on.then(|| self.physical()).flatten() {
                    Some(next) => part = next,
                    None => break,
                }
            }
            let said = line.trim_ascii();
            if said.first() == Some(&b'#') || (said.is_empty() && !is_long) {
                continue;
            }
            let line = (!is_long).then(|| said.to_vec()).ok_or(TooLong);
            return Some((number, line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Lines, TooLong};

    fn lines(text: &str) -> Vec<(u32, String)> {
        let lines = Lines::of(text.as_bytes());
        let text = |line: Vec<u8>| String::from_utf8(line).unwrap();
        lines
            .map(|(number, line)| (number, text(line.unwrap())))
            .collect()
    }

    #[test]
    fn a_line_goes_on_after_a_backslash_and_keeps_its_first_number() {
        let expected = [(2, "a  b"), (4, "c"), (6, "d")].map(|(at, line)| (at, line.to_owned()));
        assert_eq!(lines("\n a \\\n b \n\tc\r\n\nd\\\n"), expected);
        assert_eq!(lines("a\\"), [(1, "a".to_owned())]);
    }

    #[test]
    fn a_comment_goes_on_after_a_backslash_too() {
        assert_eq!(lines("# no \\\nneither\nyes"), [(3, "yes".to_owned())]);
    }

    #[test]
    fn a_line_that_is_too_long_is_told_and_not_kept() {
        let text = format!("a\n{}\nb", "x".repeat(LONGEST + 1));
        let found: Vec<_> = Lines::of(text.as_bytes()).collect();
        assert_eq!(found[1], (2, Err(TooLong)));
        assert_eq!(found[2], (3, Ok(b"b".to_vec())));
    }
}
