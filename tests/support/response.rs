//! A response as it came over the wire, and whether all of it did.

use std::fmt;

/// How a response ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// As its framing promised: all of `Content-Length`, or the last chunk; or a response that has no body.
    Complete,
    /// The connection closed before that. A client knows that something is missing.
    Broken,
    /// The connection closed, and nothing had promised a length: a client cannot know.
    Closed,
}

/// Status line and headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// `HTTP/1.1` or `HTTP/1.0`.
    pub version: String,
    /// The status as a number.
    pub status: u16,
    /// The text after the number.
    pub reason: String,
    /// Names as sent, values as Latin-1 text, in order.
    pub headers: Vec<(String, String)>,
}

impl Head {
    /// The head in `block`, the bytes before the empty line.
    ///
    /// # Panics
    ///
    /// If that is not HTTP.
    pub fn parse(block: &[u8]) -> Self {
        let text: String = block.iter().copied().map(char::from).collect();
        let mut lines = text.split("\r\n");
        let first = lines.next().unwrap_or_default();
        let mut words = first.splitn(3, ' ');
        let version = words.next().unwrap_or_default().to_owned();
        assert!(
            version.starts_with("HTTP/1."),
            "not a status line: {first:?}"
        );
        let status = words.next().unwrap_or_default().parse();
        let status = status.unwrap_or_else(|_| panic!("not a status line: {first:?}"));
        let reason = words.next().unwrap_or_default().to_owned();
        let headers = lines
            .map(|line| {
                line.split_once(':')
                    .unwrap_or_else(|| panic!("not a header: {line:?}"))
            })
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect();
        Self {
            version,
            status,
            reason,
            headers,
        }
    }

    /// The value of the header `name` (in any case); several are joined with `, `.
    pub fn header(&self, name: &str) -> Option<String> {
        let values = self.headers(name);
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The values of all headers called `name` (in any case), in order.
    pub fn headers(&self, name: &str) -> Vec<String> {
        let same = self
            .headers
            .iter()
            .filter(|(own, _)| own.eq_ignore_ascii_case(name));
        same.map(|(_, value)| value.clone()).collect()
    }

    /// Whether the header `name` has the value `value`, both in any case.
    pub fn says(&self, name: &str, value: &str) -> bool {
        self.headers(name)
            .iter()
            .any(|own| own.eq_ignore_ascii_case(value))
    }

    /// How the body is framed, for a response to `method`.
    pub fn framing(&self, method: &str) -> Framing {
        if method == "HEAD" || matches!(self.status, 100..=199 | 204 | 304) {
            return Framing::NoBody;
        }
        if self.says("Transfer-Encoding", "chunked") {
            return Framing::Chunked;
        }
        match self.header("Content-Length") {
            Some(length) => Framing::Length(length.parse().expect("Content-Length is a number")),
            None => Framing::UntilClose,
        }
    }
}

/// How the end of a body is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// HEAD, 204, 304.
    NoBody,
    /// `Content-Length`.
    Length(usize),
    /// `Transfer-Encoding: chunked`.
    Chunked,
    /// Neither.
    UntilClose,
}

/// A whole response.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// Status line and headers.
    pub head: Head,
    /// The body without its framing.
    pub body: Vec<u8>,
    /// Whether that is all of it.
    pub ending: Ending,
}

impl Response {
    /// The body as text.
    ///
    /// # Panics
    ///
    /// If it is not UTF-8.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is UTF-8")
    }

    /// The body of a complete response with status 200, as text.
    ///
    /// # Panics
    ///
    /// If the response is anything else; the message shows it.
    pub fn ok(&self) -> &str {
        assert_eq!(
            (self.status, self.ending),
            (200, Ending::Complete),
            "{self:?}"
        );
        self.text()
    }

    /// The lines of [`Response::ok`].
    pub fn lines(&self) -> Vec<&str> {
        self.ok().lines().collect()
    }
}

impl std::ops::Deref for Response {
    type Target = Head;
    fn deref(&self) -> &Head {
        &self.head
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Head {
            version,
            status,
            reason,
            headers,
        } = &self.head;
        let shown = &self.body[..self.body.len().min(2000)];
        writeln!(f, "{version} {status} {reason} ({:?})", self.ending)?;
        for (name, value) in headers {
            writeln!(f, "{name}: {value}")?;
        }
        write!(f, "\n{}", String::from_utf8_lossy(shown))?;
        match self.body.len() - shown.len() {
            0 => Ok(()),
            more => write!(f, "… and {more} bytes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Framing, Head};

    #[test]
    fn a_head_is_split_into_its_parts() {
        let head = Head::parse(b"HTTP/1.1 299 So so\r\nA: 1\r\nb: x: y\r\na: 2");
        assert_eq!((head.status, head.reason.as_str()), (299, "So so"));
        assert_eq!(head.header("A").unwrap(), "1, 2");
        assert_eq!(head.header("B").unwrap(), "x: y");
        assert_eq!(head.header("c"), None);
    }

    #[test]
    fn framing_is_what_the_head_and_the_method_say() {
        let chunked = Head::parse(b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked");
        assert_eq!(chunked.framing("GET"), Framing::Chunked);
        assert_eq!(chunked.framing("HEAD"), Framing::NoBody);
        let length = Head::parse(b"HTTP/1.1 200 OK\r\nContent-Length: 3");
        assert_eq!(length.framing("GET"), Framing::Length(3));
        assert_eq!(
            Head::parse(b"HTTP/1.1 304 No\r\nContent-Length: 3").framing("GET"),
            Framing::NoBody
        );
        assert_eq!(
            Head::parse(b"HTTP/1.0 200 OK").framing("GET"),
            Framing::UntilClose
        );
    }
}
