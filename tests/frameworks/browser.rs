//! A client that behaves as a browser: it keeps cookies, follows redirects, and submits forms.

use std::collections::BTreeMap;

use clutch_tests::support::{Httpd, Request, Response};

use super::page::Page;

/// How many redirects are followed in a row.
const REDIRECTS: usize = 5;

/// What separates the parts of a submitted form.
const BOUNDARY: &str = "----clutch-test-boundary-7MA4YWxkTrZu0gW";

/// A browser without a window.
#[derive(Debug)]
pub(super) struct Browser<'h> {
    httpd: &'h Httpd,
    host: String,
    cookies: BTreeMap<String, Cookie>,
}

#[derive(Debug)]
struct Cookie {
    value: String,
    path: String,
}

/// A file in a form.
#[derive(Debug, Clone, Copy)]
pub(super) struct File<'a> {
    /// The name of the form's field.
    pub(super) field: &'a str,
    /// The name of the file.
    pub(super) name: &'a str,
    /// What is in it.
    pub(super) content: &'a [u8],
}

impl<'h> Browser<'h> {
    /// A browser that knows this server only, and no cookies.
    pub(super) fn of(httpd: &'h Httpd) -> Self {
        Self {
            httpd,
            host: format!("localhost:{}", httpd.port()),
            cookies: BTreeMap::new(),
        }
    }

    /// Opens a page.
    pub(super) fn open(&mut self, target: &str) -> Page {
        self.follow("GET", target, None)
    }

    /// Submits a form without files.
    pub(super) fn submit(&mut self, target: &str, fields: &[(&str, &str)]) -> Page {
        let pairs = fields
            .iter()
            .map(|(name, value)| format!("{}={}", escape(name), escape(value)));
        let body = pairs.collect::<Vec<_>>().join("&").into_bytes();
        self.follow(
            "POST",
            target,
            Some(("application/x-www-form-urlencoded", body)),
        )
    }

    /// Submits a form with a file.
    pub(super) fn upload(&mut self, target: &str, fields: &[(&str, &str)], file: File<'_>) -> Page {
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        self.follow("POST", target, Some((&kind, multipart(fields, file))))
    }

    /// The value of a cookie.
    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(|cookie| cookie.value.as_str())
    }

    fn follow(&mut self, method: &str, target: &str, form: Option<(&str, Vec<u8>)>) -> Page {
        let target = self.own(target);
        let response = self.ask(method, &target, form);
        let mut page = Page { target, response };
        for _ in 0..=REDIRECTS {
            let status = page.response.status;
            if !matches!(status, 301..=303 | 307 | 308) {
                return page;
            }
            let would_repeat_the_form = status >= 307 && method != "GET";
            assert!(!would_repeat_the_form, "not needed so far: {page:?}");
            let location = page.response.header("Location");
            let target = self.own(&location.expect("a redirect says where to"));
            let response = self.ask("GET", &target, None);
            page = Page { target, response };
        }
        panic!("more than {REDIRECTS} redirects, the last to {page:?}");
    }

    fn ask(&mut self, method: &str, target: &str, form: Option<(&str, Vec<u8>)>) -> Response {
        let mut request = Request::new(method, target).header("Host", &self.host);
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .filter(|(_, cookie)| target.starts_with(&cookie.path))
            .map(|(name, cookie)| format!("{name}={}", cookie.value))
            .collect();
        if !cookies.is_empty() {
            request = request.header("Cookie", &cookies.join("; "));
        }
        if let Some((kind, body)) = form {
            let origin = format!("http://{}", self.host);
            request = request
                .header("Content-Type", kind)
                .header("Origin", &origin)
                .body(body);
        }
        let response = self.httpd.send(&request);
        for line in response.headers("Set-Cookie") {
            self.remember(&line);
        }
        response
    }

    fn remember(&mut self, line: &str) {
        let mut parts = line.split(';').map(str::trim);
        let pair = parts.next().unwrap_or_default();
        let (name, value) = pair.split_once('=').expect("a cookie has a name");
        let attributes: Vec<(String, &str)> = parts
            .map(|part| part.split_once('=').unwrap_or((part, "")))
            .map(|(name, value)| (name.to_ascii_lowercase(), value))
            .collect();
        let attribute = |wanted: &str| {
            let found = attributes.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| *value)
        };
        if attribute("max-age") == Some("0") {
            self.cookies.remove(name);
            return;
        }
        let cookie = Cookie {
            value: value.to_owned(),
            path: attribute("path").unwrap_or("/").to_owned(),
        };
        self.cookies.insert(name.to_owned(), cookie);
    }

    /// Path and query of a link that must lead to this server.
    fn own(&self, link: &str) -> String {
        let here = format!("http://{}", self.host);
        let target = link.strip_prefix(here.as_str()).unwrap_or(link);
        assert!(
            target.starts_with('/'),
            "a link that leads elsewhere: {link}"
        );
        target.to_owned()
    }
}

fn multipart(fields: &[(&str, &str)], file: File<'_>) -> Vec<u8> {
    let mut body = Vec::with_capacity(file.content.len() + 1024);
    for (name, value) in fields {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"");
        body.extend_from_slice(format!("{head}\r\n\r\n{value}\r\n").as_bytes());
    }
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"{}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n",
        file.field, file.name
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file.content);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    body
}

/// Percent-encodes everything but letters and digits.
fn escape(text: &str) -> String {
    let bytes = text.bytes();
    bytes
        .map(|byte| match byte.is_ascii_alphanumeric() {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}
