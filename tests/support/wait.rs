//! Waiting for conditions. Nothing in the tests sleeps for a fixed time and hopes.

use std::thread;
use std::time::{Duration, Instant};

/// How long a condition may take on a busy two-core machine before a test fails.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// How often a condition is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(4);

/// What `look` finds, as soon as it finds something; `None` if it does not within `limit`.
pub fn within<T>(limit: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if Instant::now() >= deadline {
            return None;
        }
        thread::sleep(LOOK_EVERY);
    }
}

/// What `look` finds, as soon as it finds something.
///
/// # Panics
///
/// If it does not within [`PATIENCE`]; `what` names the condition.
pub fn until<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE, look).unwrap_or_else(|| panic!("waited {PATIENCE:?} in vain for {what}"))
}

/// Waits until `holds` does.
///
/// # Panics
///
/// As [`until`].
pub fn until_true(what: &str, mut holds: impl FnMut() -> bool) {
    until(what, || holds().then_some(()));
}
