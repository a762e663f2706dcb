//! Reading a request body through httpd's input filters.

use clutch_core::exchange::Failure;
use clutch_sys::socket::Waiting;

use crate::httpd::brigade::{Brigade, First};
use crate::httpd::request::Request;

/// The body of a request, as far as it has not been read.
#[derive(Debug)]
pub struct Body<'r> {
    request: Request<'r>,
    /// Its declared length in bytes; −1 if it is chunked, 0 if there is none.
    length: i64,
    /// Bytes that have been read.
    read: u64,
    /// What httpd gave and nobody has taken; made at the first read.
    brigade: Option<Brigade<'r>>,
    /// Bytes of the first bucket that have been taken.
    taken: usize,
    state: State,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Open,
    Ended,
    Failed(Failure),
}

/// What the first bucket is.
enum Reached {
    Data,
    /// The end of the body.
    End,
    /// There is none yet.
    Nothing,
}

impl<'r> Body<'r> {
    /// The body of `request`, of so many bytes (−1: as many as come), none of it read.
    pub fn of(request: Request<'r>, length: i64) -> Self {
        Self {
            request,
            length,
            read: 0,
            brigade: None,
            taken: 0,
            state: State::Open,
        }
    }

    /// The next bytes of the body, at most `most` of them, where httpd has them; none at the end.
    ///
    /// Blocks until there is something, and then gives only what is there.
    ///
    /// # Errors
    ///
    /// As [`clutch_core::exchange::Exchange::read`], the same one at each call after the first. The connection is
    /// closed after the request.
    pub fn read(&mut self, most: usize) -> Result<&[u8], Failure> {
        Ok(self.read_how(most, Waiting::Allowed)?.unwrap_or_default())
    }

    /// Whether there is something that has not been read, or may be: httpd waits for that before it ends the request.
    pub fn is_left(&self) -> bool {
        match (self.state, u64::try_from(self.length)) {
            (State::Open, Ok(length)) => self.read < length,
            (State::Open, Err(_)) => true,
            (State::Ended | State::Failed(_), _) => false,
        }
    }

    /// As [`Body::read`], and does not wait; `None`: there is nothing yet, or nobody can tell.
    ///
    /// # Errors
    ///
    /// As [`Body::read`].
    pub fn read_there(&mut self, most: usize) -> Result<Option<&[u8]>, Failure> {
        self.read_how(most, Waiting::Never)
    }

    fn read_how(&mut self, most: usize, waiting: Waiting) -> Result<Option<&[u8]>, Failure> {
        match self.state {
            State::Open => (),
            State::Ended => return Ok(Some(&[])),
            State::Failed(failure) => return Err(failure),
        }
        match self.reach_data(most, waiting) {
            Ok(Reached::Data) => Ok(Some(self.lend(most))),
            Ok(Reached::End) => Ok(Some(&[])),
            Ok(Reached::Nothing) => Ok(None),
            Err(status) => {
                let failure = failure_of(status);
                self.state = State::Failed(failure);
                self.request.connection().close_after_this_request();
                Err(failure)
            }
        }
    }

    /// Goes on until the first bucket has data that has not been lent.
    fn reach_data(
        &mut self,
        most: usize,
        waiting: Waiting,
    ) -> Result<Reached, ffi_httpd::apr_status_t> {
        let request = self.request;
        let brigade = self.brigade.get_or_insert_with(|| Brigade::of(request));
        let mut asked = false;
        loop {
            match brigade.first()? {
                First::Data(data) if data.len() > self.taken => return Ok(Reached::Data),
                First::None if asked && waiting == Waiting::Never => return Ok(Reached::Nothing),
                First::None if asked => return Err(ffi_httpd::APR_EGENERAL),
                First::None => {
                    if !fetch(request, brigade, most, waiting)? {
                        return Ok(Reached::Nothing);
                    }
                    asked = true;
                }
                First::End => {
                    self.state = State::Ended;
                    brigade.clear();
                    return Ok(Reached::End);
                }
                First::Data(_) | First::Mark => {
                    self.taken = 0;
                    brigade.remove_first();
                }
            }
        }
    }

    /// What is left of the first bucket, counted as taken.
    fn lend(&mut self, most: usize) -> &[u8] {
        let Some(Ok(First::Data(data))) = self.brigade.as_mut().map(Brigade::first) else {
            return &[];
        };
        let start = self.taken;
        self.taken = data.len().min(start.saturating_add(most));
        self.read += (self.taken - start) as u64;
        &data[start..self.taken]
    }
}

/// Gets at least some of `wanted` bytes. `false` without waiting for them, if there are none.
fn fetch(
    request: Request<'_>,
    brigade: &Brigade<'_>,
    wanted: usize,
    waiting: Waiting,
) -> Result<bool, ffi_httpd::apr_status_t> {
    /// httpd's own buffer; less would only mean more calls.
    const LEAST: i64 = 8192;
    let wanted = i64::try_from(wanted).unwrap_or(i64::MAX).max(LEAST);
    let filters = request.field(|request| request.input_filters);
    let how = match waiting {
        Waiting::Allowed => ffi_httpd::APR_BLOCK_READ,
        // Filters of single requests need not bear that: mod_deflate's gives up if there is nothing yet. httpd's own do.
        Waiting::Never if filters != request.field(|request| request.proto_input_filters) => {
            return Ok(false);
        }
        Waiting::Never => ffi_httpd::APR_NONBLOCK_READ,
    };
    // SAFETY: a request has its filters, and the brigade lives, as long as the request.
    let status = unsafe {
        ffi_httpd::ap_get_brigade(
            filters,
            brigade.raw(),
            ffi_httpd::AP_MODE_READBYTES,
            how,
            wanted,
        )
    };
    match status {
        ffi_httpd::APR_SUCCESS => Ok(true),
        ffi_httpd::APR_EAGAIN if waiting == Waiting::Never => Ok(false),
        status => Err(status),
    }
}

/// What a status of the input filters means. `APR_EGENERAL`, `EINVAL` and others are what httpd says about framing.
fn failure_of(status: ffi_httpd::apr_status_t) -> Failure {
    match status {
        ffi_httpd::AP_FILTER_ERROR => Failure::Answered,
        ffi_httpd::APR_TIMEUP | ffi_httpd::APR_ETIMEDOUT => Failure::TimedOut,
        ffi_httpd::APR_EOF | ffi_httpd::APR_INCOMPLETE => Failure::Incomplete,
        ffi_httpd::APR_ENOSPC => Failure::TooLarge,
        ffi_httpd::APR_ECONNRESET | ffi_httpd::APR_ECONNABORTED | ffi_httpd::APR_EPIPE => {
            Failure::ClientGone
        }
        _ => Failure::Malformed,
    }
}
