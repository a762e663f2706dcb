//! New code where it is the process that is replaced: the host is told when that is due, and nothing is replaced here.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use clutch_sys::lock::Mutex;
use clutch_sys::time;
use ffi_engine::abi::{Reload, ReloadPolicy, Request};
use ffi_engine::engine;

use super::pool::{self, Pool};
use super::script::Known;
use super::thread::{self, Work};
use super::{Interpreter, reload, replace};
use crate::error::{Error, Kind};

/// Why the process is to be replaced: a reason that applications know, too.
const REASON: &str = "script_reload";

/// Whether the host has been told that nobody waits for the process that replaces this one. Relaxed: saying it twice does no harm.
static TOLD: AtomicBool = AtomicBool::new(false);

/// When that was.
static TOLD_AT: Mutex<SystemTime> = Mutex::new(SystemTime::UNIX_EPOCH);

/// Looks whether `request`, which is about to enter `interpreter`, is for newer code than that has.
///
/// # Errors
///
/// It is, and is to get it: [`Kind::Stale`].
pub(super) fn check(interpreter: &Arc<Interpreter>, request: &Request<'_>) -> Result<(), Error> {
    if !request.reload || !may_matter(interpreter, request) {
        return Ok(());
    }
    let script = request.script.bytes();
    let script_changed = match interpreter.scripts.known(script) {
        Known::Unknown => false,
        Known::Loaded(at) | Known::Failed(at) => {
            reload::differs(script, at, request.script_mtime)
                && !interpreter.scripts.was_tried(script)
        }
    };
    match (script_changed || reload::has_changed_module(interpreter)) && is_for_another(interpreter)
    {
        true => Err(Error::new(Kind::Stale)),
        false => Ok(()),
    }
}

/// Whether it is worth to look if the code that `request` would get in `interpreter` is old; always where interpreters are replaced.
///
/// What has been loaded after a request began is new enough for it. So no request goes from one process to the next without end,
/// whatever a `reload_required` says, or a file whose time is in the future.
pub(super) fn may_matter(interpreter: &Interpreter, request: &Request<'_>) -> bool {
    let plan = &interpreter.group.plan;
    if !plan.replace_process {
        return true;
    }
    let told = plan.reload_policy == ReloadPolicy::Seamless && TOLD.load(Ordering::Relaxed);
    plan.reload != Reload::Off && !told && !is_younger(interpreter, request.request_start)
}

/// Whether the interpreter was made after `begun`, in microseconds since the epoch.
fn is_younger(interpreter: &Interpreter, begun: i64) -> bool {
    time::microseconds(interpreter.born) > begun
}

/// What old code means for the request that has found it: whether another process is to serve it. If not, the host is told. To be
/// called detached.
pub(super) fn is_for_another(interpreter: &Arc<Interpreter>) -> bool {
    if interpreter.group.plan.reload_policy == ReloadPolicy::Fresh {
        reload::settle(interpreter);
        return true;
    }
    if let Some(pool) = pool::pool()
        && !TOLD.swap(true, Ordering::Relaxed)
    {
        *TOLD_AT.lock() = SystemTime::now();
        let interpreters = pool.interpreters();
        interpreters
            .iter()
            .for_each(|one| one.scripts.are_tried_elsewhere());
        engine::retire(pool.plan().host, REASON);
    }
    false
}

/// The process serves on although the host was told of new code: that does not load. The host is told again when it changes.
pub fn stay() {
    let Some(under_way) = Work::begin() else {
        return;
    };
    thread::spawn("clutch-stay", move || {
        let _under_way = under_way;
        // What was saved by then, the other process has read: it was not even started.
        let since = *TOLD_AT.lock() + reload::QUIET;
        let interpreters = pool::pool().map(Pool::interpreters).unwrap_or_default();
        for interpreter in &interpreters {
            if interpreter.group.reload() == Reload::Modules {
                replace::keep_watching(interpreter, since);
            }
        }
        TOLD.store(false, Ordering::Relaxed);
    });
}
