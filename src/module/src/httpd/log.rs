//! Lines for httpd's error log: through the request if there is one, else the main server.
//!
//! Lines at warning and worse have a number. Those that mod_wsgi has for the same thing are mod_wsgi's, `WSGI0000`; our
//! own are `CLUTCH0000`, and none is used for a second thing:
//!
//! | number | level | what |
//! |---|---|---|
//! | CLUTCH0001 | crit | a panic in the module |
//! | CLUTCH0002 | error | no engine suits the configuration |
//! | CLUTCH0003 | warning | a process should be replaced |
//! | CLUTCH0004 | error | an environment of a group does not suit the configuration |
//! | CLUTCH0005 | alert | the supervisor of the daemons has ended |
//! | CLUTCH0007 | error | an application group needs a process of its own, and gets none |
//! | CLUTCH0006 | error | a group of daemons does not suit the configuration, or cannot be started; as a warning: only in part |

use std::ffi::c_int;
use std::sync::atomic::{AtomicU8, Ordering};

use clutch_core::log::{Forward, Level, Record, Sink};
use smallvec::SmallVec;

use crate::httpd::record;
use crate::httpd::request::Request;
use crate::httpd::server::Server;

/// A panic in the module.
pub const PANIC: &str = "CLUTCH0001:";
/// No engine suits the configuration.
pub const NO_ENGINE: &str = "CLUTCH0002:";
/// A process should be replaced.
pub const RETIRE: &str = "CLUTCH0003:";
/// An environment of a group does not suit the configuration.
pub const NO_HOME: &str = "CLUTCH0004:";

/// The supervisor of the daemons has ended.
pub const SUPERVISOR: &str = "CLUTCH0005:";
/// A group of daemons does not suit the configuration, or cannot be started.
pub const NO_DAEMONS: &str = "CLUTCH0006:";

/// The main server's level for this module. Written when a child starts, before it has threads; else constant.
static LEVEL: AtomicU8 = AtomicU8::new(Level::Warning as u8);

/// The main server's log, for what belongs to no request.
#[derive(Debug, Clone, Copy)]
pub struct MainLog;

impl Sink for MainLog {
    fn level(&self) -> Level {
        Level::from_number(LEVEL.load(Ordering::Relaxed))
    }

    fn write(&self, record: &Record<'_>) {
        write_main(record, 0);
    }
}

/// Sends this process's `tracing` events to the main server's log. To be called when a child starts.
pub fn follow_main_server() {
    // SAFETY: httpd sets it before it has any threads, and never while a child runs.
    let server = unsafe { ffi_httpd::ap_server_conf };
    if !server.is_null() {
        // SAFETY: the main server lives as long as its configuration; the index is ours.
        let level =
            unsafe { ffi_httpd::ap_get_server_module_loglevel(server, record::module_index()) };
        let level = Level::from_number(u8::try_from(level).unwrap_or_default());
        LEVEL.store(level as u8, Ordering::Relaxed);
    }
    Forward::to(MainLog).install();
}

/// The most detailed level that the log of `server` keeps.
pub fn level_of(server: Server<'_>) -> Level {
    // SAFETY: the server is alive; the index is ours.
    let level =
        unsafe { ffi_httpd::ap_get_server_module_loglevel(server.raw(), record::module_index()) };
    Level::from_number(u8::try_from(level).unwrap_or_default())
}

/// Writes a line about the server.
pub fn server(level: Level, text: &str) {
    write_main(&here(level, text), 0);
}

/// Writes why httpd cannot start, to the terminal if it starts there.
pub(super) fn refusal(sentence: &str) {
    let record = here(Level::Error, sentence);
    write_main(&record, ffi_httpd::APLOG_STARTUP);
}

/// Writes a line about `request`.
pub fn request(request: Request<'_>, level: Level, text: &str) {
    write_request(request, &here(level, text));
}

fn here(level: Level, text: &str) -> Record<'_> {
    Record {
        level,
        file: file!(),
        line: line!(),
        text: text.as_bytes(),
    }
}

/// Writes `record` to the log of `request`, with the name of its script.
pub fn write_request(request: Request<'_>, record: &Record<'_>) {
    let file = file_name(record);
    let script = request.filename_c().unwrap_or(c"");
    // SAFETY: the request is alive; the format takes a string, a length and a text of that length.
    unsafe {
        ffi_httpd::ap_log_rerror_(
            file.as_ptr().cast(),
            line_number(record),
            record::module_index(),
            c_int::from(record.level as u8),
            0,
            request.raw(),
            c"[script %s] %.*s".as_ptr(),
            script.as_ptr(),
            length(record),
            record.text.as_ptr(),
        );
    }
}

pub(crate) fn write_main(record: &Record<'_>, flags: c_int) {
    let file = file_name(record);
    // SAFETY: httpd sets it before it has any threads, and never while a child runs.
    let server = unsafe { ffi_httpd::ap_server_conf };
    // SAFETY: the server is null or alive; the format takes a length and a text of that length.
    unsafe {
        ffi_httpd::ap_log_error_(
            file.as_ptr().cast(),
            line_number(record),
            record::module_index(),
            c_int::from(record.level as u8) | flags,
            0,
            server,
            c"%.*s".as_ptr(),
            length(record),
            record.text.as_ptr(),
        );
    }
}

/// The file's name for C.
fn file_name(record: &Record<'_>) -> SmallVec<[u8; 128]> {
    let mut name: SmallVec<[u8; 128]> = record.file.bytes().collect();
    name.push(0);
    name
}

fn line_number(record: &Record<'_>) -> c_int {
    c_int::try_from(record.line).unwrap_or_default()
}

/// httpd cuts a line at 8192 bytes.
fn length(record: &Record<'_>) -> c_int {
    c_int::try_from(record.text.len()).unwrap_or(c_int::MAX)
}
