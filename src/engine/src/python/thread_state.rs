//! [`ThreadState`]: the right of this thread to attach to one interpreter.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr::NonNull;

use pyo3_ffi as ffi;

use super::attached::{Attached, Mark, OnDrop, is_attached};
use super::gil::{self, Gil};
use super::{gil_state, runtime, waiting};

/// One interpreter of this process, by address. Never dereferenced after the interpreter has ended: the interpreter
/// pool sees to that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct InterpreterId(NonNull<ffi::PyInterpreterState>);

// SAFETY: an address; what may be done with it is decided where it is used.
unsafe impl Send for InterpreterId {}
// SAFETY: as above.
unsafe impl Sync for InterpreterId {}

impl InterpreterId {
    /// The interpreter this thread is attached to.
    pub fn of(_: Attached<'_>) -> Self {
        // SAFETY: attached.
        Self(
            NonNull::new(unsafe { ffi::PyInterpreterState_Get() })
                .expect("an attached thread has an interpreter"),
        )
    }

    /// Number of thread states the interpreter has. To be called while attached to it.
    pub fn thread_states(self, _: Attached<'_>) -> usize {
        // SAFETY: attached, so the interpreter lives and its list of states does not change under us but by threads
        // that end, which take the runtime's own lock.
        let mut state = unsafe { ffi::PyInterpreterState_ThreadHead(self.0.as_ptr()) };
        let mut count = 0;
        while !state.is_null() {
            count += 1;
            // SAFETY: as above.
            state = unsafe { ffi::PyThreadState_Next(state) };
        }
        count
    }
}

/// A thread state of this thread. It belongs to the thread that made it and is deleted there, never elsewhere.
#[derive(Debug)]
pub struct ThreadState {
    raw: NonNull<ffi::PyThreadState>,
    /// The GIL of its interpreter, if calls are served with it.
    gil: Option<&'static Gil>,
    /// It was taken out of the place where CPython notes the state of a thread, see [`gil_state`].
    out: Cell<bool>,
    thread: PhantomData<*mut ()>,
}

impl ThreadState {
    /// A new state of this thread for `interpreter`; `None` without memory.
    ///
    /// The caller makes sure that the interpreter has not ended.
    pub fn new(interpreter: InterpreterId) -> Option<Self> {
        // SAFETY: the interpreter lives; no lock is needed to make a state.
        let raw = unsafe { ffi::PyThreadState_New(interpreter.0.as_ptr()) };
        NonNull::new(raw).map(|raw| Self::of(raw, gil_state::made(raw.as_ptr())))
    }

    fn of(raw: NonNull<ffi::PyThreadState>, out: bool) -> Self {
        Self {
            raw,
            gil: None,
            out: Cell::new(out),
            thread: PhantomData,
        }
    }

    /// Calls are served with it: threads that have different GILs run on different processors, if possible.
    pub fn for_calls(self, gil: &'static Gil) -> Self {
        Self {
            gil: Some(gil),
            ..self
        }
    }

    /// The state this thread is attached with now, left attached: of a runtime or interpreter that was just created.
    ///
    /// # Safety
    ///
    /// The thread is attached, not through a `ThreadState`, and nothing else will use or delete the state.
    pub(super) unsafe fn current() -> Self {
        // SAFETY: the caller's promise.
        let raw = unsafe { ffi::PyThreadState_Get() };
        Self::of(
            NonNull::new(raw).expect("an attached thread has a state"),
            false,
        )
    }

    /// Detaches a state that [`ThreadState::current`] found attached.
    pub(super) fn park(&self) {
        self.detach();
    }

    /// Attaches, runs `work`, detaches, also when `work` panics.
    ///
    /// # Panics
    ///
    /// If this thread is attached already: it would wait for itself.
    pub fn attach<R>(&self, work: impl for<'py> FnOnce(Attached<'py>) -> R) -> R {
        self.take_lock();
        let _detach = OnDrop(|| {
            gil::given();
            self.detach();
        });
        let _mark = Mark::set();
        // SAFETY: attached above, until `_detach` drops, which is after `work` has returned.
        work(unsafe { Attached::assume() })
    }

    /// As [`ThreadState::attach`], and deletes the state as it detaches: whoever deletes it later must wait for the lock
    /// again.
    ///
    /// # Panics
    ///
    /// As [`ThreadState::attach`].
    pub fn attach_once<R>(self, work: impl for<'py> FnOnce(Attached<'py>) -> R) -> R {
        self.take_lock();
        let _mark = Mark::set(); // Thread-locals of the application may run code as they go.
        let _delete = OnDrop(|| {
            gil::given();
            self.delete_current();
        });
        // SAFETY: attached above, until `_delete` drops, which is after `work` has returned.
        work(unsafe { Attached::assume() })
    }

    /// Attaches this thread.
    fn take_lock(&self) {
        assert!(
            !is_attached(),
            "this thread is attached to an interpreter already"
        );
        waiting::measured(|| gil::in_turn(self.gil, || self.restore()));
        gil::taken(self.gil);
    }

    /// Attaches this thread, which is attached to nothing.
    fn restore(&self) {
        gil_state::attaching(self.raw.as_ptr(), self.out.replace(false));
        // SAFETY: the state belongs to this thread (not Send), and this thread is attached to nothing, by the callers.
        unsafe { ffi::PyEval_RestoreThread(self.raw.as_ptr()) };
        gil_state::attached(self.raw.as_ptr());
    }

    /// Detaches this thread, which is attached with this state, not through an [`Attached`] that lasts.
    fn detach(&self) {
        // SAFETY: attached with this state, by the callers.
        unsafe { ffi::PyEval_SaveThread() };
        self.out.set(gil_state::detached());
    }

    /// Deletes the state, with which this thread is attached, and detaches.
    fn delete_current(&self) {
        // SAFETY: attached with this state, by the callers.
        unsafe { ffi::PyThreadState_Clear(self.raw.as_ptr()) };
        // SAFETY: attached with this state, which is cleared; this also releases the lock.
        unsafe { ffi::PyThreadState_DeleteCurrent() };
    }

    /// Attaches and ends the interpreter of this state; the state is gone with it.
    ///
    /// # Safety
    ///
    /// No other thread state of the interpreter exists, and nobody will make one.
    pub(super) unsafe fn end_interpreter(self) {
        self.restore();
        // SAFETY: current and, by the caller's promise, the last one.
        unsafe { ffi::Py_EndInterpreter(self.raw.as_ptr()) };
    }

    /// Tells which state CPython has noted as this thread's: this one, the first in the process.
    pub(super) fn is_the_first(&self) {
        gil_state::find(self.raw.as_ptr());
    }

    /// Puts the state of the main interpreter aside; nobody attaches with it before the end.
    pub fn set_aside(self) -> Parked {
        Parked(self.raw, self.out.get())
    }

    /// As [`ThreadState::set_aside`], the state of an interpreter that may end before the process. `main` is this thread's state in the
    /// main interpreter, see [`leaves_through_main`].
    pub fn set_aside_and_leave(self, main: &ThreadState) -> Parked {
        if leaves_through_main() {
            main.attach(|_| ());
        }
        self.set_aside()
    }

    /// Attaches and stays so; [`super::runtime`] knows how it ends.
    pub(super) fn attach_for_good(&self) {
        self.restore();
    }

    /// Makes this state current on a thread that holds the lock without one.
    pub(super) fn take_over(&self) {
        // SAFETY: the state belongs to this thread, which holds the lock.
        unsafe { ffi::PyThreadState_Swap(self.raw.as_ptr()) };
    }

    /// By what the thread that ends the interpreter frees the state, if its own thread does not do so before.
    pub fn remains(&self) -> Remains {
        Remains(self.raw)
    }

    /// Lets go of a state whose interpreter has ended, or is ending and frees the state by its [`Remains`].
    pub fn forget(self) {}

    /// Deletes the state. Waits for the interpreter's lock.
    pub fn delete(self) {
        if runtime::is_gone() || is_attached() {
            return; // The runtime has freed it, or will with everything else.
        }
        self.restore();
        self.delete_current();
    }
}

/// The first thread state of an interpreter, put aside until the interpreter ends.
///
/// It is never deleted before: CPython 3.13.0 may give the place of a deleted first state to two threads at once.
#[derive(Debug)]
pub struct Parked(NonNull<ffi::PyThreadState>, bool);

// SAFETY: no thread is attached with it, and only `take_up`, which consumes it, lets one attach.
unsafe impl Send for Parked {}

impl Parked {
    /// Makes it a state of this thread, which is to end the interpreter. Up to 3.13 only: from 3.14 on a state knows the
    /// bounds of the stack of the thread that made it.
    pub fn take_up(self) -> ThreadState {
        ThreadState::of(self.0, self.1)
    }

    /// Deletes the state, by a thread that is attached to the same interpreter with a state of its own and is about to end
    /// it.
    pub fn discard(self, _: Attached<'_>) {
        // SAFETY: attached to the interpreter of the state; nobody is attached with it.
        unsafe { ffi::PyThreadState_Clear(self.0.as_ptr()) };
        // SAFETY: attached.
        let own = unsafe { ffi::PyThreadState_Get() };
        gil_state::while_deleted(self.0.as_ptr(), own, || {
            // SAFETY: cleared, not current, and on no thread the last state attached with: its thread has left it.
            unsafe { ffi::PyThreadState_Delete(self.0.as_ptr()) };
        });
    }
}

/// A thread state by address: what a thread of the host leaves in an interpreter that ends.
///
/// CPython from 3.14 on would not free it with the interpreter, nor the memory of its frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remains(NonNull<ffi::PyThreadState>);

// SAFETY: an address; what may be done with it is decided where it is used.
unsafe impl Send for Remains {}

impl Remains {
    /// Frees the state, by a thread that is attached to the same interpreter with a state of its own and is about to end
    /// it.
    ///
    /// The caller makes sure that its own thread has left it, see [`leaves_through_main`], will not use it again, and has not deleted it.
    pub fn discard(self, py: Attached<'_>) {
        Parked(self.0, false).discard(py);
    }
}

/// Whether a thread must leave an interpreter that another thread may end by attaching, before it does anything else, with a state in
/// one that stays.
///
/// CPython notes for each thread the state that it attached with last, and writes to that when the thread attaches with another. Up
/// to 3.14 none is noted of a thread that is attached to nothing, see [`gil_state`]. Later we cannot reach that place; then the
/// thread goes through the main interpreter, which may mean to wait for who computes there.
pub fn leaves_through_main() -> bool {
    !gil_state::is_empty_when_detached()
}

/// Has an exception of this class raised in another thread of the interpreter, as soon as it runs Python code.
pub fn raise_in_thread(_: Attached<'_>, thread: i64, class: &super::Object<'_>) {
    // SAFETY: attached; an unknown thread is no error. The class is an object of this interpreter.
    unsafe { ffi::PyThreadState_SetAsyncExc(thread, class.as_ptr()) };
}

/// Python's identifier of this thread.
pub fn thread_ident() -> i64 {
    // SAFETY: no preconditions; CPython uses the same number.
    unsafe { libc::pthread_self() }.cast_signed()
}
