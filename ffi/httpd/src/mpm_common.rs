//! `mpm_common.h`

use core::ffi::{c_char, c_int};

use crate::apr_pools::apr_pool_t;
use crate::httpd::server_rec;

pub type ap_HOOK_child_stopping_t = unsafe extern "C" fn(pchild: *mut apr_pool_t, graceful: c_int);
pub type ap_HOOK_monitor_t = unsafe extern "C" fn(p: *mut apr_pool_t, s: *mut server_rec) -> c_int;
pub type ap_HOOK_drop_privileges_t =
    unsafe extern "C" fn(pchild: *mut apr_pool_t, s: *mut server_rec) -> c_int;

unsafe extern "C" {
    /// Since 2.4.49. A child that dies does not get here.
    pub fn ap_hook_child_stopping(
        pf: Option<ap_HOOK_child_stopping_t>,
        aszPre: *const *const c_char,
        aszSucc: *const *const c_char,
        nOrder: c_int,
    );
    /// In the parent, about every ten seconds; not where httpd is one process (`-X`).
    pub fn ap_hook_monitor(
        pf: Option<ap_HOOK_monitor_t>,
        aszPre: *const *const c_char,
        aszSucc: *const *const c_char,
        nOrder: c_int,
    );
    pub fn ap_hook_drop_privileges(
        pf: Option<ap_HOOK_drop_privileges_t>,
        aszPre: *const *const c_char,
        aszSucc: *const *const c_char,
        nOrder: c_int,
    );
    // not declared: ap_reclaim_child_processes and kin (for MPMs)
}
