//! [`Engine`]: what a host has of an engine.

use std::ffi::c_void;
use std::path::Path;

use clutch_core::exchange::Exchange;
use clutch_sys::library::Library;

use super::ExchangeOf;
use crate::abi::{
    ABI_VERSION, ENTRY_POINT, EngineTable, EntryPoint, List, Plan, Preload, Request, Slice,
};
pub use crate::unusable::Unusable;

/// An engine that is mapped into this process, for ever.
#[derive(Debug, Clone, Copy)]
pub struct Engine(&'static EngineTable);

impl Engine {
    /// Maps the engine at `path`, and with it its libpython.
    ///
    /// # Errors
    ///
    /// One sentence: the file is missing or does not load, is no engine, or speaks another version of the ABI.
    pub fn open(path: &Path) -> Result<Self, Unusable> {
        let unusable = |why: String| {
            Unusable(format!(
                "the Python engine {} cannot be used: {why}",
                path.display()
            ))
        };
        let library = Library::open_global(path).map_err(|error| unusable(error.to_string()))?;
        let entry = library
            .symbol(ENTRY_POINT)
            .ok_or_else(|| unusable("it is a shared library, but not an engine".into()))?;
        // SAFETY: what has this name is, by the contract of the ABI, an EntryPoint.
        let entry = unsafe { std::mem::transmute::<*mut c_void, EntryPoint>(entry.as_ptr()) };
        // SAFETY: an EntryPoint has no preconditions.
        let table = unsafe { entry() };
        // SAFETY: the table lives as long as the process, and its first field is the same in every version.
        let version = unsafe { (*table).abi_version };
        if version != ABI_VERSION {
            return Err(unusable(format!(
                "it speaks version {version} of the engine interface and this program version {ABI_VERSION}; \
                 install the engine and the module from the same build"
            )));
        }
        // SAFETY: same version, so it is the table we know.
        Ok(Self(unsafe { &*table }))
    }

    /// The engine with this table, which is linked into the program: for tests of an engine.
    pub fn linked(table: &'static EngineTable) -> Self {
        Self(table)
    }

    /// Version of the Python inside, such as `3.14.7`.
    pub fn python_version(self) -> &'static str {
        std::str::from_utf8(self.0.python_version.bytes()).unwrap_or("?")
    }

    /// Starts Python as `plan` says. To be called once per process, on its first thread; `false` on failure, which
    /// the engine has logged through `plan.host`.
    pub fn start(self, plan: &Plan<'_>) -> bool {
        // SAFETY: the engine keeps nothing of the plan but its host table, which is static.
        unsafe { (self.0.start)(plan) }
    }

    /// Loads scripts before requests come: those of one group in order, groups side by side. A failure is logged, and the
    /// first request tries again. Whether all are loaded.
    pub fn preload(self, scripts: &[Preload<'_>]) -> bool {
        if scripts.is_empty() {
            return true;
        }
        // SAFETY: the engine keeps nothing of the slices.
        unsafe { (self.0.preload)(List::new(scripts)) }
    }

    /// The application of `group` and `script`, of which [`crate::abi::MAY_NEED_PROCESS`] was said, has served a request in a
    /// process of its own, or has failed there.
    pub fn confirm(self, group: &[u8], script: &[u8], served: bool) {
        // SAFETY: the engine keeps nothing of the slices.
        unsafe { (self.0.confirm)(Slice::new(group), Slice::new(script), served) }
    }

    /// Replaces the interpreters of `group`. Whether there were any.
    pub fn reload(self, group: &[u8]) -> bool {
        // SAFETY: the engine keeps nothing of the slice.
        unsafe { (self.0.reload)(Slice::new(group)) }
    }

    /// The process serves on, although the host was asked to replace it because of new code: that does not load.
    pub fn stay(self) {
        // SAFETY: takes nothing.
        unsafe { (self.0.stay)() }
    }

    /// Serves `request`, carried by `exchange`. `None` if the response has been sent or broken, else the status to
    /// answer with.
    ///
    /// The engine calls `exchange` from several threads if the application does, but never from two at once.
    pub fn call<E: Exchange>(self, request: &Request<'_>, exchange: &mut E) -> Option<u16> {
        let request = Request {
            carrier: std::ptr::from_mut(exchange).cast(),
            exchange: const { &ExchangeOf::<E>::TABLE },
            ..*request
        };
        // SAFETY: the engine uses `request` and what it points to, the exchange with it, until `call` returns.
        match unsafe { (self.0.call)(&request) } {
            0 => None,
            status => Some(status),
        }
    }

    /// Takes the GIL of the main interpreter and gives it back. Waits as long as it cannot be had.
    pub fn beat(self) {
        // SAFETY: no preconditions.
        unsafe { (self.0.beat)() }
    }

    /// Tells the applications of a signal. Returns when all have been told: call it on a thread that may wait.
    pub fn signal(self, number: i32) {
        // SAFETY: no preconditions.
        unsafe { (self.0.signal)(number) }
    }

    /// The process takes no more requests, for this reason.
    pub fn leaves(self, reason: &str) {
        // SAFETY: the engine keeps nothing of the slice.
        unsafe { (self.0.leaves)(Slice::new(reason.as_bytes())) }
    }

    /// Tells the applications that the process stops, for this reason, while their calls go on.
    pub fn announce_stop(self, reason: &str) {
        // SAFETY: the engine keeps nothing of the slice.
        unsafe { (self.0.announce_stop)(Slice::new(reason.as_bytes())) }
    }

    /// Ends Python, in at most `limit_ms` milliseconds. `reason` is for applications that have not been told one.
    pub fn stop(self, limit_ms: u32, reason: &str) {
        // SAFETY: the engine keeps nothing of the slice, and refuses calls from then on.
        unsafe { (self.0.stop)(limit_ms, Slice::new(reason.as_bytes())) }
    }
}
