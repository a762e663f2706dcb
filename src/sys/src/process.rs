//! Child processes: ended with their parent, signalled alone or as a group, looked at before they are reaped.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use crate::done;
use crate::signal::Signal;

/// The process that `command` starts gets `signal` when this process ends, even by SIGKILL.
///
/// Holds for the process itself, not for its children, and not beyond a change of its user.
pub fn end_with_parent(command: &mut Command, signal: Signal) {
    let parent = std::process::id();
    let ask = move || {
        // SAFETY: PR_SET_PDEATHSIG takes one number.
        done(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, signal.number()) })?;
        // SAFETY: no arguments.
        if unsafe { libc::getppid() }.cast_unsigned() == parent {
            return Ok(());
        }
        Err(io::ErrorKind::BrokenPipe.into()) // the parent ended before the request
    };
    // SAFETY: `ask` makes two system calls and allocates nothing, as is right between fork and exec.
    unsafe { command.pre_exec(ask) };
}

/// Whether `child` has ended. It is not reaped: its number stays its own, also as the number of its group.
///
/// # Errors
///
/// What waitid(2) says; `ECHILD` if it was reaped already.
pub fn has_ended(child: &Child) -> io::Result<bool> {
    // SAFETY: zeroed is a valid siginfo_t (numbers and pointers).
    let mut found: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let how = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
    // SAFETY: `found` is writable; a wrong number is an error, not undefined behaviour.
    done(unsafe { libc::waitid(libc::P_PID, child.id(), &raw mut found, how) })?;
    // SAFETY: waitid fills the fields of SIGCHLD, or leaves the zeroes.
    Ok(unsafe { found.si_pid() } != 0)
}

/// Sends `signal` to `child`, which has not been reaped.
///
/// # Errors
///
/// What kill(2) says.
pub fn signal(child: &Child, signal: Signal) -> io::Result<()> {
    // SAFETY: takes numbers only.
    done(unsafe { libc::kill(child.id().cast_signed(), signal.number()) })
}

/// Sends `signal` to the process with this number.
///
/// # Errors
///
/// `InvalidInput` for what is no number of one process; else what kill(2) says.
pub fn signal_pid(number: u32, signal: Signal) -> io::Result<()> {
    match i32::try_from(number) {
        // SAFETY: takes numbers only.
        Ok(number @ 1..) => done(unsafe { libc::kill(number, signal.number()) }),
        _ => Err(io::ErrorKind::InvalidInput.into()), // a group, or all processes
    }
}

/// How a child process has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By itself, with this exit status.
    Exit(i32),
    /// By a signal.
    Signal {
        /// Its number.
        number: i32,
        /// Whether a core file was written.
        core: bool,
    },
}

/// Reaps one child of this process that has ended, whichever that is; `None` if none has.
///
/// Not for a process that also waits for children of std's `Command`: it would take their status away.
///
/// # Errors
///
/// What waitpid(2) says.
pub fn reap() -> io::Result<Option<(u32, Ended)>> {
    let mut status = 0;
    // SAFETY: `status` is writable.
    let number = unsafe { libc::waitpid(-1, &raw mut status, libc::WNOHANG) };
    match done(number) {
        Ok(()) if number == 0 => Ok(None),
        Ok(()) => Ok(Some((number.cast_unsigned(), ended(status)))),
        Err(error) if error.raw_os_error() == Some(libc::ECHILD) => Ok(None),
        Err(error) => Err(error),
    }
}

fn ended(status: i32) -> Ended {
    if libc::WIFEXITED(status) {
        return Ended::Exit(libc::WEXITSTATUS(status));
    }
    Ended::Signal {
        number: libc::WTERMSIG(status),
        core: libc::WCOREDUMP(status),
    }
}

/// Whether the process `number` runs, as far as this one may know. A child that has ended is reaped by the way.
pub fn is_there(number: u32) -> bool {
    let number = number.cast_signed();
    let mut status = 0;
    // SAFETY: `status` is writable; no child of this number is an error, not undefined behaviour.
    if number <= 0 || unsafe { libc::waitpid(number, &raw mut status, libc::WNOHANG) } == number {
        return false;
    }
    // SAFETY: takes numbers only; signal 0 is sent to nobody.
    done(unsafe { libc::kill(number, 0) }).is_ok()
}

/// When the process `number` was started, in the system's ticks since the machine was; `None` if it has ended, or is not there.
pub fn started(number: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    // The second field is a name in parentheses, of any characters.
    let mut fields = text.rsplit_once(") ")?.1.split(' ');
    let state = fields.next()?;
    match state {
        "Z" | "X" => None,
        _ => fields.nth(18)?.parse().ok(),
    }
}

/// Ends this process now: nothing more of it runs, no destructor, no exit handler, whatever its threads do.
pub fn exit_now(status: i32) -> ! {
    // SAFETY: takes a number, and does not return.
    unsafe { libc::_exit(status) }
}

/// The system's number of this thread.
pub fn thread_number() -> i32 {
    // SAFETY: no arguments, cannot fail.
    unsafe { libc::gettid() }
}

/// Sends `signal` to the first thread of this process, whichever thread calls.
///
/// # Errors
///
/// What tgkill(2) says.
pub fn signal_first_thread(signal: Signal) -> io::Result<()> {
    let own = std::process::id().cast_signed(); // which is the first thread's number, too
    // SAFETY: takes numbers only.
    match unsafe { libc::syscall(libc::SYS_tgkill, own, own, signal.number()) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Sends `signal` to the process group that `leader` leads. `leader` has not been reaped, so the number is still its own.
///
/// # Errors
///
/// What kill(2) says.
pub fn signal_group(leader: &Child, signal: Signal) -> io::Result<()> {
    // SAFETY: takes numbers only.
    done(unsafe { libc::kill(-leader.id().cast_signed(), signal.number()) })
}

/// Whether the process group `number` has no member any more, not even one that waits to be reaped.
pub fn group_is_gone(number: u32) -> bool {
    // SAFETY: takes numbers only; signal 0 is sent to nobody.
    let answer = done(unsafe { libc::kill(-number.cast_signed(), 0) });
    answer.is_err_and(|error| error.raw_os_error() == Some(libc::ESRCH))
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::process::{CommandExt, ExitStatusExt};
    use std::process::{Command, Stdio};

    use super::{
        Ended, end_with_parent, ended, group_is_gone, has_ended, reap, signal, signal_group,
        signal_pid, started,
    };
    use crate::in_child::in_child;
    use crate::signal::Signal;

    #[test]
    fn a_signalled_child_is_seen_as_ended_before_it_is_reaped() {
        let mut command = Command::new("sleep");
        end_with_parent(command.arg("60"), Signal::Terminate);
        let mut child = command.spawn().unwrap();
        assert!(!has_ended(&child).unwrap());
        signal(&child, Signal::Kill).unwrap();
        while !has_ended(&child).unwrap() {}
        assert!(has_ended(&child).unwrap());
        assert_eq!(child.wait().unwrap().signal(), Some(libc::SIGKILL));
    }

    #[test]
    #[expect(clippy::zombie_processes, reason = "what reaps them is under test")]
    fn ended_children_are_reaped_one_by_one_with_the_reason() {
        in_child(|| {
            assert_eq!(reap().unwrap(), None, "no child at all");
            let mut command = Command::new("sh");
            let exits = command.args(["-c", "exit 3"]).spawn().unwrap();
            let next = || loop {
                if let Some(found) = reap().unwrap() {
                    break found;
                }
            };
            assert_eq!(next(), (exits.id(), Ended::Exit(3)));
            let killed = Command::new("sleep").arg("600").spawn().unwrap();
            assert_eq!(reap().unwrap(), None, "it still runs");
            signal_pid(killed.id(), Signal::Kill).unwrap();
            let by_signal = Ended::Signal {
                number: libc::SIGKILL,
                core: false,
            };
            assert_eq!(next(), (killed.id(), by_signal));
            assert!(signal_pid(killed.id(), Signal::Kill).is_err());
        });
        let with_core = Ended::Signal {
            number: libc::SIGSEGV,
            core: true,
        };
        assert_eq!(ended(libc::SIGSEGV | 0x80), with_core);
    }

    #[test]
    fn a_process_that_has_ended_has_no_start_even_before_it_is_reaped() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let (own, its) = (started(std::process::id()), started(child.id()));
        assert!(own.is_some() && own <= its, "{own:?} {its:?}");
        child.kill().unwrap();
        while started(child.id()).is_some() {}
        child.wait().unwrap();
        assert_eq!(started(child.id()), None);
    }

    #[test]
    fn a_number_that_means_many_processes_is_refused() {
        for number in [0, u32::MAX, 1 << 31] {
            assert!(signal_pid(number, Signal::Child).is_err());
        }
    }

    #[test]
    fn a_group_is_signalled_after_its_leader_has_ended() {
        let mut leader = Command::new("sh")
            .args(["-c", "sleep 60 & exit"])
            .process_group(0)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        while !has_ended(&leader).unwrap() {}
        signal_group(&leader, Signal::Kill).unwrap();
        // The pipe ends once its last holder, the sleeping one, is gone.
        let mut rest = String::new();
        let mut stdout = leader.stdout.take().unwrap();
        stdout.read_to_string(&mut rest).unwrap();
        assert!(!group_is_gone(leader.id()), "its leader is not reaped");
        leader.wait().unwrap();
        while !group_is_gone(leader.id()) {} // the other one is reaped by its new parent
    }
}
