//! `apr_thread_proc.h`

use core::ffi::{c_int, c_void};

use crate::apr_file_io::apr_file_t;
use crate::apr_pools::apr_pool_t;

// the system's
pub type pid_t = c_int;

c_struct! { "apr_thread_proc.h" struct apr_proc_t (32) {
    0 pid: pid_t,
    8 r#in: *mut apr_file_t,
    16 out: *mut apr_file_t,
    24 err: *mut apr_file_t,
}}

c_const! { "apr_thread_proc.h"
    APR_OC_REASON_DEATH: c_int = 0,
    APR_OC_REASON_UNWRITABLE: c_int = 1,
    APR_OC_REASON_RESTART: c_int = 2,
    APR_OC_REASON_UNREGISTER: c_int = 3,
    APR_OC_REASON_LOST: c_int = 4,
    APR_OC_REASON_RUNNING: c_int = 5,
}

/// What hears of another child; C has no name for it.
pub type other_child_fn = unsafe extern "C" fn(reason: c_int, data: *mut c_void, status: c_int);

unsafe extern "C" {
    /// The registration ends with the pool, which is told with `APR_OC_REASON_UNREGISTER`.
    pub fn apr_proc_other_child_register(
        proc_: *mut apr_proc_t,
        maintenance: Option<other_child_fn>,
        data: *mut c_void,
        write_fd: *mut apr_file_t,
        p: *mut apr_pool_t,
    );
    pub fn apr_proc_other_child_unregister(data: *mut c_void);
}
