//! A bell between threads or processes: rung by one, waited for by another as a readable descriptor.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::event::{EventfdFlags, eventfd};
use rustix::io::Errno;

use crate::failed;

/// Remembers that it was signalled, until that is taken.
#[derive(Debug)]
pub struct Event(OwnedFd);

impl Event {
    /// One that is not signalled.
    ///
    /// # Errors
    ///
    /// Too many descriptors are open.
    pub fn new() -> io::Result<Self> {
        let descriptor = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK);
        descriptor
            .map(Self)
            .map_err(|error| failed("eventfd", error))
    }

    /// Makes it readable, if it is not already. Never waits, and may be called from any thread.
    pub fn signal(&self) {
        let _ = rustix::io::write(&self.0, &1u64.to_ne_bytes()); // full after 2^64 signals: it is readable then, too
    }

    /// How often it was signalled since this was asked last; 0 if not at all. Never waits.
    ///
    /// # Errors
    ///
    /// What read(2) says.
    pub fn take(&self) -> io::Result<u64> {
        let mut count = [0; 8];
        loop {
            match rustix::io::read(&self.0, &mut count) {
                Ok(_) => return Ok(u64::from_ne_bytes(count)),
                Err(Errno::AGAIN) => return Ok(0),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl AsFd for Event {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;
    use std::thread;

    use super::Event;
    use crate::poll::{Interest, wait};

    #[test]
    fn a_signal_from_another_thread_is_waited_for_and_taken_once() {
        let event = Event::new().unwrap();
        assert_eq!(event.take().unwrap(), 0);
        thread::scope(|scope| {
            scope.spawn(|| event.signal());
            assert!(wait(event.as_fd(), Interest::Read, None).unwrap());
        });
        event.signal();
        assert_eq!(event.take().unwrap(), 2);
        assert_eq!(event.take().unwrap(), 0);
    }
}
