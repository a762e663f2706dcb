//! `apr_uri.h`

use core::ffi::c_char;

use crate::apr_network_io::apr_port_t;

c_opaque! { hostent }

// ends in three bit-fields
c_struct! { "apr_uri.h" struct apr_uri_t (88) {
    0 scheme: *mut c_char,
    8 hostinfo: *mut c_char,
    16 user: *mut c_char,
    24 password: *mut c_char,
    32 hostname: *mut c_char,
    40 port_str: *mut c_char,
    48 path: *mut c_char,
    56 query: *mut c_char,
    64 fragment: *mut c_char,
    72 hostent: *mut hostent,
    80 port: apr_port_t,
    82 _bits: [u8; 6],
}}

// not declared: apr_uri_parse, apr_uri_unparse (httpd has parsed the request; we make no URLs)
