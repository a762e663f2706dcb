//! The interpreter pool: application group → interpreters, for the whole process.

use std::collections::HashMap;
use std::os::unix::ffi::OsStringExt;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use clutch_core::code;
use clutch_sys::lock::RwLock;
use ffi_engine::abi::{Isolation, Plan, Preload};
use ffi_engine::engine;
use rayon::prelude::*;

use super::group::Group;
use super::memory::Ledger;
use super::rung::{Abilities, Rung};
use super::thread::Work;
use super::{
    Interpreter, ending, lease, making, processors, replace, script, seat, service, telling,
    thread, verdict,
};
use crate::error::{Error, Kind};
use crate::host;
use crate::python::{Attached, InterpreterId, PyResult, runtime};
use crate::{metrics, setup};

/// Most threads that load scripts side by side before requests come.
const MOST_AT_START: usize = 8;

/// All interpreters of the process.
pub(super) struct Pool {
    plan: &'static Plan<'static>,
    /// The environment as the process got it: what the `os.environ` of every sub-interpreter begins with.
    environment: Vec<(Vec<u8>, Vec<u8>)>,
    groups: RwLock<HashMap<Box<[u8]>, Arc<Group>>>,
    /// Every interpreter that was made and has not ended; abandoned ones stay. The main one is the first.
    made: RwLock<Vec<Arc<Interpreter>>>,
    /// Set when the process stops; read by threads that want a new interpreter.
    closed: AtomicBool,
    /// Interpreters that have ended, or were abandoned. Relaxed: only the number matters.
    pub(super) replaced: AtomicU32,
    /// Those of them that were abandoned. Relaxed, too.
    pub(super) abandoned: AtomicU32,
    /// What they have kept of the process's memory.
    pub(super) memory: Ledger,
}

/// Set once, by `start`.
static POOL: OnceLock<Pool> = OnceLock::new();

/// Starts Python and makes the main interpreter. To be called once, on the process's first thread.
///
/// # Errors
///
/// A sentence for the log.
pub fn start(plan: &'static Plan<'static>) -> Result<(), String> {
    lease::thread_number(); // This thread is number 0.
    metrics::process_begins();
    let environment = std::env::vars_os()
        .map(|(name, value)| (name.into_vec(), value.into_vec()))
        .collect();
    let (id, state) = runtime::start(&setup::of(plan)).map_err(|refused| refused.0)?;
    let pool = Pool {
        plan,
        environment,
        groups: RwLock::default(),
        made: RwLock::default(),
        closed: AtomicBool::new(false),
        replaced: AtomicU32::new(0),
        abandoned: AtomicU32::new(0),
        memory: Ledger::default(),
    };
    if cfg!(not(Py_3_14)) && Abilities::OF_THIS_PYTHON.own_gil {
        // Before 3.14 the C part of datetime must have been set up in the main interpreter before any other has its own GIL.
        let _ = state.attach(|py| {
            py.import(c"datetime")
                .map(drop)
                .map_err(|raised| drop(raised.take(py)))
        });
    }
    let group = pool.new_group(b"");
    let parts = making::furnish(&pool, &group, &state, false)?;
    let first = state.set_aside();
    let serial = super::next_serial();
    let main = Interpreter::new((serial, id), &group, Rung::SharedGil, first, parts);
    let main = Arc::new(main);
    pool.add(&main);
    group.swap(vec![main]);
    pool.groups.write().insert(Box::default(), group);
    POOL.set(pool)
        .map_err(|_| "Python has been started already in this process".to_owned())
}

/// The pool, as long as it makes interpreters.
pub(super) fn running() -> Result<&'static Pool, Error> {
    POOL.get()
        .filter(|pool| !pool.closed.load(Ordering::Acquire))
        .ok_or_else(|| {
            Error::saying(
                Kind::Interpreter,
                code::NO_PYTHON.says("Python is not running in this process"),
            )
        })
}

/// The pool, also while it stops.
pub(super) fn pool() -> Option<&'static Pool> {
    POOL.get()
}

/// Whether this process runs scripts and serves no requests.
pub(super) fn is_service() -> bool {
    POOL.get().is_some_and(|pool| pool.plan.service)
}

/// Whether this process is a daemon.
pub fn is_daemon() -> bool {
    let name = POOL.get().map(|pool| pool.plan.process_group.bytes());
    name.is_some_and(|name| !name.is_empty())
}

/// Whether Python runs, and does not stop.
pub fn is_running() -> bool {
    running().is_ok()
}

/// Whether this thread must not wait for anything: httpd ends a child of its prefork MPM from a signal handler, in the middle of
/// whatever the thread does.
pub fn is_interrupted() -> bool {
    lease::is_at_work() || crate::python::is_attached()
}

/// The switch interval of the main interpreter in microseconds; 0: Python's own.
pub fn switch_interval() -> u32 {
    POOL.get()
        .map_or(0, |pool| pool.main().group.plan.switch_interval)
}

/// Threads of this process that call applications.
pub fn threads_per_process() -> u32 {
    POOL.get().map_or(1, |pool| pool.plan.threads_per_process)
}

/// The group of this name.
pub(super) fn group(name: &[u8]) -> Result<Arc<Group>, Error> {
    let pool = running()?;
    if let Some(group) = pool.known(name) {
        return Ok(group);
    }
    let group = pool.new_group(name);
    let mut groups = pool.groups.write();
    Ok(Arc::clone(groups.entry(name.into()).or_insert(group)))
}

impl Pool {
    fn new_group(&self, name: &[u8]) -> Arc<Group> {
        let plan = engine::group_plan(self.plan.host, name);
        let first = Abilities::OF_THIS_PYTHON.first_rung(name, &plan);
        if plan.isolation == Isolation::OwnGil && first != Rung::OwnGil && !name.is_empty() {
            let name = String::from_utf8_lossy(name);
            host::fault(&code::NO_OWN_GIL.says(format!(
                "application group '{name}' cannot have a GIL of its own in this Python; it shares one"
            )));
        }
        Group::new(name, plan, first)
    }

    /// The group of this name, if it has been used.
    pub(super) fn known(&self, name: &[u8]) -> Option<Arc<Group>> {
        self.groups.read().get(name).cloned()
    }

    pub(super) fn groups(&self) -> Vec<Arc<Group>> {
        self.groups.read().values().cloned().collect()
    }

    /// Ends the interpreters of a group in which no call runs, and forgets it: its name may come again. Whether there were
    /// any.
    pub(super) fn retire_idle(&self, group: &Arc<Group>, why: &'static str) -> bool {
        let interpreters = group.retire_idle();
        if interpreters.is_empty() {
            return false;
        }
        self.forget(group);
        ending::retire_all(interpreters, why);
        true
    }

    fn forget(&self, group: &Arc<Group>) {
        let mut groups = self.groups.write();
        if groups
            .get(group.name())
            .is_some_and(|known| Arc::ptr_eq(known, group))
        {
            groups.remove(group.name());
        }
    }

    pub(super) fn plan(&self) -> &'static Plan<'static> {
        self.plan
    }

    pub(super) fn environment(&self) -> &[(Vec<u8>, Vec<u8>)] {
        &self.environment
    }

    pub(super) fn add(&self, interpreter: &Arc<Interpreter>) {
        self.made.write().push(Arc::clone(interpreter));
    }

    /// An interpreter has ended.
    pub(super) fn remove(&self, interpreter: &Arc<Interpreter>) {
        self.made
            .write()
            .retain(|one| !Arc::ptr_eq(one, interpreter));
    }

    /// Sub-interpreters that serve.
    pub(super) fn serving(&self) -> usize {
        let made = self.made.read();
        made.iter()
            .filter(|one| !one.is_main() && one.in_flight().is_some())
            .count()
    }

    /// The main interpreter.
    pub(super) fn main(&self) -> Arc<Interpreter> {
        Arc::clone(&self.made.read()[0])
    }

    /// Every interpreter that has not ended.
    pub(super) fn interpreters(&self) -> Vec<Arc<Interpreter>> {
        self.made.read().clone()
    }
}

/// Takes the main interpreter's GIL and gives it back. A process that stops does not wait for it.
pub fn beat() {
    let Some(_work) = Work::begin() else {
        return;
    };
    if let Ok(main) = seat::main() {
        main.state().attach(|_| ());
    }
}

/// The interpreter this thread is attached to, in whatever thread of Python's or ours.
pub fn current(py: Attached<'_>) -> PyResult<Arc<Interpreter>> {
    let id = InterpreterId::of(py);
    // The latest first: a new interpreter may have the place in memory of one that ended a moment ago.
    let found = POOL.get().and_then(|pool| {
        let made = pool.made.read();
        made.iter().rev().find(|one| one.id == id).cloned()
    });
    found.ok_or_else(|| {
        py.raise(
            crate::python::Kind::Runtime,
            "this interpreter does not belong to the server",
        )
    })
}

/// Loads scripts, those of one group in order and groups side by side. A failure is logged.
///
/// Whether all are loaded.
pub fn preload(scripts: &[Preload<'_>]) -> bool {
    if let Some(pool) = POOL.get().filter(|pool| pool.plan.service) {
        service::run(pool, scripts);
        return true;
    }
    let mut groups: Vec<(&[u8], Vec<&[u8]>)> = Vec::new();
    for one in scripts {
        let (name, script) = (one.group.bytes(), one.script.bytes());
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, scripts)) => scripts.push(script),
            None => groups.push((name, vec![script])),
        }
    }
    let (here, beside): (Vec<_>, Vec<_>) =
        groups.into_iter().partition(|(name, _)| name.is_empty());
    let all_here = here.into_iter().fold(true, |all, (name, scripts)| {
        preload_group(name, &scripts) && all
    });
    let all_beside = match &beside[..] {
        [] => true,
        [(name, scripts)] => preload_group(name, scripts),
        several => side_by_side(several),
    };
    all_here && all_beside
}

/// Whether all are loaded.
fn side_by_side(groups: &[(&[u8], Vec<&[u8]>)]) -> bool {
    let threads = rayon::ThreadPoolBuilder::new()
        .num_threads(processors().min(MOST_AT_START).min(groups.len()))
        .thread_name(|number| format!("clutch-start-{number}"))
        .stack_size(thread::STACK)
        .build();
    match threads {
        Ok(threads) => threads.install(|| {
            let each = groups.par_iter().map(|(name, scripts)| {
                let mut all = false;
                thread::guarded(|| all = preload_group(name, scripts));
                seat::leave_all(); // The thread ends when nobody waits for it any more.
                all
            });
            each.reduce(|| true, |one, other| one && other)
        }),
        Err(error) => {
            tracing::info!(%error, "scripts are loaded one after the other");
            groups.iter().fold(true, |all, (name, scripts)| {
                preload_group(name, scripts) && all
            })
        }
    }
}

/// Whether all are loaded.
pub(super) fn preload_group(name: &[u8], scripts: &[&[u8]]) -> bool {
    let _at_work = lease::AtWork::begin();
    let mut all = true;
    for path in scripts {
        let mut outcome = Ok(());
        // Each rung of the ladder once, and the interpreter that was just made.
        for _ in 0..4 {
            outcome = group(name)
                .and_then(|group| making::choose(&group, path, 0))
                .and_then(|chosen| match chosen {
                    Some(interpreter) => lease::lease_on(&interpreter)?
                        .attach(|py, interpreter| script::preload(py, interpreter, path)),
                    None => Err(Error::new(Kind::Again)),
                });
            if !outcome.as_ref().is_err_and(Error::is_again) {
                break;
            }
        }
        if let Err(error) = outcome {
            replace::log(&error);
            all = false;
        }
    }
    all
}

/// Replaces the interpreters of a group. Whether there were any.
pub fn reload(group: &[u8]) -> bool {
    let _at_work = lease::AtWork::begin();
    replace::by_name(group)
}

/// A script of `group` was served, or was not, by the process of its own that it may need.
pub fn confirm(group: &[u8], script: &[u8], served: bool) {
    if let Some(group) = pool().and_then(|pool| pool.known(group)) {
        match served {
            true => verdict::confirm(&group, script, Rung::Process),
            false => verdict::doubt(&group, script, Rung::Process),
        }
    }
}

/// Ends all interpreters and Python, in at most `limit`; what does not end by then is left as it is.
///
/// Applications are told before that, with `reason`, unless they know; also if interpreters are not ended with the process.
pub fn stop(limit: Duration, reason: &[u8]) {
    let Some(pool) = POOL.get() else { return };
    if pool.closed.swap(true, Ordering::AcqRel) {
        return;
    }
    verdict::end_in_order();
    if is_interrupted() {
        runtime::leave_as_it_is();
        return;
    }
    let deadline = Instant::now() + limit;
    if !pool.plan.destroy_interpreters {
        telling::all_told(reason, deadline);
        runtime::leave_as_it_is();
        return;
    }
    seat::leave_sub_interpreters();
    telling::all_told(reason, deadline - limit / 4);
    ending::end(pool, deadline);
}
