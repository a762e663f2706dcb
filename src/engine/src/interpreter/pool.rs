//! The interpreter pool: application group → interpreter, created once.

use std::collections::HashMap;
use std::os::unix::ffi::OsStringExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ffi_engine::abi::Plan;
use parking_lot::{Mutex, RwLock};

use super::lease::{self, Seat};
use super::parts::Parts;
use super::{Interpreter, ending, script};
use crate::error::{Error, Kind};
use crate::python::runtime::{self, CAN_OWN_GIL};
use crate::python::{Attached, InterpreterId, PyResult, ThreadState};
use crate::setup;

/// A place for one group's interpreter. Its lock is held while the interpreter is made, so that it is made once; a
/// thread waits for it while attached to nothing.
type Slot = Arc<Mutex<Option<Arc<Interpreter>>>>;

/// All interpreters of the process.
pub(super) struct Pool {
    plan: &'static Plan<'static>,
    /// The environment as the process got it: what the `os.environ` of every sub-interpreter begins with.
    environment: Vec<(Vec<u8>, Vec<u8>)>,
    slots: RwLock<HashMap<Box<[u8]>, Slot>>,
    /// Every interpreter that was made.
    made: RwLock<Vec<Arc<Interpreter>>>,
    /// Set when the process stops; read by threads that want a new interpreter.
    closed: AtomicBool,
}

/// Set once, by `start`.
static POOL: OnceLock<Pool> = OnceLock::new();

/// Where the interpreter of a group was found.
pub(super) enum Found {
    /// It is there.
    Here(Arc<Interpreter>),
    /// This thread has just made it, and has a seat in it.
    Made(Seat),
}

/// Starts Python and makes the main interpreter. To be called once, on the process's first thread.
///
/// # Errors
///
/// A sentence for the log.
pub fn start(plan: &'static Plan<'static>) -> Result<(), String> {
    lease::thread_number(); // This thread is number 0.
    let environment = std::env::vars_os()
        .map(|(name, value)| (name.into_vec(), value.into_vec()))
        .collect();
    let (id, state) = runtime::start(&setup::of(plan)).map_err(|refused| refused.0)?;
    let pool = Pool {
        plan,
        environment,
        slots: RwLock::default(),
        made: RwLock::default(),
        closed: AtomicBool::new(false),
    };
    if plan.own_gil && !CAN_OWN_GIL {
        tracing::warn!(
            "applications cannot live in interpreters with a GIL of their own in this Python; they share one"
        );
    }
    if plan.own_gil && cfg!(not(Py_3_14)) {
        // Before 3.14 the C part of datetime must have been set up in the main interpreter before any other has its own.
        let _ = state.attach(|py| {
            py.import(c"datetime")
                .map(drop)
                .map_err(|raised| drop(raised.take(py)))
        });
    }
    let parts = pool.furnish(b"", &state)?;
    let main = Arc::new(Interpreter::new(b"", id, Some(state.set_aside()), parts));
    pool.made.write().push(Arc::clone(&main));
    pool.slots
        .write()
        .insert(Box::default(), Arc::new(Mutex::new(Some(main))));
    if POOL.set(pool).is_err() {
        return Err("Python has been started already in this process".into());
    }
    Ok(())
}

fn pool() -> Result<&'static Pool, Error> {
    POOL.get()
        .filter(|pool| !pool.closed.load(Ordering::Acquire))
        .ok_or_else(|| {
            Error::saying(
                Kind::Interpreter,
                "Python is not running in this process".into(),
            )
        })
}

/// The interpreter of `group`.
pub(super) fn interpreter(group: &[u8]) -> Result<Found, Error> {
    let pool = pool()?;
    let found = pool.slots.read().get(group).cloned();
    let slot =
        found.unwrap_or_else(|| Arc::clone(pool.slots.write().entry(group.into()).or_default()));
    let mut place = slot.lock();
    if let Some(interpreter) = &*place {
        return Ok(Found::Here(Arc::clone(interpreter)));
    }
    let seat = pool.create(group).map_err(|why| {
        let group = String::from_utf8_lossy(group);
        Error::saying(
            Kind::Interpreter,
            format!("no interpreter could be made for application group '{group}': {why}"),
        )
    })?;
    *place = Some(Arc::clone(seat.interpreter()));
    pool.made.write().push(Arc::clone(seat.interpreter()));
    Ok(Found::Made(seat))
}

impl Pool {
    fn create(&self, group: &[u8]) -> Result<Seat, String> {
        let main =
            lease::seat(b"").map_err(|error| error.log_text().unwrap_or_default().to_owned())?;
        let own_gil = self.plan.own_gil && CAN_OWN_GIL;
        let (id, first) =
            runtime::new_interpreter(main.state(), own_gil).map_err(|refused| refused.0)?;
        match self.furnish(group, &first) {
            Ok(parts) => {
                let interpreter =
                    Arc::new(Interpreter::new(group, id, Some(first.set_aside()), parts));
                let state =
                    ThreadState::new(id).ok_or("there is no memory for a Python thread state")?;
                Ok(Seat::new(interpreter, state))
            }
            Err(why) => {
                runtime::end_interpreter(first, main.state());
                Err(why)
            }
        }
    }

    /// Makes the interpreter of `state` ready for applications.
    fn furnish(&self, group: &[u8], state: &ThreadState) -> Result<Parts, String> {
        let environment = (!group.is_empty()).then_some(&self.environment[..]);
        let parts = state.attach(|py| {
            Parts::build(py, self.plan, group, environment).map_err(|raised| {
                let exception = raised.take(py);
                format!(
                    "{}: {}",
                    exception.value().type_name(),
                    exception.value().to_text()
                )
            })
        })?;
        tracing::info!(
            own_gil = self.plan.own_gil && CAN_OWN_GIL && !group.is_empty(),
            "made {}",
            parts.context
        );
        Ok(parts)
    }

    pub(super) fn plan(&self) -> &Plan<'static> {
        self.plan
    }

    /// Every interpreter that is there, the main one last.
    fn interpreters(&self) -> Vec<Arc<Interpreter>> {
        let mut made = self.made.read().clone();
        made.sort_by_key(|interpreter| interpreter.is_main());
        made
    }
}

/// The interpreter this thread is attached to, in whatever thread of Python's or ours.
pub fn current(py: Attached<'_>) -> PyResult<Arc<Interpreter>> {
    let id = InterpreterId::of(py);
    let found = POOL.get().and_then(|pool| {
        pool.interpreters()
            .into_iter()
            .find(|interpreter| interpreter.id == id)
    });
    found.ok_or_else(|| {
        py.raise(
            crate::python::Kind::Runtime,
            "this interpreter does not belong to the server",
        )
    })
}

/// Loads a script in the interpreter of `group`. A failure is logged.
pub fn preload(group: &[u8], script: &[u8]) {
    let _at_work = lease::AtWork::begin();
    let outcome = lease::lease(group)
        .and_then(|lease| lease.attach(|py, interpreter| script::preload(py, interpreter, script)));
    if let Err(error) = outcome
        && let Some(text) = error.log_text()
    {
        crate::host::log(error.level(), text.as_bytes());
    }
}

/// What the configuration says; `None` before the start.
pub(super) fn plan() -> Option<&'static Plan<'static>> {
    POOL.get().map(Pool::plan)
}

/// Ends all interpreters and Python, in at most `limit`; what does not end by then is left as it is.
pub fn stop(limit: Duration) {
    let Some(pool) = POOL.get() else { return };
    if pool.closed.swap(true, Ordering::AcqRel) {
        return;
    }
    if lease::is_at_work() || crate::python::is_attached() {
        // httpd ends a child of its prefork MPM from a signal handler, in the middle of whatever the thread does.
        runtime::leave_as_it_is();
        return;
    }
    if !pool.plan.destroy_interpreters {
        runtime::leave_as_it_is();
        return;
    }
    lease::leave_sub_interpreters();
    ending::end(pool.interpreters(), limit);
}
