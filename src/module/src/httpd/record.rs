//! The module record: what httpd knows of us, and which hooks we register.
//!
//! Its name is mod_wsgi's, so that `LoadModule wsgi_module`, `<IfModule mod_wsgi.c>` and `LogLevel wsgi:info` of old configurations hold.
//! The record that httpd sees is in `mod_clutch.so` (`ffi/entry`), which comes and goes; this library stays, with a record of its own
//! that has the same number.

use std::cell::UnsafeCell;
use std::ffi::c_int;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use crate::httpd::{commands, hooks};

/// httpd's record of a module. Written while httpd loads modules, before there are threads.
#[derive(Debug)]
#[repr(transparent)]
struct Record(UnsafeCell<ffi_httpd::module>);

// SAFETY: written only while httpd is single-threaded; else one number is read.
unsafe impl Sync for Record {}

/// Our record.
static OURS: Record = Record(UnsafeCell::new(ffi_httpd::module {
    version: ffi_httpd::MODULE_MAGIC_NUMBER_MAJOR,
    minor_version: ffi_httpd::MODULE_MAGIC_NUMBER_MINOR,
    module_index: -1,
    name: c"mod_wsgi.c".as_ptr(),
    dynamic_load_handle: ptr::null_mut(),
    next: ptr::null_mut(),
    magic: ffi_httpd::MODULE_MAGIC_COOKIE,
    rewrite_args: None,
    create_dir_config: Some(hooks::create_section),
    merge_dir_config: Some(hooks::merge_sections),
    create_server_config: Some(hooks::create_server_config),
    merge_server_config: Some(hooks::merge_server_configs),
    cmds: commands::table(),
    register_hooks: Some(hooks::register),
    flags: ffi_httpd::AP_MODULE_FLAG_NONE,
}));

/// The record that httpd has seen last.
static SEEN: AtomicPtr<ffi_httpd::module> = AtomicPtr::new(ptr::null_mut());

/// Makes the record that httpd is about to see one like ours.
///
/// # Safety
///
/// `record` is a record that nobody else uses, mapped until httpd has called its `register_hooks`.
#[unsafe(no_mangle)]
unsafe extern "C" fn clutch_fill_record_1(record: *mut ffi_httpd::module) {
    // SAFETY: ours is static, and httpd is single-threaded.
    let ours = unsafe { ptr::read(module()) };
    let new = ffi_httpd::module {
        module_index: -1,
        ..ours
    };
    // SAFETY: the caller's promise.
    unsafe { ptr::write(record, new) };
    SEEN.store(record, Ordering::Release);
}

/// Takes over the number that httpd has given to the record that it sees. To be called as httpd has the hooks registered.
pub(super) fn take_number() {
    let seen = SEEN.load(Ordering::Acquire);
    if !seen.is_null() {
        // SAFETY: httpd has just opened the file that it is in.
        let number = unsafe { (*seen).module_index };
        // SAFETY: ours is static, and httpd is single-threaded.
        unsafe { (*module()).module_index = number };
    }
}

/// Our record, as httpd's functions take it.
pub(super) fn module() -> *mut ffi_httpd::module {
    OURS.0.get()
}

/// Our place in httpd's lists.
pub(super) fn module_index() -> c_int {
    // SAFETY: the record is static, and is written to only while no hook runs.
    unsafe { (*module()).module_index }
}
