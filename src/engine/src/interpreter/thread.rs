//! Threads of our own, and what the process waits for before it ends Python.

use std::thread;
use std::time::Instant;

use clutch_core::code;
use clutch_sys::lock::{Condvar, Mutex};
use ffi_engine::guard::guard;

use super::{pool, seat};
use crate::host;

/// Stack of a thread that makes or ends an interpreter, in bytes: what the first thread of a process usually has. Objects
/// that hold each other in long chains end one within the other.
pub(super) const STACK: usize = 8 << 20;

/// How many threads of our own are at work in interpreters. The process waits for them before it ends Python.
static UNDER_WAY: Mutex<u32> = Mutex::new(0);
static NONE_UNDER_WAY: Condvar = Condvar::new();

/// Runs `work` on a thread of its own. Whether there is such a thread; if not, the log says so.
pub fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> bool {
    let spawned = thread::Builder::new()
        .name(name.into())
        .stack_size(STACK)
        .spawn(|| guarded(work));
    if let Err(error) = &spawned {
        let text = format!("the interpreter pool gets no thread {name}: {error}");
        host::fault(&code::NO_THREAD.says(text));
    }
    spawned.is_ok()
}

/// Runs `work`; a panic is a line in the log.
pub(super) fn guarded(work: impl FnOnce()) {
    let panicked = |text: &str| {
        host::fault(&host::panicked(
            " in a thread of the interpreter pool",
            text,
        ));
    };
    let _ = guard(panicked, work);
}

/// Work in interpreters on a thread of our own, until dropped: the process does not end Python meanwhile.
pub(super) struct Work(());

impl Work {
    /// Begins, unless the process stops.
    pub(super) fn begin() -> Option<Self> {
        let mut under_way = UNDER_WAY.lock();
        pool::running().ok()?;
        *under_way += 1;
        Some(Self(()))
    }

    /// Waits until none is under way, at most until `deadline`. Whether none is.
    pub(super) fn wait_for_all(deadline: Instant) -> bool {
        let mut under_way = UNDER_WAY.lock();
        while *under_way > 0
            && !NONE_UNDER_WAY
                .wait_until(&mut under_way, deadline)
                .timed_out()
        {}
        *under_way == 0
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        seat::leave_all();
        *UNDER_WAY.lock() -= 1;
        NONE_UNDER_WAY.notify_all();
    }
}
