//! The module record: the only symbol that httpd sees, and which hooks we register.
//!
//! Its name and the name of the symbol are mod_wsgi's, so that `LoadModule wsgi_module`, `<IfModule mod_wsgi.c>` and
//! `LogLevel wsgi:info` of old configurations hold.

use std::cell::UnsafeCell;
use std::ffi::c_int;

use crate::httpd::{commands, hooks};

/// httpd's record of a module. httpd writes to it while it loads modules, before there are threads.
#[derive(Debug)]
#[repr(transparent)]
pub(super) struct Record(UnsafeCell<ffi_httpd::module>);

// SAFETY: written by httpd only while it is single-threaded; we read one number.
unsafe impl Sync for Record {}

/// The record. The module stays mapped when httpd closes it, so this is the same record at each restart; httpd resets
/// the index when it forgets a module and gives it a new one when it opens it again.
#[unsafe(no_mangle)]
pub(super) static wsgi_module: Record = Record(UnsafeCell::new(ffi_httpd::module {
    version: ffi_httpd::MODULE_MAGIC_NUMBER_MAJOR,
    minor_version: ffi_httpd::MODULE_MAGIC_NUMBER_MINOR,
    module_index: -1,
    name: c"mod_wsgi.c".as_ptr(),
    dynamic_load_handle: std::ptr::null_mut(),
    next: std::ptr::null_mut(),
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

/// The record as httpd's functions take it.
pub(super) fn module() -> *mut ffi_httpd::module {
    wsgi_module.0.get()
}

/// Our place in httpd's lists.
pub(super) fn module_index() -> c_int {
    // SAFETY: the record is static, and httpd writes to it only while no hook runs.
    unsafe { (*module()).module_index }
}
