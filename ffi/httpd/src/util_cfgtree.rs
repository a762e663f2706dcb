//! `util_cfgtree.h`

use core::ffi::{c_char, c_int, c_void};

c_struct! { "util_cfgtree.h" struct ap_directive_t (72) {
    0 directive: *const c_char,
    8 args: *const c_char,
    16 next: *mut ap_directive_t,
    24 first_child: *mut ap_directive_t,
    32 parent: *mut ap_directive_t,
    40 data: *mut c_void,
    48 filename: *const c_char,
    56 line_num: c_int,
    64 last: *mut ap_directive_t,
}}

unsafe extern "C" {
    pub static mut ap_conftree: *mut ap_directive_t;
}
