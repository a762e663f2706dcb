//! `httpd.h`

use core::ffi::{c_char, c_int, c_long, c_schar, c_uint, c_void};

use crate::ap_regex::{ap_regex_t, ap_regmatch_t};
use crate::apr::{apr_int64_t, apr_off_t, apr_size_t, apr_uint64_t};
use crate::apr_buckets::{apr_bucket_alloc_t, apr_bucket_brigade};
use crate::apr_errno::apr_status_t;
use crate::apr_file_info::apr_finfo_t;
use crate::apr_file_io::apr_file_t;
use crate::apr_network_io::{apr_port_t, apr_sockaddr_t};
use crate::apr_pools::apr_pool_t;
use crate::apr_tables::{apr_array_header_t, apr_table_t};
use crate::apr_time::{apr_interval_time_t, apr_time_t};
use crate::apr_uri::apr_uri_t;
use crate::http_config::ap_conf_vector_t;
use crate::util_filter::ap_filter_t;

// the last two are apr_thread_mutex.h's and apr_thread_proc.h's
c_opaque! { conn_state_t apr_thread_mutex_t apr_thread_t }

pub type ap_conn_keepalive_e = c_uint;
pub type ap_request_bnotes_t = apr_uint64_t;

c_struct! { "httpd.h" struct ap_version_t (24) {
    0 major: c_int,
    4 minor: c_int,
    8 patch: c_int,
    16 add_string: *const c_char,
}}

c_struct! { "httpd.h" struct ap_method_list_t (16) {
    0 method_mask: apr_int64_t,
    8 method_list: *mut apr_array_header_t,
}}

c_struct! { "httpd.h" struct htaccess_result (at least 40) {
    0 dir: *const c_char,
    8 r#override: c_int,
    12 override_opts: c_int,
    16 override_list: *mut apr_table_t,
    24 htaccess: *mut ap_conf_vector_t,
    32 next: *const htaccess_result,
}}

c_struct! { "httpd.h" struct process_rec (at least 40) {
    0 pool: *mut apr_pool_t,
    8 pconf: *mut apr_pool_t,
    16 short_name: *const c_char,
    24 argv: *const *const c_char,
    32 argc: c_int,
}}

c_struct! { "httpd.h" struct request_rec (at least 736) {
    0 pool: *mut apr_pool_t,
    8 connection: *mut conn_rec,
    16 server: *mut server_rec,
    24 next: *mut request_rec,
    32 prev: *mut request_rec,
    40 main: *mut request_rec,
    48 the_request: *mut c_char,
    56 assbackwards: c_int,
    60 proxyreq: c_int,
    64 header_only: c_int,
    68 proto_num: c_int,
    72 protocol: *mut c_char,
    80 hostname: *const c_char,
    88 request_time: apr_time_t,
    96 status_line: *const c_char,
    104 status: c_int,
    108 method_number: c_int,
    112 method: *const c_char,
    120 allowed: apr_int64_t,
    128 allowed_xmethods: *mut apr_array_header_t,
    136 allowed_methods: *mut ap_method_list_t,
    144 sent_bodyct: apr_off_t,
    152 bytes_sent: apr_off_t,
    160 mtime: apr_time_t,
    168 range: *const c_char,
    176 clength: apr_off_t,
    184 chunked: c_int,
    188 read_body: c_int,
    192 read_chunked: c_int,
    196 expecting_100: c_uint,
    200 kept_body: *mut apr_bucket_brigade,
    208 body_table: *mut apr_table_t,
    216 remaining: apr_off_t,
    224 read_length: apr_off_t,
    232 headers_in: *mut apr_table_t,
    240 headers_out: *mut apr_table_t,
    248 err_headers_out: *mut apr_table_t,
    256 subprocess_env: *mut apr_table_t,
    264 notes: *mut apr_table_t,
    272 content_type: *const c_char,
    280 handler: *const c_char,
    288 content_encoding: *const c_char,
    296 content_languages: *mut apr_array_header_t,
    304 vlist_validator: *mut c_char,
    312 user: *mut c_char,
    320 ap_auth_type: *mut c_char,
    328 unparsed_uri: *mut c_char,
    336 uri: *mut c_char,
    344 filename: *mut c_char,
    352 canonical_filename: *mut c_char,
    360 path_info: *mut c_char,
    368 args: *mut c_char,
    376 used_path_info: c_int,
    380 eos_sent: c_int,
    384 per_dir_config: *mut ap_conf_vector_t,
    392 request_config: *mut ap_conf_vector_t,
    400 log: *const ap_logconf,
    408 log_id: *const c_char,
    416 htaccess: *const htaccess_result,
    424 output_filters: *mut ap_filter_t,
    432 input_filters: *mut ap_filter_t,
    440 proto_output_filters: *mut ap_filter_t,
    448 proto_input_filters: *mut ap_filter_t,
    456 no_cache: c_int,
    460 no_local_copy: c_int,
    464 invoke_mtx: *mut apr_thread_mutex_t,
    472 parsed_uri: apr_uri_t,
    560 finfo: apr_finfo_t,
    680 useragent_addr: *mut apr_sockaddr_t,
    688 useragent_ip: *mut c_char,
    696 trailers_in: *mut apr_table_t,
    704 trailers_out: *mut apr_table_t,
    712 useragent_host: *mut c_char,
    720 double_reverse: c_int,
    728 bnotes: ap_request_bnotes_t,
}}

c_struct! { "httpd.h" struct conn_rec (at least 208) {
    0 pool: *mut apr_pool_t,
    8 base_server: *mut server_rec,
    16 vhost_lookup_data: *mut c_void,
    24 local_addr: *mut apr_sockaddr_t,
    32 client_addr: *mut apr_sockaddr_t,
    40 client_ip: *mut c_char,
    48 remote_host: *mut c_char,
    56 remote_logname: *mut c_char,
    64 local_ip: *mut c_char,
    72 local_host: *mut c_char,
    80 id: c_long,
    88 conn_config: *mut ap_conf_vector_t,
    96 notes: *mut apr_table_t,
    104 input_filters: *mut ap_filter_t,
    112 output_filters: *mut ap_filter_t,
    120 sbh: *mut c_void,
    128 bucket_alloc: *mut apr_bucket_alloc_t,
    136 cs: *mut conn_state_t,
    144 data_in_input_filters: c_int,
    148 data_in_output_filters: c_int,
    152 _bits: [u8; 4],
    156 aborted: c_uint,
    160 keepalive: ap_conn_keepalive_e,
    164 keepalives: c_int,
    168 log: *const ap_logconf,
    176 log_id: *const c_char,
    184 current_thread: *mut apr_thread_t,
    192 master: *mut conn_rec,
    200 outgoing: c_int,
}}

c_struct! { "httpd.h" struct server_addr_rec (at least 32) {
    0 next: *mut server_addr_rec,
    8 virthost: *mut c_char,
    16 host_addr: *mut apr_sockaddr_t,
    24 host_port: apr_port_t,
}}

c_struct! { "httpd.h" struct ap_logconf (16) {
    0 module_levels: *mut c_schar,
    8 level: c_int,
}}

// ends in a bit-field
c_struct! { "httpd.h" struct server_rec (at least 184) {
    0 process: *mut process_rec,
    8 next: *mut server_rec,
    16 error_fname: *mut c_char,
    24 error_log: *mut apr_file_t,
    32 log: ap_logconf,
    48 module_config: *mut ap_conf_vector_t,
    56 lookup_defaults: *mut ap_conf_vector_t,
    64 defn_name: *const c_char,
    72 defn_line_number: c_uint,
    76 is_virtual: c_char,
    78 port: apr_port_t,
    80 server_scheme: *const c_char,
    88 server_admin: *mut c_char,
    96 server_hostname: *mut c_char,
    104 addrs: *mut server_addr_rec,
    112 timeout: apr_interval_time_t,
    120 keep_alive_timeout: apr_interval_time_t,
    128 keep_alive_max: c_int,
    132 keep_alive: c_int,
    136 names: *mut apr_array_header_t,
    144 wild_names: *mut apr_array_header_t,
    152 path: *const c_char,
    160 pathlen: c_int,
    164 limit_req_line: c_int,
    168 limit_req_fieldsize: c_int,
    172 limit_req_fields: c_int,
    176 context: *mut c_void,
}}

c_const! { "httpd.h"
    OK: c_int = 0,
    DECLINED: c_int = -1,
    DONE: c_int = -2,
    SUSPENDED: c_int = -3,
    AP_NOBODY_WROTE: apr_status_t = -100,
    AP_NOBODY_READ: apr_status_t = -101,
    AP_FILTER_ERROR: apr_status_t = -102,

    HTTP_CONTINUE: c_int = 100,
    HTTP_SWITCHING_PROTOCOLS: c_int = 101,
    HTTP_PROCESSING: c_int = 102,
    HTTP_OK: c_int = 200,
    HTTP_NO_CONTENT: c_int = 204,
    HTTP_RESET_CONTENT: c_int = 205,
    HTTP_PARTIAL_CONTENT: c_int = 206,
    HTTP_MOVED_TEMPORARILY: c_int = 302,
    HTTP_NOT_MODIFIED: c_int = 304,
    HTTP_BAD_REQUEST: c_int = 400,
    HTTP_UNAUTHORIZED: c_int = 401,
    HTTP_FORBIDDEN: c_int = 403,
    HTTP_NOT_FOUND: c_int = 404,
    HTTP_METHOD_NOT_ALLOWED: c_int = 405,
    HTTP_REQUEST_TIME_OUT: c_int = 408,
    HTTP_LENGTH_REQUIRED: c_int = 411,
    HTTP_REQUEST_ENTITY_TOO_LARGE: c_int = 413,
    HTTP_EXPECTATION_FAILED: c_int = 417,
    HTTP_INTERNAL_SERVER_ERROR: c_int = 500,
    HTTP_NOT_IMPLEMENTED: c_int = 501,
    HTTP_BAD_GATEWAY: c_int = 502,
    HTTP_SERVICE_UNAVAILABLE: c_int = 503,
    HTTP_GATEWAY_TIME_OUT: c_int = 504,

    M_GET: c_int = 0,
    M_PUT: c_int = 1,
    M_POST: c_int = 2,
    M_DELETE: c_int = 3,
    M_CONNECT: c_int = 4,
    M_OPTIONS: c_int = 5,
    M_TRACE: c_int = 6,
    M_PATCH: c_int = 7,
    M_INVALID: c_int = 26,

    REQUEST_NO_BODY: c_int = 0,
    REQUEST_CHUNKED_ERROR: c_int = 1,
    REQUEST_CHUNKED_DECHUNK: c_int = 2,
    AP_REQ_ACCEPT_PATH_INFO: c_int = 0,
    AP_REQ_REJECT_PATH_INFO: c_int = 1,
    AP_REQ_DEFAULT_PATH_INFO: c_int = 2,

    PROXYREQ_NONE: c_int = 0,
    PROXYREQ_PROXY: c_int = 1,
    PROXYREQ_REVERSE: c_int = 2,
    PROXYREQ_RESPONSE: c_int = 3,

    AP_CONN_UNKNOWN: ap_conn_keepalive_e = 0,
    AP_CONN_CLOSE: ap_conn_keepalive_e = 1,
    AP_CONN_KEEPALIVE: ap_conn_keepalive_e = 2,

    APEXIT_OK: c_int = 0x0,
    APEXIT_INIT: c_int = 0x2,
    APEXIT_CHILDINIT: c_int = 0x3,
    APEXIT_CHILDSICK: c_int = 0x7,
    APEXIT_CHILDFATAL: c_int = 0xf,
    AP_MAX_REG_MATCH: apr_size_t = 10,
}

unsafe extern "C" {
    pub fn ap_get_server_revision(version: *mut ap_version_t);
    pub fn ap_get_server_banner() -> *const c_char;
    pub fn ap_get_server_description() -> *const c_char;
    pub fn ap_get_server_built() -> *const c_char;
    pub fn ap_psignature(prefix: *const c_char, r: *mut request_rec) -> *const c_char;
    pub fn ap_add_version_component(pconf: *mut apr_pool_t, component: *const c_char);

    pub fn ap_context_document_root(r: *mut request_rec) -> *const c_char;
    pub fn ap_context_prefix(r: *mut request_rec) -> *const c_char;
    pub fn ap_set_context_info(
        r: *mut request_rec,
        prefix: *const c_char,
        document_root: *const c_char,
    );

    /// Moves `line` past the word; an empty string at the end of it.
    pub fn ap_getword_conf(p: *mut apr_pool_t, line: *mut *const c_char) -> *mut c_char;
    /// Shortens `name` in place.
    pub fn ap_no2slash(name: *mut c_char);
    /// Shortens `name` in place.
    pub fn ap_no2slash_ex(name: *mut c_char, is_fs_path: c_int);
    pub fn ap_escape_html2(p: *mut apr_pool_t, s: *const c_char, toasc: c_int) -> *mut c_char;
    pub fn ap_os_escape_path(
        p: *mut apr_pool_t,
        path: *const c_char,
        partial: c_int,
    ) -> *mut c_char;
    pub fn ap_os_is_path_absolute(p: *mut apr_pool_t, dir: *const c_char) -> c_int;
    pub fn ap_request_has_body(r: *mut request_rec) -> c_int;

    /// Null if `pattern` is no regular expression.
    pub fn ap_pregcomp(
        p: *mut apr_pool_t,
        pattern: *const c_char,
        cflags: c_int,
    ) -> *mut ap_regex_t;
    pub fn ap_pregfree(p: *mut apr_pool_t, reg: *mut ap_regex_t);
    /// Null if the result would be too long.
    pub fn ap_pregsub(
        p: *mut apr_pool_t,
        input: *const c_char,
        source: *const c_char,
        nmatch: apr_size_t,
        pmatch: *mut ap_regmatch_t,
    ) -> *mut c_char;
    // not declared: ap_escape_html (a macro: ap_escape_html2 with 0)
    // not declared: ap_http_scheme, ap_default_port (macros: ap_run_http_scheme, ap_run_default_port, http_protocol.h)
}
