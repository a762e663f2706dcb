//! The interpreter pool: groups with interpreters of their own kind and number, that are replaced, limited and ended.

mod environment;
mod guard;
mod isolation;
mod limits;
mod reload;
mod words;

use clutch_tests::support::{installation, reference};

/// Whether the directives of the pool exist; they are ours alone.
fn is_ours(test: &str) -> bool {
    if reference::is_under_test() {
        installation::skipped(test, "the reference has no such directive");
    }
    !reference::is_under_test()
}
