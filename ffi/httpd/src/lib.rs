//! Raw declarations for the parts of httpd 2.4 and APR that Clutch calls.
//!
//! One file per C header, named after it. Meaning is documented in the httpd and APR headers and is not repeated here.
//! What a file leaves out is listed in it as `not declared`. Everything here exists in httpd 2.4.50 and APR 1.5 and
//! later, on 64-bit Linux, x86-64 and aarch64.
//!
//! Each declaration is judged twice: by rustc at every build ([`layout`]), and by the C compiler on the installed
//! headers (`tests/`), which compares sizes, offsets, field types, constants and prototypes.
//!
//! # Safety
//!
//! Every function is unsafe to call. Unless a line says otherwise: pointers must be live and non-null, a pool may be
//! used by one thread at a time, and a string is NUL-terminated and lives as long as the pool it came from.
#![no_std]
#![expect(non_camel_case_types, reason = "the names are C's")]
#![expect(missing_docs, reason = "httpd's and APR's headers document them")]

#[cfg(not(target_pointer_width = "64"))]
compile_error!("layouts were recorded on LP64; record the new target before building on it");
#[cfg(not(target_endian = "little"))]
compile_error!("bit-fields were recorded on little-endian machines");

#[macro_use]
pub mod layout;

pub mod ap_mmn;
pub mod ap_mpm;
pub mod ap_regex;
pub mod apr;
pub mod apr_buckets;
pub mod apr_errno;
pub mod apr_file_info;
pub mod apr_file_io;
pub mod apr_hash;
pub mod apr_hooks;
pub mod apr_network_io;
pub mod apr_optional;
pub mod apr_pools;
pub mod apr_portable;
pub mod apr_strings;
pub mod apr_tables;
mod apr_thread_proc;
pub mod apr_time;
pub mod apr_uri;
pub mod http_config;
pub mod http_connection;
pub mod http_core;
pub mod http_log;
pub mod http_main;
pub mod http_protocol;
pub mod http_request;
pub mod http_ssl;
pub mod httpd;
pub mod mod_auth;
pub mod mod_ssl;
pub mod mpm_common;
pub mod scoreboard;
pub mod unixd;
pub mod util_cfgtree;
pub mod util_filter;
pub mod util_script;

pub use self::ap_mmn::*;
pub use self::ap_mpm::*;
pub use self::ap_regex::*;
pub use self::apr::*;
pub use self::apr_buckets::*;
pub use self::apr_errno::*;
pub use self::apr_file_info::*;
pub use self::apr_file_io::*;
pub use self::apr_hash::*;
pub use self::apr_hooks::*;
pub use self::apr_network_io::*;
pub use self::apr_optional::*;
pub use self::apr_pools::*;
pub use self::apr_portable::*;
pub use self::apr_strings::*;
pub use self::apr_tables::*;
pub use self::apr_thread_proc::*;
pub use self::apr_time::*;
pub use self::apr_uri::*;
pub use self::http_config::*;
pub use self::http_connection::*;
pub use self::http_core::*;
pub use self::http_log::*;
pub use self::http_main::*;
pub use self::http_protocol::*;
pub use self::http_request::*;
pub use self::http_ssl::*;
pub use self::httpd::*;
pub use self::mod_auth::*;
pub use self::mod_ssl::*;
pub use self::mpm_common::*;
pub use self::scoreboard::*;
pub use self::unixd::*;
pub use self::util_cfgtree::*;
pub use self::util_filter::*;
pub use self::util_script::*;

use self::layout::{BitField, Constant, Layout};

/// Every recorded struct and union.
pub const LAYOUTS: &[Layout] = &[
    ap_bucket_error::LAYOUT,
    ap_configfile_t::LAYOUT,
    ap_directive_t::LAYOUT,
    ap_filter_func::LAYOUT,
    ap_filter_rec_t::LAYOUT,
    ap_filter_t::LAYOUT,
    ap_logconf::LAYOUT,
    ap_method_list_t::LAYOUT,
    ap_regex_t::LAYOUT,
    ap_regmatch_t::LAYOUT,
    ap_version_t::LAYOUT,
    apr_array_header_t::LAYOUT,
    apr_bucket::LAYOUT,
    apr_bucket_brigade::LAYOUT,
    apr_bucket_file::LAYOUT,
    apr_bucket_link::LAYOUT,
    apr_bucket_list::LAYOUT,
    apr_bucket_refcount::LAYOUT,
    apr_bucket_type_t::LAYOUT,
    apr_finfo_t::LAYOUT,
    apr_proc_t::LAYOUT,
    apr_sockaddr_t::LAYOUT,
    apr_table_entry_t::LAYOUT,
    apr_uri_t::LAYOUT,
    authn_provider::LAYOUT,
    authz_provider::LAYOUT,
    cmd_func::LAYOUT,
    cmd_parms::LAYOUT,
    command_rec::LAYOUT,
    conn_rec::LAYOUT,
    core_dir_config::LAYOUT,
    global_score::LAYOUT,
    htaccess_result::LAYOUT,
    module::LAYOUT,
    process_rec::LAYOUT,
    process_score::LAYOUT,
    request_rec::LAYOUT,
    server_addr_rec::LAYOUT,
    server_rec::LAYOUT,
    unixd_config_rec::LAYOUT,
    worker_score::LAYOUT,
];

/// Every recorded constant, by header.
pub const CONSTANTS: &[&[Constant]] = &[
    ap_mmn::CONSTANTS,
    ap_mpm::CONSTANTS,
    ap_regex::CONSTANTS,
    apr_buckets::CONSTANTS,
    apr_errno::CONSTANTS,
    apr_file_info::CONSTANTS,
    apr_file_io::CONSTANTS,
    apr_hash::CONSTANTS,
    apr_hooks::CONSTANTS,
    apr_tables::CONSTANTS,
    apr_thread_proc::CONSTANTS,
    apr_time::CONSTANTS,
    http_config::CONSTANTS,
    http_core::CONSTANTS,
    http_log::CONSTANTS,
    http_protocol::CONSTANTS,
    http_request::CONSTANTS,
    httpd::CONSTANTS,
    mod_auth::CONSTANTS,
    util_filter::CONSTANTS,
];

/// Every recorded bit-field.
pub const BIT_FIELDS: &[BitField] = &[
    CORE_DIR_CONFIG_ALLOW_ENCODED_SLASHES,
    CORE_DIR_CONFIG_CGI_PASS_AUTH,
    CORE_DIR_CONFIG_DECODE_ENCODED_SLASHES,
    CORE_DIR_CONFIG_ENABLE_MMAP,
    CORE_DIR_CONFIG_ENABLE_SENDFILE,
    CORE_DIR_CONFIG_QUALIFY_REDIRECT_URL,
];
