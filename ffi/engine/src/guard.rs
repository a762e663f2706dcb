//! Keeps panics on their own side of the boundary.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, Location, catch_unwind};

thread_local! {
    /// Where this thread panicked last; set by the hook, taken by [`guard`].
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From now on a panic is told by the [`guard`] that catches it, with its place, and not on standard error.
pub fn remember_places() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(Location::to_string);
        // The thread may be in its last steps, where it has no thread-locals any more.
        let _ = PLACE.try_with(|kept| kept.replace(place));
    }));
}

/// Runs `body`; if it panics, reports what and where to `report` and gives `None`.
pub fn guard<R>(report: impl FnOnce(&str), body: impl FnOnce() -> R) -> Option<R> {
    // AssertUnwindSafe: what both sides share is behind locks whose critical sections end in one assignment.
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(value) => Some(value),
        Err(payload) => {
            // A second panic, in the report or in the payload's own Drop, must not get out either.
            let _ = catch_unwind(AssertUnwindSafe(|| report(&described(&*payload))));
            let _ = catch_unwind(AssertUnwindSafe(|| drop(payload)));
            None
        }
    }
}

fn described(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a text");
    match PLACE.with_borrow_mut(Option::take) {
        Some(place) => format!("{text} at {place}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{guard, remember_places};

    #[test]
    fn a_panic_is_reported_with_its_place_and_goes_no_further() {
        remember_places();
        let mut told = String::new();
        let outcome = guard(
            |text| told.push_str(text),
            || -> u32 { panic!("number {}", 7) },
        );
        assert_eq!(outcome, None);
        assert!(
            told.starts_with("number 7 at ") && told.contains("guard.rs:"),
            "{told}"
        );
    }

    #[test]
    fn a_panicking_report_goes_no_further() {
        assert_eq!(
            guard(|_| panic!("again"), || -> u32 { panic!("once") }),
            None
        );
    }
}
