//! Signals as values on a readable descriptor.

use std::io::{self, PipeReader, PipeWriter, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, IntoRawFd};
use std::sync::atomic::{AtomicI32, Ordering};

use crate::done;

/// A signal that one of our programs reacts to or sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGINT: Ctrl-C.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGHUP: the terminal is gone, or "read your configuration again".
    HangUp,
    /// SIGQUIT: Ctrl-\; to a daemon: "end, and leave a core file".
    Quit,
    /// SIGUSR1.
    User1,
    /// SIGUSR2.
    User2,
    /// SIGXCPU: the process has used up its processor time; the kernel repeats it each second until the hard limit.
    CpuLimit,
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
            Self::Quit => libc::SIGQUIT,
            Self::User1 => libc::SIGUSR1,
            Self::User2 => libc::SIGUSR2,
            Self::CpuLimit => libc::SIGXCPU,
            Self::WindowChange => libc::SIGWINCH,
            Self::Child => libc::SIGCHLD,
            Self::Kill => libc::SIGKILL,
        }
    }

    fn from_number(number: i32) -> Option<Self> {
        [
            Self::Interrupt,
            Self::Terminate,
            Self::HangUp,
            Self::Quit,
            Self::User1,
            Self::User2,
            Self::CpuLimit,
            Self::WindowChange,
            Self::Child,
        ]
        .into_iter()
        .find(|signal| signal.number() == number)
    }
}

/// The write end of the pipe that [`note`] writes to; -1 until [`Signals::watch`]. Written once, before any handler is
/// installed; read by handlers only, so relaxed order is enough.
static NOTES: AtomicI32 = AtomicI32::new(-1);

/// The process that watches: a forked copy of it has the handlers, too. Written and read as `NOTES`.
static WATCHER: AtomicI32 = AtomicI32::new(0);

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
        Ok(self.arrived_from()?.map(|(signal, _)| signal))
    }

    /// As [`Signals::arrived`], with the number of the process that sent the signal, or that has ended in case of
    /// [`Signal::Child`]; 0 if the kernel sent it by itself.
    ///
    /// # Errors
    ///
    /// What read(2) says.
    pub fn arrived_from(&mut self) -> io::Result<Option<(Signal, u32)>> {
        let mut note = [0; NOTE];
        match self.0.read(&mut note) {
            Ok(NOTE) => {
                let sender = u32::from_ne_bytes([note[4], note[5], note[6], note[7]]);
                Ok(Signal::from_number(i32::from(note[0])).map(|signal| (signal, sender)))
            }
            Ok(_) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => self.arrived_from(),
            Err(error) => Err(error),
        }
    }
}

/// Bytes of what a handler notes: the signal's number, three zeroes, the sender's number. The kernel writes and reads so
/// few bytes of a pipe in one piece.
const NOTE: usize = 8;

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
    // SAFETY: no arguments.
    WATCHER.store(unsafe { libc::getpid() }, Ordering::Relaxed);
    let _ = write.into_raw_fd(); // open for ever: a handler may run at any time
    Ok(())
}

/// Has no signal sent to this process handled on this thread, nor on those that it starts: other threads handle them.
pub fn leave_to_others() {
    // SAFETY: zeroed is a valid sigset_t: numbers.
    let mut all: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: `all` is writable; it cannot fail.
    unsafe { libc::sigfillset(&raw mut all) };
    // SAFETY: `all` is readable; the old mask is not asked for. It cannot fail with this first argument.
    unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const all, std::ptr::null_mut()) };
}

fn handle(signal: Signal) -> io::Result<()> {
    // SAFETY: zeroed is a valid sigaction: no flags, an empty mask, the default reaction.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = note as Handler as libc::sighandler_t;
    action.sa_flags = libc::SA_RESTART | libc::SA_SIGINFO | libc::SA_NOCLDSTOP | libc::SA_ONSTACK;
    // One handler at a time: a thread's stack for signals is small, and several that interrupt each other overflow it.
    // SAFETY: the mask is writable.
    unsafe { libc::sigfillset(&raw mut action.sa_mask) };
    // SAFETY: `action` is valid, and `note` does only what a handler may.
    done(unsafe { libc::sigaction(signal.number(), &raw const action, std::ptr::null_mut()) })
}

type Handler = extern "C" fn(libc::c_int, *const libc::siginfo_t, *const libc::c_void);

/// The handler: one note into the pipe. A full pipe drops the signal; 8,192 unread ones say enough.
///
/// In a forked copy of the process, as Python's `os.fork` makes them, the signal does what it does in other programs:
/// a note would tell the watching process of a signal that it has not got.
extern "C" fn note(number: libc::c_int, about: *const libc::siginfo_t, _: *const libc::c_void) {
    // SAFETY: no arguments.
    if unsafe { libc::getpid() } != WATCHER.load(Ordering::Relaxed) {
        // SAFETY: takes numbers only; may be called in a handler.
        unsafe { libc::signal(number, libc::SIG_DFL) };
        // SAFETY: as above. The signal comes when this handler returns.
        unsafe { libc::raise(number) };
        return;
    }
    // SAFETY: no arguments; gives the place of this thread's errno.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: this thread's own place, valid while it runs.
    let before = unsafe { *errno };
    // SAFETY: the kernel gives a handler with SA_SIGINFO a valid one for as long as it runs.
    let about = unsafe { &*about };
    let mut note = [0; NOTE];
    note[0] = number.to_le_bytes()[0];
    if about.si_code <= 0 || number == libc::SIGCHLD {
        // SAFETY: sent by a process, or about a child: the field is there.
        note[4..].copy_from_slice(&unsafe { about.si_pid() }.to_ne_bytes());
    }
    let pipe = NOTES.load(Ordering::Relaxed);
    // SAFETY: `note` is readable; a wrong descriptor is an error, not undefined behaviour. write(2) may be called here.
    unsafe { libc::write(pipe, note.as_ptr().cast(), NOTE) };
    // SAFETY: as above; the interrupted code must find what it left.
    unsafe { *errno = before };
}

/// From now on a bad access to memory ends the process, as in programs that are not Rust's: its runtime takes the first SIGSEGV
/// for a stack that is full, and goes on when it is not and the signal was sent by somebody.
pub fn end_at_bad_accesses() {
    for number in [libc::SIGSEGV, libc::SIGBUS] {
        // SAFETY: takes numbers only; no code relies on the handler that was there.
        unsafe { libc::signal(number, libc::SIG_DFL) };
    }
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
    use std::sync::atomic::Ordering;

    use super::{NOTES, Signal, Signals};
    use crate::in_child::{Idle, in_child};
    use crate::limit::{Resource, limit};
    use crate::process::{Ended, reap, signal_pid};

    #[test]
    fn watched_signals_are_read_in_the_order_they_came_with_their_sender() {
        let watched = [Signal::User1, Signal::User2, Signal::CpuLimit];
        let mut signals = Signals::watch(&watched).unwrap();
        assert_eq!(signals.arrived().unwrap(), None);
        for signal in watched.into_iter().chain([Signal::User1]) {
            signal_pid(process::id(), signal).unwrap();
            let mut seen = None;
            while seen.is_none() {
                seen = signals.arrived_from().unwrap(); // another thread of the test program may run the handler
            }
            assert_eq!(seen, Some((signal, process::id())));
        }
        assert_eq!(signals.arrived().unwrap(), None);
        assert!(Signals::watch(&[]).is_err(), "one watcher per process");
    }

    #[test]
    fn a_signal_to_a_forked_copy_ends_that_and_is_not_read_by_the_watcher() {
        in_child(|| {
            NOTES.store(-1, Ordering::Relaxed); // the copy of another test's
            let mut signals = Signals::watch(&[Signal::Terminate]).unwrap();
            let copy = Idle::new();
            signal_pid(copy.pid(), Signal::Terminate).unwrap();
            let found = loop {
                if let Some(found) = reap().unwrap() {
                    break found;
                }
            };
            let by_signal = Ended::Signal {
                number: libc::SIGTERM,
                core: false,
            };
            assert_eq!(found, (copy.pid(), by_signal));
            assert_eq!(signals.arrived().unwrap(), None);
        });
    }

    #[test]
    fn a_bad_access_ends_the_process_even_if_the_signal_was_sent() {
        in_child(|| {
            super::end_at_bad_accesses();
            let copy = Idle::new();
            let pid = libc::pid_t::try_from(copy.pid()).unwrap();
            // SAFETY: takes numbers only.
            assert_eq!(unsafe { libc::kill(pid, libc::SIGSEGV) }, 0);
            let found = loop {
                if let Some(found) = reap().unwrap() {
                    break found;
                }
            };
            assert!(matches!(
                found.1,
                Ended::Signal {
                    number: libc::SIGSEGV,
                    ..
                }
            ));
        });
    }

    #[test]
    fn the_end_of_a_child_and_the_end_of_processor_time_are_told_apart() {
        in_child(|| {
            NOTES.store(-1, Ordering::Relaxed); // the copy of another test's
            let mut signals = Signals::watch(&[Signal::Child, Signal::CpuLimit]).unwrap();
            let child = process::Command::new("true").spawn().unwrap().id();
            while reap().unwrap().is_none() {}
            assert_eq!(
                signals.arrived_from().unwrap(),
                Some((Signal::Child, child))
            );
            limit(Resource::Cpu, Some(0), None).unwrap(); // the kernel makes it one second
            let mut seen = None;
            while seen.is_none() {
                seen = signals.arrived_from().unwrap();
            }
            assert_eq!(seen, Some((Signal::CpuLimit, 0)));
        });
    }
}
