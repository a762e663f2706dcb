//! The request headers, sorted: those an application sees as `HTTP_…`, and those that mean something to us.

use ffi_engine::Slice;

use crate::httpd::{Pool, Table};
use crate::pairs::Pairs;

/// The headers of a request.
#[derive(Debug, Default)]
pub struct Headers<'r> {
    /// All but those below, each name once.
    pub pairs: Pairs<'r>,
    /// `Content-Type`
    pub content_type: Option<&'r [u8]>,
    /// `Content-Length`
    pub content_length: Option<&'r [u8]>,
    /// `Transfer-Encoding`, which is also among the pairs.
    pub transfer_encoding: Option<&'r [u8]>,
    /// `Authorization`
    pub authorization: Option<&'r [u8]>,
    /// `Proxy-Authorization`
    pub proxy_authorization: Option<&'r [u8]>,
}

impl<'r> Headers<'r> {
    /// The headers in `table`, joined in `pool` where a name comes twice.
    pub fn of(table: Table<'r>, pool: Pool<'r>) -> Self {
        let mut headers = Self::default();
        for (name, value) in table.iter() {
            let value = value.map(std::ffi::CStr::to_bytes).unwrap_or_default();
            headers.take(name.to_bytes(), value, |first| {
                pool.join(&[first, b", ", value]).to_bytes()
            });
        }
        headers
    }

    /// Takes a header. `join` is called if its name was there already, with the value it had.
    fn take(&mut self, name: &'r [u8], value: &'r [u8], join: impl FnOnce(&[u8]) -> &'r [u8]) {
        let is = |special: &[u8]| name.eq_ignore_ascii_case(special);
        let place = match name.len() {
            12 if is(b"content-type") => Some(&mut self.content_type),
            13 if is(b"authorization") => Some(&mut self.authorization),
            14 if is(b"content-length") => Some(&mut self.content_length),
            19 if is(b"proxy-authorization") => Some(&mut self.proxy_authorization),
            _ => None,
        };
        if let Some(place) = place {
            *place = Some(place.map_or(value, join));
            return;
        }
        if let Some(pair) = self.pairs.find(name) {
            pair.value = Slice::new(join(pair.value.bytes()));
            return;
        }
        if name.len() == 17 && is(b"transfer-encoding") {
            self.transfer_encoding = Some(value);
        }
        self.pairs.push(name, Some(value));
    }
}

#[cfg(test)]
mod tests {
    use super::Headers;

    fn headers(lines: &'static [(&'static str, &'static str)]) -> Headers<'static> {
        let mut headers = Headers::default();
        for (name, value) in lines {
            headers.take(name.as_bytes(), value.as_bytes(), |first| {
                [first, b", ", value.as_bytes()].concat().leak()
            });
        }
        headers
    }

    fn shown(headers: &Headers<'_>) -> Vec<(String, String)> {
        let text = |slice: ffi_engine::Slice<'_>| slice.text().into_owned();
        let pairs = headers.pairs.as_slice().iter();
        pairs
            .map(|pair| (text(pair.name), text(pair.value)))
            .collect()
    }

    #[test]
    fn a_repeated_header_is_joined_whatever_its_case() {
        let found = headers(&[
            ("Cookie", "a=1"),
            ("Host", "x"),
            ("COOKIE", "b=2"),
            ("cookie", "c"),
        ]);
        let expected = [("Cookie", "a=1, b=2, c"), ("Host", "x")];
        assert_eq!(
            shown(&found),
            expected.map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
    }

    #[test]
    fn headers_with_a_meaning_are_set_apart() {
        let found = headers(&[
            ("content-TYPE", "text/plain"),
            ("Content-Length", "5"),
            ("Authorization", "Basic x"),
            ("Proxy-Authorization", "Basic y"),
            ("Transfer-Encoding", "chunked"),
            ("X-Content-Type", "z"),
        ]);
        assert_eq!(found.content_type, Some(&b"text/plain"[..]));
        assert_eq!(found.content_length, Some(&b"5"[..]));
        assert_eq!(found.authorization, Some(&b"Basic x"[..]));
        assert_eq!(found.proxy_authorization, Some(&b"Basic y"[..]));
        assert_eq!(found.transfer_encoding, Some(&b"chunked"[..]));
        let names: Vec<_> = shown(&found).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["Transfer-Encoding", "X-Content-Type"]);
    }
}
