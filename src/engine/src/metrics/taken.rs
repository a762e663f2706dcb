//! An interval that is over, with what the process is like at its end.

use std::time::SystemTime;

use clutch_sys::usage::{self, Usage};

use super::interval::Interval;
use super::threads::{self, Done};
use super::{BEGUN, INTERVAL};
use crate::interpreter::{is_daemon, threads_per_process};

/// Shortest interval that rates are computed for, in seconds.
const SHORTEST: f64 = 1e-6;

/// What has happened in an interval, and how the process is now.
pub(crate) struct Taken {
    pub(crate) interval: Interval,
    threads: Vec<(u32, Done)>,
    pub(crate) now: SystemTime,
    /// Length of the interval in seconds.
    pub(crate) period: f64,
    usage: Usage,
    /// Memory that is resident now, and the most that ever was, in bytes.
    pub(crate) resident: u64,
    pub(crate) most_resident: u64,
    /// Requests that have ended.
    pub(crate) requests: u64,
    pub(crate) threads_started: u64,
    /// Threads that may serve at once.
    pub(crate) most_threads: usize,
    pub(crate) is_daemon: bool,
}

impl Taken {
    /// What has happened since this was asked last, by anyone; `None` if nothing is recorded.
    pub(crate) fn take() -> Option<Self> {
        let interval = INTERVAL.get()?;
        // Both at once, as far as that goes; no Python code runs while the lock is held.
        let (interval, threads) = {
            let mut current = interval.lock();
            (
                std::mem::replace(&mut *current, Interval::begin()),
                threads::take_done(),
            )
        };
        let (usage, resident) = (usage::of_process(), usage::resident());
        Some(Self {
            threads,
            now: SystemTime::now(),
            period: interval.since.elapsed().as_secs_f64().max(SHORTEST),
            usage,
            resident,
            most_resident: usage.most_resident.max(resident),
            requests: threads::requests() - interval.requests_before,
            threads_started: threads::started(),
            most_threads: threads_per_process().max(1) as usize,
            is_daemon: is_daemon(),
            interval,
        })
    }

    /// Processor time for each second, in the program's own code and in the kernel.
    pub(crate) fn processor(&self) -> (f64, f64) {
        let (now, before) = (&self.usage, &self.interval.usage);
        let user = now.user.saturating_sub(before.user).as_secs_f64();
        let system = now.system.saturating_sub(before.system).as_secs_f64();
        (user / self.period, system / self.period)
    }

    /// How busy the threads were that may serve: 1 if all of them were, all the time.
    pub(crate) fn utilization(&self) -> f64 {
        let busy = self.threads.iter().map(|(_, done)| done.busy.as_secs_f64());
        busy.fold(0.0, |sum, busy| sum + busy) / self.period / self.most_threads as f64
    }

    /// Threads that have ended a request or run one.
    pub(crate) fn active_threads(&self) -> u64 {
        let is_active = |done: &Done| done.completed > 0 || !done.current.is_zero();
        self.threads
            .iter()
            .filter(|(_, done)| is_active(done))
            .count() as u64
    }

    /// What each thread has done, by number from 1 on; as many as may serve. The process's first thread, number 0, serves only where
    /// it is alone, and has the first place.
    pub(crate) fn places(&self) -> Vec<Done> {
        let mut places = vec![Done::default(); self.most_threads];
        for (number, done) in &self.threads {
            if let Some(place) = places.get_mut(number.saturating_sub(1) as usize) {
                *place = *done;
            }
        }
        places
    }
}

/// When this process began, as far as applications see it.
pub(crate) fn process_began() -> SystemTime {
    *BEGUN.get_or_init(SystemTime::now)
}
