//! The head of a response: status and headers, set and taken back.

use std::ffi::{CStr, c_char, c_int};

use clutch_core::exchange::ResponseHead;
use smallvec::SmallVec;

use crate::httpd::request::Request;
use crate::httpd::table::Table;

/// What stood in a request before an application set the head of its response.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before {
    status: c_int,
    status_line: *const c_char,
    content_type: *const c_char,
    headers: usize,
    headers_for_errors: usize,
}

impl Before {
    pub(super) fn of(request: Request<'_>) -> Self {
        Self {
            status: request.field(|request| request.status),
            status_line: request.field(|request| request.status_line),
            content_type: request.field(|request| request.content_type),
            headers: request.headers_out().count(),
            headers_for_errors: request.headers_for_errors().count(),
        }
    }

    pub(super) fn restore(self, request: Request<'_>) {
        let raw = request.raw();
        // SAFETY: alive, and no reference to it lasts.
        unsafe { (*raw).status = self.status };
        // SAFETY: as above; the text is the request's.
        unsafe { (*raw).status_line = self.status_line };
        // SAFETY: as above.
        unsafe { (*raw).content_type = self.content_type };
        // SAFETY: as above.
        unsafe { (*raw).clength = 0 };
        forget(request.headers_out(), self.headers);
        forget(request.headers_for_errors(), self.headers_for_errors);
    }
}

/// Removes the entries after the first `count`, and others with their names.
fn forget(table: Table<'_>, count: usize) {
    let names: SmallVec<[&CStr; 16]> = table.iter_from(count).map(|(name, _)| name).collect();
    for name in names {
        table.unset(name);
    }
}

impl<'r> Request<'r> {
    /// Sets status and headers of the response.
    pub(super) fn set_head(self, head: &ResponseHead<'_>) {
        let pool = self.pool();
        let line = pool.c_string(head.status_line);
        // SAFETY: alive for 'r, and no reference to it lasts.
        unsafe { (*self.raw()).status = c_int::from(head.status) };
        // SAFETY: as above; the text lives as long.
        unsafe { (*self.raw()).status_line = line.as_ptr() };
        for (name, value) in head.headers {
            let value = pool.c_string(value);
            if name.eq_ignore_ascii_case(b"content-type") {
                // SAFETY: alive for 'r, and the text as long.
                unsafe { ffi_httpd::ap_set_content_type(self.raw(), value.as_ptr()) };
            } else if name.eq_ignore_ascii_case(b"www-authenticate") {
                self.headers_for_errors().add(pool.c_string(name), value);
            } else {
                self.headers_out().add(pool.c_string(name), value);
            }
        }
        if let Some(length) = head.content_length {
            self.set_content_length(i64::try_from(length).unwrap_or(i64::MAX));
        }
    }

    /// The headers of an ordinary response.
    fn headers_out(self) -> Table<'r> {
        // SAFETY: a request has its tables as long as it lives.
        unsafe { Table::from_raw(self.field(|request| request.headers_out)) }
    }

    /// The headers of every response, error documents included.
    pub fn headers_for_errors(self) -> Table<'r> {
        // SAFETY: a request has its tables as long as it lives.
        unsafe { Table::from_raw(self.field(|request| request.err_headers_out)) }
    }

    fn set_content_length(self, length: i64) {
        // SAFETY: alive for 'r.
        unsafe { ffi_httpd::ap_set_content_length(self.raw(), length) };
    }

    /// Whether the response has no body by its nature.
    pub(super) fn has_no_body(self) -> bool {
        const BODILESS: [c_int; 2] = [ffi_httpd::HTTP_NO_CONTENT, ffi_httpd::HTTP_NOT_MODIFIED];
        self.is_head() || BODILESS.contains(&self.field(|request| request.status))
    }

    /// Whether the end of the response is marked by more than the end of the connection.
    pub(super) fn is_framed(self) -> bool {
        self.field(|request| request.chunked) != 0
            || self.headers_out().get(c"Content-Length").is_some()
            || self.protocol() == b"HTTP/2.0"
    }
}
