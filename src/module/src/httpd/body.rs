//! Reading a request body through httpd's input filters.

use clutch_core::exchange::Failure;

use crate::httpd::brigade::{Brigade, First};
use crate::httpd::request::Request;

/// The body of a request, as far as it has not been read.
#[derive(Debug)]
pub struct Body<'r> {
    request: Request<'r>,
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

impl<'r> Body<'r> {
    /// The body of `request`, none of it read.
    pub fn of(request: Request<'r>) -> Self {
        Self {
            request,
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
        match self.state {
            State::Open => (),
            State::Ended => return Ok(&[]),
            State::Failed(failure) => return Err(failure),
        }
        match self.reach_data(most) {
            Ok(true) => Ok(self.lend(most)),
            Ok(false) => Ok(&[]),
            Err(status) => {
                let failure = failure_of(status);
                self.state = State::Failed(failure);
                self.request.connection().close_after_this_request();
                Err(failure)
            }
        }
    }

    /// Goes on until the first bucket has data that has not been lent. `false` at the end of the body.
    fn reach_data(&mut self, most: usize) -> Result<bool, ffi_httpd::apr_status_t> {
        let request = self.request;
        let brigade = self.brigade.get_or_insert_with(|| Brigade::of(request));
        let mut asked = false;
        loop {
            match brigade.first()? {
                First::Data(data) if data.len() > self.taken => return Ok(true),
                First::None if asked => return Err(ffi_httpd::APR_EGENERAL),
                First::None => {
                    fetch(request, brigade, most)?;
                    asked = true;
                }
                First::End => {
                    self.state = State::Ended;
                    brigade.clear();
                    return Ok(false);
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
        &data[start..self.taken]
    }
}

/// Waits for at least some of `wanted` bytes.
fn fetch(
    request: Request<'_>,
    brigade: &Brigade<'_>,
    wanted: usize,
) -> Result<(), ffi_httpd::apr_status_t> {
    /// httpd's own buffer; less would only mean more calls.
    const LEAST: i64 = 8192;
    let wanted = i64::try_from(wanted).unwrap_or(i64::MAX).max(LEAST);
    let filters = request.field(|request| request.input_filters);
    // SAFETY: a request has its filters, and the brigade lives, as long as the request.
    let status = unsafe {
        ffi_httpd::ap_get_brigade(
            filters,
            brigade.raw(),
            ffi_httpd::AP_MODE_READBYTES,
            ffi_httpd::APR_BLOCK_READ,
            wanted,
        )
    };
    match status {
        ffi_httpd::APR_SUCCESS => Ok(()),
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
