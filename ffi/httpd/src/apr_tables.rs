//! `apr_tables.h`

use core::ffi::{c_char, c_int, c_uint, c_void};

use crate::apr::apr_uint32_t;
use crate::apr_pools::apr_pool_t;

c_opaque! { apr_table_t }

c_struct! { "apr_tables.h" struct apr_array_header_t (32) {
    0 pool: *mut apr_pool_t,
    8 elt_size: c_int,
    12 nelts: c_int,
    16 nalloc: c_int,
    24 elts: *mut c_char,
}}

c_struct! { "apr_tables.h" struct apr_table_entry_t (24) {
    0 key: *mut c_char,
    8 val: *mut c_char,
    16 key_checksum: apr_uint32_t,
}}

c_const! { "apr_tables.h"
    APR_OVERLAP_TABLES_SET: c_uint = 0,
    APR_OVERLAP_TABLES_MERGE: c_uint = 1,
}

unsafe extern "C" {
    pub fn apr_table_make(p: *mut apr_pool_t, nelts: c_int) -> *mut apr_table_t;
    pub fn apr_table_copy(p: *mut apr_pool_t, t: *const apr_table_t) -> *mut apr_table_t;
    pub fn apr_table_clear(t: *mut apr_table_t);
    /// Null if there is no such key.
    pub fn apr_table_get(t: *const apr_table_t, key: *const c_char) -> *const c_char;
    pub fn apr_table_set(t: *mut apr_table_t, key: *const c_char, val: *const c_char);
    /// Keeps the pointers, as do all `…n` functions.
    pub fn apr_table_setn(t: *mut apr_table_t, key: *const c_char, val: *const c_char);
    pub fn apr_table_unset(t: *mut apr_table_t, key: *const c_char);
    pub fn apr_table_merge(t: *mut apr_table_t, key: *const c_char, val: *const c_char);
    pub fn apr_table_mergen(t: *mut apr_table_t, key: *const c_char, val: *const c_char);
    pub fn apr_table_add(t: *mut apr_table_t, key: *const c_char, val: *const c_char);
    pub fn apr_table_addn(t: *mut apr_table_t, key: *const c_char, val: *const c_char);
    // not declared: APR_OVERLAP_TABLES_ADD (since APR 1.6)
    pub fn apr_table_overlap(a: *mut apr_table_t, b: *const apr_table_t, flags: c_uint);
    pub fn apr_table_overlay(
        p: *mut apr_pool_t,
        overlay: *const apr_table_t,
        base: *const apr_table_t,
    ) -> *mut apr_table_t;
    /// The entries, as an array of [`apr_table_entry_t`]; a key may be null.
    pub fn apr_table_elts(t: *const apr_table_t) -> *const apr_array_header_t;
    pub fn apr_is_empty_table(t: *const apr_table_t) -> c_int;
    // not declared: apr_table_do (variadic callback; we walk the array instead)

    pub fn apr_array_make(
        p: *mut apr_pool_t,
        nelts: c_int,
        elt_size: c_int,
    ) -> *mut apr_array_header_t;
    /// Room for one more element, zeroed.
    pub fn apr_array_push(arr: *mut apr_array_header_t) -> *mut c_void;
    pub fn apr_array_clear(arr: *mut apr_array_header_t);
}
