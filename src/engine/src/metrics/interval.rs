//! The numbers of an interval.

use std::time::{Duration, Instant, SystemTime};

use clutch_sys::usage::{self, Usage};

use super::histogram::Times;
use super::{Phase, threads};
use crate::wsgi::Meter;

/// What has happened since the numbers were asked for last.
#[derive(Debug)]
pub(crate) struct Interval {
    pub(super) begun: SystemTime,
    pub(super) since: Instant,
    pub(super) usage: Usage,
    /// Requests of the process that had ended before.
    pub(super) requests_before: u64,
    /// Requests whose application has been called and has finished.
    pub(crate) finished: u64,
    /// By the first digit of their status.
    pub(crate) statuses: [u64; 5],
    pub(crate) input: Sums,
    pub(crate) output: Sums,
    pub(super) gil_waits: u64,
    pub(crate) times: [Times; Phase::ALL.len()],
}

/// Sums over requests.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sums {
    pub(crate) bytes: u64,
    pub(crate) operations: u64,
}

impl Interval {
    /// Begins now.
    pub(super) fn begin() -> Self {
        Self {
            begun: SystemTime::now(),
            since: Instant::now(),
            usage: usage::of_process(),
            requests_before: threads::requests(),
            finished: 0,
            statuses: [0; 5],
            input: Sums::default(),
            output: Sums::default(),
            gil_waits: 0,
            times: std::array::from_fn(|_| Times::default()),
        }
    }

    /// Adds a request.
    pub(super) fn add(
        &mut self,
        times: &[Option<Duration>; Phase::ALL.len()],
        status: u16,
        meter: &Meter,
        gil_waits: u64,
    ) {
        self.finished += 1;
        let class = usize::from(status / 100);
        if let Some(count) = class
            .checked_sub(1)
            .and_then(|at| self.statuses.get_mut(at))
        {
            *count += 1;
        }
        for (sums, flow) in [
            (&mut self.input, &meter.input),
            (&mut self.output, &meter.output),
        ] {
            sums.bytes += flow.bytes();
            sums.operations += flow.operations();
        }
        self.gil_waits += gil_waits;
        for (sum, time) in self.times.iter_mut().zip(times) {
            if let Some(time) = time {
                sum.add(*time);
            }
        }
    }
}
