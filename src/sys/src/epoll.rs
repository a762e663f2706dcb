//! Waiting for many descriptors, from several threads.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::io::Errno;

use crate::failed;
use crate::poll::Deadline;

/// How often a descriptor is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// To one waiting thread, and then not again until it is rearmed.
    Once,
    /// As long as it is readable.
    Always,
}

/// A set of descriptors that are waited for until one can be read: data, its end or an error.
///
/// A descriptor that is closed leaves the set when the last copy of it is closed, so remove it before.
#[derive(Debug)]
pub struct Epoll(OwnedFd);

impl Epoll {
    /// An empty set.
    ///
    /// # Errors
    ///
    /// Too many descriptors are open.
    pub fn new() -> io::Result<Self> {
        let descriptor = epoll::create(CreateFlags::CLOEXEC);
        descriptor
            .map(Self)
            .map_err(|error| failed("epoll_create", error))
    }

    /// Adds `source`, which is reported as `token`.
    ///
    /// # Errors
    ///
    /// `AlreadyExists` if it is in the set; `PermissionDenied` for what is always readable, as a file.
    pub fn add(&self, source: BorrowedFd<'_>, token: u64, report: Report) -> io::Result<()> {
        let flags = match report {
            Report::Once => READABLE.union(EventFlags::ONESHOT),
            Report::Always => READABLE,
        };
        epoll::add(&self.0, source, EventData::new_u64(token), flags)
            .map_err(|error| failed("epoll_ctl(EPOLL_CTL_ADD)", error))
    }

    /// `source`, which is in the set, is reported once more, as `token`.
    ///
    /// # Errors
    ///
    /// `NotFound` if it is not in the set.
    pub fn rearm(&self, source: BorrowedFd<'_>, token: u64) -> io::Result<()> {
        let flags = READABLE.union(EventFlags::ONESHOT);
        epoll::modify(&self.0, source, EventData::new_u64(token), flags)
            .map_err(|error| failed("epoll_ctl(EPOLL_CTL_MOD)", error))
    }

    /// Takes `source` out. A thread may still be about to see a report of it.
    ///
    /// # Errors
    ///
    /// `NotFound` if it is not in the set.
    pub fn remove(&self, source: BorrowedFd<'_>) -> io::Result<()> {
        epoll::delete(&self.0, source).map_err(|error| failed("epoll_ctl(EPOLL_CTL_DEL)", error))
    }

    /// Waits for one descriptor of the set, at most for `limit`, and says its token; `None` if the time is up. Signals do
    /// not end it.
    ///
    /// # Errors
    ///
    /// What epoll_wait(2) says, except that it was interrupted.
    pub fn wait(&self, limit: Option<Duration>) -> io::Result<Option<u64>> {
        let end = Deadline::after(limit);
        let mut place = [MaybeUninit::<epoll::Event>::uninit()];
        loop {
            match epoll::wait(&self.0, &mut place, end.left().as_ref()) {
                Err(Errno::INTR) => {}
                answer => {
                    let (found, _) = answer?;
                    return Ok(found.first().map(|event| event.data.u64()));
                }
            }
        }
    }
}

/// The peer's end of sending counts as readable, too; errors and hang-ups are always reported.
const READABLE: EventFlags = EventFlags::IN.union(EventFlags::RDHUP);

#[cfg(test)]
mod tests {
    use std::io::{self, Read, Write};
    use std::os::fd::AsFd;
    use std::sync::Mutex;
    use std::thread;
    use std::time::Duration;

    use super::{Epoll, Report};
    use crate::event::Event;
    use crate::socket::pair;

    const NOW: Option<Duration> = Some(Duration::ZERO);

    #[test]
    fn what_is_readable_is_reported_by_its_token_again_or_once() {
        let epoll = Epoll::new().unwrap();
        let (once, mut voice) = io::pipe().unwrap();
        epoll.add(once.as_fd(), 7, Report::Once).unwrap();
        assert_eq!(epoll.wait(NOW).unwrap(), None);
        assert_eq!(epoll.wait(Some(Duration::from_millis(3))).unwrap(), None);
        voice.write_all(b"x").unwrap();
        assert_eq!(epoll.wait(None).unwrap(), Some(7));
        assert_eq!(epoll.wait(NOW).unwrap(), None, "reported once");
        epoll.rearm(once.as_fd(), u64::MAX).unwrap();
        assert_eq!(epoll.wait(None).unwrap(), Some(u64::MAX));
        let (mut always, mut voice) = io::pipe().unwrap();
        epoll.add(always.as_fd(), 8, Report::Always).unwrap();
        voice.write_all(b"x").unwrap();
        assert_eq!(epoll.wait(None).unwrap(), Some(8));
        assert_eq!(epoll.wait(None).unwrap(), Some(8));
        always.read_exact(&mut [0]).unwrap();
        assert_eq!(epoll.wait(NOW).unwrap(), None);
        voice.write_all(b"x").unwrap();
        epoll.remove(always.as_fd()).unwrap();
        assert_eq!(epoll.wait(NOW).unwrap(), None, "taken out");
    }

    #[test]
    fn the_end_of_a_peer_is_reported() {
        let epoll = Epoll::new().unwrap();
        let (ours, theirs) = pair().unwrap();
        epoll.add(ours.as_fd(), 1, Report::Once).unwrap();
        drop(theirs);
        assert_eq!(epoll.wait(None).unwrap(), Some(1));
        assert_eq!(epoll.wait(NOW).unwrap(), None);
    }

    #[test]
    fn mistakes_are_errors_that_name_the_call() {
        let epoll = Epoll::new().unwrap();
        let event = Event::new().unwrap();
        let kind = |answer: io::Result<()>| answer.unwrap_err().kind();
        assert_eq!(kind(epoll.rearm(event.as_fd(), 1)), io::ErrorKind::NotFound);
        assert_eq!(kind(epoll.remove(event.as_fd())), io::ErrorKind::NotFound);
        epoll.add(event.as_fd(), 1, Report::Once).unwrap();
        let error = epoll.add(event.as_fd(), 1, Report::Once).unwrap_err();
        assert_eq!(error.to_string(), "epoll_ctl(EPOLL_CTL_ADD): File exists");
    }

    #[test]
    fn of_several_waiting_threads_one_gets_each_report() {
        let epoll = Epoll::new().unwrap();
        let events: Vec<_> = (0..50).map(|_| Event::new().unwrap()).collect();
        for (token, event) in (0..).zip(&events) {
            epoll.add(event.as_fd(), token, Report::Once).unwrap();
        }
        let stop = Event::new().unwrap();
        epoll.add(stop.as_fd(), 1000, Report::Always).unwrap();
        let seen = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while let Some(token @ 0..50) = epoll.wait(None).unwrap() {
                        let mut seen = seen.lock().unwrap();
                        seen.push(token);
                        if seen.len() == 50 {
                            stop.signal();
                        }
                    }
                });
            }
            events.iter().for_each(Event::signal);
        });
        let mut seen = seen.into_inner().unwrap();
        seen.sort_unstable();
        assert_eq!(seen, (0..50).collect::<Vec<_>>());
    }
}
