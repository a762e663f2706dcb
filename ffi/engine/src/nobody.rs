//! The carrier of a request that is carried by nobody.

use clutch_core::exchange::{Exchange, Failure, FileRange, ResponseHead, Then};
use clutch_core::log::{Level, Record};

/// Carries nothing.
pub(crate) struct Nobody;

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
