//! A gate at which an application waits until the test opens it.

use std::cell::RefCell;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::wait;

/// A named pipe: the application reads it, the test writes to it.
///
/// In the application: `open(path).read()` waits until [`Gate::open`] is called.
#[derive(Debug)]
pub struct Gate {
    path: PathBuf,
    held: RefCell<Option<File>>,
}

impl Gate {
    /// A new closed gate at `path`.
    ///
    /// # Panics
    ///
    /// If it cannot be made.
    pub fn at(path: PathBuf) -> Self {
        let made = Command::new("mkfifo").arg(&path).status();
        assert!(
            made.is_ok_and(|status| status.success()),
            "mkfifo {}",
            path.display()
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        Self {
            path,
            held: RefCell::new(None),
        }
    }

    /// Where the application finds it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Waits until an application stands at the gate, and leaves it there.
    ///
    /// # Panics
    ///
    /// If nobody comes.
    pub fn wait_for_reader(&self) {
        // While this end is open the reader waits; a reader that waits in `open` is woken by it and then waits in `read`.
        self.held.replace(Some(self.writer()));
    }

    /// Waits until an application stands at the gate, then lets it through.
    ///
    /// # Panics
    ///
    /// If nobody comes.
    pub fn open(&self) {
        let mut pipe = self.held.take().unwrap_or_else(|| self.writer());
        // The reader sees this and then the end.
        pipe.write_all(b"open").unwrap();
    }

    fn writer(&self) -> File {
        let writer = || {
            OpenOptions::new()
                .write(true)
                .custom_flags(NONBLOCK)
                .open(&self.path)
                .ok()
        };
        wait::until(&format!("a reader of {}", self.path.display()), writer)
    }
}

/// Opening fails while nobody reads, instead of waiting without a deadline.
const NONBLOCK: i32 = rustix::fs::OFlags::NONBLOCK.bits() as i32;
