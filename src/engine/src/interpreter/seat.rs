//! A thread's places in interpreters: its thread states.
//!
//! A thread keeps its states from call to call, so that thread-locals of applications last and attaching is cheap; when
//! the thread ends, it deletes them. Two rules follow from how CPython ends an interpreter:
//!
//! - Up to 3.13 a state that is left over is fatal. So in interpreters that may end before the process, a state lives for
//!   one call.
//! - From 3.14 on the thread that ends the interpreter frees the states that are left over. So one whose interpreter has
//!   ended is never touched again, neither by us nor by CPython; see [`leaves_through_main`].

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use clutch_core::code;

use super::{Interpreter, pool};
use crate::error::{Error, Kind};
use crate::python::{Attached, ThreadState, leaves_through_main};

thread_local! {
    static KEPT: RefCell<Vec<Rc<Seat>>> = const { RefCell::new(Vec::new()) };
}

const HAS_STATE: &str = "a seat has its state until it is dropped";

/// A thread's place in an interpreter.
pub(super) struct Seat {
    interpreter: Arc<Interpreter>,
    /// Taken out only by `drop`.
    state: Option<ThreadState>,
}

impl Seat {
    /// A place of this thread in an interpreter that cannot end now: it is the main one, or was just made, or a call of
    /// this thread is in it.
    pub(super) fn new(interpreter: Arc<Interpreter>) -> Result<Self, Error> {
        if is_left_behind(&interpreter) && leaves_through_main() {
            main()?;
        }
        let state = ThreadState::new(interpreter.id).ok_or_else(|| {
            Error::saying(
                Kind::Interpreter,
                code::NO_THREAD_STATE.says("there is no memory for a Python thread state"),
            )
        })?;
        if is_left_behind(&interpreter) {
            interpreter.remains.lock().push(state.remains());
        }
        let state = state.for_calls(interpreter.gil.gil());
        Ok(Self {
            interpreter,
            state: Some(state),
        })
    }

    pub(super) fn interpreter(&self) -> &Arc<Interpreter> {
        &self.interpreter
    }

    pub(super) fn state(&self) -> &ThreadState {
        self.state.as_ref().expect(HAS_STATE)
    }

    /// Whether this thread may keep it when no call of its own is in the interpreter.
    pub(super) fn may_be_kept(&self) -> bool {
        cfg!(Py_3_14) || !self.interpreter.is_endable()
    }

    /// Runs `work` attached, and gives the place up with that.
    pub(super) fn attach_once<R>(mut self, work: impl for<'py> FnOnce(Attached<'py>) -> R) -> R {
        self.state.take().expect(HAS_STATE).attach_once(work)
    }

    /// Prepares for leaving an interpreter that may end as soon as this call has left.
    pub(super) fn let_go(self: Rc<Self>) {
        if is_left_behind(&self.interpreter)
            && leaves_through_main()
            && let Ok(main) = main()
        {
            main.state().attach(|_| ());
        }
    }
}

/// Whether states of threads may be left in this interpreter when it ends.
fn is_left_behind(interpreter: &Interpreter) -> bool {
    cfg!(Py_3_14) && interpreter.is_endable()
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some(state) = self.state.take() else {
            return;
        };
        if !self.interpreter.is_endable() {
            return state.delete();
        }
        match self.interpreter.visit() {
            Some(_visit) => {
                let mine = state.remains();
                self.interpreter.remains.lock().retain(|one| *one != mine);
                state.delete();
            }
            None => state.forget(),
        }
    }
}

/// Keeps a seat for this thread's next calls, if that may be.
fn keep(seat: Seat) -> Rc<Seat> {
    let seat = Rc::new(seat);
    if seat.may_be_kept() {
        KEPT.with_borrow_mut(|kept| kept.insert(0, Rc::clone(&seat)));
    }
    seat
}

/// Gives up this thread's seats, except in the main interpreter.
pub(super) fn leave_sub_interpreters() {
    give_up(|seat| !seat.interpreter.is_main());
}

/// Gives up all of this thread's seats. A thread of our own does so before the process may end Python: once that has
/// begun, CPython up to 3.13 ends every other thread that attaches, and that in the middle of its work.
pub(super) fn leave_all() {
    give_up(|_| true);
}

/// Gives up the seats of this thread that are in interpreters which take no more calls.
pub(super) fn leave_what_has_ended() {
    give_up(|seat| seat.interpreter.in_flight().is_none());
}

fn give_up(which: impl Fn(&Seat) -> bool) {
    let left: Vec<Rc<Seat>> = KEPT.with_borrow_mut(|kept| {
        let (left, stay) = std::mem::take(kept)
            .into_iter()
            .partition(|seat| which(seat));
        *kept = stay;
        left
    });
    drop(left); // Deleting a state may wait; nothing is borrowed meanwhile.
}

/// This thread's seat in the interpreter that serves the group of this name, if it has one.
pub(super) fn kept_for(group: &[u8]) -> Option<Rc<Seat>> {
    kept(|seat| seat.interpreter.group.name() == group)
}

fn kept(which: impl Fn(&Seat) -> bool) -> Option<Rc<Seat>> {
    KEPT.with_borrow_mut(|kept| {
        let place = kept.iter().position(|seat| which(seat))?;
        if place > 0 {
            kept.swap(0, place); // Most threads go on with the interpreter they served last.
        }
        Some(Rc::clone(&kept[0]))
    })
}

/// This thread's seat in `interpreter`, in which a call of this thread is, or which is the main one.
pub(super) fn seat_in(interpreter: &Arc<Interpreter>) -> Result<Rc<Seat>, Error> {
    match kept(|seat| Arc::ptr_eq(&seat.interpreter, interpreter)) {
        Some(seat) => Ok(seat),
        None => Ok(keep(Seat::new(Arc::clone(interpreter))?)),
    }
}

/// This thread's seat in the main interpreter.
pub(super) fn main() -> Result<Rc<Seat>, Error> {
    match kept_for(b"") {
        Some(seat) => Ok(seat),
        None => match pool::pool() {
            Some(pool) => seat_in(&pool.main()),
            None => Err(Error::new(Kind::Interpreter)),
        },
    }
}
