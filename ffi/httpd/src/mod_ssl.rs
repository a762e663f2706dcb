//! `mod_ssl.h`: its optional functions; see [`crate::apr_optional::apr_dynamic_fn_retrieve`]

use core::ffi::{c_char, c_int};

use crate::apr_pools::apr_pool_t;
use crate::httpd::{conn_rec, request_rec, server_rec};

pub type apr_OFN_ssl_is_https_t = unsafe extern "C" fn(c: *mut conn_rec) -> c_int;
pub type apr_OFN_ssl_var_lookup_t = unsafe extern "C" fn(
    p: *mut apr_pool_t,
    s: *mut server_rec,
    c: *mut conn_rec,
    r: *mut request_rec,
    name: *mut c_char,
) -> *mut c_char;
