//! `util_script.h`

use core::ffi::{c_char, c_int};

use crate::httpd::request_rec;

unsafe extern "C" {
    pub fn ap_find_path_info(uri: *const c_char, path_info: *const c_char) -> c_int;
    pub fn ap_add_cgi_vars(r: *mut request_rec);
    pub fn ap_add_common_vars(r: *mut request_rec);
    // not declared: ap_scan_script_header_err and kin (PEP 3333 has no header text to parse)
}
