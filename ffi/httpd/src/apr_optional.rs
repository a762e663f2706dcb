//! `apr_optional.h`

use core::ffi::c_char;

pub type apr_opt_fn_t = unsafe extern "C" fn();

unsafe extern "C" {
    /// Null if no loaded module registers it. Ask in or after the hook `optional_fn_retrieve`.
    pub fn apr_dynamic_fn_retrieve(szName: *const c_char) -> Option<apr_opt_fn_t>;
}
