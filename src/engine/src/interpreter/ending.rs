//! The end of interpreters, in bounded time.
//!
//! Exit functions and threads of an application may take for ever, and CPython waits for them for ever. So each
//! interpreter ends on a thread of its own that may be left behind: the process, or the interpreter's successor, goes on
//! when the time is up.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Sender};
use std::time::{Duration, Instant};

use clutch_core::code;
use clutch_sys::usage::give_back_memory;
use ffi_engine::engine;
use ffi_engine::guard::guard;

use super::life::{End, Event, Life};
use super::pool::Pool;
use super::rung::Rung;
use super::thread::{self, STACK, Work};
use super::{Interpreter, memory, pool, reload, stacks, telling};
use crate::host;
use crate::python::{InterpreterId, ThreadState, audit, runtime};

/// How long calls that still run are waited for before their interpreter is given up, as a part of the whole limit.
const FOR_CALLS: u32 = 4;

/// How long threads may take to end once they have been told to.
const GRACE: Duration = Duration::from_secs(2);

/// How many interpreters may be abandoned before the process asks to be replaced.
const MOST_ABANDONED: u32 = 8;

/// Ends an interpreter that was taken out of service, behind the back of all calls.
pub(super) fn retire(interpreter: Arc<Interpreter>, why: &'static str) {
    interpreter.apply(Event::Stop);
    tracing::info!("{} is replaced: {why}", interpreter.parts.context);
    if !interpreter.is_endable() {
        return; // Threads keep their states in it, which this Python does not survive.
    }
    let Some(work) = Work::begin() else {
        return; // The process ends, and all its interpreters with it.
    };
    thread::spawn("clutch-retire", move || {
        let _work = work;
        see_off(&interpreter);
    });
}

/// Ends interpreters that were taken out of service together.
pub(super) fn retire_all(interpreters: Vec<Arc<Interpreter>>, why: &'static str) {
    for interpreter in interpreters {
        retire(interpreter, why);
    }
}

/// Waits for an interpreter's end, and gives it up when it takes too long. Attached to nothing while it waits.
fn see_off(interpreter: &Arc<Interpreter>) {
    let Some(pool) = pool::pool() else { return };
    let limit = Duration::from_millis(interpreter.group.plan.drain_timeout.into());
    let drained = drain(interpreter, Instant::now() + limit);
    reload::forget(interpreter);
    let ended = drained && {
        let _change = interpreter.change();
        let (done, ended) = mpsc::channel();
        let main = pool.main().id;
        let ending = Arc::clone(interpreter);
        let ended = on_own_thread(&done, move || end_sub(&ending, main))
            && wait(&ended, Instant::now() + limit + GRACE);
        give_back_memory();
        ended
    };
    account(pool, interpreter, ended);
}

/// Counts an end, and asks for another process when this one has lost too much.
fn account(pool: &Pool, interpreter: &Arc<Interpreter>, ended: bool) {
    let replaced = pool.replaced.fetch_add(1, Ordering::Relaxed) + 1;
    if ended {
        tracing::info!("{} has ended", interpreter.parts.context);
        pool.remove(interpreter);
    } else {
        stacks::tell(interpreter);
        let abandoned = pool.abandoned.fetch_add(1, Ordering::Relaxed) + 1;
        if abandoned >= MOST_ABANDONED {
            let why = format!("{abandoned} interpreters did not end");
            engine::retire(pool.plan().host, &why);
        }
    }
    let kept = pool.memory.gone(interpreter.serial);
    let given = pool.plan().max_replacements;
    let enough = match given {
        0 if memory::is_measured() => u32::MAX,
        0 => budget(interpreter.rung),
        given => given,
    };
    let why = match kept {
        Some(kept) if given == 0 => format!(
            "{replaced} interpreters have been replaced, and have kept {} MiB of its memory",
            kept >> 20
        ),
        _ if replaced >= enough => format!("{replaced} interpreters have been replaced"),
        _ => return,
    };
    engine::retire(pool.plan().host, &why);
}

/// After how many replacements a process should go if nobody can tell what memory they have kept: up to 3.13 an interpreter
/// keeps 0.1 to 1.3 MB, one with its own GIL up to 12 MB; from 3.14 on nothing, but for what its extension modules keep.
fn budget(rung: Rung) -> u32 {
    match rung {
        _ if cfg!(Py_GIL_DISABLED) => 20,
        _ if cfg!(Py_3_14) => u32::MAX,
        Rung::OwnGil => 20,
        _ => 200,
    }
}

/// Ends all interpreters of a pool that makes no more, and then Python, at the latest at `deadline`.
pub(super) fn end(pool: &Pool, deadline: Instant) {
    let limit = deadline.saturating_duration_since(Instant::now());
    let none_left = Work::wait_for_all(deadline - limit + limit / 2);
    // Only now: what was under way may have made one more, or taken one out of service that nobody has ended.
    let main = pool.main();
    let main_id = main.id;
    let mine: Vec<_> = pool
        .interpreters()
        .into_iter()
        .filter(|one| !one.is_main())
        .filter(|one| none_left || matches!(*one.life.lock(), Life::Ready { .. }))
        .collect();
    let abandoned = pool.abandoned.load(Ordering::Relaxed) > 0;
    let drained = mine.iter().chain([&main]).fold(true, |all, interpreter| {
        let drained = drain(interpreter, deadline - limit + limit / FOR_CALLS);
        all && drained
    });
    let (done, ended) = mpsc::channel();
    let waiting: usize = mine
        .into_iter()
        .map(|interpreter| {
            usize::from(on_own_thread(&done, move || end_sub(&interpreter, main_id)))
        })
        .sum();
    let clean = (0..waiting).fold(true, |clean, _| clean & wait(&ended, deadline));
    let all_told = telling::nobody_is_told();
    let finish = move || {
        end_main(
            &main,
            clean && drained && none_left && all_told && !abandoned,
        )
    };
    let finished = on_own_thread(&done, finish) && wait(&ended, deadline);
    if !finished {
        let text =
            format!("Python did not end within {limit:?}; the process ends with it as it is");
        host::fault(&code::PYTHON_LEFT.says(text));
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
            let context = &interpreter.parts.context;
            let text = format!("calls are still running in {context}; it is left as it is");
            host::fault(&code::CALLS_LEFT.says(text));
            return false;
        }
    }
    *life == Life::Ended(End::Drained)
}

/// Runs `work` on a thread that is left behind if it does not return. Whether there is such a thread.
fn on_own_thread(done: &Sender<bool>, work: impl FnOnce() -> bool + Send + 'static) -> bool {
    let done = done.clone();
    let panicked = |text: &str| {
        host::fault(&host::panicked(" at the end of an interpreter", text));
    };
    let spawned = std::thread::Builder::new()
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
        telling::stops(py, interpreter);
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

fn end_sub(interpreter: &Interpreter, main: InterpreterId) -> bool {
    if *interpreter.life.lock() != Life::Ended(End::Drained) {
        return false;
    }
    let (Some(state), Some(main)) = (ending_state(interpreter), ThreadState::new(main)) else {
        return false;
    };
    let is_quiet = shut_down(interpreter, &state) || stop_threads(interpreter, &state);
    if !is_quiet || has_strangers(interpreter, &state) {
        tracing::info!(
            "thread states of its own threads, or of httpd's, are left in {}; it is left as it is",
            interpreter.parts.context
        );
        // The states stay: their interpreter is never entered again, and the process ends.
        return false;
    }
    let remains = std::mem::take(&mut *interpreter.remains.lock());
    state.attach(|py| {
        for left in remains {
            left.discard(py);
        }
        interpreter.scripts.expire(py);
        interpreter.parts.expire(py);
    });
    audit::forget(interpreter.id);
    runtime::end_interpreter(state, &main);
    main.delete();
    true
}

/// Whether other threads have states in the interpreter that keep it from ending. From 3.14 on, those that threads of the
/// host keep, and will never attach with again, do not.
fn has_strangers(interpreter: &Interpreter, state: &ThreadState) -> bool {
    let states = state.attach(|py| interpreter.id.thread_states(py));
    states > 1 && !(cfg!(Py_3_14) && interpreter.is_endable())
}

/// Has `SystemExit` raised in the threads that the application left, and waits for their end. Whether all have ended.
fn stop_threads(interpreter: &Interpreter, state: &ThreadState) -> bool {
    let told = state.attach(|py| py.or_default(stacks::exit_threads(py).map(|()| true)));
    if !told {
        return false;
    }
    let deadline = Instant::now() + GRACE;
    loop {
        // What cannot be counted has not ended.
        let left = state.attach(|py| py.or_default(stacks::application_threads(py).map(Some)));
        if left == Some(0) {
            return true;
        }
        if Instant::now() > deadline {
            return false;
        }
        tracing::trace!(group = %interpreter.group.shown(), left, "waiting for threads");
        std::thread::sleep(Duration::from_millis(50));
    }
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
