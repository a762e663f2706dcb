//! The end of interpreters, in bounded time.
//!
//! Exit functions and threads of an application may take for ever, and CPython waits for them for ever. So each
//! interpreter ends on a thread of its own that may be left behind, and the process goes on to its end when the time is
//! up.

use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

use clutch_core::log::Level;
use ffi_engine::guard::guard;

use super::Interpreter;
use super::life::{Event, Life};
use crate::host;
use crate::python::{ThreadState, runtime};

/// How long calls that still run are waited for before their interpreter is given up, as a part of the whole limit.
const FOR_CALLS: u32 = 4;

/// Stack of a thread that ends an interpreter, in bytes: what the first thread of a process usually has. Objects that hold
/// each other in long chains end one within the other.
const STACK: usize = 8 << 20;

/// Ends `interpreters`, of which the last is the main one, and then Python.
pub(super) fn end(mut interpreters: Vec<Arc<Interpreter>>, limit: Duration) {
    let deadline = Instant::now() + limit;
    let Some(main) = interpreters.pop() else {
        return;
    };
    let main_id = main.id;
    let drained = interpreters
        .iter()
        .chain([&main])
        .fold(true, |all, interpreter| {
            let drained = drain(interpreter, deadline - limit + limit / FOR_CALLS);
            all && drained
        });
    let (done, ended) = mpsc::channel();
    let waiting: usize = interpreters
        .into_iter()
        .map(|interpreter| {
            usize::from(on_own_thread(&done, move || end_sub(&interpreter, main_id)))
        })
        .sum();
    let clean = (0..waiting).fold(true, |clean, _| clean & wait(&ended, deadline));
    let finish = move || end_main(&main, clean && drained);
    let finished = on_own_thread(&done, finish) && wait(&ended, deadline);
    if !finished {
        tracing::warn!("Python did not end within {limit:?}; the process ends with it as it is");
        runtime::leave_as_it_is();
    }
}

/// Waits until the calls that still run in an interpreter have left it.
fn drain(interpreter: &Interpreter, deadline: Instant) -> bool {
    interpreter.apply(Event::Stop);
    let mut life = interpreter.life.lock();
    while let Life::Draining { .. } = *life {
        if interpreter
            .changed
            .wait_until(&mut life, deadline)
            .timed_out()
        {
            drop(life);
            interpreter.apply(Event::GiveUp);
            tracing::warn!(
                "calls are still running in {}; it is left as it is",
                interpreter.parts.context
            );
            return false;
        }
    }
    *life == Life::Ended(super::life::End::Drained)
}

/// Runs `work` on a thread that is left behind if it does not return. Whether there is such a thread.
fn on_own_thread(done: &Sender<bool>, work: impl FnOnce() -> bool + Send + 'static) -> bool {
    let done = done.clone();
    let panicked = |text: &str| {
        host::log(
            Level::Crit,
            format!("panic at the end of an interpreter: {text}").as_bytes(),
        );
    };
    let spawned = thread::Builder::new()
        .name("clutch-end".into())
        .stack_size(STACK)
        .spawn(move || {
            let outcome = guard(panicked, work).unwrap_or(false);
            let _ = done.send(outcome); // Perhaps nobody listens any more: the time was up.
        });
    spawned.is_ok()
}

fn wait(ended: &mpsc::Receiver<bool>, deadline: Instant) -> bool {
    // A timeout, or a thread that died: not clean.
    ended
        .recv_timeout(deadline.saturating_duration_since(Instant::now()))
        .unwrap_or_default()
}

/// Lets the application in an interpreter end: callbacks, threads, exit functions. May take for ever. Says whether all of
/// its threads have ended.
fn shut_down(interpreter: &Interpreter, state: &ThreadState) -> bool {
    state.attach(|py| {
        let left = interpreter
            .parts
            .shutdown
            .get(py)
            .call([])
            .and_then(|left| left.to_index());
        left.map(|left| left == 0).unwrap_or_else(|raised| {
            crate::report::exception(py, &interpreter.parts, &raised.take(py), None);
            false
        })
    })
}

fn end_sub(interpreter: &Interpreter, main: crate::python::InterpreterId) -> bool {
    if *interpreter.life.lock() != Life::Ended(super::life::End::Drained) {
        return false;
    }
    let (Some(state), Some(main)) = (ending_state(interpreter), ThreadState::new(main)) else {
        return false;
    };
    let is_quiet = shut_down(interpreter, &state);
    if !is_quiet || state.attach(|py| interpreter.id.thread_states(py)) > 1 {
        tracing::info!(
            "thread states of its own threads, or of httpd's, are left in {}; it is left as it is",
            interpreter.parts.context
        );
        // The states stay: their interpreter is never entered again, and the process ends.
        return false;
    }
    runtime::end_interpreter(state, &main);
    main.delete();
    true
}

/// A state of this thread in an interpreter that it is to end.
///
/// Up to 3.13 that is the first one, because CPython wants to end the main interpreter with it and any other interpreter with
/// the last one that is left. From 3.14 on it must be one of this thread's own making.
fn ending_state(interpreter: &Interpreter) -> Option<ThreadState> {
    let first = interpreter.first_state.lock().take()?;
    if cfg!(not(Py_3_14)) {
        return Some(first.take_up());
    }
    let state = ThreadState::new(interpreter.id)?;
    if !interpreter.is_main() {
        state.attach(|py| first.discard(py));
    }
    Some(state)
}

fn end_main(main: &Interpreter, others_ended: bool) -> bool {
    let Some(state) = ending_state(main) else {
        return false;
    };
    let is_quiet = shut_down(main, &state);
    if !others_ended || !is_quiet {
        // Finalising would wait for what did not end, or crash with it.
        runtime::leave_as_it_is();
        return true;
    }
    runtime::finalize(state);
    true
}
