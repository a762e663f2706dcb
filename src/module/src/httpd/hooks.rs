//! Every function that httpd calls, one line each.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

use clutch_core::code::Fault;
use clutch_core::config::Section;
use ffi_engine::guard::remember_places;

use crate::httpd::auth;
use crate::httpd::boundary::{guard, request_hook};
use crate::httpd::log;
use crate::httpd::pool::Pool;
use crate::httpd::record;
use crate::httpd::server::{Server, ServerConfig};
use crate::providers::access;
use crate::{alias, handler, life, parent};

/// # Safety
///
/// Called by httpd only, when it opens the module.
pub(super) unsafe extern "C" fn register(pool: *mut ffi_httpd::apr_pool_t) {
    const MIDDLE: c_int = ffi_httpd::APR_HOOK_MIDDLE;
    const ANY: *const *const c_char = ptr::null();
    /// Names of other modules' source files, and a null.
    struct Names<const N: usize>([*const c_char; N]);
    // SAFETY: pointers to static text.
    unsafe impl<const N: usize> Sync for Names<N> {}
    static ALIAS: Names<2> = Names([c"mod_alias.c".as_ptr(), ptr::null()]);
    static LATER: Names<3> = Names([
        c"mod_userdir.c".as_ptr(),
        c"mod_vhost_alias.c".as_ptr(),
        ptr::null(),
    ]);
    record::take_number();
    guard("the registration", remember_places);
    // SAFETY: httpd is single-threaded here; functions and lists are static.
    unsafe { ffi_httpd::ap_hook_check_config(Some(check_config), ANY, ANY, MIDDLE) };
    // SAFETY: as above.
    unsafe { ffi_httpd::ap_hook_post_config(Some(post_config), ANY, ANY, MIDDLE) };
    // SAFETY: as above.
    unsafe { ffi_httpd::ap_hook_monitor(Some(monitor), ANY, ANY, MIDDLE) };
    // SAFETY: as above.
    unsafe { ffi_httpd::ap_hook_child_init(Some(child_init), ANY, ANY, MIDDLE) };
    let (before, after) = (ALIAS.0.as_ptr(), LATER.0.as_ptr());
    // SAFETY: as above.
    unsafe { ffi_httpd::ap_hook_translate_name(Some(translate_name), before, after, MIDDLE) };
    const WHEN: c_int = ffi_httpd::AP_AUTH_INTERNAL_PER_CONF;
    // SAFETY: as above.
    unsafe { ffi_httpd::ap_hook_check_access(Some(check_access), ANY, ANY, MIDDLE, WHEN) };
    // SAFETY: httpd's promise: the pool of the configuration.
    unsafe { auth::register(pool) };
    // SAFETY: as above.
    unsafe { ffi_httpd::ap_hook_handler(Some(handle), ANY, ANY, MIDDLE) };
}

/// # Safety
///
/// Called by httpd only, with the pool of the configuration it reads.
pub(super) unsafe extern "C" fn create_section(
    pool: *mut ffi_httpd::apr_pool_t,
    _: *mut c_char,
) -> *mut c_void {
    // SAFETY: httpd's promise.
    unsafe { keep(pool, Section::default) }
}

/// # Safety
///
/// Called by httpd only, with two sections that `create_section` or this function made.
pub(super) unsafe extern "C" fn merge_sections(
    pool: *mut ffi_httpd::apr_pool_t,
    outer: *mut c_void,
    inner: *mut c_void,
) -> *mut c_void {
    // SAFETY: httpd's promise.
    unsafe {
        merge(pool, outer, inner, |outer: &Section, inner: &Section| {
            inner.clone().within(outer)
        })
    }
}

/// # Safety
///
/// Called by httpd only, with the pool of the configuration it reads.
pub(super) unsafe extern "C" fn create_server_config(
    pool: *mut ffi_httpd::apr_pool_t,
    _: *mut ffi_httpd::server_rec,
) -> *mut c_void {
    // SAFETY: httpd's promise.
    unsafe { keep(pool, ServerConfig::default) }
}

/// # Safety
///
/// Called by httpd only, with the main server's and a virtual host's configuration, as `create_server_config` made them.
pub(super) unsafe extern "C" fn merge_server_configs(
    pool: *mut ffi_httpd::apr_pool_t,
    main: *mut c_void,
    host: *mut c_void,
) -> *mut c_void {
    let joined = |main: &ServerConfig, host: &ServerConfig| ServerConfig {
        section: host.section.clone().within(&main.section),
        ..ServerConfig::default()
    };
    // SAFETY: httpd's promise.
    unsafe { merge(pool, main, host, joined) }
}

/// Refuses to start on an error or panic.
///
/// # Safety
///
/// Called by httpd only, with pools and a main server that live as long as the configuration.
unsafe extern "C" fn check_config(
    _: *mut ffi_httpd::apr_pool_t,
    _: *mut ffi_httpd::apr_pool_t,
    _: *mut ffi_httpd::apr_pool_t,
    server: *mut ffi_httpd::server_rec,
) -> c_int {
    // SAFETY: httpd's promise.
    let server = unsafe { Server::from_raw(server) };
    judge(guard("check-config", || parent::check(server)))
}

/// Refuses to start on an error or panic.
///
/// # Safety
///
/// As for `check_config`.
unsafe extern "C" fn post_config(
    pool: *mut ffi_httpd::apr_pool_t,
    _: *mut ffi_httpd::apr_pool_t,
    _: *mut ffi_httpd::apr_pool_t,
    server: *mut ffi_httpd::server_rec,
) -> c_int {
    // SAFETY: httpd's promise.
    let pool = unsafe { Pool::of_hook(pool) };
    // SAFETY: httpd's promise.
    let server = unsafe { Server::from_raw(server) };
    judge(guard("post-config", || parent::configured(pool, server)))
}

/// Never has the parent end: on a panic it looks again next time.
///
/// # Safety
///
/// Called by httpd only, in the parent.
unsafe extern "C" fn monitor(
    _: *mut ffi_httpd::apr_pool_t,
    _: *mut ffi_httpd::server_rec,
) -> c_int {
    guard("the monitor", parent::watched);
    ffi_httpd::DECLINED
}

/// On an error or panic the child serves what is not ours; our requests get 500.
///
/// # Safety
///
/// Called by httpd only, in a new child, with the child's pool and the main server.
unsafe extern "C" fn child_init(
    pool: *mut ffi_httpd::apr_pool_t,
    server: *mut ffi_httpd::server_rec,
) {
    // SAFETY: httpd's promise.
    let pool = unsafe { Pool::of_hook(pool) };
    // SAFETY: httpd's promise.
    let server = unsafe { Server::from_raw(server) };
    guard("child-init", || life::child_started(pool, server));
}

/// 500 on a panic.
///
/// # Safety
///
/// Called by httpd only, with the request it is serving.
unsafe extern "C" fn translate_name(raw: *mut ffi_httpd::request_rec) -> c_int {
    // SAFETY: httpd passed `raw` to this very hook.
    unsafe { request_hook("translate-name", raw, alias::translate) }
}

/// 500 on a panic.
///
/// # Safety
///
/// Called by httpd only, with the request it is serving.
unsafe extern "C" fn check_access(raw: *mut ffi_httpd::request_rec) -> c_int {
    // SAFETY: httpd passed `raw` to this very hook.
    unsafe { request_hook("check-access", raw, access::check) }
}

/// 500 on a panic, or a broken response if it has begun.
///
/// # Safety
///
/// Called by httpd only, with the request it is serving.
unsafe extern "C" fn handle(raw: *mut ffi_httpd::request_rec) -> c_int {
    // SAFETY: httpd passed `raw` to this very hook.
    unsafe { request_hook("the handler", raw, handler::respond) }
}

/// What a configuration hook tells httpd.
fn judge(outcome: Option<Result<(), Fault>>) -> c_int {
    match outcome {
        Some(Ok(())) => ffi_httpd::OK,
        Some(Err(fault)) => {
            guard("a refusal", || log::refusal(&fault));
            ffi_httpd::HTTP_INTERNAL_SERVER_ERROR
        }
        None => ffi_httpd::HTTP_INTERNAL_SERVER_ERROR,
    }
}

/// Keeps what `make` makes, or nothing if it panics.
///
/// # Safety
///
/// `pool` is alive.
unsafe fn keep<T: 'static>(
    pool: *mut ffi_httpd::apr_pool_t,
    make: impl FnOnce() -> T,
) -> *mut c_void {
    // SAFETY: the caller's promise; the Pool is not used after the call.
    let pool = unsafe { Pool::of_hook(pool) };
    let kept = guard("a configuration section", || pool.keep_raw(make()));
    kept.map_or(ptr::null_mut(), |kept| kept.as_ptr().cast())
}

/// Keeps what `join` makes of two.
///
/// # Safety
///
/// `pool` is alive; `outer` and `inner` are null or point to a `T` that nobody changes now.
unsafe fn merge<T: Default + 'static>(
    pool: *mut ffi_httpd::apr_pool_t,
    outer: *mut c_void,
    inner: *mut c_void,
    join: impl FnOnce(&T, &T) -> T,
) -> *mut c_void {
    let nothing = T::default();
    // SAFETY: the caller's promise.
    let outer = unsafe { outer.cast::<T>().as_ref() }.unwrap_or(&nothing);
    // SAFETY: the caller's promise.
    let inner = unsafe { inner.cast::<T>().as_ref() }.unwrap_or(&nothing);
    // SAFETY: the caller's promise.
    unsafe { keep(pool, || join(outer, inner)) }
}
