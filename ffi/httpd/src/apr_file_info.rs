//! `apr_file_info.h`

use core::ffi::{c_char, c_uint};

use crate::apr::{apr_int32_t, apr_off_t};
use crate::apr_errno::apr_status_t;
use crate::apr_file_io::apr_file_t;
use crate::apr_pools::apr_pool_t;
use crate::apr_time::apr_time_t;

pub type apr_dev_t = u64;
pub type apr_fileperms_t = apr_int32_t;
pub type apr_filetype_e = c_uint;
// these three are apr_user.h's and apr.h's
pub type apr_uid_t = u32;
pub type apr_gid_t = u32;
pub type apr_ino_t = u64;

c_struct! { "apr_file_info.h" struct apr_finfo_t (120) {
    0 pool: *mut apr_pool_t,
    8 valid: apr_int32_t,
    12 protection: apr_fileperms_t,
    16 filetype: apr_filetype_e,
    20 user: apr_uid_t,
    24 group: apr_gid_t,
    32 inode: apr_ino_t,
    40 device: apr_dev_t,
    48 nlink: apr_int32_t,
    56 size: apr_off_t,
    64 csize: apr_off_t,
    72 atime: apr_time_t,
    80 mtime: apr_time_t,
    88 ctime: apr_time_t,
    96 fname: *const c_char,
    104 name: *const c_char,
    112 filehand: *mut apr_file_t,
}}

c_const! { "apr_file_info.h"
    APR_NOFILE: apr_filetype_e = 0,
    APR_REG: apr_filetype_e = 1,
    APR_DIR: apr_filetype_e = 2,
    APR_LNK: apr_filetype_e = 6,
    APR_UNKFILE: apr_filetype_e = 127,
    APR_FINFO_LINK: apr_int32_t = 0x0000_0001,
    APR_FINFO_MTIME: apr_int32_t = 0x0000_0010,
    APR_FINFO_SIZE: apr_int32_t = 0x0000_0100,
    APR_FINFO_TYPE: apr_int32_t = 0x0000_8000,
    APR_FINFO_MIN: apr_int32_t = 0x0000_8170,
    APR_FINFO_NORM: apr_int32_t = 0x0073_b170,
    APR_FPROT_OS_DEFAULT: apr_fileperms_t = 0x0fff,
    APR_FILEPATH_SECUREROOTTEST: apr_int32_t = 0x02,
    APR_FILEPATH_NOTRELATIVE: apr_int32_t = 0x04,
    APR_FILEPATH_NOTABSOLUTE: apr_int32_t = 0x08,
    APR_FILEPATH_TRUENAME: apr_int32_t = 0x20,
}

unsafe extern "C" {
    pub fn apr_stat(
        finfo: *mut apr_finfo_t,
        fname: *const c_char,
        wanted: apr_int32_t,
        pool: *mut apr_pool_t,
    ) -> apr_status_t;
    /// `rootpath` may be null.
    pub fn apr_filepath_merge(
        newpath: *mut *mut c_char,
        rootpath: *const c_char,
        addpath: *const c_char,
        flags: apr_int32_t,
        p: *mut apr_pool_t,
    ) -> apr_status_t;
}
