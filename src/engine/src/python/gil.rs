//! On which processor a thread runs that has just got a GIL.
//!
//! A thread that has waited for a GIL wakes where it ran last, or where the one before it ran. If both processors are busy at
//! that moment, the kernel lets it wait behind what runs there: it may be the thread that has another interpreter's GIL, and
//! computes. Then two threads that compute share a processor while another is idle, until the kernel balances again, which
//! takes about as long as a GIL is kept. Two applications that computed all the time, each with a GIL of its own, got 1.65 of
//! two processors so.
//!
//! So who gets a GIL notes on which processor that was, and, finding one that has another GIL there already, goes to a
//! processor where none has. The kernel stays free to move it on. Nothing of this is done as long as there is one GIL.

use std::cell::Cell;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use clutch_sys::lock::Mutex;
use clutch_sys::processor;

use super::turns::Turns;

/// A GIL, and where the thread runs that has it. Relaxed everywhere: notes that are late cost a move too many or too few.
#[derive(Debug)]
#[repr(align(64))]
pub struct Gil {
    /// One more than the number of the processor; 0: nobody has it.
    at: AtomicUsize,
    turns: Turns,
}

/// What the threads on one processor have.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Place(AtomicUsize);

/// The GIL of the main interpreter and of those that share it.
static MAIN: Gil = Gil::new();

/// Whether there is more than one. Stays so.
static SEVERAL: AtomicBool = AtomicBool::new(false);

/// By the processor's number.
static PLACES: LazyLock<Box<[Place]>> =
    LazyLock::new(|| (0..processor::most()).map(|_| Place::default()).collect());

/// Those whose interpreters have ended, for the next ones.
static FREE: Mutex<Vec<&'static Gil>> = Mutex::new(Vec::new());

thread_local! {
    /// The one that this thread has, if it belongs to an interpreter that serves calls.
    static HELD: Cell<Option<&'static Gil>> = const { Cell::new(None) };
}

impl Gil {
    const fn new() -> Self {
        Self {
            at: AtomicUsize::new(0),
            turns: Turns::new(),
        }
    }

    /// This thread has got it.
    fn taken(&'static self) {
        if !SEVERAL.load(Ordering::Relaxed) {
            return;
        }
        if let Some(here) = processor::current() {
            self.note(&PLACES, here, processor::go_to);
        }
    }

    /// This thread, which runs on processor `here`, has got it. `go_to` moves the thread.
    fn note(&self, places: &[Place], here: usize, go_to: impl FnOnce(usize) -> bool) {
        let Some(mut place) = places.get(here) else {
            return;
        };
        let mut here = here;
        if place.has_another_than(self)
            && let Some(free) = nearest_free(places, here)
            && go_to(free)
        {
            here = free;
            place = &places[free];
        }
        let before = self.at.swap(here + 1, Ordering::Relaxed);
        if before != here + 1 {
            self.clear(places, before); // It was taken from a thread in the middle of its work.
        }
        place.0.store(self.token(), Ordering::Relaxed);
    }

    /// This thread is about to give it away.
    fn given(&'static self) {
        if SEVERAL.load(Ordering::Relaxed) {
            self.clear(&PLACES, self.at.swap(0, Ordering::Relaxed));
        }
    }

    /// Nobody has it any more on the processor that was noted as `at`.
    fn clear(&self, places: &[Place], at: usize) {
        if let Some(place) = at.checked_sub(1).and_then(|at| places.get(at)) {
            let order = Ordering::Relaxed;
            let _ = place.0.compare_exchange(self.token(), 0, order, order);
        }
    }

    fn token(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

impl Place {
    fn has_another_than(&self, gil: &Gil) -> bool {
        let token = self.0.load(Ordering::Relaxed);
        token != 0 && token != gil.token()
    }

    fn is_free(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

/// Most processors that are looked at.
const MOST_TRIES: usize = 64;

/// A processor where nobody has a GIL, near `here`: their numbers differ in the last bits first.
fn nearest_free(places: &[Place], here: usize) -> Option<usize> {
    let most = places.len().next_power_of_two().min(MOST_TRIES);
    (1..most)
        .map(|distance| here ^ distance)
        .find(|&one| places.get(one).is_some_and(Place::is_free))
}

/// Which GIL an interpreter has.
#[derive(Debug)]
pub struct OfInterpreter(&'static Gil);

impl OfInterpreter {
    /// That of the main interpreter.
    pub fn shared() -> Self {
        Self(&MAIN)
    }

    /// One of its own.
    pub fn own() -> Self {
        SEVERAL.store(true, Ordering::Relaxed);
        let free = FREE.lock().pop();
        Self(free.unwrap_or_else(|| Box::leak(Box::new(Gil::new()))))
    }

    /// For the thread states of the interpreter.
    pub fn gil(&self) -> &'static Gil {
        self.0
    }
}

impl Drop for OfInterpreter {
    fn drop(&mut self) {
        if !std::ptr::eq(self.0, &raw const MAIN) {
            self.0.given();
            if !self.0.turns.is_awaited() {
                FREE.lock().push(self.0);
            }
        }
    }
}

/// Runs `take`, which takes the GIL that is `gil`, if that is known, when it is this thread's turn.
pub(super) fn in_turn(gil: Option<&'static Gil>, take: impl FnOnce()) {
    match gil.filter(|_| cfg!(not(Py_GIL_DISABLED))) {
        Some(gil) => gil.turns.take(take),
        None => take(),
    }
}

/// This thread has got a GIL, which is `gil` if that is known.
pub(super) fn taken(gil: Option<&'static Gil>) {
    HELD.set(gil);
    if let Some(gil) = gil {
        gil.taken();
    }
}

/// This thread is about to give the GIL away that it has. Which one that was.
pub(super) fn given() -> Option<&'static Gil> {
    let held = HELD.take()?;
    held.given();
    Some(held)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(count: usize) -> Vec<Place> {
        (0..count).map(|_| Place::default()).collect()
    }

    fn stays(_: usize) -> bool {
        panic!("there is no reason to move");
    }

    #[test]
    fn who_gets_a_gil_where_nobody_has_another_stays() {
        let (places, gil) = (places(2), Gil::new());
        gil.note(&places, 1, stays);
        gil.note(&places, 1, stays);
        assert!(places[0].is_free() && !places[1].is_free());
    }

    #[test]
    fn who_gets_a_gil_where_another_is_held_goes_where_none_is() {
        let (places, a, b) = (places(2), Gil::new(), Gil::new());
        a.note(&places, 1, stays);
        b.note(&places, 1, |to| to == 0);
        assert!(places[0].has_another_than(&a) && places[1].has_another_than(&b));
    }

    #[test]
    fn with_as_many_gils_as_processors_nobody_moves() {
        let (places, gils) = (places(2), [Gil::new(), Gil::new(), Gil::new()]);
        gils[0].note(&places, 0, stays);
        gils[1].note(&places, 1, stays);
        gils[2].note(&places, 0, stays);
        assert!(places[0].has_another_than(&gils[0]));
    }

    #[test]
    fn who_may_not_move_is_noted_where_it_is() {
        let (places, a, b) = (places(2), Gil::new(), Gil::new());
        a.note(&places, 1, stays);
        b.note(&places, 1, |_| false);
        assert!(places[0].is_free() && places[1].has_another_than(&a));
    }

    #[test]
    fn a_gil_is_held_in_one_place() {
        let (places, gil) = (places(4), Gil::new());
        gil.note(&places, 3, stays);
        gil.note(&places, 2, stays);
        assert!(places[3].is_free() && !places[2].is_free());
        gil.clear(&places, gil.at.swap(0, Ordering::Relaxed));
        assert!(places.iter().all(Place::is_free));
    }

    #[test]
    fn near_processors_come_first_and_none_beyond_the_last() {
        let (places, gil) = (places(6), Gil::new());
        assert_eq!(nearest_free(&places, 5), Some(4));
        gil.note(&places, 4, stays);
        assert_eq!(nearest_free(&places, 5), Some(1));
    }

    #[test]
    fn the_gil_of_an_interpreter_that_has_ended_is_that_of_the_next_one() {
        let first = OfInterpreter::own();
        let gil: *const Gil = first.gil();
        drop(first);
        assert!(FREE.lock().iter().any(|&one| std::ptr::eq(one, gil)));
    }
}
