//! A new program that gets exactly the descriptors it is given, and nothing else of this process.
//!
//! std's `Command` closes nothing: a descriptor that some library has opened without the close-on-exec flag, a TLS key's
//! file among them, would be the new program's too. What runs between fork and exec is in `child.rs`.

use std::ffi::{CString, OsStr, OsString, c_char};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::signal::Signal;
use crate::{done, failed};

mod child;

/// The number of the first descriptor that a program is given; below are its standard streams.
pub const FIRST_GIVEN: RawFd = 3;

/// Where the standard streams of a new program lead. Its standard input is `/dev/null`.
#[derive(Debug, Clone, Copy)]
pub struct Streams<'a> {
    /// Gets its standard output and its standard error.
    pub error: BorrowedFd<'a>,
}

/// The session of a new program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Session {
    /// One of its own: no terminal, and it leads its process group.
    Own,
    /// The one of this process.
    Inherited,
}

/// A program to start.
#[derive(Debug)]
pub struct Launch<'a> {
    /// Its file; not searched for.
    pub program: &'a Path,
    /// What it finds as its arguments, the one before the first (its name) among them.
    pub arguments: &'a [&'a OsStr],
    /// The descriptors it finds as 3, 4, … in this order.
    pub given: &'a [BorrowedFd<'a>],
    /// Its whole environment.
    pub environment: &'a [(OsString, OsString)],
    /// Its standard streams.
    pub streams: Streams<'a>,
    /// Its session.
    pub session: Session,
    /// The signal it gets when the *thread* that starts it ends; not beyond a change of its user.
    pub parent_death_signal: Option<Signal>,
}

impl Launch<'_> {
    /// Starts the program and says its process number. Signals are as the system has them at first, and none is blocked.
    ///
    /// Returns when the program runs, so a file that cannot be executed is an error here.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a text with a NUL; else the failed call and its reason.
    pub fn spawn(&self) -> io::Result<u32> {
        let program = CString::new(self.program.as_os_str().as_bytes())?;
        let arguments: Vec<CString> = self
            .arguments
            .iter()
            .map(|text| Ok(CString::new(text.as_bytes())?))
            .collect::<io::Result<_>>()?;
        let environment: Vec<CString> = self
            .environment
            .iter()
            .map(variable)
            .collect::<io::Result<_>>()?;
        let (report, reporter) = io::pipe()?;
        let room = FIRST_GIVEN + RawFd::try_from(self.given.len()).unwrap_or(RawFd::MAX);
        let above = |descriptor: BorrowedFd<'_>| copy_above(descriptor, room);
        let given: Vec<OwnedFd> = self
            .given
            .iter()
            .map(|one| above(*one))
            .collect::<io::Result<_>>()?;
        let plan = child::Plan {
            program: &program,
            arguments: &pointers(&arguments),
            environment: &pointers(&environment),
            input: above(File::open("/dev/null")?.as_fd())?,
            error: above(self.streams.error)?,
            reporter: above(reporter.as_fd())?,
            given: &given,
            session: self.session,
            parent_death_signal: self.parent_death_signal,
            parent: std::process::id(),
            last_descriptor: last_descriptor(),
        };
        drop(reporter);
        let number = fork(&plan)?;
        drop(plan); // the read below ends when the last copy of `reporter` is closed
        outcome(report, number, self.program)
    }
}

fn variable((name, value): &(OsString, OsString)) -> io::Result<CString> {
    Ok(CString::new(
        [name.as_bytes(), b"=", value.as_bytes()].concat(),
    )?)
}

/// The texts as execve(2) wants them: pointers with a null one at the end. Good as long as `texts` is.
fn pointers(texts: &[CString]) -> Vec<*const c_char> {
    let pointers = texts.iter().map(|text| text.as_ptr());
    pointers.chain([ptr::null()]).collect()
}

/// A copy of `descriptor` with a number of at least `least`, out of the way of all that the program gets.
fn copy_above(descriptor: BorrowedFd<'_>, least: RawFd) -> io::Result<OwnedFd> {
    rustix::io::fcntl_dupfd_cloexec(descriptor, least)
        .map_err(|error| failed("fcntl(F_DUPFD_CLOEXEC)", error))
}

/// No descriptor of this process has a higher number; for kernels without close_range(2).
fn last_descriptor() -> RawFd {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let limit = RawFd::try_from(limit.unwrap_or(u64::MAX)).unwrap_or(RawFd::MAX);
    let open = std::fs::read_dir("/proc/self/fd")
        .into_iter()
        .flatten()
        .flatten();
    let numbers = open.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    // The limit may have been lowered after a descriptor was opened; a million is what the system allows at most.
    numbers.chain([limit.min(1 << 20)]).max().unwrap_or(limit)
}

/// Forks with all signals blocked, so that no handler of this process runs in the child.
fn fork(plan: &child::Plan<'_>) -> io::Result<u32> {
    // SAFETY: zeroed is a valid sigset_t.
    let mut all: libc::sigset_t = unsafe { std::mem::zeroed() };
    let mut before = all;
    // SAFETY: `all` is writable.
    unsafe { libc::sigfillset(&raw mut all) };
    // SAFETY: both are valid sets, of which the second is written to.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const all, &raw mut before) };
    // SAFETY: the child runs `child::run` alone, which makes system calls only and never returns.
    let number = unsafe { libc::fork() };
    if number == 0 {
        child::run(plan);
    }
    let answer = done(number).map_err(|error| failed("fork", error));
    // SAFETY: a valid set; the old one is not asked for.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const before, ptr::null_mut()) };
    answer.map(|()| number.cast_unsigned())
}

/// What the child reports: nothing if its program runs, else the failed step. Such a child is reaped here.
fn outcome(mut report: io::PipeReader, number: u32, program: &Path) -> io::Result<u32> {
    let mut failure = Vec::new();
    report.read_to_end(&mut failure)?;
    let Some((errno, step)) = failure.split_first_chunk() else {
        return Ok(number);
    };
    // SAFETY: the status is not asked for; the child is ours, or gone if another thread has reaped it.
    unsafe { libc::waitpid(number.cast_signed(), ptr::null_mut(), 0) };
    let call = format!(
        "{} for {}",
        String::from_utf8_lossy(step),
        program.display()
    );
    Err(failed(
        call,
        io::Error::from_raw_os_error(i32::from_ne_bytes(*errno)),
    ))
}

/// The first `count` descriptors that this program was given by [`Launch::spawn`]. To be called once, at the start.
///
/// # Errors
///
/// `InvalidInput` if one is not open or was not inherited, `AlreadyExists` the second time.
pub fn given(count: usize) -> io::Result<Vec<OwnedFd>> {
    static TAKEN: AtomicBool = AtomicBool::new(false);
    let numbers = (FIRST_GIVEN..).take(count);
    if let Some(missing) = numbers.clone().find(|number| !is_inherited(*number)) {
        let text = format!("descriptor {missing} was not given to this program");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    if TAKEN.swap(true, Ordering::Relaxed) {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    numbers.map(take).collect()
}

/// Whether the descriptor is open without the close-on-exec flag: no code in Rust opens such ones.
fn is_inherited(number: RawFd) -> bool {
    // SAFETY: takes numbers only.
    unsafe { libc::fcntl(number, libc::F_GETFD) == 0 }
}

fn take(number: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: open and inherited, so nothing in Rust owns it; taken once only, which `given` sees to.
    let descriptor = unsafe { OwnedFd::from_raw_fd(number) };
    // SAFETY: takes numbers only.
    done(unsafe { libc::fcntl(descriptor.as_raw_fd(), libc::F_SETFD, libc::FD_CLOEXEC) })?;
    Ok(descriptor)
}

#[cfg(test)]
mod tests;
