//! Accounts of the system: who they are, and commands run as one of them.

use std::ffi::{CStr, CString};
use std::io;
use std::mem::MaybeUninit;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::ptr;

use crate::done;

/// A user with all groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The name it was asked for with.
    pub name: String,
    /// User number.
    pub uid: u32,
    /// Number of its main group.
    pub gid: u32,
    groups: Vec<libc::gid_t>,
}

impl Account {
    /// The account called `name`; `None` if there is none.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a name with a NUL; what the user database says.
    pub fn named(name: &str) -> io::Result<Option<Self>> {
        let c_name = CString::new(name)?;
        let mut text = vec![0; 16 * 1024]; // more than any sane line of a user database
        let mut record = MaybeUninit::<libc::passwd>::uninit();
        let mut found = ptr::null_mut();
        // SAFETY: `c_name` is NUL-terminated, `text` is writable for its length, the rest are places to write to.
        let error = unsafe {
            libc::getpwnam_r(
                c_name.as_ptr(),
                record.as_mut_ptr(),
                text.as_mut_ptr(),
                text.len(),
                &raw mut found,
            )
        };
        match (error, found.is_null()) {
            (0, false) => {}
            (0, true) => return Ok(None),
            (error, _) => return Err(io::Error::from_raw_os_error(error)),
        }
        // SAFETY: getpwnam_r has found the account and so filled `record`.
        let record = unsafe { record.assume_init() };
        Ok(Some(Self {
            name: name.to_owned(),
            uid: record.pw_uid,
            gid: record.pw_gid,
            groups: groups_of(&c_name, record.pw_gid)?,
        }))
    }

    /// The program that `command` starts runs as this account. Only root may.
    pub fn runs(&self, command: &mut Command) {
        let Self { uid, gid, .. } = *self;
        let groups = self.groups.clone();
        let assume = move || {
            // SAFETY: `groups` is valid for its own length.
            done(unsafe { libc::setgroups(groups.len(), groups.as_ptr()) })?;
            // SAFETY: takes numbers only.
            done(unsafe { libc::setgid(gid) })?;
            // SAFETY: takes numbers only.
            done(unsafe { libc::setuid(uid) })
        };
        // SAFETY: `assume` makes three system calls and allocates nothing, as is right between fork and exec.
        unsafe { command.pre_exec(assume) };
    }
}

fn groups_of(name: &CStr, gid: libc::gid_t) -> io::Result<Vec<libc::gid_t>> {
    let mut groups = vec![0; 256];
    let mut count = 256;
    // SAFETY: `name` is NUL-terminated, `groups` is writable for `count` numbers.
    let all =
        unsafe { libc::getgrouplist(name.as_ptr(), gid, groups.as_mut_ptr(), &raw mut count) };
    if all < 0 {
        return Err(io::Error::other("the account is in more than 256 groups"));
    }
    groups.truncate(count.unsigned_abs() as usize);
    Ok(groups)
}

/// The number of the user that this process is.
pub fn user() -> u32 {
    // SAFETY: no arguments, cannot fail.
    unsafe { libc::geteuid() }
}

/// Whether this process may do what only root may (its effective user is root).
pub fn is_root() -> bool {
    user() == 0
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write as _};
    use std::process::Command;

    use super::{Account, is_root};

    #[test]
    fn root_is_known_and_nobody_of_no_name_is_not() {
        let root = Account::named("root").unwrap().unwrap();
        assert_eq!((root.uid, root.gid), (0, 0));
        assert_eq!(Account::named("no such account").unwrap(), None);
        assert!(Account::named("nul\0").is_err());
    }

    #[test]
    fn a_command_runs_as_the_account_with_its_groups() {
        if !is_root() {
            let _ = writeln!(
                io::stderr(),
                "SKIPPED: commands of other accounts: only root may run a command as another account"
            );
            return;
        }
        let account = Account::named("nobody").unwrap().unwrap();
        let mut command = Command::new("id");
        account.runs(command.args(["-u"]));
        let output = command.output().unwrap();
        let uid = String::from_utf8(output.stdout).unwrap();
        assert_eq!(uid.trim(), account.uid.to_string());
    }
}
