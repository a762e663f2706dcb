//! Waiting for one descriptor, or for several at once.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// What one wants to do with a descriptor without waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interest {
    /// Read: data is there, or the end, or an error.
    Read,
    /// Write: there is place, or nobody reads any more.
    Write,
}

/// Waits until `source` is ready for `interest`, at most for `limit`, and says whether it is. Signals do not end it, and
/// nothing is allocated.
///
/// # Errors
///
/// What poll(2) says, except that it was interrupted.
pub fn wait(
    source: BorrowedFd<'_>,
    interest: Interest,
    limit: Option<Duration>,
) -> io::Result<bool> {
    let events = match interest {
        Interest::Read => PollFlags::IN,
        Interest::Write => PollFlags::OUT,
    };
    let end = Deadline::after(limit);
    loop {
        match poll(
            &mut [PollFd::from_borrowed_fd(source, events)],
            end.left().as_ref(),
        ) {
            Err(Errno::INTR) => {}
            answer => return Ok(answer? > 0),
        }
    }
}

/// When a wait that may be interrupted and begun again ends.
pub(crate) enum Deadline {
    Never,
    /// At once: the clock is not asked.
    Now,
    At(Instant),
}

impl Deadline {
    pub(crate) fn after(limit: Option<Duration>) -> Self {
        match limit {
            None => Self::Never,
            Some(Duration::ZERO) => Self::Now,
            Some(limit) => Instant::now()
                .checked_add(limit)
                .map_or(Self::Never, Self::At),
        }
    }

    /// What is left of the time, as system calls want it; `None` waits for ever.
    pub(crate) fn left(&self) -> Option<Timespec> {
        let left = match self {
            Self::Never => return None,
            Self::Now => Duration::ZERO,
            Self::At(end) => end.saturating_duration_since(Instant::now()),
        };
        Timespec::try_from(left).ok()
    }
}

/// Waits until at least one of `sources` can be read without waiting (data, or its end), at most for `limit`.
///
/// Says for each, in order, whether it can. All false: the time is up, or a signal came.
///
/// # Errors
///
/// What poll(2) says, except that it was interrupted.
pub fn readable(sources: &[BorrowedFd<'_>], limit: Duration) -> io::Result<Vec<bool>> {
    let mut polled: Vec<_> = sources
        .iter()
        .map(|source| libc::pollfd {
            fd: source.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        })
        .collect();
    let limit = limit.as_micros().div_ceil(1000);
    let limit = i32::try_from(limit).unwrap_or(i32::MAX);
    // SAFETY: `polled` is valid for its own length, and its descriptors are borrowed for the call.
    let count = unsafe { libc::poll(polled.as_mut_ptr(), polled.len() as libc::nfds_t, limit) };
    if count < 0 {
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
        return Ok(vec![false; sources.len()]);
    }
    Ok(polled.iter().map(|one| one.revents != 0).collect())
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::os::fd::AsFd;
    use std::time::Duration;

    use super::{Interest, readable, wait};
    use crate::in_child::in_child;

    const LONG: Option<Duration> = Some(Duration::from_secs(60));

    #[test]
    fn one_descriptor_is_waited_for_until_it_is_ready_or_the_time_is_up() {
        let (read, mut write) = io::pipe().unwrap();
        let soon = Some(Duration::from_millis(5));
        assert!(!wait(read.as_fd(), Interest::Read, Some(Duration::ZERO)).unwrap());
        assert!(!wait(read.as_fd(), Interest::Read, soon).unwrap());
        assert!(wait(write.as_fd(), Interest::Write, LONG).unwrap());
        crate::signal::never_wait(write.as_fd()).unwrap();
        while write.write(&[0; 4096]).is_ok() {}
        assert!(!wait(write.as_fd(), Interest::Write, soon).unwrap());
        for limit in [None, LONG, Some(Duration::MAX)] {
            assert!(wait(read.as_fd(), Interest::Read, limit).unwrap());
        }
        drop(read);
        assert!(
            wait(write.as_fd(), Interest::Write, LONG).unwrap(),
            "an error is no reason to wait"
        );
    }

    #[test]
    fn a_wait_goes_on_after_a_signal_and_still_ends_in_time() {
        extern "C" fn nothing(_: libc::c_int) {}
        in_child(|| {
            let handler = nothing as extern "C" fn(libc::c_int);
            // SAFETY: a handler that does nothing.
            unsafe { libc::signal(libc::SIGALRM, handler as libc::sighandler_t) };
            let often = libc::timeval {
                tv_sec: 0,
                tv_usec: 2000,
            };
            let timer = libc::itimerval {
                it_interval: often,
                it_value: often,
            };
            // SAFETY: a valid timer; the old one is not asked for.
            unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const timer, std::ptr::null_mut()) };
            let (read, _write) = io::pipe().unwrap();
            let begin = std::time::Instant::now();
            let limit = Duration::from_millis(50);
            assert!(!wait(read.as_fd(), Interest::Read, Some(limit)).unwrap());
            assert!(begin.elapsed() >= limit);
        });
    }

    #[test]
    fn data_and_an_end_are_readable_and_silence_is_not() {
        let (silent, _open) = io::pipe().unwrap();
        let (talking, mut voice) = io::pipe().unwrap();
        voice.write_all(b"x").unwrap();
        let (ended, end) = io::pipe().unwrap();
        drop(end);
        // A process that another test starts at this moment holds a copy of the dropped end, until its exec.
        assert_eq!(
            readable(&[ended.as_fd()], Duration::from_secs(60)).unwrap(),
            [true]
        );
        let sources = [silent.as_fd(), talking.as_fd(), ended.as_fd()];
        assert_eq!(
            readable(&sources, Duration::from_secs(60)).unwrap(),
            [false, true, true]
        );
        assert_eq!(readable(&sources[..1], Duration::ZERO).unwrap(), [false]);
    }
}
