//! [`Attached`]: the proof that this thread holds the lock of one interpreter.

use std::cell::Cell;
use std::marker::PhantomData;

use pyo3_ffi as ffi;

use super::{NoPython, gil, gil_state, waiting};

/// `'py` without variance: two of them are equal or unrelated, never converted.
pub(super) type Brand<'py> = PhantomData<fn(&'py ()) -> &'py ()>;

thread_local! {
    /// Whether this thread is inside [`super::ThreadState::attach`] and not detached. Read by the same thread only,
    /// also from a signal handler.
    static ATTACHED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread holds an interpreter's lock through a thread state of ours. Safe to ask in a signal handler.
pub fn is_attached() -> bool {
    ATTACHED.get()
}

/// This thread holds the lock of one interpreter, for as long as `'py` lasts.
///
/// It cannot be kept, and neither can what was made with it:
///
/// ```compile_fail
/// # use clutch_engine::python::{Object, ThreadState};
/// fn keep<'a>(state: &ThreadState) -> Object<'a> { state.attach(|py| py.none()) }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Attached<'py> {
    brand: Brand<'py>,
    thread: PhantomData<*mut ()>,
}

impl<'py> Attached<'py> {
    /// The token of an attachment that exists already.
    ///
    /// # Safety
    ///
    /// This thread holds the lock of an interpreter during `'py`, and everything that carries the same `'py` belongs
    /// to that interpreter.
    pub(super) unsafe fn assume() -> Self {
        Self {
            brand: PhantomData,
            thread: PhantomData,
        }
    }

    /// Runs `work(data)` while other threads may use the interpreter.
    ///
    /// A function pointer captures nothing, and [`NoPython`] data reaches nothing of Python's, so neither token nor
    /// object gets in:
    ///
    /// ```compile_fail
    /// # use clutch_engine::python::Attached;
    /// fn smuggle(py: Attached<'_>) { py.detached(py, |py| drop(py.none())) }
    /// ```
    pub fn detached<T: NoPython, R: NoPython>(self, data: T, work: fn(T) -> R) -> R {
        let held = gil::given();
        // SAFETY: this thread is attached: `self`.
        let state = unsafe { ffi::PyEval_SaveThread() };
        let out = gil_state::detached();
        let was = ATTACHED.replace(false);
        let _again = OnDrop(|| {
            gil_state::attaching(state, out);
            let restore = || {
                // SAFETY: `state` was this thread's current state when it detached above.
                unsafe { ffi::PyEval_RestoreThread(state) };
            };
            waiting::measured(|| gil::in_turn(held, restore));
            gil_state::attached(state);
            gil::taken(held);
            ATTACHED.set(was);
        });
        work(data)
    }
}

/// Marks this thread as attached until the value is dropped.
pub(super) struct Mark(bool);

impl Mark {
    pub(super) fn set() -> Self {
        Self(ATTACHED.replace(true))
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        ATTACHED.set(self.0);
    }
}

/// Runs a function when it goes out of scope, also by a panic.
pub(super) struct OnDrop<F: FnMut()>(pub(super) F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
