//! The files of this machine.

use std::fs;
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use clutch_core::apache::{Entry, Files};

/// The longest file that is read, in bytes.
const LONGEST: u64 = 16 * 1024 * 1024;

/// The most entries of a directory that are looked at.
const MOST: usize = 100_000;

/// The file system.
pub(super) struct Disk;

impl Files for Disk {
    fn read(&mut self, path: &Path) -> io::Result<Vec<u8>> {
        let found = fs::metadata(path)?;
        if !found.is_file() {
            return Err(io::Error::other("it is no file"));
        }
        let mut text = Vec::new();
        let mut file = fs::File::open(path)?.take(LONGEST + 1);
        file.read_to_end(&mut text)?;
        match text.len() as u64 > LONGEST {
            true => Err(io::Error::other("it is too long for a configuration")),
            false => Ok(text),
        }
    }

    fn list(&mut self, directory: &Path) -> io::Result<Vec<Entry>> {
        let entries = fs::read_dir(directory)?.flatten().take(MOST);
        let entry = |entry: fs::DirEntry| {
            let kind = entry.file_type().ok();
            let is_link = kind.is_some_and(|kind| kind.is_symlink());
            Entry {
                is_directory: match is_link {
                    true => entry.path().is_dir(),
                    false => kind.is_some_and(|kind| kind.is_dir()),
                },
                is_link,
                name: entry.file_name().into_vec(),
            }
        };
        Ok(entries.map(entry).collect())
    }

    fn is_directory(&mut self, path: &Path) -> bool {
        path.is_dir()
    }

    fn exists(&mut self, path: &Path) -> bool {
        path.exists()
    }
}
