//! `http_protocol.h`

use core::ffi::{c_char, c_int};

use crate::apr::apr_off_t;
use crate::apr_buckets::{apr_bucket, apr_bucket_alloc_t, apr_bucket_refcount, apr_bucket_type_t};
use crate::apr_errno::apr_status_t;
use crate::apr_network_io::apr_port_t;
use crate::apr_pools::apr_pool_t;
use crate::httpd::request_rec;

c_struct! { "http_protocol.h" struct ap_bucket_error (16) {
    0 refcount: apr_bucket_refcount,
    4 status: c_int,
    8 data: *const c_char,
}}

c_const! { "http_protocol.h"
    AP_GETLINE_FOLD: c_int = 1,
}

pub type ap_HOOK_log_transaction_t = unsafe extern "C" fn(r: *mut request_rec) -> c_int;
pub type ap_HOOK_post_read_request_t = unsafe extern "C" fn(r: *mut request_rec) -> c_int;

unsafe extern "C" {
    pub static ap_bucket_type_error: apr_bucket_type_t;

    pub fn ap_hook_log_transaction(
        pf: Option<ap_HOOK_log_transaction_t>,
        aszPre: *const *const c_char,
        aszSucc: *const *const c_char,
        nOrder: c_int,
    );
    pub fn ap_hook_post_read_request(
        pf: Option<ap_HOOK_post_read_request_t>,
        aszPre: *const *const c_char,
        aszSucc: *const *const c_char,
        nOrder: c_int,
    );

    pub fn ap_run_http_scheme(r: *const request_rec) -> *const c_char;
    pub fn ap_run_default_port(r: *const request_rec) -> apr_port_t;

    pub fn ap_set_content_length(r: *mut request_rec, length: apr_off_t);
    /// Keeps `ct`.
    pub fn ap_set_content_type(r: *mut request_rec, ct: *const c_char);
    pub fn ap_meets_conditions(r: *mut request_rec) -> c_int;
    pub fn ap_method_number_of(method: *const c_char) -> c_int;
    pub fn ap_get_status_line(status: c_int) -> *const c_char;

    pub fn ap_setup_client_block(r: *mut request_rec, read_policy: c_int) -> c_int;
    pub fn ap_should_client_block(r: *mut request_rec) -> c_int;
    pub fn ap_map_http_request_error(rv: apr_status_t, status: c_int) -> c_int;
    pub fn ap_discard_request_body(r: *mut request_rec) -> c_int;
    /// Sends 1xx with `r->status_line`, and `r->headers_out` if `send_headers`.
    pub fn ap_send_interim_response(r: *mut request_rec, send_headers: c_int);
    /// 0 and the password if the request has `Authorization: Basic`, else a status.
    pub fn ap_get_basic_auth_pw(r: *mut request_rec, pw: *mut *const c_char) -> c_int;
    pub fn ap_note_auth_failure(r: *mut request_rec);

    /// `buf` may be null.
    pub fn ap_bucket_error_create(
        error: c_int,
        buf: *const c_char,
        p: *mut apr_pool_t,
        list: *mut apr_bucket_alloc_t,
    ) -> *mut apr_bucket;
    // not declared: ap_get_client_block (we read brigades), ap_rwrite and kin (we write brigades)
    // not declared: ap_set_content_type_ex (since 2.4.60)
}
