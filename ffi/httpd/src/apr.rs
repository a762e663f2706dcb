//! `apr.h`

pub type apr_int32_t = i32;
pub type apr_int64_t = i64;
pub type apr_off_t = i64;
pub type apr_size_t = usize;
pub type apr_socklen_t = u32;
pub type apr_ssize_t = isize;
pub type apr_uint32_t = u32;
pub type apr_uint64_t = u64;
