//! `ap_mpm.h`

use core::ffi::c_int;

use crate::apr_errno::apr_status_t;

c_const! { "ap_mpm.h"
    AP_MPMQ_NOT_SUPPORTED: c_int = 0,
    AP_MPMQ_STATIC: c_int = 1,
    AP_MPMQ_DYNAMIC: c_int = 2,
    AP_MPMQ_STARTING: c_int = 0,
    AP_MPMQ_RUNNING: c_int = 1,
    AP_MPMQ_STOPPING: c_int = 2,
    AP_MPMQ_MAX_DAEMON_USED: c_int = 1,
    AP_MPMQ_IS_THREADED: c_int = 2,
    AP_MPMQ_IS_FORKED: c_int = 3,
    AP_MPMQ_HARD_LIMIT_DAEMONS: c_int = 4,
    AP_MPMQ_HARD_LIMIT_THREADS: c_int = 5,
    AP_MPMQ_MAX_THREADS: c_int = 6,
    AP_MPMQ_MIN_SPARE_DAEMONS: c_int = 7,
    AP_MPMQ_MIN_SPARE_THREADS: c_int = 8,
    AP_MPMQ_MAX_SPARE_DAEMONS: c_int = 9,
    AP_MPMQ_MAX_SPARE_THREADS: c_int = 10,
    AP_MPMQ_MAX_REQUESTS_DAEMON: c_int = 11,
    AP_MPMQ_MAX_DAEMONS: c_int = 12,
    AP_MPMQ_MPM_STATE: c_int = 13,
    AP_MPMQ_IS_ASYNC: c_int = 14,
    AP_MPMQ_GENERATION: c_int = 15,
}

unsafe extern "C" {
    pub fn ap_mpm_query(query_code: c_int, result: *mut c_int) -> apr_status_t;
    // not declared: AP_MPMQ_CAN_WAITIO (since 2.4.63)
}
