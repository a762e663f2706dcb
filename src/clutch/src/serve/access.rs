//! What httpd's own user may read, as the kernel itself judges it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use clutch_sys::account::{self, Account};

/// The users that distributions have for httpd, and the one that every system has.
const USERS: [&str; 5] = ["www-data", "apache", "http", "wwwrun", "nobody"];

/// The account that httpd's processes become, the one `asked` for if any; `None`: they stay who we are, as only root can
/// become another.
///
/// # Errors
///
/// There is no such account, it is root's, or we are not root and so cannot become it.
pub(crate) fn reader(asked: Option<&str>) -> Result<Option<Account>> {
    match (asked, account::is_root()) {
        (None, false) => Ok(None),
        (Some(name), false) => bail!("only root can serve as another user, such as {name}"),
        (Some(name), true) => {
            let account =
                Account::named(name)?.with_context(|| format!("there is no user {name}"))?;
            if account.uid == 0 {
                bail!("httpd refuses to serve as root; choose another user with --user");
            }
            Ok(Some(account))
        }
        (None, true) => {
            for name in USERS {
                if let Some(account) = Account::named(name)? {
                    return Ok(Some(account));
                }
            }
            bail!(
                "none of the users {} exists; choose one with --user",
                USERS.join(", ")
            )
        }
    }
}

/// The first of `paths`, or of the directories above it, that `reader` may not enter or read; `None` if all are open.
pub(crate) fn first_locked(reader: &Account, paths: &[&Path]) -> Option<PathBuf> {
    let closed = paths.iter().find(|path| !may(reader, "-r", path))?;
    let mut above: Vec<_> = closed.ancestors().skip(1).collect();
    above.reverse();
    let door = above
        .into_iter()
        .find(|directory| !may(reader, "-x", directory));
    Some(door.unwrap_or(closed).to_owned())
}

/// Asks test(1), as `reader`, so that groups, access lists and security modules have their say.
fn may(reader: &Account, question: &str, path: &Path) -> bool {
    let mut command = Command::new("test");
    command.arg(question).arg(path).current_dir("/");
    reader.runs(command.stdin(Stdio::null()));
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::io::{self, Write as _};
    use std::os::unix::fs::PermissionsExt;

    use clutch_sys::account::is_root;

    use super::{first_locked, reader};

    #[test]
    fn users_that_cannot_serve_are_refused() {
        if !is_root() {
            assert_eq!(reader(None).unwrap(), None);
            assert!(reader(Some("nobody")).is_err());
            return;
        }
        assert!(reader(None).unwrap().is_some());
        assert!(reader(Some("root")).is_err());
        assert!(reader(Some("no such user")).is_err());
    }

    #[test]
    fn the_door_that_is_locked_is_named() {
        if !is_root() {
            let _ = writeln!(
                io::stderr(),
                "SKIPPED: what other users may read: only root may look with another user's eyes"
            );
            return;
        }
        let nobody = reader(Some("nobody")).unwrap().unwrap();
        let directory = std::env::temp_dir().join(format!("clutch-access-{}", std::process::id()));
        let inner = directory.join("inner");
        fs::create_dir_all(&inner).unwrap();
        let file = inner.join("file");
        fs::write(&file, "").unwrap();
        assert_eq!(first_locked(&nobody, &[&inner, &file]), None);
        fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        assert_eq!(first_locked(&nobody, &[&inner, &file]), Some(file.clone()));
        fs::set_permissions(&directory, Permissions::from_mode(0o700)).unwrap();
        assert_eq!(first_locked(&nobody, &[&file]), Some(directory.clone()));
        fs::remove_dir_all(&directory).unwrap();
    }
}
