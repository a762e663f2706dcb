//! How long threads wait for the GIL at the places where we take it, once somebody wants to know.

use std::cell::Cell;
use std::ops::Sub;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Whether waits are measured. Set once. Relaxed: a few more waits that are not measured do no harm.
static MEASURED: AtomicBool = AtomicBool::new(false);

thread_local! {
    static WAITS: Cell<Waits> = const { Cell::new(Waits { nanoseconds: 0, count: 0 }) };
}

/// Waits of a thread for a GIL.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waits {
    /// How long they took together.
    pub nanoseconds: u64,
    /// How many there were.
    pub count: u64,
}

impl Sub for Waits {
    type Output = Self;
    fn sub(self, earlier: Self) -> Self {
        Self {
            nanoseconds: self.nanoseconds - earlier.nanoseconds,
            count: self.count - earlier.count,
        }
    }
}

/// From now on waits are measured, in the whole process.
pub fn measure() {
    MEASURED.store(true, Ordering::Relaxed);
}

/// The waits of this thread so far, as far as they were measured.
pub fn so_far() -> Waits {
    WAITS.get()
}

/// Runs `wait`, which waits for a GIL.
pub(super) fn measured(wait: impl FnOnce()) {
    if !MEASURED.load(Ordering::Relaxed) {
        return wait();
    }
    let begun = Instant::now();
    wait();
    let waited = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
    let Waits { nanoseconds, count } = WAITS.get();
    WAITS.set(Waits {
        nanoseconds: nanoseconds.saturating_add(waited),
        count: count + 1,
    });
}
