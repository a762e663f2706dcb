//! `apr_hash.h`

use core::ffi::c_void;

use crate::apr::apr_ssize_t;

c_opaque! { apr_hash_t }

c_const! { "apr_hash.h"
    APR_HASH_KEY_STRING: apr_ssize_t = -1,
}

unsafe extern "C" {
    /// Null if there is no such key.
    pub fn apr_hash_get(ht: *mut apr_hash_t, key: *const c_void, klen: apr_ssize_t) -> *mut c_void;
}
