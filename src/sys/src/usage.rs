//! What this process, or a thread of it, has used of the machine.

use std::fs;
use std::time::Duration;

/// Processor time and memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Time in the program's own code.
    pub user: Duration,
    /// Time of the kernel for it.
    pub system: Duration,
    /// Most memory that was ever resident, of the whole process, in bytes.
    pub most_resident: u64,
}

/// Of this process, with all its threads.
pub fn of_process() -> Usage {
    usage(libc::RUSAGE_SELF)
}

/// Of the thread that asks.
pub fn of_thread() -> Usage {
    usage(libc::RUSAGE_THREAD)
}

fn usage(whose: libc::c_int) -> Usage {
    // SAFETY: zeroed is a valid rusage: numbers.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: `usage` is writable; it cannot fail with these two numbers, and would leave the zeroes.
    unsafe { libc::getrusage(whose, &raw mut usage) };
    let time = |time: libc::timeval| {
        let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
        let micros = u64::try_from(time.tv_usec).unwrap_or_default();
        Duration::from_secs(seconds) + Duration::from_micros(micros)
    };
    Usage {
        user: time(usage.ru_utime),
        system: time(usage.ru_stime),
        most_resident: u64::try_from(usage.ru_maxrss).unwrap_or_default() * 1024,
    }
}

/// Memory of this process that is resident now, in bytes; 0 where the system does not tell.
pub fn resident() -> u64 {
    memory().map_or(0, |[resident, _]| resident)
}

/// As [`resident`], without files and what is shared with other processes.
pub fn unshared() -> u64 {
    memory().map_or(0, |[resident, shared]| resident.saturating_sub(shared))
}

/// What is resident, and what of that are files or shared, in bytes.
fn memory() -> Option<[u64; 2]> {
    let text = fs::read_to_string("/proc/self/statm").ok()?;
    let mut pages = text.split(' ').skip(1);
    // SAFETY: takes a number.
    let page = u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).ok()?;
    let mut bytes = || Some(pages.next()?.parse::<u64>().ok()? * page);
    Some([bytes()?, bytes()?])
}

/// Has the allocator give free memory back to the system. Where much was freed, it takes milliseconds; who allocates meanwhile
/// may wait for a part of that. glibc keeps what lies between allocations that are in use; other allocators need no such word.
pub fn give_back_memory() {
    #[cfg(target_env = "gnu")]
    // SAFETY: takes a number; may be called at any time, from any thread.
    unsafe {
        libc::malloc_trim(0)
    };
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    #[test]
    fn a_thread_has_used_what_it_has_computed_and_the_process_that_too() {
        let busy = std::thread::spawn(|| {
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_millis(50) {}
            super::of_thread()
        });
        let busy = busy.join().unwrap();
        assert!(busy.user + busy.system >= Duration::from_millis(5));
        let process = super::of_process();
        assert!(process.user + process.system >= busy.user);
        assert!(super::resident() > 0 && process.most_resident >= super::resident() / 2);
        assert!(super::unshared() > 0 && super::unshared() < super::resident());
    }
}
