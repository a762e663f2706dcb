//! One call's right to use an interpreter on this thread.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use clutch_core::code;
use ffi_engine::abi::{Reload, Request};

use super::gate::{Closed, Pass};
use super::group::Group;
use super::reload::{self, Due};
use super::seat::{self, Seat};
use super::timeout::Watched;
use super::{Interpreter, making, now, pool, replace, stale};
use crate::error::{Error, Kind};
use crate::host;
use crate::python::Attached;
use crate::wsgi::Call;

thread_local! {
    static NUMBER: Cell<Option<u32>> = const { Cell::new(None) };
    /// Calls of this thread that are under way. More than one when output of a call makes httpd run another.
    static UNDER_WAY: Cell<u32> = const { Cell::new(0) };
}

/// Why an interpreter is replaced, for the log.
const CHANGED: &str = "its code has changed";

/// How often a call looks for an interpreter anew because the one it found was taken out of service at that moment.
const TRIES: usize = 100;

/// Numbers given to threads so far; the process's first thread is 0. Relaxed: only the numbers' difference matters.
static NUMBERS: AtomicU32 = AtomicU32::new(0);

/// This thread's number: unique in the process, given when the thread first touches Python.
pub fn thread_number() -> u32 {
    NUMBER.get().unwrap_or_else(|| {
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        NUMBER.set(Some(number));
        number
    })
}

/// This thread is at work for a request, until dropped: a signal that ends the process now must not touch Python, nor
/// wait for a lock.
#[derive(Debug)]
pub struct AtWork(());

impl AtWork {
    /// From now on.
    pub fn begin() -> Self {
        UNDER_WAY.set(UNDER_WAY.get() + 1);
        Self(())
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        UNDER_WAY.set(UNDER_WAY.get() - 1);
    }
}

/// Whether this thread is at work for a request.
pub(super) fn is_at_work() -> bool {
    UNDER_WAY.get() > 0
}

/// The right of this thread to run one call in an interpreter.
pub struct Lease {
    /// Taken out by `attach`, if the seat is for this call alone, and by `drop`.
    seat: Option<Rc<Seat>>,
    interpreter: Arc<Interpreter>,
    /// Watches how long the call runs, if that is limited.
    watched: Option<Watched>,
    /// The group's permission, if it limits its calls. Given back last.
    pass: Option<Pass>,
}

/// A lease for `request` on an interpreter of its group, which is made, or replaced, if need be.
///
/// # Errors
///
/// The group is as busy as it may be, or has no interpreter. The error says why.
pub fn lease(request: &Request<'_>, call: &Arc<Call>) -> Result<Lease, Error> {
    for _ in 0..TRIES {
        if let Some(lease) = attempt(request, call)? {
            return Ok(lease);
        }
    }
    let group = String::from_utf8_lossy(request.group.bytes());
    Err(Error::saying(
        Kind::Interpreter,
        code::ALWAYS_REPLACED.says(format!(
            "the interpreters of application group '{group}' are replaced all the time"
        )),
    ))
}

/// As [`lease`]; nothing if the interpreter or the group that was found went out of service meanwhile.
fn attempt(request: &Request<'_>, call: &Arc<Call>) -> Result<Option<Lease>, Error> {
    let name = request.group.bytes();
    let kept = seat::kept_for(name);
    let group = match &kept {
        Some(seat) if !seat.interpreter().group.is_retired() => &seat.interpreter().group,
        _ => &pool::group(name)?,
    };
    let pass = pass(group)?;
    let interpreter = match &kept {
        Some(seat) if seat.interpreter().is_alone() && seat.interpreter().in_flight().is_some() => {
            Arc::clone(seat.interpreter())
        }
        _ => match making::choose(group, request.script.bytes(), request.script_mtime)? {
            Some(interpreter) => interpreter,
            None => return Ok(None),
        },
    };
    if group.plan.replace_process {
        stale::check(&interpreter, request)?;
    } else if request.reload && group.reload() >= Reload::Group {
        match reload::due(&interpreter, request) {
            Due::No => (),
            Due::Behind => replace::behind(&interpreter, CHANGED),
            Due::Now => {
                replace::at_once(&interpreter, CHANGED)?;
                return Ok(None);
            }
        }
    }
    let mut lease = enter(interpreter)?;
    if let Some(lease) = &mut lease {
        lease.watched = Watched::begin(&lease.interpreter, call);
        lease.pass = pass;
    }
    Ok(lease)
}

/// The right to use an interpreter for something that is no request.
pub(super) fn lease_on(interpreter: &Arc<Interpreter>) -> Result<Lease, Error> {
    enter(Arc::clone(interpreter))?.ok_or_else(|| {
        Error::saying(
            Kind::Interpreter,
            code::INTERPRETER_ENDS.says(format!("{} is ending", interpreter.parts.context)),
        )
    })
}

/// Waits until the group lets this thread through. A call within a call is through already.
fn pass(group: &Group) -> Result<Option<Pass>, Error> {
    match &group.gate {
        Some(gate) if UNDER_WAY.get() <= 1 => match gate.pass() {
            Ok(pass) => Ok(Some(pass)),
            Err(closed) => Err(busy(group, closed)),
        },
        _ => Ok(None),
    }
}

fn busy(group: &Group, closed: Closed) -> Error {
    let (name, limit) = (group.shown(), group.plan.concurrency);
    match closed {
        Closed::Full => Error::saying(
            Kind::Full,
            code::BUSY.says(format!(
                "application group '{name}' runs {limit} requests and keeps {} waiting, as many as ClutchConcurrency and \
                 ClutchQueue let it",
                group.plan.queue
            )),
        ),
        Closed::TimedOut => Error::saying(
            Kind::QueueTimeout,
            code::QUEUED_TOO_LONG.says(format!(
                "a request for application group '{name}' has waited {} ms, as long as ClutchQueueTimeout lets it",
                group.plan.queue_timeout
            )),
        ),
    }
}

/// Enters an interpreter, if it still takes calls.
fn enter(interpreter: Arc<Interpreter>) -> Result<Option<Lease>, Error> {
    if !interpreter.enter() {
        seat::leave_what_has_ended();
        return Ok(None);
    }
    match seat::seat_in(&interpreter) {
        Ok(seat) => Ok(Some(Lease {
            seat: Some(seat),
            interpreter,
            watched: None,
            pass: None,
        })),
        Err(error) => {
            interpreter.leave();
            Err(error)
        }
    }
}

impl Lease {
    /// Attaches this thread to the interpreter and runs `work`; once.
    ///
    /// A seat that is for this call alone is given up with that, as to do it later is to wait for the GIL again.
    pub fn attach<R>(
        &mut self,
        work: impl for<'py> FnOnce(Attached<'py>, &Arc<Interpreter>) -> R,
    ) -> R {
        let seat = self.seat.take().expect("a lease attaches once");
        let starving = Starving::begin();
        let interpreter = &self.interpreter;
        let work = |py: Attached<'_>| {
            starving.end(py, interpreter);
            work(py, interpreter)
        };
        if seat.may_be_kept() {
            self.seat = Some(Rc::clone(&seat));
            return seat.state().attach(work);
        }
        let alone = Rc::into_inner(seat).expect("a seat that is not kept is the lease's alone");
        alone.attach_once(work)
    }

    /// Whether the call ran out of time.
    pub fn has_timed_out(&self) -> bool {
        self.watched.as_ref().is_some_and(Watched::has_timed_out)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        drop(self.watched.take());
        if let Some(seat) = self.seat.take() {
            seat.let_go(); // While this call still keeps the interpreter from ending.
        }
        if self.interpreter.is_endable() {
            self.interpreter.last_used.store(now(), Ordering::Relaxed);
        }
        self.interpreter.leave();
        replace::after_call(&self.interpreter);
        drop(self.pass.take());
    }
}

/// Watches how long a call waits for the GIL where interpreters do not hand it over to each other: up to 3.12, a thread that
/// computes gives it only to threads of its own interpreter.
struct Starving(Option<Instant>);

/// How long a call must have waited for a line in the log.
const STARVED: Duration = Duration::from_secs(1);

impl Starving {
    fn begin() -> Self {
        Self(cfg!(not(Py_3_13)).then(Instant::now))
    }

    /// The call has the GIL now. The first that had to wait long is logged.
    fn end(self, py: Attached<'_>, interpreter: &Interpreter) {
        static TOLD: AtomicBool = AtomicBool::new(false);
        let Some(waited) = self.0.map(|begun| begun.elapsed()) else {
            return;
        };
        if waited < STARVED || TOLD.swap(true, Ordering::Relaxed) {
            return;
        }
        let text = format!(
            "a request for {} waited {:.1} s for the GIL: before Python 3.13 an application that computes does not hand it \
             over to other applications of the process; it is better off in a process of its own, or with a newer Python",
            interpreter.parts.context,
            waited.as_secs_f64()
        );
        py.detached(&code::STARVED.says(text), |fault| host::fault(fault));
    }
}
