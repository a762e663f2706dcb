//! `mod_auth.h`

use core::ffi::{c_char, c_uint, c_void};

use crate::http_config::cmd_parms;
use crate::httpd::request_rec;

pub type authn_status = c_uint;
pub type authz_status = c_uint;

pub type check_password_fn = unsafe extern "C" fn(
    r: *mut request_rec,
    user: *const c_char,
    password: *const c_char,
) -> authn_status;
/// Puts a digest into `rethash`, which lives as long as the request.
pub type get_realm_hash_fn = unsafe extern "C" fn(
    r: *mut request_rec,
    user: *const c_char,
    realm: *const c_char,
    rethash: *mut *mut c_char,
) -> authn_status;
pub type check_authorization_fn = unsafe extern "C" fn(
    r: *mut request_rec,
    require_line: *const c_char,
    parsed_require_line: *const c_void,
) -> authz_status;
pub type parse_require_line_fn = unsafe extern "C" fn(
    cmd: *mut cmd_parms,
    require_line: *const c_char,
    parsed_require_line: *mut *const c_void,
) -> *const c_char;

c_struct! { "mod_auth.h" struct authn_provider (16) {
    0 check_password: Option<check_password_fn>,
    8 get_realm_hash: Option<get_realm_hash_fn>,
}}

c_struct! { "mod_auth.h" struct authz_provider (16) {
    0 check_authorization: Option<check_authorization_fn>,
    8 parse_require_line: Option<parse_require_line_fn>,
}}

c_const! { "mod_auth.h"
    AUTH_DENIED: authn_status = 0,
    AUTH_GRANTED: authn_status = 1,
    AUTH_USER_FOUND: authn_status = 2,
    AUTH_USER_NOT_FOUND: authn_status = 3,
    AUTH_GENERAL_ERROR: authn_status = 4,

    AUTHZ_DENIED: authz_status = 0,
    AUTHZ_GRANTED: authz_status = 1,
    AUTHZ_NEUTRAL: authz_status = 2,
    AUTHZ_GENERAL_ERROR: authz_status = 3,
    AUTHZ_DENIED_NO_USER: authz_status = 4,

    SATISFY_ALL: c_uint = 0,
    SATISFY_ANY: c_uint = 1,
    SATISFY_NOSPEC: c_uint = 2,
}

// texts, which no constant here can be: AUTHN_PROVIDER_GROUP "authn", AUTHZ_PROVIDER_GROUP "authz", and the version "0" of both
// not declared: authn_provider_list (mod_authn_core's own), ap_authn_cache_store (what a script has said is not kept)
