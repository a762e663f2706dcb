//! `http_request.h`

use core::ffi::{c_char, c_int, c_void};

use crate::apr_buckets::apr_bucket_type_t;
use crate::apr_errno::apr_status_t;
use crate::apr_pools::apr_pool_t;
use crate::httpd::request_rec;
use crate::util_filter::ap_filter_t;

pub type ap_HOOK_translate_name_t = unsafe extern "C" fn(r: *mut request_rec) -> c_int;
pub type ap_HOOK_map_to_storage_t = unsafe extern "C" fn(r: *mut request_rec) -> c_int;
pub type ap_HOOK_access_checker_t = unsafe extern "C" fn(r: *mut request_rec) -> c_int;
pub type ap_HOOK_type_checker_t = unsafe extern "C" fn(r: *mut request_rec) -> c_int;
pub type ap_HOOK_fixups_t = unsafe extern "C" fn(r: *mut request_rec) -> c_int;

c_const! { "http_request.h"
    AP_AUTH_INTERNAL_PER_URI: c_int = 0,
    AP_AUTH_INTERNAL_PER_CONF: c_int = 1,
}

unsafe extern "C" {
    /// End of request: httpd sends it after the end of the response.
    pub static ap_bucket_type_eor: apr_bucket_type_t;

    pub fn ap_hook_translate_name(
        pf: Option<ap_HOOK_translate_name_t>,
        aszPre: *const *const c_char,
        aszSucc: *const *const c_char,
        nOrder: c_int,
    );
    pub fn ap_hook_map_to_storage(
        pf: Option<ap_HOOK_map_to_storage_t>,
        aszPre: *const *const c_char,
        aszSucc: *const *const c_char,
        nOrder: c_int,
    );
    pub fn ap_hook_type_checker(
        pf: Option<ap_HOOK_type_checker_t>,
        aszPre: *const *const c_char,
        aszSucc: *const *const c_char,
        nOrder: c_int,
    );
    pub fn ap_hook_fixups(
        pf: Option<ap_HOOK_fixups_t>,
        aszPre: *const *const c_char,
        aszSucc: *const *const c_char,
        nOrder: c_int,
    );

    /// Serves `new_uri` in the place of `r`.
    pub fn ap_internal_redirect(new_uri: *const c_char, r: *mut request_rec);
    pub fn ap_internal_redirect_handler(new_uri: *const c_char, r: *mut request_rec);
    /// `next_filter` may be null.
    pub fn ap_sub_req_lookup_uri(
        new_uri: *const c_char,
        r: *const request_rec,
        next_filter: *mut ap_filter_t,
    ) -> *mut request_rec;
    pub fn ap_destroy_sub_req(r: *mut request_rec);
    pub fn ap_is_initial_req(r: *mut request_rec) -> c_int;
    pub fn ap_die(r#type: c_int, r: *mut request_rec);

    pub fn ap_hook_check_access(
        pf: Option<ap_HOOK_access_checker_t>,
        aszPre: *const *const c_char,
        aszSucc: *const *const c_char,
        nOrder: c_int,
        r#type: c_int,
    );
    /// `provider` lives as long as the configuration.
    pub fn ap_register_auth_provider(
        pool: *mut apr_pool_t,
        provider_group: *const c_char,
        provider_name: *const c_char,
        provider_version: *const c_char,
        provider: *const c_void,
        r#type: c_int,
    ) -> apr_status_t;
    /// Its successor, `ap_some_authn_required`, runs the access hooks again, and with them whoever asks in one of them.
    pub fn ap_some_auth_required(r: *mut request_rec) -> c_int;
    // not declared: the other hooks of access, authentication and authorisation (providers do)
}
