//! `http_config.h`
//!
//! `ap_get_module_config` is also a macro: an [`ap_conf_vector_t`] is an array of `void *`, indexed by the module's
//! `module_index`.

use core::ffi::{c_char, c_int, c_uint, c_ulong, c_void};

use crate::apr::{apr_int64_t, apr_size_t};
use crate::apr_errno::apr_status_t;
use crate::apr_pools::apr_pool_t;
use crate::apr_tables::{apr_array_header_t, apr_table_t};
use crate::httpd::{ap_method_list_t, conn_rec, process_rec, request_rec, server_rec};
use crate::util_cfgtree::ap_directive_t;

c_opaque! { ap_conf_vector_t }

pub type cmd_how = c_uint;

pub type no_args_fn =
    unsafe extern "C" fn(parms: *mut cmd_parms, mconfig: *mut c_void) -> *const c_char;
pub type raw_args_fn = unsafe extern "C" fn(
    parms: *mut cmd_parms,
    mconfig: *mut c_void,
    args: *const c_char,
) -> *const c_char;
pub type take_argv_fn = unsafe extern "C" fn(
    parms: *mut cmd_parms,
    mconfig: *mut c_void,
    argc: c_int,
    argv: *const *mut c_char,
) -> *const c_char;
pub type take1_fn = unsafe extern "C" fn(
    parms: *mut cmd_parms,
    mconfig: *mut c_void,
    w: *const c_char,
) -> *const c_char;
pub type take2_fn = unsafe extern "C" fn(
    parms: *mut cmd_parms,
    mconfig: *mut c_void,
    w: *const c_char,
    w2: *const c_char,
) -> *const c_char;
pub type take3_fn = unsafe extern "C" fn(
    parms: *mut cmd_parms,
    mconfig: *mut c_void,
    w: *const c_char,
    w2: *const c_char,
    w3: *const c_char,
) -> *const c_char;
pub type flag_fn =
    unsafe extern "C" fn(parms: *mut cmd_parms, mconfig: *mut c_void, on: c_int) -> *const c_char;

c_struct! { "http_config.h" union cmd_func (8) {
    0 no_args: Option<no_args_fn>,
    0 raw_args: Option<raw_args_fn>,
    0 take_argv: Option<take_argv_fn>,
    0 take1: Option<take1_fn>,
    0 take2: Option<take2_fn>,
    0 take3: Option<take3_fn>,
    0 flag: Option<flag_fn>,
}}

c_struct! { "http_config.h" struct command_rec (40) {
    0 name: *const c_char,
    8 func: cmd_func,
    16 cmd_data: *mut c_void,
    24 req_override: c_int,
    28 args_how: cmd_how,
    32 errmsg: *const c_char,
}}

pub type getch_fn = unsafe extern "C" fn(ch: *mut c_char, param: *mut c_void) -> apr_status_t;
pub type getstr_fn =
    unsafe extern "C" fn(buf: *mut c_void, bufsiz: apr_size_t, param: *mut c_void) -> apr_status_t;
pub type close_fn = unsafe extern "C" fn(param: *mut c_void) -> apr_status_t;

c_struct! { "http_config.h" struct ap_configfile_t (48) {
    0 getch: Option<getch_fn>,
    8 getstr: Option<getstr_fn>,
    16 close: Option<close_fn>,
    24 param: *mut c_void,
    32 name: *const c_char,
    40 line_number: c_uint,
}}

c_struct! { "http_config.h" struct cmd_parms (at least 120) {
    0 info: *mut c_void,
    8 r#override: c_int,
    12 override_opts: c_int,
    16 override_list: *mut apr_table_t,
    24 limited: apr_int64_t,
    32 limited_xmethods: *mut apr_array_header_t,
    40 xlimited: *mut ap_method_list_t,
    48 config_file: *mut ap_configfile_t,
    56 directive: *mut ap_directive_t,
    64 pool: *mut apr_pool_t,
    72 temp_pool: *mut apr_pool_t,
    80 server: *mut server_rec,
    88 path: *mut c_char,
    96 cmd: *const command_rec,
    104 context: *mut ap_conf_vector_t,
    112 err_directive: *const ap_directive_t,
}}

pub type rewrite_args_fn = unsafe extern "C" fn(process: *mut process_rec);
pub type create_dir_config_fn =
    unsafe extern "C" fn(p: *mut apr_pool_t, dir: *mut c_char) -> *mut c_void;
pub type create_server_config_fn =
    unsafe extern "C" fn(p: *mut apr_pool_t, s: *mut server_rec) -> *mut c_void;
pub type merge_config_fn = unsafe extern "C" fn(
    p: *mut apr_pool_t,
    base_conf: *mut c_void,
    new_conf: *mut c_void,
) -> *mut c_void;
pub type register_hooks_fn = unsafe extern "C" fn(p: *mut apr_pool_t);

// STANDARD20_MODULE_STUFF fills the fields to rewrite_args: the two MODULE_MAGIC_NUMBERs, -1, the file's name, null,
// null, MODULE_MAGIC_COOKIE, null
c_struct! { "http_config.h" struct module (112) {
    0 version: c_int,
    4 minor_version: c_int,
    8 module_index: c_int,
    16 name: *const c_char,
    24 dynamic_load_handle: *mut c_void,
    32 next: *mut module,
    40 magic: c_ulong,
    48 rewrite_args: Option<rewrite_args_fn>,
    56 create_dir_config: Option<create_dir_config_fn>,
    64 merge_dir_config: Option<merge_config_fn>,
    72 create_server_config: Option<create_server_config_fn>,
    80 merge_server_config: Option<merge_config_fn>,
    88 cmds: *const command_rec,
    96 register_hooks: Option<register_hooks_fn>,
    104 flags: c_int,
}}

c_const! { "http_config.h"
    RAW_ARGS: cmd_how = 0,
    TAKE1: cmd_how = 1,
    TAKE2: cmd_how = 2,
    ITERATE: cmd_how = 3,
    ITERATE2: cmd_how = 4,
    FLAG: cmd_how = 5,
    NO_ARGS: cmd_how = 6,
    TAKE12: cmd_how = 7,
    TAKE3: cmd_how = 8,
    TAKE23: cmd_how = 9,
    TAKE123: cmd_how = 10,
    TAKE13: cmd_how = 11,
    TAKE_ARGV: cmd_how = 12,

    OR_NONE: c_int = 0,
    OR_LIMIT: c_int = 1,
    OR_OPTIONS: c_int = 2,
    OR_FILEINFO: c_int = 4,
    OR_AUTHCFG: c_int = 8,
    OR_INDEXES: c_int = 16,
    OR_UNSET: c_int = 32,
    ACCESS_CONF: c_int = 64,
    RSRC_CONF: c_int = 128,
    EXEC_ON_READ: c_int = 256,
    OR_ALL: c_int = 31,

    NOT_IN_VIRTUALHOST: c_uint = 0x01,
    NOT_IN_LIMIT: c_uint = 0x02,
    NOT_IN_DIRECTORY: c_uint = 0x04,
    NOT_IN_LOCATION: c_uint = 0x08,
    NOT_IN_FILES: c_uint = 0x10,
    NOT_IN_HTACCESS: c_uint = 0x20,
    NOT_IN_PROXY: c_uint = 0x40,
    NOT_IN_DIR_LOC_FILE: c_uint = 0x1c,
    NOT_IN_DIR_CONTEXT: c_uint = 0x5e,
    GLOBAL_ONLY: c_uint = 0x5f,

    AP_MODULE_FLAG_NONE: c_int = 0,
    AP_MODULE_FLAG_ALWAYS_MERGE: c_int = 1,
}

pub type ap_HOOK_pre_config_t = unsafe extern "C" fn(
    pconf: *mut apr_pool_t,
    plog: *mut apr_pool_t,
    ptemp: *mut apr_pool_t,
) -> c_int;
pub type ap_HOOK_check_config_t = unsafe extern "C" fn(
    pconf: *mut apr_pool_t,
    plog: *mut apr_pool_t,
    ptemp: *mut apr_pool_t,
    s: *mut server_rec,
) -> c_int;
pub type ap_HOOK_test_config_t = unsafe extern "C" fn(pconf: *mut apr_pool_t, s: *mut server_rec);
pub type ap_HOOK_post_config_t = unsafe extern "C" fn(
    pconf: *mut apr_pool_t,
    plog: *mut apr_pool_t,
    ptemp: *mut apr_pool_t,
    s: *mut server_rec,
) -> c_int;
pub type ap_HOOK_open_logs_t = unsafe extern "C" fn(
    pconf: *mut apr_pool_t,
    plog: *mut apr_pool_t,
    ptemp: *mut apr_pool_t,
    s: *mut server_rec,
) -> c_int;
pub type ap_HOOK_child_init_t = unsafe extern "C" fn(pchild: *mut apr_pool_t, s: *mut server_rec);
pub type ap_HOOK_handler_t = unsafe extern "C" fn(r: *mut request_rec) -> c_int;
pub type ap_HOOK_optional_fn_retrieve_t = unsafe extern "C" fn();

// In every ap_hook_*: the two lists are null, or end in null, and name the source files of other modules.
unsafe extern "C" {
    pub fn ap_hook_pre_config(
        pf: Option<ap_HOOK_pre_config_t>,
        aszPre: *const *const c_char,
        aszSucc: *const *const c_char,
        nOrder: c_int,
    );
    pub fn ap_hook_check_config(
        pf: Option<ap_HOOK_check_config_t>,
        aszPre: *const *const c_char,
        aszSucc: *const *const c_char,
        nOrder: c_int,
    );
    pub fn ap_hook_test_config(
        pf: Option<ap_HOOK_test_config_t>,
        aszPre: *const *const c_char,
        aszSucc: *const *const c_char,
        nOrder: c_int,
    );
    pub fn ap_hook_post_config(
        pf: Option<ap_HOOK_post_config_t>,
        aszPre: *const *const c_char,
        aszSucc: *const *const c_char,
        nOrder: c_int,
    );
    pub fn ap_hook_open_logs(
        pf: Option<ap_HOOK_open_logs_t>,
        aszPre: *const *const c_char,
        aszSucc: *const *const c_char,
        nOrder: c_int,
    );
    pub fn ap_hook_child_init(
        pf: Option<ap_HOOK_child_init_t>,
        aszPre: *const *const c_char,
        aszSucc: *const *const c_char,
        nOrder: c_int,
    );
    pub fn ap_hook_handler(
        pf: Option<ap_HOOK_handler_t>,
        aszPre: *const *const c_char,
        aszSucc: *const *const c_char,
        nOrder: c_int,
    );
    pub fn ap_hook_optional_fn_retrieve(
        pf: Option<ap_HOOK_optional_fn_retrieve_t>,
        aszPre: *const *const c_char,
        aszSucc: *const *const c_char,
        nOrder: c_int,
    );

    pub fn ap_get_module_config(cv: *const ap_conf_vector_t, m: *const module) -> *mut c_void;
    pub fn ap_set_module_config(cv: *mut ap_conf_vector_t, m: *const module, val: *mut c_void);
    pub fn ap_find_linked_module(name: *const c_char) -> *mut module;

    pub fn ap_get_server_module_loglevel(s: *const server_rec, index: c_int) -> c_int;
    pub fn ap_get_conn_module_loglevel(c: *const conn_rec, index: c_int) -> c_int;
    pub fn ap_get_request_module_loglevel(r: *const request_rec, index: c_int) -> c_int;

    /// Null if the directive is allowed here, else the sentence that says why not.
    pub fn ap_check_cmd_context(cmd: *mut cmd_parms, forbidden: c_uint) -> *const c_char;
    pub fn ap_cfg_getline(
        buf: *mut c_char,
        bufsize: apr_size_t,
        cfp: *mut ap_configfile_t,
    ) -> apr_status_t;
    pub fn ap_walk_config(
        conftree: *mut ap_directive_t,
        parms: *mut cmd_parms,
        section_vector: *mut ap_conf_vector_t,
    ) -> *const c_char;
    pub fn ap_server_root_relative(p: *mut apr_pool_t, fname: *const c_char) -> *mut c_char;
    pub fn ap_runtime_dir_relative(p: *mut apr_pool_t, fname: *const c_char) -> *mut c_char;

    pub fn ap_show_mpm() -> *const c_char;
    /// Zeroed memory that lives until the parent ends; made once per key.
    pub fn ap_retained_data_create(key: *const c_char, size: apr_size_t) -> *mut c_void;
    /// Null if never created.
    pub fn ap_retained_data_get(key: *const c_char) -> *mut c_void;
}
