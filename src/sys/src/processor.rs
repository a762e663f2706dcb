//! Processors, and on which of them a thread runs.

use std::mem::size_of;

/// The processor that this thread runs on now. It may be another one a moment later.
pub fn current() -> Option<usize> {
    // SAFETY: no preconditions.
    usize::try_from(unsafe { libc::sched_getcpu() }).ok()
}

/// How many processors the machine may have; their numbers are below.
pub fn most() -> usize {
    // SAFETY: takes a number.
    usize::try_from(unsafe { libc::sysconf(libc::_SC_NPROCESSORS_CONF) }).unwrap_or(1)
}

/// Moves this thread to a processor, where it may run. It stays as free to be moved from there as it was.
///
/// Whether it was moved.
pub fn go_to(processor: usize) -> bool {
    let Some(all) = affinity() else {
        return false;
    };
    if processor >= CAPACITY || !is_set(processor, &all) {
        return false;
    }
    let moved = set_affinity(&only(processor));
    moved && set_affinity(&all)
}

/// Processors that the kernel's fixed set has room for.
const CAPACITY: usize = 8 * size_of::<libc::cpu_set_t>();

fn empty() -> libc::cpu_set_t {
    // SAFETY: zeroed is a valid set: the empty one.
    unsafe { std::mem::zeroed() }
}

/// The processors this thread may run on; nothing on machines with more than [`CAPACITY`] of them.
fn affinity() -> Option<libc::cpu_set_t> {
    let mut set = empty();
    // SAFETY: `set` is writable, of the size given.
    let answer = unsafe { libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &raw mut set) };
    (answer == 0).then_some(set)
}

fn set_affinity(set: &libc::cpu_set_t) -> bool {
    // SAFETY: `set` is readable, of the size given. 0 is this thread.
    unsafe { libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), set) == 0 }
}

fn only(processor: usize) -> libc::cpu_set_t {
    let mut set = empty();
    // SAFETY: the callers have compared it with the capacity.
    unsafe { libc::CPU_SET(processor, &mut set) };
    set
}

fn is_set(processor: usize, set: &libc::cpu_set_t) -> bool {
    // SAFETY: the callers have compared it with the capacity.
    unsafe { libc::CPU_ISSET(processor, set) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(set: &libc::cpu_set_t) -> Vec<usize> {
        (0..CAPACITY).filter(|&one| is_set(one, set)).collect()
    }

    #[test]
    fn a_thread_goes_where_it_may_run_and_stays_free_to_move() {
        let before = affinity().unwrap();
        for processor in numbers(&before) {
            assert!(processor < most());
            assert!(go_to(processor));
            assert_eq!(numbers(&affinity().unwrap()), numbers(&before));
        }
        assert!(current().unwrap() < most());
    }

    #[test]
    fn a_thread_does_not_go_where_it_may_not_run() {
        std::thread::spawn(|| {
            let here = numbers(&affinity().unwrap())[0];
            assert!(set_affinity(&only(here)));
            assert!(!go_to(here + 1));
            assert!(!go_to(CAPACITY));
            assert_eq!(numbers(&affinity().unwrap()), [here]);
            assert_eq!(current(), Some(here));
        })
        .join()
        .unwrap();
    }
}
