//! `http_connection.h`

use crate::apr_buckets::{apr_bucket, apr_bucket_alloc_t, apr_bucket_type_t};

unsafe extern "C" {
    /// End of connection: httpd closes it after what was sent before.
    pub static ap_bucket_type_eoc: apr_bucket_type_t;

    pub fn ap_bucket_eoc_create(list: *mut apr_bucket_alloc_t) -> *mut apr_bucket;
    // not declared: the hooks of a connection (we serve requests)
}
