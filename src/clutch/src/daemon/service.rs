//! A daemon without threads for requests: it runs scripts, as a process of its own, and another is started when they have ended.
//!
//! The scripts have the first thread. Another one listens to the supervisor, and says SIGTERM to the first when the process is to
//! end: Python raises `SystemExit` there.

use std::os::fd::AsFd;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clutch_core::code;
use clutch_core::control::{Command, GroupSpec, Report};
use clutch_core::log::Level;
use clutch_sys::process;
use clutch_sys::signal::{self, Signal};
use ffi_engine::host::Engine;

use super::{Supervisor, clock, log, milliseconds, python};

/// Signals that do nothing to a service, unless its scripts handle them.
pub(super) const IGNORED: [Signal; 4] = [
    Signal::Interrupt,
    Signal::User1,
    Signal::HangUp,
    Signal::User2,
];

/// Runs the scripts, and ends Python when they have ended.
pub(super) fn run(supervisor: Supervisor, engine: Engine, spec: &'static GroupSpec) -> ExitCode {
    supervisor.report(&Report::Ready);
    let limit = spec.group.shutdown_timeout;
    let listen = move || listen(supervisor, limit);
    if let Err(error) = thread::Builder::new()
        .name("wsgi-service".into())
        .spawn(listen)
    {
        let text = format!("the service does not hear the supervisor: {error}");
        log::fault(&code::SERVICE_DEAF.says(text));
    }
    python::preload(engine, spec);
    engine.stop(milliseconds(limit), "");
    let text = format!(
        "process {} ends: its scripts have ended",
        std::process::id()
    );
    log::say(Level::Info, &text);
    process::exit_now(0)
}

/// Waits until the supervisor wants the process to end, or has ended itself.
fn listen(mut supervisor: Supervisor, limit: Duration) {
    signal::leave_to_others(); // to the thread whose Python waits for them
    while let Ok(command) = supervisor.inbox.wait(supervisor.socket.as_fd()) {
        match command {
            Command::Drain(..) => break,
            Command::Be(_) | Command::Reload(_) | Command::Stay => (),
        }
    }
    clock::end_in_any_case(limit);
    // There is a first thread as long as the process lives.
    let _ = process::signal_first_thread(Signal::Terminate);
}
