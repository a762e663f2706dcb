//! `http_ssl.h`

use core::ffi::{c_char, c_int};

use crate::apr_pools::apr_pool_t;
use crate::httpd::{conn_rec, request_rec, server_rec};

unsafe extern "C" {
    /// Knows every TLS module, not only mod_ssl; a secondary connection of HTTP/2 is what its primary is.
    pub fn ap_ssl_conn_is_ssl(c: *mut conn_rec) -> c_int;
    /// `c` and `r` may be null; null if there is no such variable.
    pub fn ap_ssl_var_lookup(
        p: *mut apr_pool_t,
        s: *mut server_rec,
        c: *mut conn_rec,
        r: *mut request_rec,
        name: *const c_char,
    ) -> *const c_char;
}
