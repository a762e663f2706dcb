//! Locks that nothing poisons, for threads that share processors with others.
//!
//! std's, which wait in the kernel. A lock that spins gives the processor away meanwhile (`sched_yield`), and when threads are many
//! Linux takes whoever does that for one that can wait: it was given a processor again only after some 20 ms, which three requests in
//! a hundred paid for. A panic in a critical section leaves no half-made state behind that others could not stand, so who comes later goes on.

use std::ops::{Deref, DerefMut};
use std::sync::{self, PoisonError, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

/// How often [`Mutex::try_lock_for`] looks.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Mutual exclusion.
#[derive(Debug, Default)]
pub struct Mutex<T: ?Sized>(sync::Mutex<T>);

/// What a thread has of a [`Mutex`] until it is dropped.
#[derive(Debug)]
pub struct MutexGuard<'m, T: ?Sized>(Option<sync::MutexGuard<'m, T>>);

const HELD: &str = "a guard lets go of its lock only while it waits";

impl<T> Mutex<T> {
    /// A mutex around `value`.
    pub const fn new(value: T) -> Self {
        Self(sync::Mutex::new(value))
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits for it.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        let guard = self.0.lock();
        MutexGuard(Some(guard.unwrap_or_else(PoisonError::into_inner)))
    }

    /// `None` if another thread has it.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(guard) => Some(MutexGuard(Some(guard))),
            Err(TryLockError::Poisoned(poisoned)) => Some(MutexGuard(Some(poisoned.into_inner()))),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// The value, for who has the mutex alone.
    pub fn get_mut(&mut self) -> &mut T {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for it, at most so long; in no order.
    pub fn try_lock_for(&self, limit: Duration) -> Option<MutexGuard<'_, T>> {
        let deadline = Instant::now() + limit;
        loop {
            match self.try_lock() {
                None if Instant::now() < deadline => thread::sleep(LOOK_EVERY),
                outcome => return outcome,
            }
        }
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().expect(HELD)
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().expect(HELD)
    }
}

/// What threads wait for that hold a [`Mutex`].
#[derive(Debug, Default)]
pub struct Condvar(sync::Condvar);

/// Whether a wait was over because of its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waited {
    timed_out: bool,
}

impl Waited {
    /// Whether it was.
    pub fn timed_out(self) -> bool {
        self.timed_out
    }
}

impl Condvar {
    /// Nobody waits.
    pub const fn new() -> Self {
        Self(sync::Condvar::new())
    }

    /// Waits to be woken. May wake without cause.
    pub fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        let held = guard.0.take().expect(HELD);
        guard.0 = Some(self.0.wait(held).unwrap_or_else(PoisonError::into_inner));
    }

    /// As [`Condvar::wait`], at most so long.
    pub fn wait_for<T>(&self, guard: &mut MutexGuard<'_, T>, limit: Duration) -> Waited {
        let held = guard.0.take().expect(HELD);
        let woken = self.0.wait_timeout(held, limit);
        let (held, outcome) = woken.unwrap_or_else(PoisonError::into_inner);
        guard.0 = Some(held);
        Waited {
            timed_out: outcome.timed_out(),
        }
    }

    /// As [`Condvar::wait`], until `deadline` at most.
    pub fn wait_until<T>(&self, guard: &mut MutexGuard<'_, T>, deadline: Instant) -> Waited {
        self.wait_for(guard, deadline.saturating_duration_since(Instant::now()))
    }

    /// Waits as long as `holds` does, at most so long.
    pub fn wait_while_for<T>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        holds: impl Fn(&T) -> bool,
        limit: Duration,
    ) -> Waited {
        let deadline = Instant::now() + limit;
        while holds(guard) {
            if Instant::now() >= deadline {
                return Waited { timed_out: true };
            }
            self.wait_until(guard, deadline);
        }
        Waited { timed_out: false }
    }

    /// Wakes one of those who wait.
    pub fn notify_one(&self) {
        self.0.notify_one();
    }

    /// Wakes all who wait.
    pub fn notify_all(&self) {
        self.0.notify_all();
    }
}

/// Many who read, or one who writes.
#[derive(Debug, Default)]
pub struct RwLock<T>(sync::RwLock<T>);

impl<T> RwLock<T> {
    /// A lock around `value`.
    pub const fn new(value: T) -> Self {
        Self(sync::RwLock::new(value))
    }

    /// Waits until nobody writes.
    pub fn read(&self) -> sync::RwLockReadGuard<'_, T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it is alone.
    pub fn write(&self) -> sync::RwLockWriteGuard<'_, T> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    const LONG: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_millis(5);

    #[test]
    fn a_panic_in_a_critical_section_locks_nobody_out() {
        let (mutex, lock) = (Mutex::new(1), RwLock::new(1));
        for _ in 0..2 {
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                let (mut one, mut other) = (mutex.lock(), lock.write());
                (*one, *other) = (*one + 1, *other + 1);
                panic!("on purpose");
            }));
            assert!(panicked.is_err());
        }
        assert_eq!(mutex.try_lock().as_deref(), Some(&3));
        assert_eq!((*mutex.lock(), *lock.read()), (3, 3));
        assert_eq!(mutex.into_inner(), 3);
    }

    #[test]
    fn who_waits_lets_go_of_the_lock_and_has_it_again_afterwards() {
        let (mutex, changed) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            let mut held = mutex.lock();
            assert!(mutex.try_lock().is_none());
            assert!(mutex.try_lock_for(SHORT).is_none());
            scope.spawn(|| {
                *mutex.lock() = true;
                changed.notify_all();
            });
            assert!(
                !changed
                    .wait_while_for(&mut held, |done| !done, LONG)
                    .timed_out()
            );
            assert!(*held && mutex.try_lock().is_none());
        });
    }

    #[test]
    fn a_wait_is_over_at_its_limit() {
        let (mutex, never) = (Mutex::new(()), Condvar::new());
        let mut held = mutex.lock();
        assert!(
            never
                .wait_while_for(&mut held, |()| true, SHORT)
                .timed_out()
        );
        let deadline = Instant::now() + SHORT;
        while !never.wait_until(&mut held, deadline).timed_out() {}
        assert!(Instant::now() >= deadline);
    }
}
