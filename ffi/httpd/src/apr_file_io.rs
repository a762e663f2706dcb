//! `apr_file_io.h`

use core::ffi::c_char;

use crate::apr::apr_int32_t;
use crate::apr_errno::apr_status_t;
use crate::apr_file_info::apr_fileperms_t;
use crate::apr_pools::apr_pool_t;

c_opaque! { apr_file_t }

c_const! { "apr_file_io.h"
    APR_FOPEN_READ: apr_int32_t = 0x1,
    APR_FOPEN_WRITE: apr_int32_t = 0x2,
    APR_FOPEN_BINARY: apr_int32_t = 0x20,
    APR_FOPEN_XTHREAD: apr_int32_t = 0x200,
    APR_FOPEN_NOCLEANUP: apr_int32_t = 0x800,
    APR_FOPEN_SENDFILE_ENABLED: apr_int32_t = 0x1000,
    APR_FOPEN_LARGEFILE: apr_int32_t = 0x4000,
    APR_SENDFILE_ENABLED: apr_int32_t = APR_FOPEN_SENDFILE_ENABLED,
}

unsafe extern "C" {
    pub fn apr_file_open(
        newf: *mut *mut apr_file_t,
        fname: *const c_char,
        flag: apr_int32_t,
        perm: apr_fileperms_t,
        pool: *mut apr_pool_t,
    ) -> apr_status_t;
    pub fn apr_file_close(file: *mut apr_file_t) -> apr_status_t;
    // not declared: apr_file_read, apr_file_write (std reads and writes)
}
