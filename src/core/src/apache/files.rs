//! The file system as a configuration sees it, and which files an `Include` means.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use super::pattern::{is_pattern, matches};

/// Something in a directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its name, without directories.
    pub name: Vec<u8>,
    /// It is a directory, or a symbolic link to one.
    pub is_directory: bool,
    /// It is a symbolic link.
    pub is_link: bool,
}

/// Where the files of a configuration lie.
pub trait Files {
    /// The text of a file.
    ///
    /// # Errors
    ///
    /// It is not there, or cannot be read.
    fn read(&mut self, path: &Path) -> io::Result<Vec<u8>>;

    /// What is in a directory.
    ///
    /// # Errors
    ///
    /// As [`Files::read`].
    fn list(&mut self, directory: &Path) -> io::Result<Vec<Entry>>;

    /// Whether there is a directory of this path.
    fn is_directory(&mut self, path: &Path) -> bool;

    /// Whether there is anything of this path.
    fn exists(&mut self, path: &Path) -> bool;
}

/// How deep directories are looked into, as httpd does.
const DEEPEST: usize = 20;

/// The most files that one line includes.
const MOST: usize = 10_000;

/// The files that `pattern`, an absolute path, means: itself, those below a directory, or those with names like it; in the order in
/// which httpd reads them.
pub(super) fn meant(pattern: &Path, files: &mut impl Files) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for path in like(pattern, files) {
        below(path, 0, files, &mut all);
    }
    all
}

/// The paths that `pattern`, an absolute path, means: itself, or those that are there with names like it.
pub(super) fn like(pattern: &Path, files: &mut impl Files) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::from("/")];
    let parts = pattern.components().skip(1);
    let parts: Vec<&OsStr> = parts.map(|part| part.as_os_str()).collect();
    for (at, part) in parts.iter().enumerate() {
        if !is_pattern(part.as_bytes()) {
            found.iter_mut().for_each(|path| path.push(part));
            continue;
        }
        let is_last = at + 1 == parts.len();
        let mut next = Vec::new();
        for directory in found {
            for entry in sorted(&directory, files) {
                if (is_last || entry.is_directory) && matches(part.as_bytes(), &entry.name) {
                    next.push(directory.join(OsStr::from_bytes(&entry.name)));
                }
            }
        }
        next.truncate(MOST);
        found = next;
    }
    found
}

/// `path` itself if it is no directory, else all files below it.
fn below(path: PathBuf, depth: usize, files: &mut impl Files, all: &mut Vec<PathBuf>) {
    if all.len() >= MOST {
        return;
    }
    if !files.is_directory(&path) {
        return all.push(path);
    }
    if depth == DEEPEST {
        return;
    }
    for entry in sorted(&path, files) {
        below(
            path.join(OsStr::from_bytes(&entry.name)),
            depth + 1,
            files,
            all,
        );
    }
}

fn sorted(directory: &Path, files: &mut impl Files) -> Vec<Entry> {
    let mut entries = files.list(directory).unwrap_or_default();
    entries.sort();
    entries
}
