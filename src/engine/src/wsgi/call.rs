//! [`Call`]: what the objects of one call share, and its end.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU16, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use clutch_core::exchange::{Exchange, Failure, FileRange, Then};
use clutch_core::log::{Level, Record};
use clutch_sys::lock::Mutex;
use ffi_engine::abi::{Field, Request};
use ffi_engine::engine::Carrier;
use smallvec::SmallVec;

use super::body::Body;
use super::head::Head;
use super::lines::Lines;
use super::meter::Meter;
use super::record::Shown;
use crate::error::{Error, Kind};
use crate::interpreter::Parts;
use crate::modwsgi::events;
use crate::python::waiting::{self, Waits};
use crate::python::{self, Attached, InterpreterId, Kept, Object, PyResult, Raised};
use crate::telemetry::Facts;
use crate::{host, metrics, report};

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
    /// httpd's log id of the request; empty if it has none.
    id: SmallVec<[u8; 32]>,
    /// The dict of the call that is the application's own, once somebody has asked for it, and the interpreter it is of.
    data: Mutex<Option<(InterpreterId, Kept)>>,
    /// httpd's record of the request, if the application has it.
    pub(super) record: Shown,
    /// Whether somebody hears about what happens to the call. Written by the thread that runs it, before the application begins.
    listened: AtomicBool,
    /// Set before the application begins, if somebody wants to know.
    meter: OnceLock<Meter>,
    /// Waits of the thread for a GIL before the call.
    waits_before: Waits,
    /// Code of the status that the application gave last; 0: none. Relaxed, as `timed_out`: read at the end.
    status: AtomicU16,
    /// Whether RequestTimeout has ended the application.
    timed_out: AtomicBool,
    /// The clock raises RequestTimeout in it. Relaxed: written before the exception is raised.
    interrupted: AtomicBool,
    /// Serial number of the interpreter that the call is in; 0: in none. Written by the thread that runs it.
    interpreter: AtomicU64,
    /// What is told of the call if it takes long.
    facts: Option<Box<Facts>>,
}

/// The call is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Over;

impl Call {
    pub(super) fn new(carrier: Carrier, request: &Request<'_>) -> Self {
        Self {
            carrier: Mutex::new(Some(carrier)),
            over: AtomicBool::new(false),
            head: Mutex::new(Head::Nothing),
            body: Mutex::new(Body::expecting(request.content_length)),
            lines: Mutex::new(Lines::default()),
            sent: AtomicU64::new(0),
            undeliverable: AtomicI32::new(0),
            finished: AtomicBool::new(false),
            id: request.fields[Field::RequestId as usize].bytes().into(),
            data: Mutex::default(),
            record: Shown::default(),
            listened: AtomicBool::new(false),
            meter: OnceLock::new(),
            waits_before: waiting::so_far(),
            status: AtomicU16::new(0),
            timed_out: AtomicBool::new(false),
            interrupted: AtomicBool::new(false),
            interpreter: AtomicU64::new(0),
            facts: Facts::of(request),
        }
    }

    /// httpd's log id of the request, if it has one.
    pub fn id(&self) -> Option<&[u8]> {
        Some(&self.id[..]).filter(|id| !id.is_empty())
    }

    /// The dict that belongs to the call and is the application's own; made when it is asked for first.
    pub fn data<'py>(&self, py: Attached<'py>) -> PyResult<Object<'py>> {
        let id = InterpreterId::of(py);
        let of = |data: &Option<(InterpreterId, Kept)>| {
            let known = data.as_ref().filter(|(of, _)| *of == id);
            known.map(|(_, dict)| dict.bind(py))
        };
        if let Some(dict) = of(&self.data.lock()) {
            return Ok(dict);
        }
        let new = py.dict()?; // May run Python code, which may ask for the data, too.
        let mut data = self.data.lock();
        if let Some(dict) = of(&data) {
            drop(data);
            return Ok(dict);
        }
        if data.is_some() {
            drop(data);
            return Err(py.raise(
                python::Kind::Runtime,
                "the request of this thread runs in another interpreter",
            ));
        }
        *data = Some((id, new.clone().keep()));
        Ok(new)
    }

    /// Serial number of the interpreter that the call is in; 0: in none.
    pub(crate) fn interpreter(&self) -> u64 {
        self.interpreter.load(Ordering::Acquire)
    }

    /// The call is in this interpreter from now on.
    pub(crate) fn enters(&self, interpreter: u64) {
        self.interpreter.store(interpreter, Ordering::Release);
    }

    /// The call is in no interpreter any more: gives up what the application has of it.
    pub(crate) fn leaves(&self, py: Attached<'_>) {
        self.interpreter.store(0, Ordering::Release);
        self.record.close(py);
        let data = self.data.lock().take();
        if let Some((_, dict)) = data {
            dict.release(py);
        }
    }

    /// The application begins: notes who wants to know what of the call. One look at a list if nobody does.
    pub(super) fn watch(&self, py: Attached<'_>, parts: &Parts, started: SystemTime) {
        let listened = events::are_heard(py, parts);
        if listened {
            waiting::measure();
            self.listened.store(true, Ordering::Relaxed);
        }
        if listened || metrics::is_recording() {
            self.meter.get_or_init(|| Meter::begin(started));
        }
    }

    /// Whether somebody hears about what happens to the call.
    pub(crate) fn is_listened(&self) -> bool {
        self.listened.load(Ordering::Relaxed)
    }

    /// What is told of the call if it takes long, and somebody wants to know.
    pub(crate) fn facts(&self) -> Option<&Facts> {
        self.facts.as_deref()
    }

    /// What is measured of the call, if its application has begun and somebody wants to know.
    pub(crate) fn meter(&self) -> Option<&Meter> {
        self.meter.get()
    }

    /// Waits of this call for a GIL, as the thread that runs it knows.
    pub(crate) fn gil_waits(&self) -> Waits {
        waiting::so_far() - self.waits_before
    }

    /// Processor time that the call has used, as far as it is known.
    pub(crate) fn cpu(&self) -> Duration {
        let known = self.meter().and_then(Meter::cpu);
        known
            .map(|(user, system)| user + system)
            .unwrap_or_default()
    }

    /// Notes the status that the application has given.
    pub(super) fn note_status(&self, code: u16) {
        self.status.store(code, Ordering::Relaxed);
    }

    /// The status as events and metrics tell it: what the application gave last, 500 if it gave none.
    pub(crate) fn final_status(&self) -> u16 {
        if self.timed_out.load(Ordering::Relaxed) && !self.head.lock().is_committed() {
            return 504;
        }
        match self.status.load(Ordering::Relaxed) {
            0 => 500,
            code => code,
        }
    }

    /// Notes that its time is over, before RequestTimeout is raised in it.
    pub(crate) fn interrupt(&self) {
        self.interrupted.store(true, Ordering::Relaxed);
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
        let outcome = match self.meter() {
            None => self.try_write(data, then),
            Some(meter) => {
                if !data.is_empty() {
                    meter.output.add_bytes(data.len());
                    meter.output.add_operation();
                }
                meter.output.timed(|| self.try_write(data, then))
            }
        };
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
        let send = || {
            self.with(|carrier| carrier.send_file(range))
                .map_err(|Over| Failure::Internal)?
        };
        match self.meter() {
            None => send(),
            Some(meter) => meter.output.timed(send),
        }
    }

    /// Body bytes given to the carrier so far.
    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// What a failed call means for the client: a status if nothing of the response is out yet, else a broken
    /// response. Call it detached.
    pub(super) fn settle(&self, error: &Error) -> Option<u16> {
        if let Some(fault) = error.fault() {
            host::fault_for(Some(self), &fault);
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
        let class = parts.request_timeout.get(py);
        let is_timeout = exception.value().is_instance_of(&class);
        self.timed_out.fetch_or(is_timeout, Ordering::Relaxed);
        match is_timeout && self.interrupted.load(Ordering::Relaxed) {
            true => report::timeout(py, parts, &exception, self),
            false => report::exception(py, parts, &exception, Some(self)),
        }
        if !is_timeout && self.is_listened() {
            events::request_exception(py, parts, self, &exception);
        }
        Error::new(Kind::Application).behind(parts.refusals(py, Some(&exception)).pop())
    }

    /// Writes what is left of an unfinished line.
    pub(super) fn flush_lines(&self, py: Attached<'_>) {
        let rest = self.lines.lock().take_rest();
        if let Some(rest) = rest {
            py.detached((self, rest), |(call, rest)| call.log(Level::Error, &rest));
        }
    }
}
