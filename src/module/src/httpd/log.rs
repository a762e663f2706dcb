//! Lines for httpd's error log: through the request if there is one, else the main server.

use std::ffi::c_int;
use std::sync::atomic::{AtomicU8, Ordering};

use clutch_core::code::Fault;
use clutch_core::log::{Forward, Level, Record, Sink};
use smallvec::SmallVec;

use crate::httpd::record;
use crate::httpd::request::Request;
use crate::httpd::server::Server;

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

/// Writes what is wrong with the server.
#[track_caller]
pub fn fault(fault: &Fault) {
    fault.write(|record| write_main(record, 0));
}

/// Writes what is wrong with `request`.
#[track_caller]
pub fn request_fault(request: Request<'_>, fault: &Fault) {
    fault.write(|record| write_request(request, record));
}

/// Writes a line about the server, of level notice or below.
pub fn server(level: Level, text: &str) {
    write_main(&here(level, text), 0);
}

/// Writes why httpd cannot start, to the terminal if it starts there.
pub(super) fn refusal(fault: &Fault) {
    fault.write(|record| write_main(record, ffi_httpd::APLOG_STARTUP));
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
