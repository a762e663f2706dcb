//! A server or virtual host, and what we keep with it.

use std::ffi::CStr;
use std::io;
use std::marker::PhantomData;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::ptr::NonNull;
use std::sync::OnceLock;
use std::time::Duration;

use clutch_core::config::ServerSection;
use clutch_core::engine::Choice;

use crate::httpd::pool::Pool;
use crate::httpd::record;

/// What we keep with each server.
#[derive(Debug, Default)]
pub struct ServerConfig {
    /// What the operator wrote; of a virtual host, together with the main server's words.
    pub section: ServerSection,
    /// The engine of this configuration, in the main server's only.
    pub choice: OnceLock<Choice>,
    /// Where engines remember what they learn, in the main server's only; absent if there is no such place.
    pub state: OnceLock<PathBuf>,
}

/// A server that httpd keeps for `'s`.
#[derive(Debug, Clone, Copy)]
pub struct Server<'s> {
    raw: NonNull<ffi_httpd::server_rec>,
    alive: PhantomData<&'s ffi_httpd::server_rec>,
}

impl<'s> Server<'s> {
    /// # Safety
    ///
    /// httpd keeps the server alive during `'s`; `raw` is not null.
    pub(super) unsafe fn from_raw(raw: *mut ffi_httpd::server_rec) -> Self {
        let raw = NonNull::new(raw).expect("httpd passes a server to each of its hooks");
        Self {
            raw,
            alive: PhantomData,
        }
    }

    pub(super) fn raw(self) -> *mut ffi_httpd::server_rec {
        self.raw.as_ptr()
    }

    /// The configured port; 0 if the configuration names none.
    pub fn port(self) -> u16 {
        // SAFETY: a server record lives as long as its configuration.
        unsafe { self.raw.as_ref() }.port
    }

    /// `ServerName`, as configured; empty if there is none.
    pub fn name(self) -> &'s [u8] {
        // SAFETY: a server record lives as long as its configuration.
        let name = NonNull::new(unsafe { self.raw.as_ref() }.server_hostname);
        name.map_or(&[], |name| {
            // SAFETY: NUL-terminated, and as long as the server.
            unsafe { CStr::from_ptr(name.as_ptr()) }.to_bytes()
        })
    }

    /// Whether it is a virtual host.
    pub fn is_virtual(self) -> bool {
        // SAFETY: a server record lives as long as its configuration.
        unsafe { self.raw.as_ref() }.is_virtual != 0
    }

    /// `Timeout`
    pub fn timeout(self) -> Duration {
        // SAFETY: a server record lives as long as its configuration.
        let microseconds = unsafe { self.raw.as_ref() }.timeout;
        Duration::from_micros(u64::try_from(microseconds).unwrap_or_default())
    }

    /// The same number for servers that have the same error log.
    pub fn log_identity(self) -> usize {
        // SAFETY: a server record lives as long as its configuration.
        unsafe { self.raw.as_ref() }.error_log as usize
    }

    /// The error log, as a descriptor of its own; standard error if it is no file.
    ///
    /// # Errors
    ///
    /// There is no descriptor left.
    pub fn error_log(self) -> io::Result<OwnedFd> {
        // SAFETY: a server record lives as long as its configuration.
        let file = unsafe { self.raw.as_ref() }.error_log;
        let mut descriptor = -1;
        if !file.is_null() {
            // SAFETY: the file of a live server; APR writes a number.
            unsafe { ffi_httpd::apr_os_file_get(&raw mut descriptor, file) };
        }
        if descriptor < 0 {
            return io::stderr().as_fd().try_clone_to_owned();
        }
        // SAFETY: open as long as the server's configuration.
        unsafe { BorrowedFd::borrow_raw(descriptor) }.try_clone_to_owned()
    }

    /// Calls `task` when httpd's parent ends, not when it restarts. In children, too, when they end.
    pub fn before_the_parent_ends(self, task: fn()) {
        // SAFETY: a server record lives as long as its configuration.
        let Some(process) = NonNull::new(unsafe { self.raw.as_ref() }.process) else {
            return;
        };
        // SAFETY: httpd's record of its process lives as long as that.
        let pool = unsafe { process.as_ref() }.pool;
        // SAFETY: the pool of the process lives as long as that.
        unsafe { Pool::of_hook(pool) }.before_end(task);
    }

    /// This server, the main one, and all virtual hosts.
    pub fn and_its_hosts(self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(self), |server| {
            // SAFETY: alive for 's.
            let next = NonNull::new(unsafe { (*server.raw()).next })?;
            Some(Self {
                raw: next,
                alive: PhantomData,
            })
        })
    }

    /// What we keep with it.
    pub fn config(self) -> Option<&'s ServerConfig> {
        // SAFETY: alive for 's.
        let slots = unsafe { (*self.raw()).module_config };
        // SAFETY: the slots belong to a live server.
        let config = unsafe { ffi_httpd::ap_get_module_config(slots, record::module()) };
        // SAFETY: made by `hooks::create_server_config` or `hooks::merge_server_configs`, in the pool of the
        // configuration; from the end of reading it on nobody changes it.
        unsafe { config.cast::<ServerConfig>().as_ref() }
    }
}
