//! What is measured of a call, if somebody wants to know: a subscriber of events, or who records metrics.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use clutch_sys::time;
use clutch_sys::usage::{self, Usage};

/// Measures of one call.
#[derive(Debug)]
pub struct Meter {
    /// When the application began, as the clock on the wall said.
    started: SystemTime,
    since: Instant,
    /// What the thread had used before.
    usage: Usage,
    /// The request body.
    pub(crate) input: Flow,
    /// The response body.
    pub(crate) output: Flow,
    /// When the application has finished, and what it has used. Set once.
    finish: OnceLock<Finish>,
}

/// How an application's call came to its end.
#[derive(Debug, Clone, Copy)]
struct Finish {
    time: Duration,
    user: Duration,
    system: Duration,
}

/// Bytes one way. Relaxed all of it: whoever reads comes after whoever writes, but for threads that outlive their call.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    bytes: AtomicU64,
    operations: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Flow {
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(crate) fn operations(&self) -> u64 {
        self.operations.load(Ordering::Relaxed)
    }

    pub(crate) fn time(&self) -> Duration {
        Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed))
    }

    pub(super) fn add_bytes(&self, count: usize) {
        self.bytes.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub(super) fn add_operation(&self) {
        self.operations.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds the time that `work` takes, which blocks.
    pub(super) fn timed<R>(&self, work: impl FnOnce() -> R) -> R {
        let begun = Instant::now();
        let outcome = work();
        let nanoseconds = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
        outcome
    }
}

impl Meter {
    /// Begins to measure, on the thread that runs the call.
    pub(super) fn begin(started: SystemTime) -> Self {
        Self {
            started,
            since: Instant::now(),
            usage: usage::of_thread(),
            input: Flow::default(),
            output: Flow::default(),
            finish: OnceLock::new(),
        }
    }

    /// The application has finished. Only the first time counts.
    pub(crate) fn finish(&self) {
        self.finish.get_or_init(|| {
            let (time, usage) = (self.since.elapsed(), usage::of_thread());
            let user = usage.user.saturating_sub(self.usage.user);
            let system = usage.system.saturating_sub(self.usage.system);
            // The kernel counts in steps that may be longer than the call.
            let scale = match (user + system).as_secs_f64() {
                all if all > time.as_secs_f64() => time.as_secs_f64() / all,
                _ => 1.0,
            };
            Finish {
                time,
                user: user.mul_f64(scale),
                system: system.mul_f64(scale),
            }
        });
    }

    /// When the application began, in seconds since the epoch.
    pub(crate) fn started(&self) -> f64 {
        time::seconds(self.started)
    }

    /// As [`Meter::started`], in microseconds.
    pub(crate) fn started_micros(&self) -> i64 {
        time::microseconds(self.started)
    }

    /// How long the application took, or has taken so far.
    pub(crate) fn time(&self) -> Duration {
        self.finish
            .get()
            .map_or_else(|| self.since.elapsed(), |finish| finish.time)
    }

    /// Processor time of the application, in its own code and in the kernel; `None` where the thread's counter stood at 0 when it
    /// began, or it has not finished.
    pub(crate) fn cpu(&self) -> Option<(Duration, Duration)> {
        let finish = self.finish.get()?;
        (!self.usage.user.is_zero()).then_some((finish.user, finish.system))
    }
}
