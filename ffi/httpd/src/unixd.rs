//! `unixd.h`

use core::ffi::{c_char, c_int};

// the system's
pub type gid_t = u32;
pub type uid_t = u32;

c_struct! { "unixd.h" struct unixd_config_rec (at least 48) {
    0 user_name: *const c_char,
    8 group_name: *const c_char,
    16 user_id: uid_t,
    20 group_id: gid_t,
    24 suexec_enabled: c_int,
    32 chroot_dir: *const c_char,
    40 suexec_disabled_reason: *const c_char,
}}

unsafe extern "C" {
    pub static mut ap_unixd_config: unixd_config_rec;
}
