//! Directories where engines remember what they learn, over restarts.

use std::fs::{DirBuilder, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use clutch_core::control::Owner;

/// The name of the one for httpd's children, below httpd's directory for what belongs to one run.
pub const NAME: &str = "clutch-state";

/// Who may use it, and nobody else.
const MODE: u32 = 0o700;

/// `directory`, made or taken for `owner` alone; without one it is this process's own user's.
///
/// # Errors
///
/// One sentence: there is none, and why.
pub fn directory(directory: PathBuf, owner: Option<&Owner>) -> Result<PathBuf, String> {
    match make(&directory, owner) {
        Ok(()) => Ok(directory),
        Err(error) => {
            let directory = directory.display();
            Err(format!(
                "nothing is remembered over restarts: {directory}: {error}"
            ))
        }
    }
}

/// Makes `directory`, or takes the one that is there: what the system says, or `AlreadyExists` if somebody else's is in its place.
fn make(directory: &Path, owner: Option<&Owner>) -> io::Result<()> {
    match DirBuilder::new().mode(MODE).create(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => (),
    }
    // What is opened is changed, and not what is in its place by then.
    let opened = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_DIRECTORY)
        .open(directory)?;
    let found = opened.metadata()?;
    let own = crate::account::user();
    if found.uid() != own && owner.is_none_or(|owner| found.uid() != owner.uid) {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    opened.set_permissions(Permissions::from_mode(MODE))?;
    match owner {
        Some(owner) => fchown(&opened, Some(owner.uid), Some(owner.gid)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::make;
    use clutch_core::control::Owner;

    #[test]
    fn a_directory_is_made_or_taken_for_its_owner_alone() {
        let process = std::process::id();
        let place = std::env::temp_dir().join(format!("clutch-{process}-state"));
        fs::create_dir_all(&place).unwrap();
        let directory = place.join("state");
        make(&directory, None).unwrap();
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
        make(&directory, None).unwrap();
        let found = fs::metadata(&directory).unwrap();
        assert_eq!(found.mode() & 0o777, 0o700);

        let link = place.join("link");
        symlink(&directory, &link).unwrap();
        assert!(make(&link, None).is_err(), "a link leads elsewhere");
        let file = place.join("file");
        fs::write(&file, "").unwrap();
        assert!(make(&file, None).is_err());
        assert!(make(&place.join("no/where"), None).is_err());
        if found.uid() == 0 {
            let owner = Owner {
                uid: 65_534,
                gid: 65_534,
            };
            make(&directory, Some(&owner)).unwrap();
            let found = fs::metadata(&directory).unwrap();
            assert_eq!((found.uid(), found.gid()), (owner.uid, owner.gid));
            assert!(make(&directory, None).is_err(), "somebody else's");
        }
        fs::remove_dir_all(&place).unwrap();
    }
}
