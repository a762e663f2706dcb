//! `apr_time.h`

use crate::apr::apr_int64_t;

/// Microseconds since 1970.
pub type apr_time_t = apr_int64_t;
/// Microseconds.
pub type apr_interval_time_t = apr_int64_t;

c_const! { "apr_time.h"
    APR_USEC_PER_SEC: apr_time_t = 1_000_000,
}

unsafe extern "C" {
    pub fn apr_time_now() -> apr_time_t;
    // not declared: apr_sleep (a hook must not sleep), apr_time_exp_* (std and the log writer do without)
}
