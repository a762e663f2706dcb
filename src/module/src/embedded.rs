//! An httpd request as the carrier of a WSGI call.

use clutch_core::exchange::{Exchange, Failure, FileRange, ResponseHead, Then};
use clutch_core::log::{Level, Record};

use crate::client::Served;
use crate::httpd::{Body, Mapping, Request, Response, Sendfile, log};

/// A request, its body and its response, for as long as an engine serves it.
#[derive(Debug)]
pub struct Embedded<'r> {
    request: Request<'r>,
    body: Body<'r>,
    response: Response<'r>,
    sendfile: Sendfile,
    fate: Fate,
}

/// What has become of the application's response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is wanted.
    Wanted,
    /// httpd has answered by itself, while it read the body or passed the response on.
    Answered,
    /// It was broken before the client got any of it, so that an error can take its place.
    BrokenUnseen,
}

impl Fate {
    /// Notes if httpd has answered by itself, and passes `outcome` on.
    fn after<T>(&mut self, outcome: Result<T, Failure>) -> Result<T, Failure> {
        if matches!(outcome, Err(Failure::Answered)) {
            *self = Self::Answered;
        }
        outcome
    }
}

impl<'r> Embedded<'r> {
    /// The carrier for `request`, with a body of so many bytes (−1: as many as come).
    pub fn of(request: Request<'r>, body_length: i64, sendfile: Sendfile) -> Self {
        Self {
            request,
            body: Body::of(request, body_length),
            response: Response::of(request),
            sendfile,
            fate: Fate::Wanted,
        }
    }

    /// The status to answer with after the engine has said `status`; `None` if the client has its response, or a broken
    /// one. What the application had set of its response is taken back; what the client has of it already is broken.
    pub fn status_after(&mut self, status: Option<u16>) -> Option<u16> {
        let status = match self.fate {
            Fate::Answered => None,
            Fate::Wanted if self.response.has_begun() => {
                if status.is_some() {
                    self.response.abort();
                }
                None
            }
            Fate::Wanted => status,
            Fate::BrokenUnseen => status.or(Some(500)),
        };
        if status.is_some() {
            self.response.take_back();
        }
        status
    }

    fn send_file_as(&mut self, range: FileRange<'_>, mapping: Mapping) -> Result<(), Failure> {
        let (sendfile, waits) = (self.sendfile, self.body.is_left());
        self.if_wanted(|response| {
            response.send_file(range, sendfile, mapping)?;
            if waits { response.push_out() } else { Ok(()) }
        })
    }

    /// Runs `send` if the application's response is wanted.
    fn if_wanted(
        &mut self,
        send: impl FnOnce(&mut Response<'r>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if self.fate != Fate::Wanted {
            return Err(Failure::Answered);
        }
        self.fate.after(send(&mut self.response))
    }
}

impl Served for Embedded<'_> {
    fn read_there(&mut self, most: usize) -> Result<Option<&[u8]>, Failure> {
        self.fate.after(self.body.read_there(most))
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.if_wanted(Response::flush)
    }

    fn send_file_of_daemon(&mut self, range: FileRange<'_>) -> Result<(), Failure> {
        self.send_file_as(range, Mapping::Never)
    }
}

impl Exchange for Embedded<'_> {
    fn read(&mut self, most: usize, _: bool) -> Result<&[u8], Failure> {
        self.fate.after(self.body.read(most))
    }

    fn start(&mut self, head: &ResponseHead<'_>) -> Result<(), Failure> {
        self.if_wanted(|response| {
            response.start(head);
            Ok(())
        })
    }

    fn write(&mut self, data: &[u8], then: Then) -> Result<(), Failure> {
        let then = match then {
            // The client is not to wait for its answer until it has sent what nobody reads.
            Then::Finish if self.body.is_left() => Then::FinishNow,
            then => then,
        };
        self.if_wanted(|response| response.write(data, then))
    }

    fn send_file(&mut self, range: FileRange<'_>) -> Result<(), Failure> {
        self.send_file_as(range, Mapping::Allowed)
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.write(&[], Then::Finish)
    }

    fn abort(&mut self) {
        match self.fate {
            Fate::Wanted if self.response.has_begun() || self.response.has_no_body() => {
                self.response.abort();
            }
            Fate::Wanted => self.fate = Fate::BrokenUnseen,
            Fate::Answered | Fate::BrokenUnseen => (),
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
