//! `apr_pools.h`

use core::ffi::{c_char, c_int, c_void};

use crate::apr::apr_size_t;
use crate::apr_errno::apr_status_t;

c_opaque! { apr_allocator_t apr_pool_t }

pub type apr_abortfunc_t = unsafe extern "C" fn(retcode: c_int) -> c_int;
/// A cleanup; C has no name for it.
pub type cleanup_fn = unsafe extern "C" fn(data: *mut c_void) -> apr_status_t;

unsafe extern "C" {
    /// `parent`, `abort_fn` and `allocator` may be null.
    pub fn apr_pool_create_ex(
        newpool: *mut *mut apr_pool_t,
        parent: *mut apr_pool_t,
        abort_fn: Option<apr_abortfunc_t>,
        allocator: *mut apr_allocator_t,
    ) -> apr_status_t;
    pub fn apr_pool_clear(p: *mut apr_pool_t);
    pub fn apr_pool_destroy(p: *mut apr_pool_t);
    pub fn apr_pool_tag(pool: *mut apr_pool_t, tag: *const c_char);
    pub fn apr_pool_parent_get(pool: *mut apr_pool_t) -> *mut apr_pool_t;

    pub fn apr_palloc(p: *mut apr_pool_t, size: apr_size_t) -> *mut c_void;

    pub fn apr_pool_cleanup_register(
        p: *mut apr_pool_t,
        data: *const c_void,
        plain_cleanup: Option<cleanup_fn>,
        child_cleanup: Option<cleanup_fn>,
    );
    pub fn apr_pool_pre_cleanup_register(
        p: *mut apr_pool_t,
        data: *const c_void,
        plain_cleanup: Option<cleanup_fn>,
    );
    pub fn apr_pool_cleanup_kill(
        p: *mut apr_pool_t,
        data: *const c_void,
        cleanup: Option<cleanup_fn>,
    );
    pub fn apr_pool_cleanup_null(data: *mut c_void) -> apr_status_t;

    /// `cleanup` may be null.
    pub fn apr_pool_userdata_set(
        data: *const c_void,
        key: *const c_char,
        cleanup: Option<cleanup_fn>,
        pool: *mut apr_pool_t,
    ) -> apr_status_t;
    /// Sets `data` to null if there is nothing under `key`.
    pub fn apr_pool_userdata_get(
        data: *mut *mut c_void,
        key: *const c_char,
        pool: *mut apr_pool_t,
    ) -> apr_status_t;
    // not declared: apr_pool_create (a macro: apr_pool_create_ex with two nulls)
    // not declared: apr_pcalloc (a macro: apr_palloc, then zeros)
}
