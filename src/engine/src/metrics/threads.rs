//! The threads that serve requests, and what each is doing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clutch_sys::lock::Mutex;
use smallvec::SmallVec;

use super::is_recording;
use crate::interpreter::thread_number;
use crate::wsgi::Call;

/// A thread that has served a request.
pub(crate) struct Thread {
    pub(super) number: u32,
    /// The calls that it runs, the innermost last. Another thread looks at them seldom.
    calls: Mutex<SmallVec<[Arc<Call>; 1]>>,
    /// Requests that have ended. Written by the thread itself; relaxed: only the number matters.
    pub(super) requests: AtomicU64,
    work: Mutex<Work>,
}

/// What a thread has done, while somebody records it.
#[derive(Debug, Default)]
struct Work {
    /// When the request that runs began; `None`: none runs, or nobody records.
    begun: Option<Instant>,
    /// Up to when the time of the running request has been told.
    told: Option<Instant>,
    done: Done,
}

/// What a thread has done in an interval.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Done {
    pub(crate) completed: u64,
    pub(crate) busy: Duration,
    pub(crate) cpu: Duration,
    pub(crate) longest: Duration,
    /// How old the request is that runs now.
    pub(crate) current: Duration,
}

/// All threads that have served a request and have not ended.
static THREADS: Mutex<Vec<Arc<Thread>>> = Mutex::new(Vec::new());

/// Requests that threads have served which have ended.
static OF_ENDED: AtomicU64 = AtomicU64::new(0);

/// How many threads have ever served a request.
static STARTED: AtomicU64 = AtomicU64::new(0);

/// Busy time of threads up to the last interval, and of threads that have ended. Taken while `THREADS` is locked.
static BUSY: Mutex<Duration> = Mutex::new(Duration::ZERO);

thread_local! {
    static SELF: Registered = Registered::new();
}

/// This thread among [`THREADS`], until it ends.
struct Registered(Arc<Thread>);

impl Registered {
    fn new() -> Self {
        let thread = Arc::new(Thread {
            number: thread_number(),
            calls: Mutex::default(),
            requests: AtomicU64::new(0),
            work: Mutex::default(),
        });
        THREADS.lock().push(Arc::clone(&thread));
        STARTED.fetch_add(1, Ordering::Relaxed);
        Self(thread)
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        let mut threads = THREADS.lock();
        OF_ENDED.fetch_add(self.0.requests.load(Ordering::Relaxed), Ordering::Relaxed);
        *BUSY.lock() += self.0.work.lock().done.busy;
        threads.retain(|one| !Arc::ptr_eq(one, &self.0));
    }
}

/// This thread serves a request, until dropped.
pub(crate) struct Serving(());

impl Serving {
    /// Begins with `call`.
    pub(crate) fn begin(call: &Arc<Call>) -> Self {
        SELF.with(|Registered(this)| {
            let mut calls = this.calls.lock();
            if calls.is_empty() && is_recording() {
                this.work.lock().begun = Some(Instant::now());
            }
            calls.push(Arc::clone(call));
        });
        Self(())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        SELF.with(|Registered(this)| {
            let (call, is_outermost) = {
                let mut calls = this.calls.lock();
                (calls.pop(), calls.is_empty())
            };
            this.requests.fetch_add(1, Ordering::Relaxed);
            if is_outermost && is_recording() {
                this.work.lock().complete(call.as_deref());
            }
        });
    }
}

impl Work {
    fn complete(&mut self, call: Option<&Call>) {
        let Some(begun) = self.begun.take() else {
            return;
        };
        let now = Instant::now();
        self.done.completed += 1;
        self.done.busy += now - self.told.take().unwrap_or(begun);
        self.done.longest = self.done.longest.max(now - begun);
        self.done.cpu += call.map(Call::cpu).unwrap_or_default();
    }

    /// What was done since this was asked last.
    fn take(&mut self) -> Done {
        let mut done = std::mem::take(&mut self.done);
        if let Some(begun) = self.begun {
            let now = Instant::now();
            done.busy += now - self.told.replace(now).unwrap_or(begun);
            done.current = now - begun;
        }
        done
    }
}

/// The call that this thread runs, even while its script is loaded.
pub(crate) fn current_call() -> Option<Arc<Call>> {
    SELF.with(|Registered(this)| this.calls.lock().last().cloned())
}

/// All calls that run now.
pub(crate) fn calls() -> Vec<Arc<Call>> {
    let threads = THREADS.lock();
    let calls = threads.iter().map(|one| one.calls.lock().clone());
    calls.flatten().collect()
}

/// How many threads run a request.
pub(crate) fn running() -> u64 {
    let threads = THREADS.lock();
    let running = threads.iter().filter(|one| !one.calls.lock().is_empty());
    running.count() as u64
}

/// From now on it is recorded what threads do: those that run a request begin to.
pub(super) fn begin_to_record() {
    for thread in &*THREADS.lock() {
        if !thread.calls.lock().is_empty() {
            thread.work.lock().begun = Some(Instant::now());
        }
    }
}

/// How many threads have ever served a request.
pub(super) fn started() -> u64 {
    STARTED.load(Ordering::Relaxed)
}

/// Requests that have ended, of all threads.
pub(crate) fn requests() -> u64 {
    let threads = THREADS.lock();
    let running = threads
        .iter()
        .map(|one| one.requests.load(Ordering::Relaxed));
    running.sum::<u64>() + OF_ENDED.load(Ordering::Relaxed)
}

/// What each thread has done since this was asked last, with its number.
pub(super) fn take_done() -> Vec<(u32, Done)> {
    let threads = THREADS.lock();
    let done: Vec<_> = threads
        .iter()
        .map(|one| (one.number, one.work.lock().take()))
        .collect();
    *BUSY.lock() += done.iter().map(|(_, done)| done.busy).sum::<Duration>();
    done
}

/// How long threads have been busy with requests, together, since it is recorded.
pub(super) fn busy() -> Duration {
    let threads = THREADS.lock();
    let of = |thread: &Arc<Thread>| {
        let work = thread.work.lock();
        let running = work.begun.map(|begun| work.told.unwrap_or(begun).elapsed());
        work.done.busy + running.unwrap_or_default()
    };
    *BUSY.lock() + threads.iter().map(of).sum::<Duration>()
}

/// Number of each thread, requests it has served with the one that runs, and whether one runs.
pub(super) fn counts() -> Vec<(u32, u64, bool)> {
    let threads = THREADS.lock();
    let count = |thread: &Arc<Thread>| {
        let runs = !thread.calls.lock().is_empty();
        let ended = thread.requests.load(Ordering::Relaxed);
        (thread.number, ended + u64::from(runs), runs)
    };
    threads.iter().map(count).collect()
}
