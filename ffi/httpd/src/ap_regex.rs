//! `ap_regex.h`

use core::ffi::{c_char, c_int, c_void};

use crate::apr::apr_size_t;

c_struct! { "ap_regex.h" struct ap_regex_t (24) {
    0 re_pcre: *mut c_void,
    8 re_nsub: c_int,
    16 re_erroffset: apr_size_t,
}}

c_struct! { "ap_regex.h" struct ap_regmatch_t (8) {
    0 rm_so: c_int,
    4 rm_eo: c_int,
}}

c_const! { "ap_regex.h"
    AP_REG_ICASE: c_int = 0x01,
    AP_REG_EXTENDED: c_int = 0,
    AP_REG_NOSUB: c_int = 0,
    AP_REG_DOTALL: c_int = 0x40,
    AP_REG_DOLLAR_ENDONLY: c_int = 0x200,
    AP_REG_NO_DEFAULT: c_int = 0x400,
    AP_REG_ASSERT: c_int = 1,
    AP_REG_ESPACE: c_int = 2,
    AP_REG_INVARG: c_int = 3,
    AP_REG_NOMATCH: c_int = 4,
}

unsafe extern "C" {
    pub fn ap_regcomp(preg: *mut ap_regex_t, regex: *const c_char, cflags: c_int) -> c_int;
    /// 0 on a match, else [`AP_REG_NOMATCH`] or an error.
    pub fn ap_regexec(
        preg: *const ap_regex_t,
        string: *const c_char,
        nmatch: apr_size_t,
        pmatch: *mut ap_regmatch_t,
        eflags: c_int,
    ) -> c_int;
    /// As [`ap_regexec`]; `buff` needs no NUL.
    pub fn ap_regexec_len(
        preg: *const ap_regex_t,
        buff: *const c_char,
        len: apr_size_t,
        nmatch: apr_size_t,
        pmatch: *mut ap_regmatch_t,
        eflags: c_int,
    ) -> c_int;
    pub fn ap_regerror(
        errcode: c_int,
        preg: *const ap_regex_t,
        errbuf: *mut c_char,
        errbuf_size: apr_size_t,
    ) -> apr_size_t;
    pub fn ap_regfree(preg: *mut ap_regex_t);
    // not declared: ap_rxplus_* (sed-like; no directive needs it)
}
