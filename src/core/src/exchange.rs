//! The boundary between the WSGI protocol and whatever carries a request: an httpd request, a connection to a daemon,
//! or memory in a test.
//!
//! An [`Exchange`] lives exactly as long as its request. Every method that does I/O may block and must be called
//! while no Python interpreter is attached.

use std::mem::MaybeUninit;
use std::os::fd::BorrowedFd;

use crate::log::{Level, Record};
use crate::question::Answer;

/// Why the carrier could not do what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[repr(i32)]
pub enum Failure {
    /// The client closed or reset the connection.
    #[error("the client closed the connection")]
    ClientGone = 1,
    /// The client did not send or take data within the server's time limit.
    #[error("the client did not send or take data in time")]
    TimedOut = 2,
    /// The request body ended before its declared length.
    #[error("the request body ended before its declared length")]
    Incomplete = 3,
    /// The request body is not what its framing promised.
    #[error("the request body is malformed")]
    Malformed = 4,
    /// The request body is longer than the server allows.
    #[error("the request body is longer than the server allows")]
    TooLarge = 5,
    /// The server has answered the client by itself; the application's response has no place any more.
    #[error("the server has already answered this request with an error of its own")]
    Answered = 6,
    /// The carrier itself failed; a bug or a lack of resources.
    #[error("the server could not carry out the operation")]
    Internal = 7,
}

impl Failure {
    /// The failure with this number; an unknown number is [`Failure::Internal`].
    pub fn from_code(code: i32) -> Self {
        use Failure::*;
        [
            ClientGone, TimedOut, Incomplete, Malformed, TooLarge, Answered,
        ]
        .into_iter()
        .find(|failure| *failure as i32 == code)
        .unwrap_or(Internal)
    }
}

/// What follows a block of response data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Then {
    /// The application pauses after this block: push it to the client now (PEP 3333, "Buffering and Streaming").
    Flush = 0,
    /// More data follows at once; the carrier may gather.
    More = 1,
    /// This block completes the response; [`Exchange::finish`] is not called after it. Nothing more happens in this
    /// request, so the carrier may leave the sending to its end.
    Finish = 2,
    /// This block completes the response, and the application still has work to do: push it to the client now.
    FinishNow = 3,
}

impl Then {
    /// The value with this number; an unknown one is [`Then::Flush`].
    pub fn from_code(code: u8) -> Self {
        match code {
            1 => Then::More,
            2 => Then::Finish,
            3 => Then::FinishNow,
            _ => Then::Flush,
        }
    }
}

/// The status and headers of a response, checked by [`crate::response_head`].
#[derive(Debug, Clone, Copy)]
pub struct ResponseHead<'a> {
    /// The three digits as a number, 0 to 999.
    pub status: u16,
    /// The whole status line without the protocol, such as `200 OK`.
    pub status_line: &'a [u8],
    /// Headers in the application's order; names are not unique.
    pub headers: &'a [(&'a [u8], &'a [u8])],
    /// The value of `Content-Length`, parsed; that header is not among `headers`.
    pub content_length: Option<u64>,
}

/// A range of an open regular file.
#[derive(Debug, Clone, Copy)]
pub struct FileRange<'a> {
    /// The open file. The carrier duplicates it if it needs it after the call.
    pub file: BorrowedFd<'a>,
    /// First byte to send.
    pub offset: u64,
    /// Number of bytes to send.
    pub length: u64,
}

/// Copies as many of `bytes` to the beginning of `room` as fit. How many these are.
pub fn copied(bytes: &[u8], room: &mut [MaybeUninit<u8>]) -> usize {
    let count = bytes.len().min(room.len());
    for (place, byte) in room[..count].iter_mut().zip(bytes) {
        place.write(*byte);
    }
    count
}

/// What a WSGI call needs from its carrier.
pub trait Exchange {
    /// The next bytes of the request body, at most `most` of them; none at the end of the body. `all` says that the
    /// application waits for all of `most`, so that a carrier may have more sent than it gives now.
    ///
    /// They stay the carrier's own, until the next call of any of its methods, so that they are copied once, to where
    /// they are wanted. Blocks until at least one byte is there. Sends a pending `100 Continue` first.
    ///
    /// # Errors
    ///
    /// Any [`Failure`] but `Internal` is the client's doing. After an error the carrier closes the connection when
    /// the request ends.
    fn read(&mut self, most: usize, all: bool) -> Result<&[u8], Failure>;

    /// The next bytes of the request body, put at the beginning of `room`, for an application that waits for all of it. How many
    /// they are; 0 at the end of the body, or if there is no room.
    ///
    /// # Errors
    ///
    /// As for [`Exchange::read`].
    fn read_into(&mut self, room: &mut [MaybeUninit<u8>]) -> Result<usize, Failure> {
        let bytes = self.read(room.len(), true)?;
        Ok(copied(bytes, room))
    }

    /// Sets the head of the response. Called once, before the first data; does no I/O.
    ///
    /// # Errors
    ///
    /// `Answered` if the server has answered by itself.
    fn start(&mut self, head: &ResponseHead<'_>) -> Result<(), Failure>;

    /// Sends response data.
    ///
    /// # Errors
    ///
    /// `ClientGone` or `TimedOut` when nobody takes the data, `Answered` as for [`Exchange::start`].
    fn write(&mut self, data: &[u8], then: Then) -> Result<(), Failure>;

    /// Sends part of a file and completes the response.
    ///
    /// # Errors
    ///
    /// As for [`Exchange::write`].
    fn send_file(&mut self, range: FileRange<'_>) -> Result<(), Failure>;

    /// Completes the response.
    ///
    /// # Errors
    ///
    /// As for [`Exchange::write`].
    fn finish(&mut self) -> Result<(), Failure>;

    /// Breaks a response that has begun, so that the client cannot mistake it for a complete one.
    ///
    /// A response that has no body by its nature (to `HEAD`, 204, 304) is complete with its head and is only finished.
    fn abort(&mut self);

    /// Gives the answer to the question that the request is, once. A request for an application has no use for one.
    ///
    /// # Errors
    ///
    /// `Internal` if nothing was asked, or nobody is there to take it.
    fn answer(&mut self, _answer: &Answer) -> Result<(), Failure> {
        Err(Failure::Internal)
    }

    /// Writes a line to the log of this request. Does not fail.
    fn log(&self, record: &Record<'_>);

    /// The most detailed level that the log of this request keeps.
    fn log_level(&self) -> Level;

    /// Whether the client's connection is protected by TLS.
    fn is_https(&self) -> bool;

    /// The value of a variable of the server's TLS module, such as `SSL_CLIENT_S_DN`.
    fn tls_variable(&mut self, name: &[u8]) -> Option<&[u8]>;
}

#[cfg(test)]
mod tests {
    use super::{Failure, Then};

    #[test]
    fn every_failure_survives_its_number() {
        for code in 1..=7 {
            assert_eq!(Failure::from_code(code) as i32, code);
        }
        assert_eq!(Failure::from_code(99), Failure::Internal);
    }

    #[test]
    fn every_continuation_survives_its_number() {
        for code in 0..=3 {
            assert_eq!(Then::from_code(code) as u8, code);
        }
    }
}
