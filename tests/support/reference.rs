//! The module under test: ours, or the one whose behaviour we match (`MODULE_UNDER_TEST`).

use std::env;
use std::path::PathBuf;

use super::installation;

/// File of the module under test.
pub fn module_file() -> PathBuf {
    match env::var_os("MODULE_UNDER_TEST") {
        Some(file) => PathBuf::from(file),
        None => installation::build_directory().join("mod_clutch.so"),
    }
}

/// Whether the module under test is the reference and not ours.
///
/// Tests branch on it where we differ deliberately, and assert both behaviours.
pub fn is_under_test() -> bool {
    env::var_os("MODULE_UNDER_TEST").is_some()
}

/// Whether the module under test is ours; if not, says on the terminal why `test` does not apply, and it should return.
pub fn ours_only(test: &str, why: &str) -> bool {
    if is_under_test() {
        installation::skipped(test, why);
    }
    !is_under_test()
}
