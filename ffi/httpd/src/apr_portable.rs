//! `apr_portable.h`

use core::ffi::c_int;

use crate::apr::apr_int32_t;
use crate::apr_errno::apr_status_t;
use crate::apr_file_io::apr_file_t;
use crate::apr_network_io::apr_socket_t;
use crate::apr_pools::apr_pool_t;

pub type apr_os_file_t = c_int;
pub type apr_os_sock_t = c_int;

unsafe extern "C" {
    pub fn apr_os_file_get(thefile: *mut apr_os_file_t, file: *mut apr_file_t) -> apr_status_t;
    /// Does not take the descriptor: closing it stays the caller's duty.
    pub fn apr_os_file_put(
        file: *mut *mut apr_file_t,
        thefile: *mut apr_os_file_t,
        flags: apr_int32_t,
        cont: *mut apr_pool_t,
    ) -> apr_status_t;
    pub fn apr_os_sock_get(thesock: *mut apr_os_sock_t, sock: *mut apr_socket_t) -> apr_status_t;
}
