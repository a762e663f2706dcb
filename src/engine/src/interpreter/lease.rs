//! One call's right to use an interpreter on this thread.
//!
//! A thread keeps its thread states from call to call, so that thread-locals of applications last and attaching is
//! cheap; when the thread ends, it deletes them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Interpreter, pool};
use crate::error::{Error, Kind};
use crate::python::{Attached, ThreadState};

thread_local! {
    static KEPT: RefCell<Vec<Rc<Seat>>> = const { RefCell::new(Vec::new()) };
    static NUMBER: Cell<Option<u32>> = const { Cell::new(None) };
    /// Calls of this thread that are under way. More than one when output of a call makes httpd run another.
    static UNDER_WAY: Cell<u32> = const { Cell::new(0) };
}

/// Numbers given to threads so far; the process's first thread is 0. Relaxed: only the numbers' difference matters.
static NUMBERS: AtomicU32 = AtomicU32::new(0);

/// This thread's number: unique in the process, given when the thread first touches Python.
pub fn thread_number() -> u32 {
    NUMBER.get().unwrap_or_else(|| {
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        NUMBER.set(Some(number));
        number
    })
}

/// A thread's place in an interpreter.
pub(super) struct Seat {
    interpreter: Arc<Interpreter>,
    /// Taken out only by `drop`.
    state: Option<ThreadState>,
}

impl Seat {
    pub(super) fn new(interpreter: Arc<Interpreter>, state: ThreadState) -> Self {
        Self {
            interpreter,
            state: Some(state),
        }
    }

    pub(super) fn interpreter(&self) -> &Arc<Interpreter> {
        &self.interpreter
    }

    pub(super) fn state(&self) -> &ThreadState {
        self.state
            .as_ref()
            .expect("a seat has its state until it is dropped")
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(state) = self.state.take() {
            state.delete();
        }
    }
}

/// This thread is at work for a request, until dropped: a signal that ends the process now must not touch Python, nor
/// wait for a lock.
#[derive(Debug)]
pub struct AtWork(());

impl AtWork {
    /// From now on.
    pub fn begin() -> Self {
        UNDER_WAY.set(UNDER_WAY.get() + 1);
        Self(())
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        UNDER_WAY.set(UNDER_WAY.get() - 1);
    }
}

/// Whether this thread is at work for a request.
pub(super) fn is_at_work() -> bool {
    UNDER_WAY.get() > 0
}

/// Keeps a seat for this thread's next calls.
pub(super) fn keep(seat: Seat) -> Rc<Seat> {
    let seat = Rc::new(seat);
    KEPT.with_borrow_mut(|kept| kept.insert(0, Rc::clone(&seat)));
    seat
}

/// Gives up this thread's seats, except in the main interpreter.
pub(super) fn leave_sub_interpreters() {
    let left = KEPT.with_borrow_mut(|kept| {
        let (stay, left) = std::mem::take(kept)
            .into_iter()
            .partition(|seat| seat.interpreter.is_main());
        *kept = stay;
        let left: Vec<Rc<Seat>> = left;
        left
    });
    drop(left);
}

/// This thread's seat in the interpreter of `group`, if it has one.
fn kept(group: &[u8]) -> Option<Rc<Seat>> {
    KEPT.with_borrow_mut(|kept| {
        let place = kept
            .iter()
            .position(|seat| *seat.interpreter.group == *group)?;
        if place > 0 {
            kept.swap(0, place); // Most threads go on with the group they served last.
        }
        Some(Rc::clone(&kept[0]))
    })
}

/// This thread's seat in the interpreter of `group`; both are made if need be.
pub(super) fn seat(group: &[u8]) -> Result<Rc<Seat>, Error> {
    if let Some(seat) = kept(group) {
        return Ok(seat);
    }
    match pool::interpreter(group)? {
        pool::Found::Here(interpreter) => {
            let state = ThreadState::new(interpreter.id).ok_or_else(|| {
                Error::saying(
                    Kind::Interpreter,
                    "there is no memory for a Python thread state".to_owned(),
                )
            })?;
            Ok(keep(Seat::new(interpreter, state)))
        }
        pool::Found::Made(seat) => Ok(keep(seat)),
    }
}

/// The right of this thread to run one call in an interpreter.
pub struct Lease(Rc<Seat>);

/// A lease on the interpreter of `group`, which is created if it is not there.
///
/// # Errors
///
/// The interpreter cannot be created, or is ending. The error says why.
pub fn lease(group: &[u8]) -> Result<Lease, Error> {
    let seat = seat(group)?;
    seat.interpreter.enter()?;
    Ok(Lease(seat))
}

impl Lease {
    /// Attaches this thread to the interpreter and runs `work`.
    pub fn attach<R>(
        &self,
        work: impl for<'py> FnOnce(Attached<'py>, &Arc<Interpreter>) -> R,
    ) -> R {
        self.0.state().attach(|py| work(py, &self.0.interpreter))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.0.interpreter.leave();
    }
}
