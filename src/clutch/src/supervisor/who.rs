//! Whose the processes of a group are.

use std::io;
use std::path::PathBuf;

use clutch_core::config::daemon::{AccountName, DaemonGroup};
use clutch_core::control::{GroupSpec, Owner};
use clutch_core::log::Level;
use clutch_sys::account::{Account, UserGroup};
use clutch_sys::state;

use crate::daemon::log;

/// Whose the processes of a group are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Who {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// The user's name, if the number has one.
    pub(crate) name: Option<String>,
    /// The user's home directory, if there is an account.
    pub(crate) home: Option<PathBuf>,
    /// All groups, the main one among them; `None`: those of the user.
    pub(crate) groups: Option<Vec<u32>>,
}

impl Who {
    /// The directory where the daemons of `spec` remember what they learn: one for each user, beside that of httpd's children. Without
    /// one, because they would not see it or it cannot be made, they learn it again.
    pub(super) fn remembers_at(&self, spec: &GroupSpec) -> Option<PathBuf> {
        let beside = spec.state.clone().filter(|_| spec.group.chroot.is_none())?;
        let mut directory = beside.into_os_string();
        directory.push(format!("-of-{}", self.uid));
        let owner = Owner {
            uid: self.uid,
            gid: self.gid,
        };
        let owner = clutch_sys::account::is_root().then_some(&owner);
        state::directory(directory.into(), owner)
            .map_err(|why| log::say(Level::Info, &why))
            .ok()
    }
}

/// Whose the processes of `group` are: as its options say, else as those of `httpd`.
///
/// # Errors
///
/// One sentence: a user or group that there is not, or root.
pub(crate) fn who(group: &DaemonGroup, httpd: &Owner) -> io::Result<Who> {
    let account = match &group.user {
        Some(user) => account(user)?,
        None => Account::numbered(httpd.uid)?,
    };
    let uid = match (&account, &group.user) {
        (Some(account), _) => account.uid,
        (None, Some(AccountName::Number(uid))) => *uid,
        (None, _) => httpd.uid,
    };
    if uid == 0 && clutch_sys::account::is_root() {
        return Err(refused(
            "user root is not allowed to run applications".into(),
        ));
    }
    let gid = match &group.group {
        Some(name) => group_number(name)?,
        None => httpd.gid,
    };
    let groups = match &group.supplementary_groups {
        None => None,
        Some(names) => {
            let mut numbers = vec![gid];
            for name in names {
                numbers.push(group_number(name)?);
            }
            Some(numbers)
        }
    };
    Ok(Who {
        uid,
        gid,
        groups,
        home: account.as_ref().map(|account| account.home.clone()),
        name: account.map(|account| account.name),
    })
}

fn account(user: &AccountName) -> io::Result<Option<Account>> {
    match user {
        AccountName::Name(name) => match Account::named(name)? {
            Some(account) => Ok(Some(account)),
            None => Err(refused(format!("there is no user '{name}'"))),
        },
        AccountName::Number(uid) => Account::numbered(*uid),
    }
}

fn group_number(group: &AccountName) -> io::Result<u32> {
    match group {
        AccountName::Number(gid) => Ok(*gid),
        AccountName::Name(name) => match UserGroup::named(name)? {
            Some(group) => Ok(group.gid),
            None => Err(refused(format!("there is no group '{name}'"))),
        },
    }
}

fn refused(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

#[cfg(test)]
mod tests {
    use clutch_core::config::daemon::DaemonGroup;
    use clutch_core::control::Owner;

    use super::who;

    fn group(options: &str) -> DaemonGroup {
        let options = options.split_whitespace().map(str::as_bytes);
        let words: Vec<_> = std::iter::once(&b"shop"[..]).chain(options).collect();
        DaemonGroup::parse(&words).unwrap()
    }

    const HTTPD: Owner = Owner { uid: 33, gid: 33 };

    #[test]
    fn a_group_that_says_nothing_is_httpds_own() {
        let found = who(&group(""), &HTTPD).unwrap();
        assert_eq!((found.uid, found.gid, found.groups), (33, 33, None));
    }

    #[test]
    fn the_group_is_httpds_unless_it_is_named_and_others_are_as_listed() {
        let found = who(&group("user=nobody"), &HTTPD).unwrap();
        assert_eq!((found.uid, found.gid), (65534, 33));
        let found = who(
            &group("user=#4711 group=#12 supplementary-groups=daemon,#5"),
            &HTTPD,
        );
        let found = found.unwrap();
        assert_eq!((found.uid, found.gid, found.name), (4711, 12, None));
        assert_eq!(found.groups, Some(vec![12, 1, 5]));
    }

    #[test]
    fn nobody_unknown_is_taken_for_somebody() {
        for (options, said) in [
            ("user=no-such-user", "there is no user 'no-such-user'"),
            ("group=no-such-group", "there is no group 'no-such-group'"),
            ("supplementary-groups=nix", "there is no group 'nix'"),
        ] {
            let refusal = who(&group(options), &HTTPD).unwrap_err().to_string();
            assert_eq!(refusal, said);
        }
    }
}
