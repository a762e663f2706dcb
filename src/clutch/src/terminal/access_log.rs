//! Lines of the access log: what was asked, what was answered, how much and how long.

use super::Ink;
use super::escape::unescaped;

/// The form of a line, for httpd's CustomLog: end time, status, state of the connection, bytes, microseconds, request line.
pub(crate) const FORMAT: &str = "%{end:%H:%M:%S}t\t%>s\t%X\t%B\t%D\t%r";

/// One answered request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Access<'line> {
    time: &'line str,
    status: &'line str,
    aborted: bool,
    bytes: u64,
    microseconds: u64,
    request: String,
}

impl<'line> Access<'line> {
    /// What `line` says; `None` if it has another form.
    pub(crate) fn parse(line: &'line str) -> Option<Self> {
        let mut fields = line.splitn(6, '\t');
        Some(Self {
            time: fields.next()?,
            status: fields.next()?,
            aborted: fields.next()? == "X",
            bytes: fields.next()?.parse().ok()?,
            microseconds: fields.next()?.parse().ok()?,
            request: unescaped(without_protocol(fields.next()?)),
        })
    }

    pub(super) fn shown(&self, ink: Ink) -> String {
        let colour = match self.status.as_bytes().first() {
            Some(b'2') => "32",
            Some(b'3') => "36",
            Some(b'4') => "33",
            _ => "31",
        };
        format!(
            "{} {} {}  {}",
            ink.dye("2", self.time),
            ink.dye(colour, self.status),
            self.request,
            ink.dye(
                "2",
                &format!(
                    "{}, {}{}",
                    size(self.bytes),
                    duration(self.microseconds),
                    if self.aborted { ", broken off" } else { "" }
                )
            )
        )
    }
}

/// `GET /path HTTP/1.1` without its last word.
fn without_protocol(request: &str) -> &str {
    match request.rsplit_once(' ') {
        Some((rest, protocol)) if protocol.starts_with("HTTP/") => rest,
        _ => request,
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

fn duration(microseconds: u64) -> String {
    match microseconds {
        0..10_000 => format!("{:.1} ms", microseconds as f64 / 1e3),
        10_000..1_000_000 => format!("{} ms", microseconds / 1_000),
        _ => format!("{:.1} s", microseconds as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::Access;
    use crate::terminal::Ink;

    fn shown(line: &str, ink: Ink) -> String {
        Access::parse(line).unwrap().shown(ink)
    }

    #[test]
    fn a_request_is_one_readable_line() {
        let line = "13:44:02\t200\t+\t1234\t3200\tGET /flask?x=caf\\xc3\\xa9 HTTP/1.1";
        let plain = "13:44:02 200 GET /flask?x=café  1.2 kB, 3.2 ms";
        assert_eq!(shown(line, Ink::Plain), plain);
        assert!(shown(line, Ink::Coloured).contains("\x1b[32m200\x1b[0m"));
        let line = "13:44:02\t500\tX\t25000000\t2500000\tPUT / HTTP/2.0";
        let plain = "13:44:02 500 PUT /  25.0 MB, 2.5 s, broken off";
        assert_eq!(shown(line, Ink::Plain), plain);
    }

    #[test]
    fn a_request_without_a_protocol_is_shown_whole() {
        let line = "13:44:02\t408\t-\t0\t20000000\t-";
        assert_eq!(shown(line, Ink::Plain), "13:44:02 408 -  0 B, 20.0 s");
        assert_eq!(Access::parse("something else"), None);
    }
}
