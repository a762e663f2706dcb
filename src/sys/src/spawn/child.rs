//! What the child does between fork and exec. It allocates nothing and takes no lock: other threads of its parent may
//! have been in the middle of either.

use std::ffi::{CStr, c_char};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::ptr;

use super::Session;
use crate::done;
use crate::signal::Signal;

/// All that the child needs, made before the fork. Its descriptors have numbers above those that the program gets.
pub(super) struct Plan<'a> {
    pub(super) program: &'a CStr,
    /// Ends with a null pointer, as the next one does.
    pub(super) arguments: &'a [*const c_char],
    pub(super) environment: &'a [*const c_char],
    pub(super) input: OwnedFd,
    pub(super) error: OwnedFd,
    /// The end of a pipe that a failure is written to, and that closes when the program runs.
    pub(super) reporter: OwnedFd,
    pub(super) given: &'a [OwnedFd],
    pub(super) session: Session,
    pub(super) parent_death_signal: Option<Signal>,
    pub(super) parent: u32,
    pub(super) last_descriptor: RawFd,
}

/// A failed call: its name and errno.
type Failure = (&'static str, i32);

/// Becomes the program, or reports why not and leaves.
pub(super) fn run(plan: &Plan<'_>) -> ! {
    let mut reporter = plan.reporter.as_raw_fd();
    let Err((step, errno)) = become_program(plan, &mut reporter);
    let errno = errno.to_ne_bytes();
    // SAFETY: `errno` is readable for its length; a wrong descriptor is an error.
    unsafe { libc::write(reporter, errno.as_ptr().cast(), errno.len()) };
    // SAFETY: `step` is readable for its length.
    unsafe { libc::write(reporter, step.as_ptr().cast(), step.len()) };
    // SAFETY: takes a number.
    unsafe { libc::_exit(127) }
}

/// One step per line. `reporter` is kept up to date: its number changes on the way.
fn become_program(
    plan: &Plan<'_>,
    reporter: &mut RawFd,
) -> Result<std::convert::Infallible, Failure> {
    default_signals();
    arrange(plan, reporter)?;
    if plan.session == Session::Own {
        // SAFETY: no arguments.
        step("setsid", unsafe { libc::setsid() })?;
    }
    if let Some(signal) = plan.parent_death_signal {
        end_with_parent(signal, plan.parent)?;
    }
    unblock_signals()?;
    let (arguments, environment) = (plan.arguments.as_ptr(), plan.environment.as_ptr());
    // SAFETY: NUL-terminated texts in arrays that end with a null pointer, all alive.
    let answer = unsafe { libc::execve(plan.program.as_ptr(), arguments, environment) };
    Err((
        "execve",
        step("execve", answer).map_or_else(|(_, errno)| errno, |()| 0),
    ))
}

fn step(name: &'static str, answer: i32) -> Result<(), Failure> {
    done(answer).map_err(|error| (name, error.raw_os_error().unwrap_or_default()))
}

/// All signals do what the system does with them, also those that were ignored, which exec would leave so.
fn default_signals() {
    let action = [0u64; 4]; // as the kernel has it, and not less: handler, flags, restorer, mask
    for number in 1..=64 {
        // The C library's own function would leave out the two signals that it keeps for itself.
        // SAFETY: `action` is valid, the old one is not asked for. SIGKILL and SIGSTOP are refused, and need nothing.
        unsafe {
            libc::syscall(
                libc::SYS_rt_sigaction,
                number,
                &raw const action,
                0usize,
                8usize,
            )
        };
    }
}

fn unblock_signals() -> Result<(), Failure> {
    // SAFETY: zeroed is a valid sigset_t, an empty one.
    let none: libc::sigset_t = unsafe { std::mem::zeroed() };
    // SAFETY: a valid set; the old one is not asked for.
    step("sigprocmask", unsafe {
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, ptr::null_mut())
    })
}

/// Gives the program its descriptors: streams, the given ones, then the reporter, which exec closes. No others.
fn arrange(plan: &Plan<'_>, reporter: &mut RawFd) -> Result<(), Failure> {
    let streams = [&plan.input, &plan.error, &plan.error];
    let all = streams.into_iter().chain(plan.given);
    let mut target = 0;
    for source in all {
        // SAFETY: takes numbers only. The source lies above all targets, so it is another one, and not overwritten yet.
        step("dup2", unsafe { libc::dup2(source.as_raw_fd(), target) })?;
        target += 1;
    }
    if *reporter != target {
        // SAFETY: takes numbers only. What `target` was has been duplicated above.
        step("dup3", unsafe {
            libc::dup3(*reporter, target, libc::O_CLOEXEC)
        })?;
        *reporter = target;
    }
    close_from(target + 1, plan.last_descriptor);
    Ok(())
}

/// Closes all descriptors from `first` on; up to `last` where the kernel has no close_range(2).
fn close_from(first: RawFd, last: RawFd) {
    // SAFETY: takes numbers only. The program that runs from now on uses none of these descriptors.
    let answer =
        unsafe { libc::syscall(libc::SYS_close_range, first.cast_unsigned(), u32::MAX, 0u32) };
    if answer != 0 {
        close_each(first, last);
    }
}

pub(super) fn close_each(first: RawFd, last: RawFd) {
    for descriptor in first..=last {
        // SAFETY: as in `close_from`; one that is not open is an error.
        unsafe { libc::close(descriptor) };
    }
}

fn end_with_parent(signal: Signal, parent: u32) -> Result<(), Failure> {
    // SAFETY: PR_SET_PDEATHSIG takes one number.
    step("prctl(PR_SET_PDEATHSIG)", unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, signal.number())
    })?;
    // SAFETY: no arguments.
    match unsafe { libc::getppid() }.cast_unsigned() == parent {
        true => Ok(()),
        false => Err(("getppid", libc::ESRCH)), // the parent ended before the request
    }
}
