//! Files of applications, as httpd sends them.

use std::fs::File;
use std::marker::PhantomData;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::ptr;

use clutch_core::exchange::Failure;

use crate::httpd::request::Request;

/// Whether a file may be sent by `sendfile`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sendfile {
    /// If httpd and the system can.
    Allowed,
    /// Never.
    Off,
}

/// Whether httpd may map a file into its memory to read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mapping {
    /// If the operator lets it (`EnableMMAP`).
    Allowed,
    /// Never: somebody else may shorten the file meanwhile, and whoever reads mapped memory behind its end is ended by SIGBUS.
    Never,
}

/// A file that is open as long as a request lives.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenFile<'r> {
    pub(super) raw: *mut ffi_httpd::apr_file_t,
    pub(super) may_be_mapped: bool,
    alive: PhantomData<&'r ffi_httpd::apr_file_t>,
}

impl<'r> OpenFile<'r> {
    /// A description of its own of the file behind `file`, if it can be had: reading it then moves nobody else's place
    /// in the file.
    pub(super) fn of(
        request: Request<'r>,
        file: BorrowedFd<'_>,
        sendfile: Sendfile,
        mapping: Mapping,
    ) -> Result<Self, Failure> {
        let file = File::open(format!("/proc/self/fd/{}", file.as_raw_fd()))
            .map(OwnedFd::from)
            .or_else(|_| file.try_clone_to_owned())
            .map_err(|_| Failure::Internal)?;
        let pool = request.pool();
        let mut descriptor = pool.keep(file).as_raw_fd();
        let mut raw = ptr::null_mut();
        let flags = ffi_httpd::APR_FOPEN_READ
            | match sendfile {
                Sendfile::Allowed => ffi_httpd::APR_FOPEN_SENDFILE_ENABLED,
                Sendfile::Off => 0,
            };
        // SAFETY: the pool keeps the descriptor open as long as itself.
        let status = unsafe {
            ffi_httpd::apr_os_file_put(&raw mut raw, &raw mut descriptor, flags, pool.raw())
        };
        if status != ffi_httpd::APR_SUCCESS {
            return Err(Failure::Internal);
        }
        Ok(Self {
            raw,
            may_be_mapped: mapping == Mapping::Allowed && request.may_map_files(),
            alive: PhantomData,
        })
    }
}
