//! What every function that httpd calls goes through: no panic and no error gets out of here as such.

use std::ffi::c_int;
use std::ptr::NonNull;

use clutch_core::code::{self, Fault};

use crate::httpd::log;
use crate::httpd::request::Request;

/// What a request hook tells httpd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Not ours.
    Declined,
    /// Ours, and done.
    Done,
    /// Ours, and httpd is to answer with this status.
    Status(u16),
}

impl Outcome {
    fn to_httpd(self) -> c_int {
        match self {
            Self::Declined => ffi_httpd::DECLINED,
            Self::Done => ffi_httpd::OK,
            Self::Status(status) => c_int::from(status),
        }
    }
}

/// Runs the body of a request hook.
///
/// A panic is logged with its place and becomes 500; the process lives on, because other applications share it. If the
/// client has the head of a response already, the response is broken instead, so that nobody takes it for complete.
///
/// # Safety
///
/// `raw` is the request httpd passed to the hook that is calling.
pub(super) unsafe fn request_hook(
    entry: &'static str,
    raw: *mut ffi_httpd::request_rec,
    body: impl for<'r> FnOnce(Request<'r>) -> Outcome,
) -> c_int {
    let Some(raw) = NonNull::new(raw) else {
        return ffi_httpd::DECLINED;
    };
    // SAFETY: httpd keeps the request alive until the hook has returned, and `body` is generic over 'r, so nothing it
    // makes of it can outlive the call.
    let request = unsafe { Request::from_raw(raw) };
    let report = |panic: &str| log::request_fault(request, &told(entry, panic));
    let outcome = ffi_engine::guard::guard(report, || body(request));
    outcome
        .unwrap_or_else(|| after_a_panic(entry, request))
        .to_httpd()
}

fn after_a_panic(entry: &'static str, request: Request<'_>) -> Outcome {
    match guard(entry, || request.break_response_that_has_begun()) {
        Some(true) => Outcome::Done,
        Some(false) | None => Outcome::Status(500),
    }
}

/// Runs `body`; if it panics, logs that with its place and gives `None`.
pub(super) fn guard<R>(entry: &'static str, body: impl FnOnce() -> R) -> Option<R> {
    ffi_engine::guard::guard(|panic| log::fault(&told(entry, panic)), body)
}

pub(super) fn told(entry: &str, panic: &str) -> Fault {
    code::PANIC.says(format!("panic in {entry}: {panic}; please report this"))
}
