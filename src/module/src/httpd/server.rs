//! A server or virtual host, and what we keep with it.

use std::marker::PhantomData;
use std::path::PathBuf;
use std::ptr::NonNull;
use std::sync::OnceLock;

use clutch_core::config::ServerSection;

use crate::engine::Choice;
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
