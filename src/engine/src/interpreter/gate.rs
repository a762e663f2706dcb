//! How many calls of a group run at once, how many wait, and how long.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clutch_sys::lock::{Condvar, Mutex};
use ffi_engine::abi::GroupPlan;

/// Lets a bounded number of calls through and keeps a bounded number waiting. Waiting holds no lock but its own.
#[derive(Debug)]
pub(super) struct Gate {
    /// Calls that may run at once.
    limit: u32,
    /// Calls that may wait.
    queue: u32,
    patience: Duration,
    calls: Mutex<Calls>,
    /// Told when a call has left.
    left: Condvar,
}

#[derive(Debug, Default)]
struct Calls {
    running: u32,
    waiting: u32,
}

/// Why a call is not let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    /// As many run and wait as may.
    Full,
    /// It has waited as long as it may.
    TimedOut,
}

/// The right to run, given back when dropped.
#[derive(Debug)]
pub(super) struct Pass(Arc<Gate>);

impl Gate {
    /// The gate of a group; `None` if the plan sets no limit.
    pub(super) fn of(plan: &GroupPlan<'_>) -> Option<Arc<Self>> {
        (plan.concurrency > 0).then(|| {
            Arc::new(Self {
                limit: plan.concurrency,
                queue: plan.queue,
                patience: Duration::from_millis(plan.queue_timeout.into()),
                calls: Mutex::default(),
                left: Condvar::new(),
            })
        })
    }

    /// Waits for a place to run. To be called while attached to nothing.
    ///
    /// # Errors
    ///
    /// [`Closed`]: too many are there already, or the wait was too long.
    pub(super) fn pass(self: &Arc<Self>) -> Result<Pass, Closed> {
        let mut calls = self.calls.lock();
        if calls.running < self.limit && calls.waiting == 0 {
            calls.running += 1;
            return Ok(Pass(Arc::clone(self)));
        }
        if calls.waiting >= self.queue {
            return Err(Closed::Full);
        }
        calls.waiting += 1;
        let deadline = Instant::now() + self.patience;
        while calls.running >= self.limit {
            if self.left.wait_until(&mut calls, deadline).timed_out() && calls.running >= self.limit
            {
                calls.waiting -= 1;
                return Err(Closed::TimedOut);
            }
        }
        calls.waiting -= 1;
        calls.running += 1;
        if calls.running < self.limit && calls.waiting > 0 {
            self.left.notify_one();
        }
        Ok(Pass(Arc::clone(self)))
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.0.calls.lock().running -= 1;
        self.0.left.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::thread;

    use ffi_engine::abi::GroupPlan;

    use super::{Closed, Gate};

    fn gate(concurrency: u32, queue: u32, queue_timeout: u32) -> Arc<Gate> {
        Gate::of(&GroupPlan {
            concurrency,
            queue,
            queue_timeout,
            ..GroupPlan::DEFAULT
        })
        .unwrap()
    }

    #[test]
    fn without_a_limit_there_is_no_gate() {
        assert!(Gate::of(&GroupPlan::DEFAULT).is_none());
    }

    #[test]
    fn a_full_gate_refuses_at_once() {
        let gate = gate(2, 0, 60_000);
        let first = gate.pass().unwrap();
        let _second = gate.pass().unwrap();
        assert_eq!(gate.pass().unwrap_err(), Closed::Full);
        drop(first);
        assert!(gate.pass().is_ok());
    }

    #[test]
    fn who_waits_too_long_is_sent_away() {
        let gate = gate(1, 1, 5);
        let _running = gate.pass().unwrap();
        assert_eq!(gate.pass().unwrap_err(), Closed::TimedOut);
        assert_eq!(gate.calls.lock().waiting, 0);
    }

    #[test]
    fn no_more_run_at_once_than_may_and_all_who_may_wait_run() {
        let gate = gate(3, 20, 60_000);
        let (now, most) = (AtomicU32::new(0), AtomicU32::new(0));
        thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| {
                    let _pass = gate.pass().unwrap();
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    thread::yield_now();
                    now.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        assert!((1..=3).contains(&most.into_inner()));
    }
}
