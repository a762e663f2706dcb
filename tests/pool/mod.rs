//! The interpreter pool: groups with interpreters of their own kind and number, that are replaced, limited and ended.

mod environment;
mod guard;
mod isolation;
mod limits;
mod memory;
mod reload;
mod soak;
mod verdicts;
mod words;

use clutch_tests::support::reference;

/// Whether the directives of the pool exist; they are ours alone.
fn is_ours(test: &str) -> bool {
    reference::ours_only(test, "the reference has no such directive")
}
