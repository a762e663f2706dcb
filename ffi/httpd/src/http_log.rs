//! `http_log.h`
//!
//! The macros `ap_log_*error` compare the level first; these functions log what they get. The rule (`http_config.h`):
//! an [`crate::httpd::ap_logconf`] is the request's, else its connection's, else its server's; a module's level is
//! `module_levels[module_index]` unless that list is null or the entry is negative, then `level`.

use core::ffi::{c_char, c_int};

use crate::apr_errno::apr_status_t;
use crate::apr_pools::apr_pool_t;
use crate::httpd::{conn_rec, request_rec, server_rec};

c_const! { "http_log.h"
    APLOG_EMERG: c_int = 0,
    APLOG_ALERT: c_int = 1,
    APLOG_CRIT: c_int = 2,
    APLOG_ERR: c_int = 3,
    APLOG_WARNING: c_int = 4,
    APLOG_NOTICE: c_int = 5,
    APLOG_INFO: c_int = 6,
    APLOG_DEBUG: c_int = 7,
    APLOG_TRACE1: c_int = 8,
    APLOG_TRACE2: c_int = 9,
    APLOG_TRACE3: c_int = 10,
    APLOG_TRACE4: c_int = 11,
    APLOG_TRACE5: c_int = 12,
    APLOG_TRACE6: c_int = 13,
    APLOG_TRACE7: c_int = 14,
    APLOG_TRACE8: c_int = 15,
    APLOG_LEVELMASK: c_int = 15,
    APLOG_NOERRNO: c_int = 16,
    APLOG_TOCLIENT: c_int = 32,
    APLOG_STARTUP: c_int = 64,
    APLOG_NO_MODULE: c_int = -1,
}

unsafe extern "C" {
    /// `s` may be null: the main log, or the terminal at start.
    pub fn ap_log_error_(
        file: *const c_char,
        line: c_int,
        module_index: c_int,
        level: c_int,
        status: apr_status_t,
        s: *const server_rec,
        fmt: *const c_char,
        ...
    );
    pub fn ap_log_perror_(
        file: *const c_char,
        line: c_int,
        module_index: c_int,
        level: c_int,
        status: apr_status_t,
        p: *mut apr_pool_t,
        fmt: *const c_char,
        ...
    );
    pub fn ap_log_rerror_(
        file: *const c_char,
        line: c_int,
        module_index: c_int,
        level: c_int,
        status: apr_status_t,
        r: *const request_rec,
        fmt: *const c_char,
        ...
    );
    pub fn ap_log_cerror_(
        file: *const c_char,
        line: c_int,
        module_index: c_int,
        level: c_int,
        status: apr_status_t,
        c: *const conn_rec,
        fmt: *const c_char,
        ...
    );
    /// The id that `%L` shows; 0 ([`crate::httpd::OK`]) if a module made one.
    pub fn ap_run_generate_log_id(
        c: *const conn_rec,
        r: *const request_rec,
        id: *mut *const c_char,
    ) -> c_int;
    // not declared: ap_open_piped_log and kin (logs are httpd's business)
}
