//! Accounts and groups of the system's user database, and commands run as an account.

use std::ffi::{CStr, CString, OsStr, c_char};
use std::io;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::ptr;

use clutch_core::config::DaemonGroup;
use clutch_core::config::daemon::AccountName::Name;

use crate::done;

/// A user with all groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The name it has in the user database.
    pub name: String,
    /// User number.
    pub uid: u32,
    /// Number of its main group.
    pub gid: u32,
    /// Its home directory, which need not exist.
    pub home: PathBuf,
    groups: Vec<libc::gid_t>,
}

impl Account {
    /// The account called `name`; `None` if there is none.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a name with a NUL; what the user database says.
    pub fn named(name: &str) -> io::Result<Option<Self>> {
        let name = CString::new(name)?;
        // SAFETY: `name` is NUL-terminated, the rest are places to write to, as `look_up` promises.
        look_up(|record, text, size, found| unsafe {
            libc::getpwnam_r(name.as_ptr(), record, text, size, found)
        })
    }

    /// The account with the number `uid`, the first one if it has several names; `None` if there is none.
    ///
    /// # Errors
    ///
    /// What the user database says.
    pub fn numbered(uid: u32) -> io::Result<Option<Self>> {
        // SAFETY: places to write to, as `look_up` promises.
        look_up(|record, text, size, found| unsafe {
            libc::getpwuid_r(uid, record, text, size, found)
        })
    }

    /// The numbers of all its groups, the main one among them.
    pub fn groups(&self) -> &[u32] {
        &self.groups
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

/// A group of the group database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserGroup {
    /// The name it has there.
    pub name: String,
    /// Its number.
    pub gid: u32,
}

impl UserGroup {
    /// The group called `name`; `None` if there is none.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a name with a NUL; what the group database says.
    pub fn named(name: &str) -> io::Result<Option<Self>> {
        let name = CString::new(name)?;
        // SAFETY: `name` is NUL-terminated, the rest are places to write to, as `look_up` promises.
        look_up(|record, text, size, found| unsafe {
            libc::getgrnam_r(name.as_ptr(), record, text, size, found)
        })
    }

    /// The group with the number `gid`; `None` if there is none.
    ///
    /// # Errors
    ///
    /// What the group database says.
    pub fn numbered(gid: u32) -> io::Result<Option<Self>> {
        // SAFETY: places to write to, as `look_up` promises.
        look_up(|record, text, size, found| unsafe {
            libc::getgrgid_r(gid, record, text, size, found)
        })
    }
}

/// What a record of the C library becomes, while its texts are there.
trait FromRecord: Sized {
    type Record;

    fn from_record(record: &Self::Record) -> io::Result<Self>;
}

impl FromRecord for Account {
    type Record = libc::passwd;

    fn from_record(record: &libc::passwd) -> io::Result<Self> {
        // SAFETY: the name of a record that was found is NUL-terminated, and there as long as the record.
        let name = unsafe { CStr::from_ptr(record.pw_name) };
        // SAFETY: as is the home directory.
        let home = unsafe { CStr::from_ptr(record.pw_dir) };
        Ok(Self {
            name: name.to_string_lossy().into_owned(),
            uid: record.pw_uid,
            gid: record.pw_gid,
            home: OsStr::from_bytes(home.to_bytes()).into(),
            groups: groups_of(name, record.pw_gid)?,
        })
    }
}

impl FromRecord for UserGroup {
    type Record = libc::group;

    fn from_record(record: &libc::group) -> io::Result<Self> {
        // SAFETY: the name of a record that was found is NUL-terminated, and there as long as the record.
        let name = unsafe { CStr::from_ptr(record.gr_name) };
        Ok(Self {
            name: name.to_string_lossy().into_owned(),
            gid: record.gr_gid,
        })
    }
}

/// Asks a database by `ask`, one of the C library's functions: it gets places for the record, for the record's texts, the
/// size of the latter, and a place that says whether a record was found. Asks again with more place for long records.
fn look_up<T: FromRecord>(
    ask: impl Fn(*mut T::Record, *mut c_char, usize, *mut *mut T::Record) -> i32,
) -> io::Result<Option<T>> {
    let mut text = vec![0; 16 * 1024];
    loop {
        let mut record = MaybeUninit::<T::Record>::uninit();
        let mut found = ptr::null_mut();
        let error = ask(
            record.as_mut_ptr(),
            text.as_mut_ptr(),
            text.len(),
            &raw mut found,
        );
        match error {
            0 if found.is_null() => return Ok(None),
            0 => {
                // SAFETY: the function has found the record and so filled it; its texts are in `text`.
                return T::from_record(unsafe { record.assume_init_ref() }).map(Some);
            }
            libc::EINTR => {}
            libc::ERANGE if text.len() < MOST_TEXT => text.resize(text.len() * 4, 0),
            libc::ENOENT | libc::ESRCH => return Ok(None), // what some databases say instead of "none"
            error => return Err(io::Error::from_raw_os_error(error)),
        }
    }
}

/// A record with more bytes of text than this is an error. Groups with very many members have long ones.
const MOST_TEXT: usize = 16 * 1024 * 1024;

fn groups_of(name: &CStr, gid: libc::gid_t) -> io::Result<Vec<libc::gid_t>> {
    let mut groups = vec![0; 256];
    loop {
        let mut count = i32::try_from(groups.len()).unwrap_or(i32::MAX);
        let all = {
            let into = groups.as_mut_ptr();
            // SAFETY: `name` is NUL-terminated, `into` is writable for `count` numbers.
            unsafe { libc::getgrouplist(name.as_ptr(), gid, into, &raw mut count) }
        };
        let count = count.unsigned_abs() as usize;
        if all >= 0 {
            groups.truncate(count);
            return Ok(groups);
        }
        if groups.len() > 65_536 {
            return Err(io::Error::other(
                "the account is in more groups than a process can be in",
            ));
        }
        groups.resize(count.max(groups.len() * 2), 0);
    }
}

/// The number of the user that this process is.
pub fn user() -> u32 {
    // SAFETY: no arguments, cannot fail.
    unsafe { libc::geteuid() }
}

/// The number of the group that this process is.
pub fn group() -> u32 {
    // SAFETY: no arguments, cannot fail.
    unsafe { libc::getegid() }
}

/// Whether this process may do what only root may (its effective user is root).
pub fn is_root() -> bool {
    user() == 0
}

/// What is wrong with the users and groups that a group of daemons names, in words that follow its name; `None` if nothing is.
pub fn what_is_wrong_with(group: &DaemonGroup) -> Option<String> {
    for (option, user) in [
        ("user", &group.user),
        ("script-user", &group.script_user),
        ("socket-user", &group.socket_user),
    ] {
        let Some(Name(name)) = user else { continue };
        match Account::named(name) {
            Ok(Some(account)) if account.uid == 0 && option == "user" => {
                return Some("takes any user but root for its option user".into());
            }
            Ok(None) => {
                return Some(format!(
                    "takes a user of this machine for its option {option}, not '{name}'"
                ));
            }
            _ => (),
        }
    }
    let others = group.supplementary_groups.iter().flatten();
    let groups = [
        ("group", &group.group),
        ("script-group", &group.script_group),
    ];
    let named = groups
        .into_iter()
        .filter_map(|(option, name)| Some((option, name.as_ref()?)));
    named
        .chain(others.map(|name| ("supplementary-groups", name)))
        .find_map(|(option, name)| match name {
            Name(name) if matches!(UserGroup::named(name), Ok(None)) => Some(format!(
                "takes a group of this machine for its option {option}, not '{name}'"
            )),
            _ => None,
        })
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write as _};
    use std::process::Command;

    use super::{Account, UserGroup, is_root};

    #[test]
    fn root_is_known_and_nobody_of_no_name_is_not() {
        let root = Account::named("root").unwrap().unwrap();
        assert_eq!((root.uid, root.gid), (0, 0));
        assert_eq!(
            (root.name.as_str(), root.home.to_str()),
            ("root", Some("/root"))
        );
        assert!(root.groups().contains(&0));
        assert_eq!(Account::numbered(0).unwrap(), Some(root));
        assert_eq!(Account::numbered(4_000_000_000).unwrap(), None);
        assert_eq!(Account::named("no such account").unwrap(), None);
        assert!(Account::named("nul\0").is_err());
    }

    #[test]
    fn groups_are_found_by_name_and_number() {
        let root = UserGroup::named("root").unwrap().unwrap();
        assert_eq!((root.name.as_str(), root.gid), ("root", 0));
        assert_eq!(UserGroup::numbered(0).unwrap(), Some(root));
        assert_eq!(UserGroup::named("no such group").unwrap(), None);
        assert_eq!(UserGroup::numbered(4_000_000_000).unwrap(), None);
        assert!(UserGroup::named("nul\0").is_err());
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
