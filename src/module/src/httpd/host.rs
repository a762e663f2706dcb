//! What this httpd is: its version, its state, and how its MPM runs requests.

use std::ffi::{CStr, OsStr, c_char, c_int};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::ptr::NonNull;

use clutch_core::control::Owner;
use clutch_sys::account::{self, is_root};

use crate::httpd::pool::Pool;

/// Whether httpd reads its configuration only to see if it can; it reads it again before it serves.
pub fn is_rehearsing() -> bool {
    // SAFETY: takes a number only.
    let state = unsafe { ffi_httpd::ap_state_query(ffi_httpd::AP_SQ_MAIN_STATE) };
    state == ffi_httpd::AP_SQ_MS_CREATE_PRE_CONFIG
}

/// Whether httpd reads a configuration that it is to serve with, and not a file for a request.
pub fn is_reading() -> bool {
    // SAFETY: takes a number only.
    let state = unsafe { ffi_httpd::ap_state_query(ffi_httpd::AP_SQ_MAIN_STATE) };
    state == ffi_httpd::AP_SQ_MS_CREATE_CONFIG
}

/// A path below httpd's directory for what belongs to one run (`DefaultRuntimeDir`).
pub fn in_runtime_directory(pool: Pool<'_>, name: &str) -> Option<PathBuf> {
    let name = pool.c_string(name.as_bytes());
    // SAFETY: the pool is alive, `name` is NUL-terminated and lives as long.
    let path = unsafe { ffi_httpd::ap_runtime_dir_relative(pool.raw(), name.as_ptr()) };
    let path = NonNull::new(path)?;
    // SAFETY: NUL-terminated, in the pool.
    let path = unsafe { CStr::from_ptr(path.as_ptr()) };
    Some(OsStr::from_bytes(path.to_bytes()).into())
}

/// A path, below httpd's root (`ServerRoot`) unless it is absolute.
pub fn in_server_root(pool: Pool<'_>, name: &[u8]) -> Option<PathBuf> {
    let name = pool.c_string(name);
    // SAFETY: the pool is alive, `name` is NUL-terminated and lives as long.
    let path = unsafe { ffi_httpd::ap_server_root_relative(pool.raw(), name.as_ptr()) };
    let path = NonNull::new(path)?;
    // SAFETY: NUL-terminated, in the pool.
    let path = unsafe { CStr::from_ptr(path.as_ptr()) };
    Some(OsStr::from_bytes(path.to_bytes()).into())
}

/// The numbers of the user and the group that children run as.
pub fn user_of_children() -> (u32, u32) {
    match owner_of_children() {
        Some(owner) => (owner.uid, owner.gid),
        None => (account::user(), account::group()),
    }
}

/// Who the children become (`User`, `Group`), where this process may change who they are.
pub fn owner_of_children() -> Option<Owner> {
    let config = &raw const ffi_httpd::ap_unixd_config;
    // SAFETY: httpd's own, written only while it reads its configuration.
    let uid = unsafe { (*config).user_id };
    // SAFETY: as above.
    let gid = unsafe { (*config).group_id };
    is_root().then_some(Owner { uid, gid })
}

/// Adds a word to the server's banner.
pub fn add_to_banner(pool: Pool<'_>, word: &str) {
    let word = pool.c_string(word.as_bytes());
    // SAFETY: the pool of the configuration; the text is copied.
    unsafe { ffi_httpd::ap_add_version_component(pool.raw(), word.as_ptr()) };
}

/// The version of this httpd.
pub fn version() -> [u32; 3] {
    let mut version = ffi_httpd::ap_version_t {
        major: 0,
        minor: 0,
        patch: 0,
        add_string: std::ptr::null(),
    };
    // SAFETY: httpd fills it in.
    unsafe { ffi_httpd::ap_get_server_revision(&raw mut version) };
    [version.major, version.minor, version.patch].map(|part| part.unsigned_abs())
}

/// The banner, as `ServerTokens` wants it shown to clients.
pub fn banner() -> &'static [u8] {
    // SAFETY: no preconditions.
    let banner = unsafe { ffi_httpd::ap_get_server_banner() };
    // SAFETY: made when the configuration was read, constant while the process serves.
    unsafe { text(banner) }
}

/// The whole banner.
pub fn description() -> &'static [u8] {
    // SAFETY: no preconditions.
    let description = unsafe { ffi_httpd::ap_get_server_description() };
    // SAFETY: made when the configuration was read, constant while the process serves.
    unsafe { text(description) }
}

/// When this httpd was built.
pub fn build_date() -> &'static [u8] {
    // SAFETY: no preconditions.
    let date = unsafe { ffi_httpd::ap_get_server_built() };
    // SAFETY: a constant of httpd's.
    unsafe { text(date) }
}

/// Name of the MPM, in lower case.
pub fn mpm() -> Vec<u8> {
    // SAFETY: no preconditions.
    let name = unsafe { ffi_httpd::ap_show_mpm() };
    // SAFETY: a constant of the MPM's.
    unsafe { text(name) }.to_ascii_lowercase()
}

/// How many processes and threads serve requests.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Several processes may serve one application.
    pub multiprocess: bool,
    /// Several threads of a process may serve one application.
    pub multithread: bool,
    /// Processes that may serve at once; at least 1.
    pub maximum_processes: u32,
    /// Threads that serve in one process; at least 1.
    pub threads_per_process: u32,
}

/// The shape of this httpd.
pub fn shape() -> Shape {
    let number = |code| ask(code).and_then(|found| u32::try_from(found).ok());
    let can = |code| ask(code).is_some_and(|found| found != ffi_httpd::AP_MPMQ_NOT_SUPPORTED);
    let most_processes = number(ffi_httpd::AP_MPMQ_MAX_DAEMONS);
    let most_threads = number(ffi_httpd::AP_MPMQ_MAX_THREADS);
    let used = number(ffi_httpd::AP_MPMQ_MAX_DAEMON_USED).or(most_processes);
    Shape {
        multiprocess: can(ffi_httpd::AP_MPMQ_IS_FORKED) && most_processes != Some(1),
        multithread: can(ffi_httpd::AP_MPMQ_IS_THREADED) && most_threads != Some(1),
        maximum_processes: used.unwrap_or(1).max(1),
        threads_per_process: most_threads.unwrap_or(1).max(1),
    }
}

fn ask(code: c_int) -> Option<c_int> {
    let mut answer = 0;
    // SAFETY: the MPM writes a number.
    let status = unsafe { ffi_httpd::ap_mpm_query(code, &raw mut answer) };
    (status == ffi_httpd::APR_SUCCESS).then_some(answer)
}

/// # Safety
///
/// `at` is null or NUL-terminated, and stays as it is while the process serves.
unsafe fn text(at: *const c_char) -> &'static [u8] {
    let Some(at) = NonNull::new(at.cast_mut()) else {
        return &[];
    };
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(at.as_ptr()) }.to_bytes()
}
