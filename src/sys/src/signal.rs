//! Signals as values on a readable descriptor.

use std::io::{self, PipeReader, PipeWriter, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, IntoRawFd};
use std::sync::atomic::{AtomicI32, Ordering};

use crate::done;

/// A signal that a foreground program reacts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT: Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGHUP: the terminal is gone, or "read your configuration again".
    HangUp,
    /// SIGUSR1.
    User1,
    /// SIGWINCH: the window's size has changed; to httpd: "stop gracefully".
    WindowChange,
    /// SIGCHLD: a child process has ended.
    Child,
    /// SIGKILL: cannot be caught, only sent.
    Kill,
}

impl Signal {
    /// The system's number of this signal.
    pub fn number(self) -> i32 {
        match self {
            Self::Interrupt => libc::SIGINT,
            Self::Terminate => libc::SIGTERM,
            Self::HangUp => libc::SIGHUP,
            Self::User1 => libc::SIGUSR1,
            Self::WindowChange => libc::SIGWINCH,
            Self::Child => libc::SIGCHLD,
            Self::Kill => libc::SIGKILL,
        }
    }

    fn from_number(number: u8) -> Option<Self> {
        [
            Self::Interrupt,
            Self::Terminate,
            Self::HangUp,
            Self::User1,
            Self::WindowChange,
            Self::Child,
        ]
        .into_iter()
        .find(|signal| signal.number() == i32::from(number))
    }
}

/// The write end of the pipe that [`note`] writes to; -1 until [`Signals::watch`]. Written once, before any handler is
/// installed; read by handlers only, so relaxed order is enough.
static NOTES: AtomicI32 = AtomicI32::new(-1);

/// The signals that have arrived, in order. A child process started later has the system's reactions to them again.
#[derive(Debug)]
pub struct Signals(PipeReader);

impl Signals {
    /// From now on `signals` no longer do what the system does with them, but are readable here.
    ///
    /// # Errors
    ///
    /// `AlreadyExists` if this process watches already, else what pipe(2), fcntl(2) or sigaction(2) say.
    pub fn watch(signals: &[Signal]) -> io::Result<Self> {
        let (read, write) = io::pipe()?;
        never_wait(read.as_fd())?;
        never_wait(write.as_fd())?;
        keep_for_handlers(write)?;
        for signal in signals {
            handle(*signal)?;
        }
        Ok(Self(read))
    }

    /// The next signal that has arrived; `None` if there is none now. Never waits.
    ///
    /// # Errors
    ///
    /// What read(2) says.
    pub fn arrived(&mut self) -> io::Result<Option<Signal>> {
        let mut number = [0];
        match self.0.read(&mut number) {
            Ok(0) => Ok(None),
            Ok(_) => Ok(Signal::from_number(number[0])),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => self.arrived(),
            Err(error) => Err(error),
        }
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Gives the write end to the handlers, for as long as the process lives.
fn keep_for_handlers(write: PipeWriter) -> io::Result<()> {
    NOTES
        .compare_exchange(-1, write.as_raw_fd(), Ordering::Relaxed, Ordering::Relaxed)
        .map_err(|_| io::Error::from(io::ErrorKind::AlreadyExists))?;
    let _ = write.into_raw_fd(); // open for ever: a handler may run at any time
    Ok(())
}

fn handle(signal: Signal) -> io::Result<()> {
    // SAFETY: zeroed is a valid sigaction: no flags, an empty mask, the default reaction.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = note as extern "C" fn(libc::c_int) as libc::sighandler_t;
    action.sa_flags = libc::SA_RESTART;
    // SAFETY: `action` is valid, and `note` does only what a handler may.
    done(unsafe { libc::sigaction(signal.number(), &raw const action, std::ptr::null_mut()) })
}

/// The handler: one byte into the pipe. A full pipe drops the signal; 65,536 unread ones say enough.
extern "C" fn note(number: libc::c_int) {
    // SAFETY: no arguments; gives the place of this thread's errno.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: this thread's own place, valid while it runs.
    let before = unsafe { *errno };
    let byte = number.to_le_bytes()[0];
    // SAFETY: one readable byte; a wrong descriptor is an error, not undefined behaviour. write(2) may be called here.
    unsafe { libc::write(NOTES.load(Ordering::Relaxed), (&raw const byte).cast(), 1) };
    // SAFETY: as above; the interrupted code must find what it left.
    unsafe { *errno = before };
}

/// Reads and writes of `descriptor` fail with `WouldBlock` where they would wait.
///
/// # Errors
///
/// What fcntl(2) says.
pub fn never_wait(descriptor: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: `descriptor` is open; F_GETFL takes no third argument.
    let flags = unsafe { libc::fcntl(descriptor.as_raw_fd(), libc::F_GETFL) };
    done(flags)?;
    // SAFETY: `descriptor` is open; F_SETFL takes a number.
    done(unsafe {
        libc::fcntl(
            descriptor.as_raw_fd(),
            libc::F_SETFL,
            flags | libc::O_NONBLOCK,
        )
    })
}

#[cfg(test)]
mod tests {
    use std::process;

    use super::{Signal, Signals};

    #[test]
    fn watched_signals_are_read_in_the_order_they_came() {
        let mut signals = Signals::watch(&[Signal::User1, Signal::WindowChange]).unwrap();
        assert_eq!(signals.arrived().unwrap(), None);
        for signal in [Signal::User1, Signal::WindowChange, Signal::User1] {
            // SAFETY: takes numbers only; this process watches the signal.
            let sent = unsafe { libc::kill(process::id().cast_signed(), signal.number()) };
            assert_eq!(sent, 0);
            let mut seen = None;
            while seen.is_none() {
                seen = signals.arrived().unwrap(); // another thread of the test program may run the handler
            }
            assert_eq!(seen, Some(signal));
        }
        assert_eq!(signals.arrived().unwrap(), None);
        assert!(Signals::watch(&[]).is_err(), "one watcher per process");
    }
}
