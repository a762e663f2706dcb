//! The engine of Clutch: CPython, the interpreter pool and WSGI, behind the C ABI of `ffi-engine`.
//!
//! One engine is built for one Python, linked to its libpython, and opened by the process that has requests. This is the
//! map; nothing else lives here but the entry.
#![deny(unsafe_code)]

#[cfg(not(panic = "unwind"))]
compile_error!(
    "build with panic = \"unwind\": a panic in one request must not end the process that serves everyone"
);

use std::time::Duration;

use clutch_core::code;
use ffi_engine::abi::{EngineTable, Plan, Preload, Request};
use ffi_engine::engine::{Carrier, Work, table};

pub mod error;
pub mod host;
pub mod interpreter;
pub mod metrics;
pub mod modwsgi;
pub mod report;
pub mod setup;
pub mod telemetry;
pub mod watch;
pub mod wsgi;

#[expect(unsafe_code, reason = "the safe face of CPython")]
pub mod python;

/// The table of this engine.
pub static TABLE: EngineTable = table::<Engine>();

/// Gives the table; the name by which a host finds it.
#[expect(
    unsafe_code,
    reason = "an exported name; no other library of the process has it"
)]
#[unsafe(export_name = "clutch_engine")]
pub extern "C" fn entry() -> *const EngineTable {
    &TABLE
}

struct Engine;

impl Work for Engine {
    const PYTHON_VERSION: &'static str = env!("CLUTCH_PYTHON_VERSION");

    fn start(plan: &Plan<'_>) -> bool {
        host::connect(plan.host);
        let plan = setup::keep(plan);
        let outcome = interpreter::start(plan);
        if let Err(why) = &outcome {
            let home = plan.python_home.text();
            let home = if home.is_empty() {
                "its own installation".into()
            } else {
                format!("the home {home}")
            };
            let text = format!(
                "Python {} could not be started with {home}: {why}",
                Self::PYTHON_VERSION
            );
            host::fault(&code::PYTHON_REFUSED.says(text));
        }
        if outcome.is_ok() {
            telemetry::start(plan);
        }
        outcome.is_ok()
    }

    fn preload(scripts: &[Preload<'_>]) -> bool {
        interpreter::preload(scripts)
    }

    fn confirm(group: &[u8], script: &[u8], served: bool) {
        interpreter::confirm(group, script, served);
    }

    fn stay() {
        interpreter::stay();
    }

    fn reload(group: &[u8]) -> bool {
        interpreter::reload(group)
    }

    fn call(request: &Request<'_>, carrier: Carrier) -> Option<u16> {
        match request.question {
            0 => wsgi::serve(request, carrier),
            _ => wsgi::ask(request, carrier),
        }
    }

    fn beat() {
        interpreter::beat();
    }

    fn signal(number: i32) {
        interpreter::signal(number);
    }

    fn leaves(reason: &[u8]) {
        telemetry::leaves(reason);
    }

    fn announce_stop(reason: &[u8]) {
        telemetry::leaves(reason);
        interpreter::announce_stop(reason);
    }

    fn stop(limit: Duration, reason: &[u8]) {
        // In a signal handler that has interrupted a request nothing can be said.
        if interpreter::is_interrupted() {
            return interpreter::stop(limit, reason);
        }
        telemetry::leaves(reason);
        interpreter::stop(limit, reason);
        telemetry::stopped();
    }

    fn panicked(text: &str) {
        host::fault(&host::panicked(" in the Python engine", text));
    }
}
