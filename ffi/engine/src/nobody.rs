//! A request of which nothing is said, and which nobody carries.

use clutch_core::exchange::{Exchange, Failure, FileRange, ResponseHead, Then};
use clutch_core::log::{Level, Record};

use crate::abi::{FIELDS, List, Request, Slice};
use crate::host::ExchangeOf;

/// Carries nothing.
struct Nobody;

impl Exchange for Nobody {
    fn read(&mut self, _: usize, _: bool) -> Result<&[u8], Failure> {
        Err(Failure::Internal)
    }
    fn start(&mut self, _: &ResponseHead<'_>) -> Result<(), Failure> {
        Err(Failure::Internal)
    }
    fn write(&mut self, _: &[u8], _: Then) -> Result<(), Failure> {
        Err(Failure::Internal)
    }
    fn send_file(&mut self, _: FileRange<'_>) -> Result<(), Failure> {
        Err(Failure::Internal)
    }
    fn finish(&mut self) -> Result<(), Failure> {
        Err(Failure::Internal)
    }
    fn abort(&mut self) {}
    fn log(&self, _: &Record<'_>) {}
    fn log_level(&self) -> Level {
        Level::Emerg
    }
    fn is_https(&self) -> bool {
        false
    }
    fn tls_variable(&mut self, _: &[u8]) -> Option<&[u8]> {
        None
    }
}

impl Request<'_> {
    /// A request of which nothing is said, carried by nobody: [`crate::host::Engine::call`] fills in who carries it.
    pub const EMPTY: Self = Self {
        group: Slice::ABSENT,
        script: Slice::ABSENT,
        script_mtime: 0,
        callable: Slice::ABSENT,
        question: 0,
        arguments: List::new(&[]),
        reload: false,
        https: false,
        fields: [Slice::ABSENT; FIELDS],
        env: List::new(&[]),
        headers: List::new(&[]),
        content_length: 0,
        server_pid: 0,
        request_start: 0,
        queue_start: 0,
        daemon_start: 0,
        apache_request: std::ptr::null_mut(),
        daemon_connects: 0,
        daemon_restarts: 0,
        carrier: std::ptr::null_mut(),
        exchange: &ExchangeOf::<Nobody>::TABLE,
    };
}
