//! `http_core.h`

use core::ffi::{c_char, c_int, c_long, c_uchar, c_uint, c_ulong, c_void};

use crate::ap_regex::ap_regex_t;
use crate::apr::{apr_off_t, apr_size_t};
use crate::apr_hash::apr_hash_t;
use crate::apr_network_io::{apr_port_t, apr_socket_t};
use crate::apr_pools::apr_pool_t;
use crate::apr_tables::{apr_array_header_t, apr_table_t};
use crate::http_config::{ap_conf_vector_t, module};
use crate::httpd::{ap_logconf, conn_rec, request_rec};
use crate::layout::BitField;

// ap_expr.h's and the system's
c_opaque! { ap_expr_info_t rlimit }

pub type allow_options_t = c_uchar;
pub type etag_components_t = c_ulong;
pub type overrides_t = c_uint;
pub type server_signature_e = c_uint;

// `_bits_*`: bit-fields; the ones we read are recorded below
c_struct! { "http_core.h" struct core_dir_config (at least 280) {
    0 d: *mut c_char,
    8 d_components: c_uint,
    12 opts: allow_options_t,
    13 opts_add: allow_options_t,
    14 opts_remove: allow_options_t,
    16 r#override: overrides_t,
    20 override_opts: allow_options_t,
    24 response_code_strings: *mut *mut c_char,
    32 _bits_32: [u8; 8],
    40 add_default_charset_name: *const c_char,
    48 limit_cpu: *mut rlimit,
    56 limit_mem: *mut rlimit,
    64 limit_nproc: *mut rlimit,
    72 limit_req_body: apr_off_t,
    80 limit_xml_body: c_long,
    88 server_signature: server_signature_e,
    96 sec_file: *mut apr_array_header_t,
    104 sec_if: *mut apr_array_header_t,
    112 r: *mut ap_regex_t,
    120 mime_type: *const c_char,
    128 handler: *const c_char,
    136 output_filters: *const c_char,
    144 input_filters: *const c_char,
    152 accept_path_info: c_int,
    160 etag_bits: etag_components_t,
    168 etag_add: etag_components_t,
    176 etag_remove: etag_components_t,
    184 _bits_184: [u8; 8],
    192 condition: *mut ap_expr_info_t,
    200 log: *mut ap_logconf,
    208 override_list: *mut apr_table_t,
    216 max_ranges: c_int,
    220 max_overlaps: c_int,
    224 max_reversals: c_int,
    232 refs: *mut apr_array_header_t,
    240 response_code_exprs: *mut apr_hash_t,
    248 _bits_248: [u8; 8],
    256 expr_handler: *mut ap_expr_info_t,
    264 cgi_var_rules: *mut apr_hash_t,
    272 read_buf_size: apr_size_t,
}}

const fn core_dir_config_bits(name: &'static str, byte: usize, mask: u8) -> BitField {
    BitField {
        header: "http_core.h",
        within: "core_dir_config",
        name,
        byte,
        mask,
    }
}

pub const CORE_DIR_CONFIG_ENABLE_MMAP: BitField = core_dir_config_bits("enable_mmap", 184, 0x03);
pub const CORE_DIR_CONFIG_ENABLE_SENDFILE: BitField =
    core_dir_config_bits("enable_sendfile", 184, 0x0c);
pub const CORE_DIR_CONFIG_ALLOW_ENCODED_SLASHES: BitField =
    core_dir_config_bits("allow_encoded_slashes", 184, 0x40);
pub const CORE_DIR_CONFIG_DECODE_ENCODED_SLASHES: BitField =
    core_dir_config_bits("decode_encoded_slashes", 184, 0x80);
pub const CORE_DIR_CONFIG_CGI_PASS_AUTH: BitField =
    core_dir_config_bits("cgi_pass_auth", 248, 0x03);
pub const CORE_DIR_CONFIG_QUALIFY_REDIRECT_URL: BitField =
    core_dir_config_bits("qualify_redirect_url", 248, 0x0c);

c_const! { "http_core.h"
    OPT_NONE: c_int = 0,
    OPT_INDEXES: c_int = 1,
    OPT_INCLUDES: c_int = 2,
    OPT_SYM_LINKS: c_int = 4,
    OPT_EXECCGI: c_int = 8,
    OPT_UNSET: c_int = 16,

    REMOTE_HOST: c_int = 0,
    REMOTE_NAME: c_int = 1,
    REMOTE_NOLOOKUP: c_int = 2,
    REMOTE_DOUBLE_REV: c_int = 3,

    ENABLE_MMAP_OFF: c_uint = 0,
    ENABLE_MMAP_ON: c_uint = 1,
    ENABLE_MMAP_UNSET: c_uint = 2,
    ENABLE_SENDFILE_OFF: c_uint = 0,
    ENABLE_SENDFILE_ON: c_uint = 1,
    ENABLE_SENDFILE_UNSET: c_uint = 2,
    AP_CGI_PASS_AUTH_OFF: c_uint = 0,
    AP_CGI_PASS_AUTH_ON: c_uint = 1,
    AP_CGI_PASS_AUTH_UNSET: c_uint = 2,
    AP_CORE_CONFIG_OFF: c_uint = 0,
    AP_CORE_CONFIG_ON: c_uint = 1,
    AP_CORE_CONFIG_UNSET: c_uint = 2,
    AP_CORE_MODULE_INDEX: c_int = 0,

    AP_SQ_MAIN_STATE: c_int = 0,
    AP_SQ_RUN_MODE: c_int = 1,
    AP_SQ_CONFIG_GEN: c_int = 2,
    AP_SQ_NOT_SUPPORTED: c_int = -1,
    AP_SQ_MS_INITIAL_STARTUP: c_int = 1,
    AP_SQ_MS_CREATE_PRE_CONFIG: c_int = 2,
    AP_SQ_MS_DESTROY_CONFIG: c_int = 3,
    AP_SQ_MS_CREATE_CONFIG: c_int = 4,
    AP_SQ_MS_RUN_MPM: c_int = 5,
    AP_SQ_MS_EXITING: c_int = 6,
    AP_SQ_RM_UNKNOWN: c_int = 1,
    AP_SQ_RM_NORMAL: c_int = 2,
    AP_SQ_RM_CONFIG_TEST: c_int = 3,
    AP_SQ_RM_CONFIG_DUMP: c_int = 4,
}

unsafe extern "C" {
    pub static mut core_module: module;

    pub fn ap_get_core_module_config(cv: *const ap_conf_vector_t) -> *mut c_void;
    /// On a secondary connection of HTTP/2 it is no real socket.
    pub fn ap_get_conn_socket(c: *mut conn_rec) -> *mut apr_socket_t;

    pub fn ap_allow_options(r: *mut request_rec) -> c_int;
    pub fn ap_satisfies(r: *mut request_rec) -> c_int;
    pub fn ap_document_root(r: *mut request_rec) -> *const c_char;
    pub fn ap_auth_type(r: *mut request_rec) -> *const c_char;
    /// May look the name up in DNS (`UseCanonicalName DNS`).
    pub fn ap_get_server_name(r: *mut request_rec) -> *const c_char;
    /// As [`ap_get_server_name`], with brackets around an IPv6 address.
    pub fn ap_get_server_name_for_url(r: *mut request_rec) -> *const c_char;
    pub fn ap_get_server_port(r: *const request_rec) -> apr_port_t;
    /// `str_is_ip` may be null.
    pub fn ap_get_useragent_host(
        req: *mut request_rec,
        r#type: c_int,
        str_is_ip: *mut c_int,
    ) -> *const c_char;
    pub fn ap_get_remote_logname(r: *mut request_rec) -> *const c_char;
    pub fn ap_construct_url(
        p: *mut apr_pool_t,
        uri: *const c_char,
        r: *mut request_rec,
    ) -> *mut c_char;
    /// 0: no limit.
    pub fn ap_get_limit_req_body(r: *const request_rec) -> apr_off_t;
    pub fn ap_is_recursion_limit_exceeded(r: *const request_rec) -> c_int;
    pub fn ap_exists_config_define(name: *const c_char) -> c_int;
    pub fn ap_state_query(query_code: c_int) -> c_int;
}
