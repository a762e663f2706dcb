//! What a started program finds, looked at from outside.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{Launch, Session, Streams, child, given};
use crate::in_child::in_child;
use crate::process::signal_pid;
use crate::signal::Signal;

/// A program that sleeps; ended when dropped.
struct Sleeping(u32);

impl Sleeping {
    fn with(given: &[BorrowedFd<'_>]) -> Self {
        let arguments = ["a name of its own".as_ref(), "600".as_ref()];
        let launch = launch("/bin/sleep", &arguments, given, &[]);
        Self(launch.spawn().unwrap())
    }

    /// Where its descriptors lead, in the order of their numbers.
    fn descriptors(&self) -> Vec<(u32, PathBuf)> {
        descriptors(self.0)
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{name}", self.0)).unwrap()
    }
}

impl Drop for Sleeping {
    fn drop(&mut self) {
        signal_pid(self.0, Signal::Kill).unwrap();
        wait_for(self.0);
    }
}

fn wait_for(number: u32) -> i32 {
    let mut status = -1;
    // SAFETY: `status` is writable; the child is ours.
    let found = unsafe { libc::waitpid(number.cast_signed(), &raw mut status, 0) };
    assert_eq!(found, number.cast_signed());
    status
}

fn descriptors(process: u32) -> Vec<(u32, PathBuf)> {
    let entries = fs::read_dir(format!("/proc/{process}/fd"))
        .unwrap()
        .flatten();
    let number = |path: &Path| path.file_name().unwrap().to_str().unwrap().parse().unwrap();
    let mut all: Vec<_> = entries
        .filter_map(|entry| Some((number(&entry.path()), fs::read_link(entry.path()).ok()?)))
        .collect();
    all.sort();
    all
}

fn launch<'a>(
    program: &'a str,
    arguments: &'a [&'a OsStr],
    given: &'a [BorrowedFd<'a>],
    environment: &'a [(OsString, OsString)],
) -> Launch<'a> {
    // SAFETY: the test program's own standard error is open as long as it runs.
    let error = unsafe { BorrowedFd::borrow_raw(2) };
    Launch {
        program: Path::new(program),
        arguments,
        given,
        environment,
        streams: Streams { error },
        session: Session::Own,
        parent_death_signal: None,
    }
}

/// A descriptor that a program of std's `Command` would inherit.
fn leaked() -> OwnedFd {
    // SAFETY: takes numbers only.
    let number = unsafe { libc::fcntl(2, libc::F_DUPFD, 100) };
    assert!(number >= 100);
    // SAFETY: just made, and nobody else's.
    unsafe { OwnedFd::from_raw_fd(number) }
}

fn lead_to(descriptor: &OwnedFd) -> PathBuf {
    fs::read_link(format!("/proc/self/fd/{}", descriptor.as_raw_fd())).unwrap()
}

/// The program has exactly its streams and `given`; the dynamic linker may have a library open for a moment.
fn assert_has_only(program: &Sleeping, given: &[OwnedFd]) {
    let null = PathBuf::from("/dev/null");
    let error = fs::read_link("/proc/self/fd/2").unwrap();
    let expected = [null, error.clone(), error]
        .into_iter()
        .chain(given.iter().map(lead_to));
    let expected: Vec<_> = (0..).zip(expected).collect();
    let deadline = Instant::now() + Duration::from_secs(30);
    while program.descriptors() != expected && Instant::now() < deadline {}
    assert_eq!(program.descriptors(), expected);
}

#[test]
fn a_program_has_its_streams_and_the_given_descriptors_and_no_others() {
    let _leaks = [leaked(), leaked()];
    let (read, write) = io::pipe().unwrap();
    let ours: [OwnedFd; 2] = [write.into(), read.into()];
    let program = Sleeping::with(&[ours[0].as_fd(), ours[1].as_fd()]);
    assert_has_only(&program, &ours);
    assert_has_only(&Sleeping::with(&[]), &[]);
}

#[test]
fn given_descriptors_may_have_the_numbers_of_their_places() {
    let pairs: Vec<_> = (0..40).map(|_| io::pipe().unwrap()).collect();
    let all = pairs
        .into_iter()
        .flat_map(|(read, write)| [read.into(), write.into()]);
    let mut all: Vec<OwnedFd> = all.collect();
    all.reverse();
    let borrowed: Vec<_> = all.iter().map(AsFd::as_fd).collect();
    assert_has_only(&Sleeping::with(&borrowed), &all);
}

#[test]
fn a_program_starts_with_default_signals_in_a_session_of_its_own() {
    in_child(|| {
        // SAFETY: takes numbers only.
        unsafe { libc::signal(libc::SIGHUP, libc::SIG_IGN) };
        // SAFETY: zeroed is a valid sigset_t.
        let mut all: libc::sigset_t = unsafe { std::mem::zeroed() };
        // SAFETY: `all` is writable.
        unsafe { libc::sigfillset(&raw mut all) };
        // SAFETY: a valid set; the old one is not asked for.
        unsafe { libc::sigprocmask(libc::SIG_SETMASK, &raw const all, std::ptr::null_mut()) };
        let program = Sleeping::with(&[]);
        let status = program.file("status");
        for name in ["SigBlk", "SigIgn", "SigCgt"] {
            let set = status
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .unwrap();
            assert_eq!(set, ":\t0000000000000000", "{name}");
        }
        // SAFETY: takes a number.
        let session = unsafe { libc::getsid(program.0.cast_signed()) };
        assert_eq!(session, program.0.cast_signed());
        assert_eq!(program.file("cmdline"), "a name of its own\x00600\0");
        // SAFETY: a valid set, which the caller's mask is written to.
        unsafe { libc::sigprocmask(libc::SIG_SETMASK, std::ptr::null(), &raw mut all) };
        // SAFETY: a valid set.
        let is_blocked = unsafe { libc::sigismember(&raw const all, libc::SIGTERM) };
        assert_eq!(is_blocked, 1, "the caller's mask is as before");
    });
}

#[test]
fn a_program_has_the_environment_and_the_error_stream_it_is_told() {
    let (mut read, write) = io::pipe().unwrap();
    let arguments = ["sh", "-c", "echo $A; echo $HOME >&2; exit 7"].map(OsStr::new);
    let environment = [("A".into(), "one = 1".into()), ("HOME".into(), "/h".into())];
    let mut launch = launch("/bin/sh", &arguments, &[], &environment);
    launch.streams = Streams {
        error: write.as_fd(),
    };
    let number = launch.spawn().unwrap();
    drop(write);
    let mut said = String::new();
    read.read_to_string(&mut said).unwrap();
    assert_eq!(said, "one = 1\n/h\n");
    assert_eq!(libc::WEXITSTATUS(wait_for(number)), 7);
}

#[test]
fn a_program_that_cannot_be_started_is_an_error_that_names_call_and_file() {
    in_child(|| {
        let error = launch("/no/such program", &["x".as_ref()], &[], &[])
            .spawn()
            .unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert_eq!(
            error.to_string(),
            "execve for /no/such program: No such file or directory"
        );
        let error = launch("/etc/passwd", &[], &[], &[]).spawn().unwrap_err();
        assert_eq!(
            error.to_string(),
            "execve for /etc/passwd: Permission denied"
        );
        // SAFETY: the status is not asked for.
        let left = unsafe { libc::waitpid(-1, std::ptr::null_mut(), libc::WNOHANG) };
        assert_eq!(left, -1, "no child is left to be reaped");
    });
}

#[test]
fn a_program_ends_with_its_parent() {
    let (mut read, write) = io::pipe().unwrap();
    in_child(move || {
        let arguments = ["sleep".as_ref(), "600".as_ref()];
        let given = [write.as_fd()];
        let mut launch = launch("/bin/sleep", &arguments, &given, &[]);
        launch.parent_death_signal = Some(Signal::Kill);
        launch.spawn().unwrap();
    });
    // The pipe ends when its last holder, the sleeping one, is gone.
    assert_eq!(read.read(&mut [0]).unwrap(), 0);
}

#[test]
fn descriptors_are_closed_one_by_one_where_the_kernel_cannot_do_it_at_once() {
    in_child(|| {
        let leak = leaked().as_raw_fd();
        let leaks = [leaked(), leaked()].map(std::os::fd::IntoRawFd::into_raw_fd);
        assert!(leaks.contains(&leak));
        child::close_each(100, super::last_descriptor());
        let left = descriptors(std::process::id());
        assert!(left.iter().all(|(number, _)| *number < 100), "{left:?}");
    });
}

#[test]
fn a_program_takes_what_it_was_given_once() {
    in_child(|| {
        let error = given(usize::from(u16::MAX)).unwrap_err();
        assert!(
            error.to_string().ends_with("was not given to this program"),
            "{error}"
        );
        for number in 3..5 {
            // SAFETY: takes numbers only; this copy of the test program uses neither any more.
            assert_eq!(unsafe { libc::dup2(2, number) }, number);
        }
        let taken = given(2).unwrap();
        assert_eq!(
            taken.iter().map(AsRawFd::as_raw_fd).collect::<Vec<_>>(),
            [3, 4]
        );
        assert!(given(2).is_err());
    });
}
