//! Whose a script must be to run in the daemons of a group: `script-user` and `script-group`.
//!
//! The file and the directory that holds it must belong to that user (or group), and nobody else may be able to write to
//! either. What the daemon opens a moment later is opened with the daemon's rights: this gate keeps the scripts of one user
//! out of the processes of another, it does not guard a directory that its owner shares.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use clutch_core::code::{self, Code, Fault};
use clutch_core::config::daemon::{AccountName, DaemonGroup};
use clutch_sys::account::{Account, UserGroup};

/// Write permission of the group.
const GROUP_WRITES: u32 = 0o020;

/// Write permission of everybody.
const ALL_WRITE: u32 = 0o002;

/// Whose the scripts of a group must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owners {
    user: Option<Wanted>,
    group: Option<Wanted>,
}

/// An account that a script must belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    /// As the operator has written it.
    name: String,
    /// `None` if there is no such account (any more): nothing belongs to it.
    number: Option<u32>,
}

impl Wanted {
    fn of(account: &AccountName, look_up: impl FnOnce(&str) -> Option<u32>) -> Self {
        match account {
            AccountName::Number(number) => Self {
                name: format!("#{number}"),
                number: Some(*number),
            },
            AccountName::Name(name) => Self {
                name: name.to_string(),
                number: look_up(name),
            },
        }
    }
}

/// Codes for the file and for its directory.
type Codes = [&'static Code; 2];

/// The codes of the lines about one gate.
struct Lines {
    /// Of what the file must be.
    owner: Owner,
    unknown: Codes,
    other: Codes,
    /// Of a user's own file: its group may not write either.
    group_writes: Option<Codes>,
    all_write: Codes,
}

const GROUP_LINES: Lines = Lines {
    owner: group_of,
    unknown: [code::GROUP_FILE_UNSEEN, code::GROUP_DIRECTORY_UNSEEN],
    other: [
        code::FILE_OF_ANOTHER_GROUP,
        code::DIRECTORY_OF_ANOTHER_GROUP,
    ],
    group_writes: None,
    all_write: [code::GROUP_FILE_OPEN, code::GROUP_DIRECTORY_OPEN],
};

const USER_LINES: Lines = Lines {
    owner: user_of,
    unknown: [code::USER_FILE_UNSEEN, code::USER_DIRECTORY_UNSEEN],
    other: [code::FILE_OF_ANOTHER_USER, code::DIRECTORY_OF_ANOTHER_USER],
    group_writes: Some([code::USER_FILE_OF_GROUP, code::USER_DIRECTORY_OF_GROUP]),
    all_write: [code::USER_FILE_OPEN, code::USER_DIRECTORY_OPEN],
};

impl Owners {
    /// Whose the scripts of `group` must be. Asks the system for the numbers of names.
    pub fn of(group: &DaemonGroup) -> Self {
        let user = |name: &str| Some(Account::named(name).ok()??.uid);
        let user_group = |name: &str| Some(UserGroup::named(name).ok()??.gid);
        Self {
            user: group.script_user.as_ref().map(|one| Wanted::of(one, user)),
            group: group
                .script_group
                .as_ref()
                .map(|one| Wanted::of(one, user_group)),
        }
    }

    /// Why `script` may not run, in one sentence; `None` if it may.
    pub fn doubt_about(&self, script: &Path) -> Option<Fault> {
        if self.user.is_none() && self.group.is_none() {
            return None;
        }
        let parent = script.parent().unwrap_or(Path::new("/"));
        let places = [(0, script), (1, parent)];
        let doubt = |one: &Option<Wanted>, lines| {
            let wanted = one.as_ref()?;
            let mut places = places.iter();
            places.find_map(|&(at, path)| wanted.doubt_about(path, at, lines))
        };
        doubt(&self.group, &GROUP_LINES).or_else(|| doubt(&self.user, &USER_LINES))
    }
}

type Owner = fn(&Metadata) -> (&'static str, u32);

fn user_of(found: &Metadata) -> (&'static str, u32) {
    ("user", found.uid())
}

fn group_of(found: &Metadata) -> (&'static str, u32) {
    ("group", found.gid())
}

impl Wanted {
    /// What is wrong with the file (`at` 0) or its directory (1).
    fn doubt_about(&self, path: &Path, at: usize, lines: &Lines) -> Option<Fault> {
        let what = ["the script", "the directory of the script"][at];
        let shown = path.display();
        let found = match fs::metadata(path) {
            Ok(found) => found,
            Err(error) => {
                let text = format!("{what}, {shown}, cannot be looked at: {error}");
                return Some(lines.unknown[at].says(text));
            }
        };
        let (kind, number) = (lines.owner)(&found);
        if self.number != Some(number) {
            let name = &self.name;
            return Some(lines.other[at].says(format!(
                "{what}, {shown}, belongs to {kind} {number} and not to {name}, which script-{kind} wants"
            )));
        }
        let mode = found.mode();
        let (code, who) = match lines.group_writes {
            _ if mode & ALL_WRITE != 0 => (lines.all_write[at], "everybody"),
            Some(codes) if mode & GROUP_WRITES != 0 => (codes[at], "its group"),
            _ => return None,
        };
        Some(code.says(format!(
            "{who} may write to {what}, {shown}, which script-{kind} does not allow"
        )))
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::path::Path;

    use clutch_core::code::Fault;
    use clutch_core::config::daemon::DaemonGroup;

    use super::Owners;

    fn owners(option: &str) -> Owners {
        Owners::of(&DaemonGroup::parse(&[b"shop", option.as_bytes()]).unwrap())
    }

    /// A script of this process's user and group in a directory of its own, with these modes; removed at the end.
    fn judged(option: &str, script_mode: u32, directory_mode: u32) -> Option<Fault> {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let directory =
            std::env::temp_dir().join(format!("owners-{}-{number}", std::process::id()));
        fs::create_dir(&directory).unwrap();
        let script = directory.join("app.wsgi");
        fs::write(&script, "").unwrap();
        fs::set_permissions(&script, Permissions::from_mode(script_mode)).unwrap();
        fs::set_permissions(&directory, Permissions::from_mode(directory_mode)).unwrap();
        let own = fs::metadata(&script).unwrap();
        let option = option
            .replace("UID", &own.uid().to_string())
            .replace("GID", &own.gid().to_string());
        let doubt = owners(&option).doubt_about(&script);
        fs::remove_dir_all(directory).unwrap();
        doubt
    }

    #[test]
    fn a_script_of_the_wanted_user_that_nobody_else_may_write_runs() {
        assert_eq!(judged("script-user=#UID", 0o644, 0o755), None);
        assert_eq!(judged("script-group=#GID", 0o664, 0o775), None);
        assert_eq!(owners("threads=1").doubt_about(Path::new("/no/such")), None);
    }

    #[test]
    fn every_doubt_has_its_own_line() {
        for (option, script, directory, id) in [
            ("script-group=#4711", 0o644, 0o755, "WSGI0155"),
            ("script-group=#GID", 0o666, 0o755, "WSGI0157"),
            ("script-group=#GID", 0o644, 0o757, "WSGI0161"),
            ("script-group=no-such-group", 0o644, 0o755, "WSGI0155"),
            ("script-user=#4711", 0o644, 0o755, "WSGI0164"),
            ("script-user=#UID", 0o664, 0o755, "WSGI0166"),
            ("script-user=#UID", 0o646, 0o755, "WSGI0167"),
            ("script-user=#UID", 0o644, 0o757, "WSGI0172"),
            ("script-user=#UID", 0o644, 0o775, "WSGI0173"),
        ] {
            let doubt = judged(option, script, directory).unwrap();
            assert!(
                doubt.code().wsgi.contains(&id),
                "{option} {script:o} {directory:o}: {doubt}"
            );
        }
        let missing = owners("script-user=#0").doubt_about(Path::new("/no/such/script"));
        assert!(missing.unwrap().code().wsgi.contains(&"WSGI0162"));
    }
}
