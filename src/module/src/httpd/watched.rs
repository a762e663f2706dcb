//! A process beside httpd's children that httpd's parent tells us the end of.

use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use crate::httpd::boundary::guard;
use crate::httpd::pool::Pool;
use crate::supervisor;

/// The pool of the configuration that is served, for a registration that takes the place of another. Used by the parent's one
/// thread only.
static CONFIGURATION: AtomicPtr<ffi_httpd::apr_pool_t> = AtomicPtr::new(ptr::null_mut());

/// What is registered: an address of our own that nobody else has.
static MARK: u8 = 0;

fn mark() -> *mut c_void {
    ptr::from_ref(&MARK).cast_mut().cast()
}

/// Has [`supervisor::died`] called when the process `pid` has ended, as long as the configuration with this pool is served.
pub fn watch(pool: Pool<'_>, pid: u32) {
    CONFIGURATION.store(pool.raw(), Ordering::Relaxed);
    // SAFETY: the pool is that of the configuration, alive.
    unsafe { register(pool.raw(), pid) };
}

/// As [`watch`], for the configuration that was named last.
pub fn watch_again(pid: u32) {
    let pool = CONFIGURATION.load(Ordering::Relaxed);
    if !pool.is_null() {
        // SAFETY: the registration that led here ends with the pool, so that is alive.
        unsafe { register(pool, pid) };
    }
}

/// # Safety
///
/// `pool` is alive.
unsafe fn register(pool: *mut ffi_httpd::apr_pool_t, pid: u32) {
    let mut process = ffi_httpd::apr_proc_t {
        pid: pid.cast_signed(),
        r#in: ptr::null_mut(),
        out: ptr::null_mut(),
        err: ptr::null_mut(),
    };
    // SAFETY: the caller's promise; APR keeps a copy of the pid's place, so it must last: it is put into the pool.
    let kept = unsafe { ffi_httpd::apr_palloc(pool, size_of::<ffi_httpd::apr_proc_t>()) };
    let kept = kept.cast::<ffi_httpd::apr_proc_t>();
    if kept.is_null() {
        return;
    }
    // SAFETY: new room of the right size, aligned as APR aligns everything.
    unsafe { ptr::copy_nonoverlapping(&raw mut process, kept, 1) };
    // SAFETY: all alive as long as the pool.
    unsafe {
        ffi_httpd::apr_proc_other_child_register(kept, Some(heard), mark(), ptr::null_mut(), pool);
    }
}

/// # Safety
///
/// Called by httpd's parent only, about the process that was registered last.
unsafe extern "C" fn heard(reason: c_int, _: *mut c_void, status: c_int) {
    match reason {
        ffi_httpd::APR_OC_REASON_DEATH | ffi_httpd::APR_OC_REASON_LOST => {
            // SAFETY: what was registered, by the parent's one thread.
            unsafe { ffi_httpd::apr_proc_other_child_unregister(mark()) };
            guard("the end of the supervisor", || supervisor::died(status));
        }
        // httpd has told its children to end, and asks while it waits for them.
        ffi_httpd::APR_OC_REASON_RESTART => {
            guard("the end of httpd's children", supervisor::hurry);
        }
        // The configuration goes, and the process stays.
        ffi_httpd::APR_OC_REASON_UNREGISTER => {
            guard("the end of a configuration", supervisor::unsettled);
        }
        _ => (),
    }
}
