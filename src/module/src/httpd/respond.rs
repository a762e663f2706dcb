//! The response of a request: head, data and files out through bucket brigades.

use std::ffi::{CStr, c_char, c_int};
use std::fs::File;
use std::marker::PhantomData;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::ptr;

use clutch_core::exchange::{Failure, FileRange, ResponseHead, Then};

use crate::httpd::brigade::{Brigade, OpenFile};
use crate::httpd::request::Request;
use crate::httpd::table::Table;

/// Whether a file may be sent by `sendfile`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sendfile {
    /// If httpd and the system can.
    Allowed,
    /// Never.
    Off,
}

/// The response of a request.
#[derive(Debug)]
pub struct Response<'r> {
    request: Request<'r>,
    /// Made for the first data.
    brigade: Option<Brigade<'r>>,
    /// What stood in the request before [`Response::start`].
    before: Option<Before>,
    /// Whether httpd has been given something of it, so that its head may be on the wire.
    passed: bool,
}

/// What httpd would have answered with.
#[derive(Debug, Clone, Copy)]
struct Before {
    status: c_int,
    status_line: *const c_char,
    content_type: *const c_char,
    headers: usize,
    headers_for_errors: usize,
}

impl<'r> Response<'r> {
    /// The response of `request`, not begun.
    pub fn of(request: Request<'r>) -> Self {
        Self {
            request,
            brigade: None,
            before: None,
            passed: false,
        }
    }

    /// Sets status and headers. Nothing is sent.
    pub fn start(&mut self, head: &ResponseHead<'_>) {
        let request = self.request;
        self.before.get_or_insert_with(|| Before::of(request));
        let pool = request.pool();
        let line = pool.c_string(head.status_line);
        // SAFETY: alive for 'r, and no reference to it lasts.
        unsafe { (*request.raw()).status = c_int::from(head.status) };
        // SAFETY: as above; the text lives as long.
        unsafe { (*request.raw()).status_line = line.as_ptr() };
        for (name, value) in head.headers {
            let value = pool.c_string(value);
            if name.eq_ignore_ascii_case(b"content-type") {
                // SAFETY: alive for 'r, and the text as long.
                unsafe { ffi_httpd::ap_set_content_type(request.raw(), value.as_ptr()) };
            } else if name.eq_ignore_ascii_case(b"www-authenticate") {
                request.headers_for_errors().add(pool.c_string(name), value);
            } else {
                request.headers_out().add(pool.c_string(name), value);
            }
        }
        if let Some(length) = head.content_length {
            request.set_content_length(i64::try_from(length).unwrap_or(i64::MAX));
        }
    }

    /// Sends data.
    ///
    /// # Errors
    ///
    /// As [`clutch_core::exchange::Exchange::write`].
    pub fn write(&mut self, data: &[u8], then: Then) -> Result<(), Failure> {
        let ends = matches!(then, Then::Finish | Then::FinishNow);
        if data.is_empty() && !ends {
            return self.client_is_there();
        }
        self.no_ranges();
        let brigade = self.brigade();
        if !data.is_empty() {
            // SAFETY: passed below, or cleared by whoever passes next; `data` outlives the call.
            unsafe { brigade.append_borrowed(data) };
        }
        match then {
            Then::Flush => brigade.append_flush(),
            Then::More => (),
            Then::Finish | Then::FinishNow => brigade.append_end(),
        }
        self.pass()?;
        match then {
            Then::FinishNow => self.push_out(),
            _ => Ok(()),
        }
    }

    /// Sends what httpd keeps back for the end of the request. All of it is beyond the filters of the request.
    fn push_out(&mut self) -> Result<(), Failure> {
        let connection = self.request.connection();
        let brigade = self.brigade();
        brigade.append_flush();
        brigade.pass_on(connection)?;
        self.client_is_there()
    }

    /// Sends a part of a file, and the end of the response.
    ///
    /// # Errors
    ///
    /// As [`clutch_core::exchange::Exchange::write`]; `Internal` if there is no descriptor left.
    pub fn send_file(&mut self, range: FileRange<'_>, sendfile: Sendfile) -> Result<(), Failure> {
        let place = (signed(range.offset)?, signed(range.length)?);
        let request = self.request;
        let file = open(request, &range, sendfile)?;
        let brigade = self.brigade();
        if place.1 > 0 {
            brigade.append_file(request, file, place);
        }
        brigade.append_end();
        self.pass()
    }

    /// Sends the end of the response.
    ///
    /// # Errors
    ///
    /// As [`clutch_core::exchange::Exchange::write`].
    pub fn finish(&mut self) -> Result<(), Failure> {
        self.write(&[], Then::Finish)
    }

    /// Breaks a response that may have begun. One without a body is complete with its head, so it cannot be broken.
    pub fn abort(&mut self) {
        let request = self.request;
        if request.has_no_body() {
            let _ = self.finish();
            return;
        }
        let connection = request.connection();
        let framed = request.is_framed();
        let brigade = self.brigade();
        brigade.clear();
        brigade.append_broken(request);
        brigade.append_flush();
        brigade.append_end();
        // Whoever does not take this has a broken response all the same.
        let _ = self.pass();
        connection.close_after_this_request();
        if !framed {
            connection.end_with_a_reset();
        }
    }

    /// Whether httpd has been given something of it.
    pub fn has_begun(&self) -> bool {
        self.passed
    }

    /// Takes back what [`Response::start`] set, so that httpd can answer by itself.
    pub fn take_back(&mut self) {
        if let Some(before) = self.before.take() {
            before.restore(self.request);
        }
    }

    fn brigade(&mut self) -> &mut Brigade<'r> {
        let request = self.request;
        self.brigade.get_or_insert_with(|| Brigade::of(request))
    }

    fn pass(&mut self) -> Result<(), Failure> {
        let request = self.request;
        self.passed = true;
        self.brigade().pass(request)?;
        self.client_is_there()
    }

    fn client_is_there(&self) -> Result<(), Failure> {
        if self.request.connection().is_aborted() {
            return Err(Failure::ClientGone);
        }
        Ok(())
    }

    /// Keeps httpd from answering with a part of what the application makes: it is made anew for each request.
    fn no_ranges(&self) {
        if !self.passed && self.request.headers_in().get(c"Range").is_some() {
            self.request.remove_output_filter(b"byterange");
        }
    }
}

impl Before {
    fn of(request: Request<'_>) -> Self {
        Self {
            status: request.field(|request| request.status),
            status_line: request.field(|request| request.status_line),
            content_type: request.field(|request| request.content_type),
            headers: request.headers_out().count(),
            headers_for_errors: request.headers_for_errors().count(),
        }
    }

    fn restore(self, request: Request<'_>) {
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
    while let Some((name, _)) = table.iter_from(count).next() {
        table.unset(name);
    }
}

/// A description of the file of its own, if it can be had: reading then moves nobody else's place in the file.
fn open<'r>(
    request: Request<'r>,
    range: &FileRange<'_>,
    sendfile: Sendfile,
) -> Result<OpenFile<'r>, Failure> {
    let path = format!("/proc/self/fd/{}", range.file.as_raw_fd());
    let file = File::open(path)
        .map(OwnedFd::from)
        .or_else(|_| range.file.as_fd().try_clone_to_owned())
        .map_err(|_| Failure::Internal)?;
    let pool = request.pool();
    let mut descriptor = pool.keep(file).as_raw_fd();
    let mut raw = ptr::null_mut();
    let flags = ffi_httpd::APR_FOPEN_READ
        | match sendfile {
            Sendfile::Allowed => ffi_httpd::APR_FOPEN_SENDFILE_ENABLED,
            Sendfile::Off => 0,
        };
    // SAFETY: the pool keeps the descriptor open as long as itself.
    let status =
        unsafe { ffi_httpd::apr_os_file_put(&raw mut raw, &raw mut descriptor, flags, pool.raw()) };
    if status != ffi_httpd::APR_SUCCESS {
        return Err(Failure::Internal);
    }
    Ok(OpenFile {
        raw,
        may_be_mapped: request.may_map_files(),
        alive: PhantomData,
    })
}

fn signed(number: u64) -> Result<i64, Failure> {
    i64::try_from(number).map_err(|_| Failure::Internal)
}

impl<'r> Request<'r> {
    /// The headers of an ordinary response.
    fn headers_out(self) -> Table<'r> {
        // SAFETY: a request has its tables as long as it lives.
        unsafe { Table::from_raw(self.field(|request| request.headers_out)) }
    }

    /// The headers of every response, error documents included.
    fn headers_for_errors(self) -> Table<'r> {
        // SAFETY: a request has its tables as long as it lives.
        unsafe { Table::from_raw(self.field(|request| request.err_headers_out)) }
    }

    fn set_content_length(self, length: i64) {
        // SAFETY: alive for 'r.
        unsafe { ffi_httpd::ap_set_content_length(self.raw(), length) };
    }

    /// Whether the response has no body by its nature.
    fn has_no_body(self) -> bool {
        const BODILESS: [c_int; 2] = [ffi_httpd::HTTP_NO_CONTENT, ffi_httpd::HTTP_NOT_MODIFIED];
        self.is_head() || BODILESS.contains(&self.field(|request| request.status))
    }

    /// Whether the end of the response is marked by more than the end of the connection.
    fn is_framed(self) -> bool {
        self.field(|request| request.chunked) != 0
            || self.headers_out().get(c"Content-Length").is_some()
            || self.protocol() == b"HTTP/2.0"
    }

    /// Takes a filter, named in lower case, out of the response's way.
    fn remove_output_filter(self, name: &[u8]) {
        let mut next = self.field(|request| request.output_filters);
        // SAFETY: null at the end; a request's filters live as long as it does.
        while let Some(filter) = unsafe { next.as_ref() } {
            // SAFETY: every filter has a record.
            let found = unsafe { (*filter.frec).name };
            // SAFETY: every record has a name.
            let found = unsafe { CStr::from_ptr(found) };
            if found.to_bytes().eq_ignore_ascii_case(name) {
                // SAFETY: in this request's chain, and not used from here on.
                unsafe { ffi_httpd::ap_remove_output_filter(next) };
                return;
            }
            next = filter.next;
        }
    }

    /// Breaks the response if its head has been sent; whether it was.
    pub(super) fn break_response_that_has_begun(self) -> bool {
        let begun = self.field(|request| request.sent_bodyct) != 0;
        if begun {
            Response::of(self).abort();
        }
        begun
    }
}
