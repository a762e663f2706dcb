//! What is seen of one server in one case: responses as they came over the wire, and records of the error log.

use clutch_tests::support::response::{Ending, Framing, Head};

use super::normal::{self, Words};

/// All that is compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Observation {
    /// Aspect and what was seen, in order. Aspects that stand more than once are compared as lists.
    pub(crate) seen: Vec<(String, String)>,
    /// Records of the error log.
    pub(crate) records: Vec<String>,
}

impl Observation {
    fn see(&mut self, aspect: impl Into<String>, what: impl Into<String>) {
        self.seen.push((aspect.into(), what.into()));
    }

    /// Adds the heads that a client waited for, and the responses in `bytes`, all that came after them.
    pub(crate) fn responses(
        &mut self,
        method: &str,
        heads: Vec<Head>,
        bytes: &[u8],
        words: &Words,
    ) {
        let mut heads = heads.into_iter();
        let mut rest = bytes;
        while let Some(head) = heads.next().or_else(|| take_head(&mut rest)) {
            self.head(&head, words);
            if !(100..200).contains(&head.status) || head.status == 101 {
                let (body, ending) = take_body(head.framing(method), &mut rest);
                self.body(&head, &body, ending, words);
            }
        }
        if !rest.is_empty() {
            self.see("rest", words.put(&latin1(rest)));
        }
    }

    fn head(&mut self, head: &Head, words: &Words) {
        self.see(
            "status",
            format!("{} {} {}", head.version, head.status, head.reason),
        );
        for (name, value) in &head.headers {
            let value = match name.as_str() {
                "Date" => "…".to_owned(),
                // httpd makes them of a file's time of modification.
                "ETag" | "Last-Modified" if head.says("Accept-Ranges", "bytes") => "…".to_owned(),
                _ => words.put(value),
            };
            self.see(format!("header {name}"), value);
        }
    }

    fn body(&mut self, head: &Head, body: &[u8], ending: Ending, words: &Words) {
        self.see("ending", format!("{ending:?}"));
        let text = words.put(&latin1(body));
        if head.says("Content-Type", "text/x-environ") {
            for line in text.trim_end().lines() {
                let (key, value) = normal::entry(line);
                self.see(format!("environ {key}"), value);
            }
        } else {
            self.see("body", text);
        }
    }
}

fn latin1(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

fn take_head(rest: &mut &[u8]) -> Option<Head> {
    if !rest.starts_with(b"HTTP/1.") {
        return None;
    }
    let end = rest.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = Head::parse(&rest[..end]);
    *rest = &rest[end + 4..];
    Some(head)
}

fn take_body(framing: Framing, rest: &mut &[u8]) -> (Vec<u8>, Ending) {
    match framing {
        Framing::NoBody => (Vec::new(), Ending::Complete),
        Framing::UntilClose => (std::mem::take(rest).to_vec(), Ending::Closed),
        Framing::Length(length) if rest.len() < length => {
            (std::mem::take(rest).to_vec(), Ending::Broken)
        }
        Framing::Length(length) => {
            let (body, after) = rest.split_at(length);
            *rest = after;
            (body.to_vec(), Ending::Complete)
        }
        Framing::Chunked => take_chunks(rest),
    }
}

fn take_chunks(rest: &mut &[u8]) -> (Vec<u8>, Ending) {
    let mut body = Vec::new();
    loop {
        let Some(end) = rest.windows(2).position(|window| window == b"\r\n") else {
            body.extend_from_slice(std::mem::take(rest));
            return (body, Ending::Broken);
        };
        let digits = String::from_utf8_lossy(&rest[..end]).into_owned();
        let Ok(length) =
            usize::from_str_radix(digits.split(';').next().unwrap_or_default().trim(), 16)
        else {
            body.extend_from_slice(std::mem::take(rest));
            return (body, Ending::Broken);
        };
        let after = &rest[end + 2..];
        if after.len() < length + 2 {
            body.extend_from_slice(after);
            *rest = &[];
            return (body, Ending::Broken);
        }
        body.extend_from_slice(&after[..length]);
        *rest = &after[length + 2..];
        if length == 0 {
            return (body, Ending::Complete);
        }
    }
}
