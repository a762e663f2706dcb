//! Text on its way to the log: cut into lines.

/// Longest unfinished line that is kept, in bytes; httpd cuts its log lines at 8192.
const LONGEST: usize = 8192;

/// Text on its way to the log: cut at line feeds, the unfinished rest is kept.
#[derive(Debug, Default)]
pub(super) struct Lines {
    rest: Vec<u8>,
}

impl Lines {
    /// Adds `text` and gives the lines that are now complete, without their line feeds.
    pub(super) fn push(&mut self, text: &[u8]) -> Vec<Vec<u8>> {
        let mut lines = Vec::new();
        for piece in text.split_inclusive(|&byte| byte == b'\n') {
            match piece.strip_suffix(b"\n") {
                Some(end) => {
                    self.rest.extend_from_slice(end);
                    lines.push(std::mem::take(&mut self.rest));
                }
                None => self.rest.extend_from_slice(piece),
            }
            if self.rest.len() > LONGEST {
                lines.push(std::mem::take(&mut self.rest));
            }
        }
        lines
    }

    /// Adds `text` as a line-buffered text stream does: a line break in it pushes out what follows, too.
    pub(super) fn push_text(&mut self, text: &[u8]) -> Vec<Vec<u8>> {
        let mut lines = self.push(text);
        if text.iter().any(|byte| b"\r\n".contains(byte)) {
            // A write that ends with a line feed leaves nothing; `print` of several lines ends with an empty one.
            lines.extend(self.take_rest());
        }
        lines
    }

    /// The unfinished line, if there is one.
    pub(super) fn take_rest(&mut self) -> Option<Vec<u8>> {
        (!self.rest.is_empty()).then(|| std::mem::take(&mut self.rest))
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    fn pushed(
        pieces: &[&str],
        push: fn(&mut Lines, &[u8]) -> Vec<Vec<u8>>,
    ) -> (Vec<String>, Option<String>) {
        let mut lines = Lines::default();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let complete = pieces
            .iter()
            .flat_map(|piece| push(&mut lines, piece.as_bytes()))
            .map(text)
            .collect();
        (complete, lines.take_rest().map(text))
    }

    #[test]
    fn bytes_are_cut_at_line_feeds_and_fragments_join() {
        let (lines, rest) = pushed(&["a", "b\n\nc", "d\ne"], Lines::push);
        assert_eq!(lines, ["ab", "", "cd"]);
        assert_eq!(rest.as_deref(), Some("e"));
    }

    #[test]
    fn a_line_break_in_text_pushes_out_what_follows() {
        let (lines, rest) = pushed(&["x", "a\nb"], Lines::push_text);
        assert_eq!(lines, ["xa", "b"]);
        assert_eq!(rest, None);
    }

    #[test]
    fn an_endless_line_is_cut() {
        let long = "x".repeat(10_000);
        let (lines, rest) = pushed(&[&long, "y"], Lines::push);
        assert_eq!((lines[0].len(), rest.as_deref()), (10_000, Some("y")));
    }
}
