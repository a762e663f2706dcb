//! Keeps panics on their own side of the boundary.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `body`; if it panics, reports the payload's text to `report` and gives `None`.
pub fn guard<R>(report: impl FnOnce(&str), body: impl FnOnce() -> R) -> Option<R> {
    // AssertUnwindSafe: what both sides share is behind locks whose critical sections end in one assignment.
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(value) => Some(value),
        Err(payload) => {
            // A second panic, in the report or in the payload's own Drop, must not get out either.
            let _ = catch_unwind(AssertUnwindSafe(|| report(text(&*payload))));
            let _ = catch_unwind(AssertUnwindSafe(|| drop(payload)));
            None
        }
    }
}

fn text(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a text")
}

#[cfg(test)]
mod tests {
    use super::guard;

    #[test]
    fn a_panic_is_reported_and_goes_no_further() {
        let mut told = String::new();
        let outcome = guard(
            |text| told.push_str(text),
            || -> u32 { panic!("number {}", 7) },
        );
        assert_eq!((outcome, told.as_str()), (None, "number 7"));
    }

    #[test]
    fn a_panicking_report_goes_no_further() {
        assert_eq!(
            guard(|_| panic!("again"), || -> u32 { panic!("once") }),
            None
        );
    }
}
