//! A request about which a script is asked, as the carrier of the question.

use clutch_core::exchange::{Exchange, Failure, FileRange, ResponseHead, Then};
use clutch_core::log::{Level, Record};
use clutch_core::question::Answer;

use crate::client::Served;
use crate::httpd::{Request, log};

/// The request, and the answer once it has come. There is no body to read, and nobody who would get a response.
#[derive(Debug)]
pub(super) struct Asking<'r> {
    request: Request<'r>,
    answer: Option<Answer>,
}

impl<'r> Asking<'r> {
    /// A question about `request`.
    pub(super) fn of(request: Request<'r>) -> Self {
        Self {
            request,
            answer: None,
        }
    }

    /// The answer, if there is one.
    pub(super) fn into_answer(self) -> Option<Answer> {
        self.answer
    }
}

impl Served for Asking<'_> {
    fn read_there(&mut self, _: usize) -> Result<Option<&[u8]>, Failure> {
        Err(Failure::Internal)
    }

    fn flush(&mut self) -> Result<(), Failure> {
        Err(Failure::Internal)
    }

    fn send_file_of_daemon(&mut self, _: FileRange<'_>) -> Result<(), Failure> {
        Err(Failure::Internal)
    }
}

impl Exchange for Asking<'_> {
    fn read(&mut self, _: usize, _: bool) -> Result<&[u8], Failure> {
        Err(Failure::Internal)
    }

    fn start(&mut self, _: &ResponseHead<'_>) -> Result<(), Failure> {
        Err(Failure::Internal)
    }

    fn write(&mut self, _: &[u8], _: Then) -> Result<(), Failure> {
        Err(Failure::Internal)
    }

    fn send_file(&mut self, _: FileRange<'_>) -> Result<(), Failure> {
        Err(Failure::Internal)
    }

    fn finish(&mut self) -> Result<(), Failure> {
        Err(Failure::Internal)
    }

    fn abort(&mut self) {}

    fn answer(&mut self, answer: &Answer) -> Result<(), Failure> {
        match self.answer {
            Some(_) => Err(Failure::Internal),
            None => {
                self.answer = Some(answer.clone());
                Ok(())
            }
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
