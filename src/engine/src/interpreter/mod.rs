//! Interpreters: who has one, who may use it, how it is replaced, how it ends.
//!
//! ```text
//! pool ── group (an application group) ── gate: how many calls run at once
//!                                      ── serving: 1..N interpreters ── scripts, parts
//! lease: one call's right to use one of them on this thread
//! making: a new interpreter, on the rung of the isolation ladder where the group stands
//! verdict: which rung that was in processes before this one
//! stale: new code where it is the process that is replaced
//! replace: the serving interpreters give way to new ones; ending: an interpreter's end, in bounded time
//! ```

mod ending;
mod gate;
mod group;
mod idle;
mod lease;
pub mod life;
mod making;
mod memory;
mod parts;
mod pool;
mod refusal;
mod reload;
mod replace;
pub mod rung;
pub mod script;
mod script_file;
mod seat;
mod service;
mod stacks;
mod stale;
mod telling;
mod thread;
mod timeout;
mod verdict;

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Instant, SystemTime};

use clutch_sys::lock::{Condvar, Mutex};

pub use lease::{AtWork, Lease, lease, thread_number};
pub use memory::Change;
pub use parts::Parts;
pub use pool::{
    beat, confirm, current, is_daemon, is_interrupted, is_running, preload, reload, start, stop,
    switch_interval, threads_per_process,
};
pub use refusal::Refusal;
pub use stale::stay;
pub use telling::{announce_stop, collections, signal};
pub use thread::spawn;
pub use verdict::{Learned, Trial};

use crate::error::Error;
use crate::python::{Attached, InterpreterId, Parked, Remains, gil};
use group::Group;
use life::{Event, Life};
use rung::Rung;
use script::Scripts;

/// One CPython interpreter and what belongs to it.
#[derive(Debug)]
pub struct Interpreter {
    /// Its application group.
    group: Arc<Group>,
    id: InterpreterId,
    gil: gil::OfInterpreter,
    /// Unique in the process; identifiers may come again when an interpreter has ended.
    serial: u64,
    rung: Rung,
    born: SystemTime,
    /// Taken by the thread that ends the interpreter.
    first_state: Mutex<Option<Parked>>,
    /// States that threads keep in it from call to call and that it is ended with, if they have not been deleted before.
    remains: Mutex<Vec<Remains>>,
    life: Mutex<Life>,
    /// Told about every change of `life` that somebody may wait for.
    changed: Condvar,
    parts: Parts,
    scripts: Scripts,
    /// Calls that have entered, counted if the group limits them. Relaxed: only the number matters.
    calls: AtomicU32,
    /// When the last call left, in milliseconds since the process's [`START`]. Relaxed: a guess is enough.
    last_used: AtomicU64,
    /// Whether it was told that the application needs a process of its own. Relaxed: a second line would do no harm.
    stuck: AtomicBool,
    /// Whether its applications were told that it ends. Relaxed: whoever sets it tells them.
    knows_of_end: AtomicBool,
    /// Modules that were imported when source files were last looked for. Relaxed: looking once more does no harm.
    modules: AtomicU64,
}

/// Serial numbers given so far.
static SERIALS: AtomicU64 = AtomicU64::new(1);

/// The number of the next interpreter.
fn next_serial() -> u64 {
    SERIALS.fetch_add(1, Ordering::Relaxed)
}

/// When the process began to count its milliseconds.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Milliseconds since [`START`].
fn now() -> u64 {
    u64::try_from(START.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// How many processors this process may use. Asking the system reads files, so it is asked once.
fn processors() -> usize {
    static PROCESSORS: LazyLock<usize> =
        LazyLock::new(|| std::thread::available_parallelism().map_or(1, usize::from));
    *PROCESSORS
}

impl Interpreter {
    fn new(
        (serial, id): (u64, InterpreterId),
        group: &Arc<Group>,
        rung: Rung,
        first_state: Parked,
        parts: Parts,
    ) -> Self {
        let interpreter = Self {
            group: Arc::clone(group),
            id,
            gil: match rung {
                Rung::OwnGil => gil::OfInterpreter::own(),
                _ => gil::OfInterpreter::shared(),
            },
            serial,
            rung,
            born: SystemTime::now(),
            first_state: Mutex::new(Some(first_state)),
            remains: Mutex::default(),
            life: Mutex::new(Life::Starting),
            changed: Condvar::new(),
            parts,
            scripts: Scripts::default(),
            calls: AtomicU32::new(0),
            last_used: AtomicU64::new(now()),
            stuck: AtomicBool::new(false),
            knows_of_end: AtomicBool::new(false),
            modules: AtomicU64::new(0),
        };
        interpreter.apply(Event::Created);
        interpreter
    }

    /// It takes or gives back memory of the process until the value is dropped; nothing while the process starts.
    fn change(&self) -> Option<Change<'static>> {
        pool::pool().map(|pool| pool.memory.change(self.serial))
    }

    /// Its types, keys and functions.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Its number, which no other interpreter of the process has had or will have.
    pub fn serial(&self) -> u64 {
        self.serial
    }

    fn is_main(&self) -> bool {
        self.group.is_main()
    }

    /// Whether it may be ended before the process.
    fn is_endable(&self) -> bool {
        !self.is_main() && self.group.is_endable()
    }

    /// Whether its group has one interpreter at a time.
    fn is_alone(&self) -> bool {
        self.rung != Rung::OwnGil || self.group.plan.interpreters == 1
    }

    /// Applies an event to its life. Says whether the life allowed it.
    fn apply(&self, event: Event) -> bool {
        let outcome = {
            let mut life = self.life.lock();
            life.after(event)
                .map(|next| (std::mem::replace(&mut *life, next), next))
        };
        let Ok((from, to)) = outcome else {
            return false;
        };
        if matches!(
            event,
            Event::Created | Event::Failed | Event::Stop | Event::GiveUp
        ) {
            let (group, serial) = (self.group.shown(), self.serial);
            tracing::debug!(%group, serial, ?from, ?event, ?to, "life of an interpreter");
        }
        if matches!(to, Life::Ended(_)) {
            self.changed.notify_all();
        }
        true
    }

    /// A call enters, unless the interpreter takes no new ones.
    fn enter(&self) -> bool {
        self.apply(Event::CallEnters)
    }

    fn leave(&self) {
        self.apply(Event::CallLeaves);
    }

    /// Calls that run now, if it takes new ones.
    fn in_flight(&self) -> Option<u32> {
        match *self.life.lock() {
            Life::Ready { in_flight } => Some(in_flight),
            _ => None,
        }
    }

    /// Keeps the interpreter from being ended until dropped; `None` if it is too late.
    fn visit(&self) -> Option<Visit<'_>> {
        self.apply(Event::VisitorEnters).then_some(Visit(self))
    }
}

/// A thread is in an interpreter, without a call.
struct Visit<'a>(&'a Interpreter);

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// What an interpreter has to note when an application has been called in it: new modules, and extension modules that would
/// not load.
pub fn after_run<T>(
    py: Attached<'_>,
    interpreter: &Arc<Interpreter>,
    script: &[u8],
    outcome: &Result<T, Error>,
) {
    reload::follow_modules(py, interpreter);
    let refusal = outcome.as_ref().err().and_then(Error::refusal);
    if let Some(refusal) = refusal.cloned() {
        replace::go_down(py, interpreter, script, refusal, 0);
    }
}
