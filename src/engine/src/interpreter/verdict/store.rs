//! The files of a directory that remembers: read with care, written in one step.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use clutch_core::verdict::MOST_BYTES;

/// How the names of the files begin.
pub(super) const PREFIX: &str = "verdict-";

/// The most files in the directory. The names of groups may come from clients, and then they come without end.
const MOST_FILES: usize = 2_000;

/// For names that no other thread of this process gives. Relaxed: only that they differ matters.
static NUMBERS: AtomicU32 = AtomicU32::new(0);

/// What is in a file of our own that nobody else may write; nothing if it is any other, or too large.
pub(super) fn read(file: &Path) -> Option<Vec<u8>> {
    // A link is not followed, and what is no file (a FIFO) not waited for.
    let opened = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(file)
        .ok()?;
    let found = opened.metadata().ok()?;
    let is_ours = found.uid() == rustix::process::geteuid().as_raw() && found.mode() & 0o022 == 0;
    let most = MOST_BYTES as u64;
    if !found.is_file() || !is_ours || found.len() > most {
        return None;
    }
    let mut text = Vec::new();
    opened.take(most + 1).read_to_end(&mut text).ok()?;
    Some(text)
}

/// Writes a file in one step: whoever reads finds all of it, or what was there before.
///
/// # Errors
///
/// What the system says; `StorageFull` if the directory has as many files as it may.
pub(super) fn write(directory: &Path, name: &Path, text: &[u8]) -> io::Result<()> {
    let file = directory.join(name);
    if !file.exists() && fs::read_dir(directory)?.count() >= MOST_FILES {
        return Err(io::ErrorKind::StorageFull.into());
    }
    let new = New::make(directory)?;
    let mut opened = &new.opened;
    opened.write_all(text)?;
    fs::rename(&new.path, file)
}

/// As [`write`], if more than half of the room is left: for what can be done without.
pub(super) fn write_if_roomy(directory: &Path, name: &Path, text: &[u8]) -> io::Result<()> {
    if fs::read_dir(directory)?.count() >= MOST_FILES / 2 {
        return Err(io::ErrorKind::StorageFull.into());
    }
    write(directory, name, text)
}

/// Deletes a file, if it is there.
pub(super) fn forget(file: &Path) {
    let _ = fs::remove_file(file); // what cannot be deleted is written anew, or forgotten again
}

/// A file that has no name to be found by yet; deleted when dropped.
struct New {
    path: PathBuf,
    opened: File,
}

impl New {
    fn make(directory: &Path) -> io::Result<Self> {
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        let path = directory.join(format!(".new-{}-{number}", std::process::id()));
        let open = || {
            let mut options = OpenOptions::new();
            options.write(true).create_new(true).mode(0o600).open(&path)
        };
        let opened = match open() {
            // A process of this number that was before us has left it.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                fs::remove_file(&path)?;
                open()?
            }
            other => other?,
        };
        Ok(Self { path, opened })
    }
}

impl Drop for New {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path); // after the last step it has another name
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, chown, symlink};
    use std::path::{Path, PathBuf};

    use super::{MOST_BYTES, forget, read, write};

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let name = format!("clutch-store-{}-{name}", std::process::id());
            let folder = std::env::temp_dir().join(name);
            fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_is_written_is_read_and_nothing_else_is_left() {
        let folder = Folder::new("written");
        let (name, file) = (Path::new("one"), folder.0.join("one"));
        for text in [&b"first"[..], b"second"] {
            write(&folder.0, name, text).unwrap();
            assert_eq!(read(&file).as_deref(), Some(text));
        }
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);
        forget(&file);
        assert_eq!(read(&file), None);
        assert!(write(&folder.0.join("none"), name, b"").is_err());
    }

    #[test]
    fn a_file_that_others_could_have_written_is_not_read() {
        let folder = Folder::new("foreign");
        let file = folder.0.join("file");
        fs::write(&file, "text").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        assert!(read(&file).is_some());
        let link = folder.0.join("link");
        symlink(&file, &link).unwrap();
        assert_eq!(read(&link), None, "a link");
        assert_eq!(read(&folder.0), None, "a directory");
        fs::set_permissions(&file, Permissions::from_mode(0o620)).unwrap();
        assert_eq!(read(&file), None, "its group may write it");
        fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        if rustix::process::geteuid().is_root() {
            chown(&file, Some(65_534), None).unwrap();
            assert_eq!(read(&file), None, "somebody else's");
        }
    }

    #[test]
    fn a_file_that_is_too_large_is_not_read() {
        let folder = Folder::new("large");
        let file = folder.0.join("file");
        for (size, is_read) in [(MOST_BYTES, true), (MOST_BYTES + 1, false)] {
            write(&folder.0, Path::new("file"), &vec![b'x'; size]).unwrap();
            assert_eq!(read(&file).is_some(), is_read, "{size}");
        }
    }
}
