//! What attaching to an interpreter costs a thread: with a state that it keeps, and with one made for the occasion.

use std::hint::black_box;
use std::thread;

use clutch_engine::interpreter::rung::Abilities;
use clutch_engine::python::runtime::{self, Setup};
use clutch_engine::python::{Attached, InterpreterId, ThreadState};
use criterion::Criterion;

/// A sub-interpreter, with a GIL of its own where this Python can do that.
fn interpreter() -> InterpreterId {
    let (_, main) =
        runtime::start(&Setup::default()).expect("Python starts without a configuration");
    let (id, first) = runtime::new_interpreter(&main, Abilities::OF_THIS_PYTHON.own_gil)
        .expect("a process has room for an interpreter");
    main.set_aside();
    first.set_aside();
    id
}

fn state(interpreter: InterpreterId) -> ThreadState {
    ThreadState::new(interpreter).expect("there is memory for a thread state")
}

fn attaching(interpreter: InterpreterId) {
    let mut criterion = Criterion::default().configure_from_args();
    let kept = state(interpreter);
    criterion.bench_function("attach and detach, kept state", |bench| {
        bench.iter(|| kept.attach(InterpreterId::of));
    });
    kept.delete();
    criterion.bench_function("new state, attach, a little work, delete", |bench| {
        bench.iter(|| {
            let fresh = state(interpreter);
            black_box(fresh.attach(work));
            fresh.delete();
        });
    });
    criterion.final_summary();
}

fn work(py: Attached<'_>) -> Option<usize> {
    let list = py.list().map_err(|raised| drop(raised.take(py))).ok()?;
    list.length().map_err(|raised| drop(raised.take(py))).ok()
}

fn main() {
    let interpreter = interpreter();
    // Not on the process's first thread, whose stack CPython takes long to measure.
    let outcome = thread::spawn(move || attaching(interpreter)).join();
    outcome.expect("the benchmark runs to its end");
}
