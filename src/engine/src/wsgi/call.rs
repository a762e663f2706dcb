//! [`Call`]: what the objects of one call share, and its end.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};

use clutch_core::exchange::{Exchange, Failure, FileRange, Then};
use clutch_core::log::{Level, Record};
use ffi_engine::abi::Request;
use ffi_engine::engine::Carrier;
use parking_lot::Mutex;

use super::body::Body;
use super::head::Head;
use super::lines::Lines;
use crate::error::{Error, Kind};
use crate::interpreter::Parts;
use crate::python::{self, Attached, Raised};

/// What the objects of one call share: `wsgi.input`, `wsgi.errors`, `start_response`, and the threads that use them.
///
/// Locks: each is held for a few steps without Python, or for one operation of the carrier while detached. `body` may
/// be held while `carrier` is taken, never the other way round.
pub struct Call {
    /// `None` when the call is over: then every object of it is dead.
    carrier: Mutex<Option<Carrier>>,
    /// Whether the call is over. Written once, before `carrier` is emptied; read by anybody, who may be wrong a moment
    /// later and is then told by `carrier`.
    over: AtomicBool,
    pub(super) head: Mutex<Head>,
    pub(super) body: Mutex<Body>,
    pub(super) lines: Mutex<Lines>,
    /// Body bytes given to the carrier. Written by whoever sends, one at a time; read by the same.
    sent: AtomicU64,
    /// Set when nobody takes the response any more; read by whoever writes next.
    undeliverable: AtomicI32,
    /// Whether the carrier was told that the response is complete: nothing can break it any more. Written by whoever
    /// sends; read at the end.
    finished: AtomicBool,
}

/// The call is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Over;

thread_local! {
    static CURRENT: RefCell<Option<Arc<Call>>> = const { RefCell::new(None) };
}

/// Marks a call as the one this thread runs, until dropped.
pub(super) struct Current(Option<Arc<Call>>);

impl Current {
    pub(super) fn set(call: &Arc<Call>) -> Self {
        Self(CURRENT.replace(Some(Arc::clone(call))))
    }
}

/// Ends a call when dropped.
pub(super) struct End<'a>(pub(super) &'a Call);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Drop for Current {
    fn drop(&mut self) {
        let call = CURRENT.replace(self.0.take());
        drop(call);
    }
}

impl Call {
    pub(super) fn new(carrier: Carrier, content_length: i64) -> Self {
        Self {
            carrier: Mutex::new(Some(carrier)),
            over: AtomicBool::new(false),
            head: Mutex::new(Head::Nothing),
            body: Mutex::new(Body::expecting(content_length)),
            lines: Mutex::new(Lines::default()),
            sent: AtomicU64::new(0),
            undeliverable: AtomicI32::new(0),
            finished: AtomicBool::new(false),
        }
    }

    /// The call this thread runs, if it runs one.
    pub fn current() -> Option<Arc<Call>> {
        CURRENT.with_borrow(Option::clone)
    }

    /// Runs `work` without a current call: what Python prints meanwhile goes to the server's log.
    pub fn without_current<R>(work: impl FnOnce() -> R) -> R {
        let _current = Current(CURRENT.replace(None));
        work()
    }

    /// Runs `work` on the carrier. May block: call it detached.
    pub(super) fn with<R>(&self, work: impl FnOnce(&mut Carrier) -> R) -> Result<R, Over> {
        debug_assert!(!python::is_attached(), "the carrier is used while attached");
        self.carrier.lock().as_mut().map(work).ok_or(Over)
    }

    /// Whether the call is still going on.
    pub fn is_live(&self) -> bool {
        !self.over.load(Ordering::Acquire)
    }

    /// Ends the call: waits for the operation another thread may have going, and lets nobody begin one.
    pub(super) fn end(&self) {
        self.over.store(true, Ordering::Release);
        *self.carrier.lock() = None;
    }

    /// Writes a line to the log of the request; lines of a call that is over go to the server's log. Call it detached.
    pub fn log(&self, level: Level, text: &[u8]) {
        self.record(&Record {
            level,
            file: file!(),
            line: line!(),
            text,
        });
    }

    /// Writes a record, as [`Call::log`] does. While another thread waits for the client, the record goes to the server's
    /// log: a line must not wait for a client.
    pub fn record(&self, record: &Record<'_>) {
        match self.carrier.try_lock().as_deref() {
            Some(Some(carrier)) => carrier.log(record),
            Some(None) | None => crate::host::write(record),
        }
    }

    /// The most detailed level the log of the request keeps. Call it detached.
    pub fn log_level(&self) -> Level {
        match self.carrier.try_lock().as_deref() {
            Some(Some(carrier)) => carrier.log_level(),
            Some(None) | None => crate::host::level(),
        }
    }

    /// Sends the head if it has not been sent, then `data`, cut at the declared length. Call it detached.
    pub(super) fn write(&self, data: &[u8], then: Then) -> Result<(), Failure> {
        match self.undeliverable.load(Ordering::Relaxed) {
            0 => (),
            code => return Err(Failure::from_code(code)),
        }
        let outcome = self.try_write(data, then);
        if let Err(failure) = outcome {
            self.undeliverable.store(failure as i32, Ordering::Relaxed);
        }
        outcome
    }

    fn try_write(&self, data: &[u8], then: Then) -> Result<(), Failure> {
        let write = |carrier: &mut Carrier| {
            let (given, length) = {
                let mut head = self.head.lock();
                (head.commit(), head.length())
            };
            if let Some(given) = given {
                given.send(carrier)?;
            }
            let room = length.map_or(u64::MAX, |length| length.saturating_sub(self.sent()));
            let data = &data[..data.len().min(usize::try_from(room).unwrap_or(usize::MAX))];
            self.sent.fetch_add(data.len() as u64, Ordering::Relaxed);
            if matches!(then, Then::Finish | Then::FinishNow) {
                self.finished.store(true, Ordering::Relaxed);
            }
            match (data.is_empty(), then) {
                (true, Then::Flush | Then::More) => Ok(()),
                (true, Then::Finish | Then::FinishNow) => carrier.finish(),
                (false, _) => carrier.write(data, then),
            }
        };
        self.with(write).map_err(|Over| Failure::Internal)?
    }

    /// Sends part of a file, which completes the response. Call it detached, after the head.
    pub(super) fn send_file(&self, range: FileRange<'_>) -> Result<(), Failure> {
        self.finished.store(true, Ordering::Relaxed);
        self.with(|carrier| carrier.send_file(range))
            .map_err(|Over| Failure::Internal)?
    }

    /// Body bytes given to the carrier so far.
    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// What a failed call means for the client: a status if nothing of the response is out yet, else a broken
    /// response. Call it detached.
    pub(super) fn settle(&self, error: &Error) -> Option<u16> {
        if let Some(text) = error.log_text() {
            self.log(error.level(), text.as_bytes());
        }
        let status = error.status()?;
        if self.finished.load(Ordering::Relaxed) {
            return None;
        }
        if self.sent() > 0 {
            let _ = self.with(Exchange::abort);
            return None;
        }
        // The head may have been committed; the host sees whether it can take it back.
        Some(status)
    }

    /// The error for an exception that got out of the application or of what we do for it; logs it with its traceback.
    pub fn raised(&self, py: Attached<'_>, parts: &Parts, raised: Raised) -> Error {
        let exception = raised.take(py);
        crate::report::exception(py, parts, &exception, Some(self));
        Error::new(Kind::Application).behind(parts.refusals(py, Some(&exception)).pop())
    }

    /// Writes what is left of an unfinished line.
    pub(super) fn flush_lines(&self, py: Attached<'_>) {
        let rest = self.lines.lock().take_rest();
        if let Some(rest) = rest {
            py.detached((self, rest), |(call, rest)| call.log(Level::Error, &rest));
        }
    }

    /// A panic for tests: `SetEnv clutch.panic engine`.
    pub(super) fn provoke_panic(&self, request: &Request<'_>) {
        let asked = |pair: &ffi_engine::abi::Pair<'_>| {
            pair.name.bytes() == b"clutch.panic" && pair.value.bytes() == b"engine"
        };
        assert!(
            !request.env.get().iter().any(asked),
            "provoked by the variable clutch.panic"
        );
    }
}
