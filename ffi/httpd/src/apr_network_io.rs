//! `apr_network_io.h`

use core::ffi::{c_char, c_int, c_void};

use crate::apr::{apr_int32_t, apr_socklen_t};
use crate::apr_errno::apr_status_t;
use crate::apr_pools::apr_pool_t;
use crate::apr_time::apr_interval_time_t;

pub type apr_port_t = u16;

c_opaque! { apr_socket_t }

// the tail is the union of the system's addresses; ipaddr_ptr points into it
c_struct! { "apr_network_io.h" struct apr_sockaddr_t (at least 64) {
    0 pool: *mut apr_pool_t,
    8 hostname: *mut c_char,
    16 servname: *mut c_char,
    24 port: apr_port_t,
    28 family: apr_int32_t,
    32 salen: apr_socklen_t,
    36 ipaddr_len: c_int,
    40 addr_str_len: c_int,
    48 ipaddr_ptr: *mut c_void,
    56 next: *mut apr_sockaddr_t,
}}

unsafe extern "C" {
    pub fn apr_socket_timeout_get(
        sock: *mut apr_socket_t,
        t: *mut apr_interval_time_t,
    ) -> apr_status_t;
    pub fn apr_socket_timeout_set(sock: *mut apr_socket_t, t: apr_interval_time_t) -> apr_status_t;
    pub fn apr_sockaddr_ip_get(
        addr: *mut *mut c_char,
        sockaddr: *mut apr_sockaddr_t,
    ) -> apr_status_t;
}
