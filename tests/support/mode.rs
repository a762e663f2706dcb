//! Where the applications of a run are: in httpd's children, or in daemon processes (`CLUTCH_TEST_MODE=daemon`).
//!
//! A test that says nothing about it runs in both modes. What a daemon does differently on purpose is expected per mode
//! ([`is_daemon`]); what exists in embedded mode alone says so ([`embedded_only`]).

use std::env;
use std::thread;

use super::installation;

/// The name of the group that a plan gets in daemon mode.
pub(super) const GROUP: &str = "tests";

/// Whether applications run in daemon processes.
pub fn is_daemon() -> bool {
    match env::var("CLUTCH_TEST_MODE").as_deref() {
        Ok("daemon") => true,
        Ok("embedded") | Err(_) => false,
        Ok(other) => panic!("CLUTCH_TEST_MODE is embedded or daemon, not {other:?}"),
    }
}

/// Whether applications run in httpd's children; if not, says on the terminal why the calling test is about that mode, and it
/// should return.
pub fn embedded_only(why: &str) -> bool {
    if is_daemon() {
        let test = thread::current().name().unwrap_or("a test").to_owned();
        installation::skipped(&test, &format!("in daemon mode: {why}"));
    }
    !is_daemon()
}

/// Whether a process that applications run in has one thread for requests.
pub fn has_one_thread() -> bool {
    !is_daemon() && installation::is_prefork()
}

/// The word for [`process_group`] where the configuration wants one.
pub fn group_word() -> &'static str {
    if is_daemon() { GROUP } else { "%{GLOBAL}" }
}

/// The process group of an application that says nothing about it.
pub fn process_group() -> &'static str {
    if is_daemon() { GROUP } else { "" }
}
