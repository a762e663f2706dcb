//! The response of a request: data and files out through bucket brigades.

use clutch_core::exchange::{Failure, FileRange, ResponseHead, Then};

use crate::httpd::brigade::Brigade;
use crate::httpd::file::{Mapping, OpenFile, Sendfile};
use crate::httpd::head::Before;
use crate::httpd::request::Request;

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
        request.set_head(head);
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
    ///
    /// # Errors
    ///
    /// As [`clutch_core::exchange::Exchange::write`].
    pub fn push_out(&mut self) -> Result<(), Failure> {
        let connection = self.request.connection();
        let brigade = self.brigade();
        brigade.append_flush();
        brigade.pass_on(connection)?;
        self.client_is_there()
    }

    /// Pushes what has been written to the client.
    ///
    /// # Errors
    ///
    /// As [`clutch_core::exchange::Exchange::write`].
    pub fn flush(&mut self) -> Result<(), Failure> {
        self.brigade().append_flush();
        self.pass()
    }

    /// Sends a part of a file, and the end of the response.
    ///
    /// # Errors
    ///
    /// As [`clutch_core::exchange::Exchange::write`]; `Internal` if there is no descriptor left.
    pub fn send_file(
        &mut self,
        range: FileRange<'_>,
        sendfile: Sendfile,
        mapping: Mapping,
    ) -> Result<(), Failure> {
        let place = (signed(range.offset)?, signed(range.length)?);
        let request = self.request;
        let file = OpenFile::of(request, range.file, sendfile, mapping)?;
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

    /// Whether it has no body by its nature, so that it is complete with its head.
    pub fn has_no_body(&self) -> bool {
        self.before.is_some() && self.request.has_no_body()
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

fn signed(number: u64) -> Result<i64, Failure> {
    i64::try_from(number).map_err(|_| Failure::Internal)
}

impl<'r> Request<'r> {
    /// Breaks the response if its head has been sent; whether it was.
    pub(super) fn break_response_that_has_begun(self) -> bool {
        let begun = self.field(|request| request.sent_bodyct) != 0;
        if begun {
            Response::of(self).abort();
        }
        begun
    }
}
