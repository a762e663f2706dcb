//! What a process reports, as it crosses the boundary.

use crate::abi::Slice;

/// What a process reports of itself, and to whom.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct TelemetryPlan<'a> {
    /// Path of the Unix datagram socket that takes reports; absent: nothing is reported.
    pub socket: Slice<'a>,
    /// Time between reports, in milliseconds.
    pub interval: u32,
    /// After how many milliseconds a request is reported as a slow one; 0: none is.
    pub slow_requests: u32,
    /// Reports of slow requests name the client's program.
    pub user_agent: bool,
}

impl TelemetryPlan<'_> {
    /// Nothing is reported.
    pub const NONE: Self = Self {
        socket: Slice::ABSENT,
        interval: 1_000,
        slow_requests: 0,
        user_agent: false,
    };
}
