//! `util_filter.h`

use core::ffi::{c_char, c_int, c_uint, c_void};

use crate::apr::apr_off_t;
use crate::apr_buckets::{apr_bucket_brigade, apr_read_type_e};
use crate::apr_errno::apr_status_t;
use crate::httpd::{conn_rec, request_rec};

c_opaque! { ap_filter_provider_t }

pub type ap_filter_type = c_uint;
pub type ap_input_mode_t = c_uint;

pub type ap_out_filter_func =
    unsafe extern "C" fn(f: *mut ap_filter_t, b: *mut apr_bucket_brigade) -> apr_status_t;
pub type ap_in_filter_func = unsafe extern "C" fn(
    f: *mut ap_filter_t,
    b: *mut apr_bucket_brigade,
    mode: ap_input_mode_t,
    block: apr_read_type_e,
    readbytes: apr_off_t,
) -> apr_status_t;
pub type ap_init_filter_func = unsafe extern "C" fn(f: *mut ap_filter_t) -> c_int;

c_struct! { "util_filter.h" union ap_filter_func (8) {
    0 out_func: Option<ap_out_filter_func>,
    0 in_func: Option<ap_in_filter_func>,
}}

c_struct! { "util_filter.h" struct ap_filter_rec_t (at least 56) {
    0 name: *const c_char,
    8 filter_func: ap_filter_func,
    16 filter_init_func: Option<ap_init_filter_func>,
    24 next: *mut ap_filter_rec_t,
    32 providers: *mut ap_filter_provider_t,
    40 ftype: ap_filter_type,
    44 debug: c_int,
    48 proto_flags: c_uint,
}}

c_struct! { "util_filter.h" struct ap_filter_t (at least 40) {
    0 frec: *mut ap_filter_rec_t,
    8 ctx: *mut c_void,
    16 next: *mut ap_filter_t,
    24 r: *mut request_rec,
    32 c: *mut conn_rec,
}}

c_const! { "util_filter.h"
    AP_MODE_READBYTES: ap_input_mode_t = 0,
    AP_MODE_GETLINE: ap_input_mode_t = 1,
    AP_MODE_EATCRLF: ap_input_mode_t = 2,
    AP_MODE_SPECULATIVE: ap_input_mode_t = 3,
    AP_MODE_EXHAUSTIVE: ap_input_mode_t = 4,
    AP_MODE_INIT: ap_input_mode_t = 5,

    AP_FTYPE_RESOURCE: ap_filter_type = 10,
    AP_FTYPE_CONTENT_SET: ap_filter_type = 20,
    AP_FTYPE_PROTOCOL: ap_filter_type = 30,
    AP_FTYPE_TRANSCODE: ap_filter_type = 40,
    AP_FTYPE_CONNECTION: ap_filter_type = 50,
    AP_FTYPE_NETWORK: ap_filter_type = 60,
}

unsafe extern "C" {
    pub fn ap_get_brigade(
        filter: *mut ap_filter_t,
        bucket: *mut apr_bucket_brigade,
        mode: ap_input_mode_t,
        block: apr_read_type_e,
        readbytes: apr_off_t,
    ) -> apr_status_t;
    pub fn ap_pass_brigade(
        filter: *mut ap_filter_t,
        bucket: *mut apr_bucket_brigade,
    ) -> apr_status_t;
    pub fn ap_remove_output_filter(f: *mut ap_filter_t);
    // not declared: ap_register_*_filter (we register none)
}
