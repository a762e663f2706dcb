//! `apr_buckets.h`, and what it makes of `apr_ring.h`
//!
//! A brigade is a ring. The end of it, `APR_BRIGADE_SENTINEL`, is the address of [`apr_bucket_brigade::list`] taken for
//! a bucket, because `link` is a bucket's first field. The macros that walk, insert and remove are pointer assignments
//! on `link` and `list`; `apr_bucket_read`, `_split`, `_setaside` and `_copy` call through `type`;
//! `apr_bucket_delete` unlinks, calls the type's `destroy` on `data`, then `free` on the bucket.

use core::ffi::{c_char, c_int, c_uint, c_void};

use crate::apr::{apr_off_t, apr_size_t};
use crate::apr_errno::apr_status_t;
use crate::apr_file_io::apr_file_t;
use crate::apr_pools::apr_pool_t;

pub type apr_read_type_e = c_uint;
/// The type of a field; C has no name for it.
pub type is_metadata_e = c_uint;

c_opaque! { apr_bucket_alloc_t }

pub type bucket_destroy_fn = unsafe extern "C" fn(data: *mut c_void);
pub type bucket_read_fn = unsafe extern "C" fn(
    b: *mut apr_bucket,
    str: *mut *const c_char,
    len: *mut apr_size_t,
    block: apr_read_type_e,
) -> apr_status_t;
pub type bucket_setaside_fn =
    unsafe extern "C" fn(e: *mut apr_bucket, pool: *mut apr_pool_t) -> apr_status_t;
pub type bucket_split_fn =
    unsafe extern "C" fn(e: *mut apr_bucket, point: apr_size_t) -> apr_status_t;
pub type bucket_copy_fn =
    unsafe extern "C" fn(e: *mut apr_bucket, c: *mut *mut apr_bucket) -> apr_status_t;
pub type bucket_free_fn = unsafe extern "C" fn(e: *mut c_void);

c_struct! { "apr_buckets.h" struct apr_bucket_type_t (56) {
    0 name: *const c_char,
    8 num_func: c_int,
    12 is_metadata: is_metadata_e,
    16 destroy: Option<bucket_destroy_fn>,
    24 read: Option<bucket_read_fn>,
    32 setaside: Option<bucket_setaside_fn>,
    40 split: Option<bucket_split_fn>,
    48 copy: Option<bucket_copy_fn>,
}}

// APR_RING_ENTRY(apr_bucket); C has no name for it
c_struct! { "apr_buckets.h" struct apr_bucket_link (16) {
    0 next: *mut apr_bucket,
    8 prev: *mut apr_bucket,
}}

// APR_RING_HEAD(apr_bucket_list, apr_bucket)
c_struct! { "apr_buckets.h" struct apr_bucket_list (16) {
    0 next: *mut apr_bucket,
    8 prev: *mut apr_bucket,
}}

c_struct! { "apr_buckets.h" struct apr_bucket (64) {
    0 link: apr_bucket_link,
    16 r#type: *const apr_bucket_type_t,
    24 length: apr_size_t,
    32 start: apr_off_t,
    40 data: *mut c_void,
    48 free: Option<bucket_free_fn>,
    56 list: *mut apr_bucket_alloc_t,
}}

c_struct! { "apr_buckets.h" struct apr_bucket_brigade (32) {
    0 p: *mut apr_pool_t,
    8 list: apr_bucket_list,
    24 bucket_alloc: *mut apr_bucket_alloc_t,
}}

c_struct! { "apr_buckets.h" struct apr_bucket_refcount (4) {
    0 refcount: c_int,
}}

c_struct! { "apr_buckets.h" struct apr_bucket_file (at least 32) {
    0 refcount: apr_bucket_refcount,
    8 fd: *mut apr_file_t,
    16 readpool: *mut apr_pool_t,
    24 can_mmap: c_int,
}}

c_const! { "apr_buckets.h"
    APR_BLOCK_READ: apr_read_type_e = 0,
    APR_NONBLOCK_READ: apr_read_type_e = 1,
    APR_BUCKET_DATA: is_metadata_e = 0,
    APR_BUCKET_METADATA: is_metadata_e = 1,
    APR_BUCKET_BUFF_SIZE: apr_size_t = 8000,
}

unsafe extern "C" {
    pub static apr_bucket_type_flush: apr_bucket_type_t;
    pub static apr_bucket_type_eos: apr_bucket_type_t;
    pub static apr_bucket_type_file: apr_bucket_type_t;
    pub static apr_bucket_type_heap: apr_bucket_type_t;
    pub static apr_bucket_type_immortal: apr_bucket_type_t;
    pub static apr_bucket_type_mmap: apr_bucket_type_t;
    pub static apr_bucket_type_pool: apr_bucket_type_t;
    pub static apr_bucket_type_transient: apr_bucket_type_t;

    pub fn apr_brigade_create(
        p: *mut apr_pool_t,
        list: *mut apr_bucket_alloc_t,
    ) -> *mut apr_bucket_brigade;
    pub fn apr_brigade_destroy(b: *mut apr_bucket_brigade) -> apr_status_t;
    /// `data` is a brigade; it is emptied and can be used again.
    pub fn apr_brigade_cleanup(data: *mut c_void) -> apr_status_t;
    pub fn apr_brigade_length(
        bb: *mut apr_bucket_brigade,
        read_all: c_int,
        length: *mut apr_off_t,
    ) -> apr_status_t;
    /// Copies at most `len` bytes into `c` and sets `len` to their number; the brigade keeps them.
    pub fn apr_brigade_flatten(
        bb: *mut apr_bucket_brigade,
        c: *mut c_char,
        len: *mut apr_size_t,
    ) -> apr_status_t;
    pub fn apr_brigade_partition(
        b: *mut apr_bucket_brigade,
        point: apr_off_t,
        after_point: *mut *mut apr_bucket,
    ) -> apr_status_t;
    /// Splits a large file into buckets that fit `apr_size_t`.
    pub fn apr_brigade_insert_file(
        bb: *mut apr_bucket_brigade,
        f: *mut apr_file_t,
        start: apr_off_t,
        len: apr_off_t,
        p: *mut apr_pool_t,
    ) -> *mut apr_bucket;

    pub fn apr_bucket_alloc(size: apr_size_t, list: *mut apr_bucket_alloc_t) -> *mut c_void;
    pub fn apr_bucket_free(block: *mut c_void);

    pub fn apr_bucket_eos_create(list: *mut apr_bucket_alloc_t) -> *mut apr_bucket;
    pub fn apr_bucket_flush_create(list: *mut apr_bucket_alloc_t) -> *mut apr_bucket;
    pub fn apr_bucket_immortal_create(
        buf: *const c_char,
        nbyte: apr_size_t,
        list: *mut apr_bucket_alloc_t,
    ) -> *mut apr_bucket;
    /// `buf` must live until the filters return; they copy what they keep.
    pub fn apr_bucket_transient_create(
        buf: *const c_char,
        nbyte: apr_size_t,
        list: *mut apr_bucket_alloc_t,
    ) -> *mut apr_bucket;
    /// Copies `buf` if `free_func` is null.
    pub fn apr_bucket_heap_create(
        buf: *const c_char,
        nbyte: apr_size_t,
        free_func: Option<bucket_free_fn>,
        list: *mut apr_bucket_alloc_t,
    ) -> *mut apr_bucket;
    pub fn apr_bucket_pool_create(
        buf: *const c_char,
        length: apr_size_t,
        pool: *mut apr_pool_t,
        list: *mut apr_bucket_alloc_t,
    ) -> *mut apr_bucket;
    pub fn apr_bucket_file_create(
        fd: *mut apr_file_t,
        offset: apr_off_t,
        len: apr_size_t,
        p: *mut apr_pool_t,
        list: *mut apr_bucket_alloc_t,
    ) -> *mut apr_bucket;
    pub fn apr_bucket_file_enable_mmap(b: *mut apr_bucket, enabled: c_int) -> apr_status_t;
    // not declared: apr_bucket_alloc_create (a connection has its own), apr_brigade_printf and kin (variadic)
}
