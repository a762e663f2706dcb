//! Whose turn it is at a GIL.
//!
//! CPython gives its lock to whoever comes first when it is free. A thread that has waited for it must first wake up; until then another
//! one, that has just given it away or has just come, takes it again and again. Under load that is good for the whole and bad for one:
//! some requests wait many times as long as the others. So a thread that finds others waiting notes that, and when they have still not
//! got it a moment later, whoever comes waits until they have.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use clutch_sys::lock::{Condvar, Mutex};

/// How long those who wait may be passed by others.
const PATIENCE: Duration = Duration::from_millis(1);

/// How long at most somebody lets others go first: they may be waiting for a thread that does not give the lock away.
const MOST: Duration = Duration::from_millis(20);

/// Those who take turns at one GIL. Threads that Python itself has started do not.
#[derive(Debug)]
pub(super) struct Turns {
    /// How many times a thread has come for it, and has got it.
    came: AtomicUsize,
    got: AtomicUsize,
    /// Since when those of `Passed` are known to wait, in nanoseconds after [`BEGIN`]; 0: nobody is.
    since: AtomicU64,
    /// Kept for a few instructions at a time, by nobody who waits for a GIL with it: it may be taken while attached.
    passed: Mutex<Passed>,
    all_got_it: Condvar,
}

/// Those who wait and have been passed.
#[derive(Debug)]
struct Passed {
    /// They came before this one.
    before: usize,
    /// How many of them have not got it.
    left: usize,
}

/// What a thread comes with.
#[derive(Debug, Clone, Copy)]
struct Turn(usize);

static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

fn now() -> u64 {
    let since = BEGIN.elapsed().as_nanos();
    u64::try_from(since).unwrap_or(u64::MAX).max(1)
}

impl Turns {
    pub(super) const fn new() -> Self {
        Self {
            came: AtomicUsize::new(0),
            got: AtomicUsize::new(0),
            since: AtomicU64::new(0),
            passed: Mutex::new(Passed { before: 0, left: 0 }),
            all_got_it: Condvar::new(),
        }
    }

    /// Runs `take`, which takes the GIL. Lets others go first who have waited long enough. Attached to nothing.
    pub(super) fn take(&self, take: impl FnOnce()) {
        let turn = self.come();
        take();
        self.got(turn);
    }

    fn come(&self) -> Turn {
        if self.is_awaited() {
            self.look_after_others(now(), MOST);
        }
        Turn(self.came.fetch_add(1, Ordering::Relaxed))
    }

    fn got(&self, turn: Turn) {
        // Either whoever notes those who wait counts this one out, or this one sees the note.
        self.got.fetch_add(1, Ordering::SeqCst);
        if self.since.load(Ordering::SeqCst) != 0 {
            self.one_less(turn);
        }
    }

    /// Whether a thread has come that has not got it.
    pub(super) fn is_awaited(&self) -> bool {
        self.waiting() > 0
    }

    fn waiting(&self) -> usize {
        let got = self.got.load(Ordering::Relaxed);
        self.came.load(Ordering::Relaxed).saturating_sub(got)
    }

    #[cold]
    fn look_after_others(&self, now: u64, most: Duration) {
        let mut passed = self.passed.lock();
        let since = self.since.load(Ordering::SeqCst);
        if since == 0 {
            self.since.store(now, Ordering::SeqCst);
            passed.before = self.came.load(Ordering::SeqCst);
            passed.left = passed
                .before
                .saturating_sub(self.got.load(Ordering::SeqCst));
            if passed.left == 0 {
                self.since.store(0, Ordering::SeqCst);
            }
        } else if Duration::from_nanos(now.saturating_sub(since)) >= PATIENCE {
            let still = |_: &Passed| self.since.load(Ordering::SeqCst) == since;
            self.all_got_it.wait_while_for(&mut passed, still, most);
        }
    }

    #[cold]
    fn one_less(&self, turn: Turn) {
        let mut passed = self.passed.lock();
        if turn.0 < passed.before && self.since.load(Ordering::SeqCst) != 0 {
            passed.left = passed.left.saturating_sub(1);
            if passed.left == 0 {
                self.since.store(0, Ordering::SeqCst);
                self.all_got_it.notify_all();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    const LATER: u64 = 2_000_000;
    const FOR_EVER: Duration = Duration::from_secs(60);

    fn is_noted(turns: &Turns) -> bool {
        turns.since.load(Ordering::SeqCst) != 0
    }

    #[test]
    fn who_comes_alone_waits_for_nobody() {
        let turns = Turns::new();
        for _ in 0..3 {
            turns.take(|| ());
        }
        assert!(!is_noted(&turns) && !turns.is_awaited());
    }

    #[test]
    fn who_passes_others_goes_on_until_they_have_waited_for_a_while() {
        let turns = Turns::new();
        let _old = turns.come();
        turns.look_after_others(1, FOR_EVER);
        assert!(is_noted(&turns));
        turns.look_after_others(1 + 999_999, FOR_EVER); // returns
    }

    #[test]
    fn who_comes_later_waits_until_all_have_got_it_who_came_before() {
        let turns = Turns::new();
        let old = [turns.come(), turns.come()];
        turns.look_after_others(1, FOR_EVER);
        let young = Turn(turns.came.fetch_add(1, Ordering::Relaxed));
        turns.got(young);
        assert!(is_noted(&turns), "one that came later does not count");
        turns.got(old[1]);
        assert!(is_noted(&turns), "the other one still waits");
        thread::scope(|scope| {
            let waits = scope.spawn(|| turns.look_after_others(LATER, FOR_EVER));
            assert!(!waits.is_finished());
            turns.got(old[0]);
            waits.join().unwrap();
        });
        assert!(!is_noted(&turns) && turns.waiting() == 0);
    }

    #[test]
    fn who_waits_for_others_does_so_for_a_bounded_time() {
        let turns = Turns::new();
        let _stuck = turns.come();
        turns.look_after_others(1, FOR_EVER);
        turns.look_after_others(LATER, Duration::from_millis(1));
        assert!(is_noted(&turns));
    }

    #[test]
    fn many_threads_lose_count_of_nobody() {
        let (turns, lock) = (Turns::new(), Mutex::new(0));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..2_000 {
                        let mut held = None;
                        turns.take(|| held = Some(lock.lock()));
                        *held.unwrap() += 1;
                    }
                });
            }
        });
        assert_eq!((*lock.lock(), turns.waiting()), (16_000, 0));
        assert!(!is_noted(&turns));
    }
}
