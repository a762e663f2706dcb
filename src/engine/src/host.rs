//! The host's log, from anywhere in the engine.

use std::panic::Location;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use clutch_core::code::{self, Code, Fault};
use clutch_core::log::{Forward, Level, Record, Sink};
use clutch_core::scoreboard::Scoreboard;
use ffi_engine::abi::HostTable;
use ffi_engine::engine::{self, HostLog};

use crate::wsgi::Call;

/// Written once, when the engine is started; read by everybody.
static HOST: OnceLock<HostLog> = OnceLock::new();

/// Takes the host's functions, and sends `tracing` events to its log.
pub fn connect(table: &'static HostTable) {
    let log = *HOST.get_or_init(|| HostLog(table));
    Forward::to(log).install();
}

/// Writes what is wrong, to the log of the server.
#[track_caller]
pub fn fault(fault: &Fault) {
    fault.write(write);
}

/// Writes what is wrong to the log of a call, if there is one, else of the server. Call it detached.
#[track_caller]
pub fn fault_for(call: Option<&Call>, fault: &Fault) {
    fault.write(|record| write_for(call, record));
}

/// Writes the lines that belong to what is wrong, a traceback or a stack, where it was written. Call it detached.
#[track_caller]
pub fn follow(call: Option<&Call>, code: &Code, lines: &[String]) {
    let place = Location::caller();
    for line in lines {
        let record = Record {
            level: code.level,
            file: place.file(),
            line: place.line(),
            text: line.as_bytes(),
        };
        write_for(call, &record);
    }
}

/// A panic of ours; `place` is where, as " in ...", or nothing.
pub fn panicked(place: &str, text: &str) -> Fault {
    code::ENGINE_PANIC.says(format!("panic{place}: {text}; please report this"))
}

/// Writes a line that belongs to no request. Before the engine is started there is nobody to write to.
pub fn log(level: Level, text: &[u8]) {
    write(&Record {
        level,
        file: file!(),
        line: line!(),
        text,
    });
}

/// Writes a record that belongs to no request.
pub fn write(record: &Record<'_>) {
    if let Some(host) = HOST.get() {
        host.write(record);
    }
}

/// Writes a record to the log of a call, if there is one, else of the server. Call it detached.
pub fn write_for(call: Option<&Call>, record: &Record<'_>) {
    match call {
        Some(call) => call.record(record),
        None => write(record),
    }
}

/// Writes a line to the log of a call, if there is one, else of the server. Call it detached.
pub fn log_for(call: Option<&Call>, level: Level, text: &[u8]) {
    match call {
        Some(call) => call.log(level, text),
        None => log(level, text),
    }
}

/// Tells the host, once, that a request has found its script loaded.
pub fn loaded() {
    /// Relaxed: saying it twice does no harm.
    static TOLD: AtomicBool = AtomicBool::new(false);
    if !TOLD.load(Ordering::Relaxed)
        && !TOLD.swap(true, Ordering::Relaxed)
        && let Some(host) = HOST.get()
    {
        engine::loaded(host.0);
    }
}

/// httpd's scoreboard, if this process may see it. May wait: call it detached.
pub fn scoreboard() -> Option<Scoreboard> {
    let bytes = engine::scoreboard(HOST.get()?.0)?;
    Scoreboard::of(&bytes).ok()
}

/// The most detailed level that the server's log keeps.
pub fn level() -> Level {
    HOST.get().map_or(Level::Error, Sink::level)
}
