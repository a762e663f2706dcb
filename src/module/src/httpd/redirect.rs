//! The URL of a request that httpd has redirected, in full (`QualifyRedirectURL`).

use std::ffi::{CStr, c_char};
use std::ptr::NonNull;

use crate::httpd::request::Request;

impl<'r> Request<'r> {
    /// Scheme, host, port unless it is the scheme's own, path and query. What the client did not say is this server's.
    pub fn whole_url(self) -> &'r [u8] {
        let part = |read: fn(&ffi_httpd::apr_uri_t) -> *mut c_char| {
            let at = NonNull::new(self.field(|request| read(&request.parsed_uri)))?;
            // SAFETY: parts of a parsed URL are NUL-terminated and live as long as the request.
            Some(unsafe { CStr::from_ptr(at.as_ptr()) }.to_bytes())
        };
        let scheme = part(|uri| uri.scheme).or(self.scheme()).unwrap_or_default();
        let name = part(|uri| uri.hostname).unwrap_or_else(|| self.server_name());
        let port = match self.field(|request| request.parsed_uri.port) {
            0 => self.server_port(),
            port => port,
        };
        let shown_port = match (scheme, port) {
            (b"http", 80) | (b"https", 443) => String::new(),
            _ => format!(":{port}"),
        };
        let path = part(|uri| uri.path).unwrap_or_default();
        let query = part(|uri| uri.query);
        let mark: &[u8] = if query.is_some() { b"?" } else { b"" };
        let parts = [
            scheme,
            b"://",
            name,
            shown_port.as_bytes(),
            path,
            mark,
            query.unwrap_or_default(),
        ];
        self.pool().join(&parts).to_bytes()
    }
}
