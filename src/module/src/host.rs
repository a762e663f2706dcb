//! What an engine asks of this process outside of requests.

use clutch_core::config::interpreter::{EMBEDDED, InterpreterSettings};
use clutch_core::log::{Level, Record, Sink};
use ffi_engine::abi::GroupPlan;
use ffi_engine::group_plan;
use ffi_engine::host::Host;

use crate::httpd::log::MainLog;
use crate::{board, life, retirement};

/// This process, which httpd started.
#[derive(Debug)]
pub struct Httpd;

impl Host for Httpd {
    fn write(record: &Record<'_>) {
        MainLog.write(record);
    }

    fn level() -> Level {
        MainLog.level()
    }

    fn group(group: &[u8]) -> GroupPlan<'static> {
        match life::child() {
            Some(child) => group_plan(&InterpreterSettings::of(&child.words, EMBEDDED, group)),
            None => GroupPlan::DEFAULT,
        }
    }

    fn retire(why: &str) {
        retirement::ask(why);
    }

    fn scoreboard() -> Option<Vec<u8>> {
        let may_see_it = life::child().is_some_and(|child| child.server_metrics);
        may_see_it.then(board::bytes).flatten()
    }
}
