//! `apr_strings.h`

use core::ffi::{c_char, c_void};

use crate::apr::apr_size_t;
use crate::apr_pools::apr_pool_t;

unsafe extern "C" {
    pub fn apr_pstrdup(p: *mut apr_pool_t, s: *const c_char) -> *mut c_char;
    /// `s` needs no NUL; the copy gets one.
    pub fn apr_pstrmemdup(p: *mut apr_pool_t, s: *const c_char, n: apr_size_t) -> *mut c_char;
    pub fn apr_pmemdup(p: *mut apr_pool_t, m: *const c_void, n: apr_size_t) -> *mut c_void;
    // not declared: apr_psprintf, apr_pstrcat (variadic; format! and a copy do it)
}
