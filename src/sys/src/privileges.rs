//! Giving up what a process may do. What is given up here does not come back, and each step is checked.
//!
//! A program does this at its start, while it has one thread: what is not said to hold for the whole process holds for the
//! calling thread and those that it makes later.

use std::ffi::{CStr, CString};
use std::io;
use std::path::Path;

use rustix::fs::Mode;

use crate::signal::Signal;
use crate::{done, failed};

/// Who a process is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// User number.
    pub uid: u32,
    /// Number of the main group.
    pub gid: u32,
    /// All other groups.
    pub groups: Groups,
}

/// The groups of a process beside its main one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Groups {
    /// These, and no others.
    Exactly(Vec<u32>),
    /// Those that the group database has for the user of this name.
    OfUser(CString),
}

/// Becomes `wanted`, for the whole process, and for good unless that is root. Only root may.
///
/// Groups first, then the main group, then the user: after the user has changed the others may no longer be set.
///
/// # Errors
///
/// The failed call and its reason; `PermissionDenied` if root could be had back. The process is then in no defined state
/// and must end.
pub fn become_user(wanted: &Identity) -> io::Result<()> {
    let Identity { uid, gid, .. } = *wanted;
    match &wanted.groups {
        Groups::Exactly(groups) => set_groups(groups)?,
        Groups::OfUser(name) => init_groups(name, gid)?,
    }
    // SAFETY: takes a number.
    done(unsafe { libc::setgid(gid) })
        .map_err(|error| failed(format_args!("setgid({gid})"), error))?;
    // SAFETY: takes a number.
    done(unsafe { libc::setuid(uid) })
        .map_err(|error| failed(format_args!("setuid({uid})"), error))?;
    verify(uid, gid)
}

fn set_groups(groups: &[u32]) -> io::Result<()> {
    // SAFETY: `groups` is valid for its own length.
    done(unsafe { libc::setgroups(groups.len(), groups.as_ptr()) })
        .map_err(|error| failed(format_args!("setgroups({groups:?})"), error))
}

fn init_groups(name: &CStr, gid: u32) -> io::Result<()> {
    // SAFETY: `name` is NUL-terminated.
    done(unsafe { libc::initgroups(name.as_ptr(), gid) }).map_err(|error| {
        failed(
            format_args!("initgroups({}, {gid})", name.to_string_lossy()),
            error,
        )
    })
}

/// The real, effective and saved numbers are all the wanted ones, and root cannot be had back.
fn verify(uid: u32, gid: u32) -> io::Result<()> {
    let denied = |text: String| Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
    let (mut users, mut groups) = ([u32::MAX; 3], [u32::MAX; 3]);
    let [real, effective, saved] = &mut users;
    // SAFETY: three places to write to.
    done(unsafe { libc::getresuid(real, effective, saved) })
        .map_err(|error| failed("getresuid", error))?;
    let [real, effective, saved] = &mut groups;
    // SAFETY: three places to write to.
    done(unsafe { libc::getresgid(real, effective, saved) })
        .map_err(|error| failed("getresgid", error))?;
    if users != [uid; 3] || groups != [gid; 3] {
        return denied(format!(
            "the process is user {users:?} and group {groups:?}, not {uid} and {gid}"
        ));
    }
    // SAFETY: takes a number.
    if uid != 0 && unsafe { libc::setuid(0) } == 0 {
        return denied(format!("setuid({uid}): the process can become root again"));
    }
    // SAFETY: takes a number.
    if uid != 0 && gid != 0 && unsafe { libc::setgid(0) } == 0 {
        return denied(format!(
            "setgid({gid}): the process can take root's group again"
        ));
    }
    Ok(())
}

/// No program that this thread and its later children run gets more rights than it has (set-user-ID bits, capabilities).
///
/// # Errors
///
/// The failed call and its reason.
pub fn no_new_privileges() -> io::Result<()> {
    rustix::thread::set_no_new_privs(true)
        .map_err(|error| failed("prctl(PR_SET_NO_NEW_PRIVS)", error))
}

/// Files that this process makes get no bit of `mask`, for the whole process. Says the mask before.
pub fn set_umask(mask: u32) -> u32 {
    rustix::process::umask(Mode::from_bits_truncate(mask)).bits()
}

/// The calling thread gets a smaller share of the processor than others (up to 19) or a larger one (down to -20, only as
/// root). Threads that it makes later are as it is.
///
/// # Errors
///
/// The failed call and its reason.
pub fn set_priority(priority: i32) -> io::Result<()> {
    rustix::process::setpriority_process(None, priority)
        .map_err(|error| failed(format_args!("setpriority({priority})"), error))
}

/// `directory` becomes the root directory, and the working directory, of the whole process. Only root may; and root can
/// leave it again, so it is worth something only together with [`become_user`].
///
/// # Errors
///
/// The failed call and its reason.
pub fn change_root(directory: &Path) -> io::Result<()> {
    rustix::process::chroot(directory)
        .map_err(|error| failed(format_args!("chroot({})", directory.display()), error))?;
    rustix::process::chdir("/").map_err(|error| failed("chdir(/)", error))
}

/// This process gets `signal` when the thread that has started it ends. Forgotten at a change of the user, so ask after
/// that; and then look whether the parent is still the one it was.
///
/// # Errors
///
/// The failed call and its reason.
pub fn parent_death_signal(signal: Signal) -> io::Result<()> {
    // SAFETY: PR_SET_PDEATHSIG takes one number.
    done(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, signal.number()) })
        .map_err(|error| failed("prctl(PR_SET_PDEATHSIG)", error))
}

#[cfg(test)]
mod tests;
