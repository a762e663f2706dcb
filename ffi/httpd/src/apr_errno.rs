//! `apr_errno.h`
//!
//! On Unix a status below [`APR_OS_START_ERROR`] is an `errno`; those have no constants here, `libc` has them. The
//! `APR_STATUS_IS_*` macros are sets of statuses: most hold one; `ENOSPC` also `EDQUOT`, `ECONNABORTED` also `EPROTO`,
//! `ENOTEMPTY` also `EEXIST`. `TIMEUP` is not `ETIMEDOUT`: test for both.

use core::ffi::{c_char, c_int};

use crate::apr::apr_size_t;

pub type apr_status_t = c_int;

c_const! { "apr_errno.h"
    APR_SUCCESS: apr_status_t = 0,
    APR_OS_START_ERROR: apr_status_t = 20_000,
    APR_OS_START_STATUS: apr_status_t = 70_000,
    APR_OS_START_USERERR: apr_status_t = 120_000,
    APR_OS_START_CANONERR: apr_status_t = 620_000,
    APR_OS_START_EAIERR: apr_status_t = 670_000,
    APR_OS_START_SYSERR: apr_status_t = 720_000,
    APR_EGENERAL: apr_status_t = APR_OS_START_ERROR + 14,
    APR_EINCOMPLETE: apr_status_t = APR_OS_START_ERROR + 22,
    APR_TIMEUP: apr_status_t = APR_OS_START_STATUS + 7,
    APR_INCOMPLETE: apr_status_t = APR_OS_START_STATUS + 8,
    APR_BADARG: apr_status_t = APR_OS_START_STATUS + 13,
    APR_EOF: apr_status_t = APR_OS_START_STATUS + 14,
    APR_NOTFOUND: apr_status_t = APR_OS_START_STATUS + 15,
    APR_ENOTIMPL: apr_status_t = APR_OS_START_STATUS + 23,
    APR_ENOSPC: apr_status_t = 28,
    APR_EAGAIN: apr_status_t = 11,
    APR_EINTR: apr_status_t = 4,
    APR_EPIPE: apr_status_t = 32,
    APR_ECONNABORTED: apr_status_t = 103,
    APR_ECONNRESET: apr_status_t = 104,
    APR_ETIMEDOUT: apr_status_t = 110,
}

unsafe extern "C" {
    pub fn apr_strerror(
        statcode: apr_status_t,
        buf: *mut c_char,
        bufsize: apr_size_t,
    ) -> *mut c_char;
}
