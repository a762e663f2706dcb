//! An httpd request as the carrier of a WSGI call.

use clutch_core::exchange::{Exchange, Failure, FileRange, ResponseHead, Then};
use clutch_core::log::{Level, Record};

use crate::httpd::{Body, Request, Response, Sendfile, log};

/// A request, its body and its response, for as long as an engine serves it.
#[derive(Debug)]
pub struct Embedded<'r> {
    request: Request<'r>,
    body: Body<'r>,
    response: Response<'r>,
    sendfile: Sendfile,
    /// httpd has answered by itself, while it read the body or passed the response on.
    answered: bool,
}

impl<'r> Embedded<'r> {
    /// The carrier for `request`.
    pub fn of(request: Request<'r>, sendfile: Sendfile) -> Self {
        Self {
            request,
            body: Body::of(request),
            response: Response::of(request),
            sendfile,
            answered: false,
        }
    }

    /// Makes room for an answer of httpd's own; `false` if the client has part of the application's already, or of
    /// httpd's.
    pub fn make_room(&mut self) -> bool {
        let room = !self.answered && !self.response.has_begun();
        if room {
            self.response.take_back();
        }
        room
    }

    /// Runs `send` if the application's response still has a place.
    fn unless_answered(
        &mut self,
        send: impl FnOnce(&mut Response<'r>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if self.answered {
            return Err(Failure::Answered);
        }
        let sent = send(&mut self.response);
        self.answered = sent == Err(Failure::Answered);
        sent
    }
}

impl Exchange for Embedded<'_> {
    fn read(&mut self, most: usize) -> Result<&[u8], Failure> {
        let read = self.body.read(most);
        self.answered |= read == Err(Failure::Answered);
        read
    }

    fn start(&mut self, head: &ResponseHead<'_>) -> Result<(), Failure> {
        self.unless_answered(|response| {
            response.start(head);
            Ok(())
        })
    }

    fn write(&mut self, data: &[u8], then: Then) -> Result<(), Failure> {
        self.unless_answered(|response| response.write(data, then))
    }

    fn send_file(&mut self, range: FileRange<'_>) -> Result<(), Failure> {
        let sendfile = self.sendfile;
        self.unless_answered(|response| response.send_file(range, sendfile))
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.unless_answered(Response::finish)
    }

    fn abort(&mut self) {
        if !self.answered {
            self.response.abort();
        }
    }

    fn log(&self, record: &Record<'_>) {
        log::write_request(self.request, record);
    }

    fn log_level(&self) -> Level {
        self.request.log_level()
    }

    fn is_https(&self) -> bool {
        self.request.connection().is_https()
    }

    fn tls_variable(&mut self, name: &[u8]) -> Option<&[u8]> {
        self.request.tls_variable(name)
    }
}
