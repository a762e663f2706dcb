//! A process that serves no requests, but runs scripts.

use ffi_engine::abi::Preload;

use super::pool::{self, Pool};
use super::{replace, script};
use crate::error::Error;
use crate::python::ThreadState;
use crate::report;

/// Runs the scripts, one after the other, on this thread, the process's first, and waits for the threads that they leave. Ends
/// early when a script of the main interpreter raises `SystemExit`, as it does on SIGTERM.
pub(super) fn run(pool: &Pool, scripts: &[Preload<'_>]) {
    let main = pool.main();
    // CPython handles signals in the first of a process's thread states, and on the first thread only.
    let first = main.first_state.lock().take();
    let Some(state) = first.map(|first| first.take_up()) else {
        return;
    };
    for one in scripts {
        let (group, path) = (one.group.bytes(), one.script.bytes());
        if !group.is_empty() {
            pool::preload_group(group, &[path]);
            continue;
        }
        match state.attach(|py| script::preload(py, &main, path)) {
            Err(error) if error.is_exit() => break,
            Err(error) => replace::log(&error),
            Ok(()) => (),
        }
    }
    wait_for_threads(pool, &state);
    *main.first_state.lock() = Some(state.set_aside());
}

/// Waits for threads of the main interpreter as Python does at its end: until they have ended, or SIGTERM comes.
fn wait_for_threads(pool: &Pool, state: &ThreadState) {
    let main = pool.main();
    state.attach(|py| {
        if let Err(raised) = main.parts.wait_for_threads.get(py).call([]) {
            report::exception(py, &main.parts, &raised.take(py), None);
        }
    });
}

impl Error {
    /// Whether the script of a service wants to end.
    fn is_exit(&self) -> bool {
        self.kind() == crate::error::Kind::Exit
    }
}
