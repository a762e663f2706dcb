//! A directory for temporary files that nobody but us may enter.

use std::env;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};

/// Deleted with all that is in it when dropped, unless it is to be kept.
#[derive(Debug)]
pub(crate) struct PrivateDirectory {
    path: PathBuf,
    keep: bool,
}

impl PrivateDirectory {
    /// Makes one.
    ///
    /// # Errors
    ///
    /// It cannot be made in the directory for temporary files.
    pub(crate) fn make(keep: bool) -> Result<Self> {
        let path = make_unlike_others().with_context(|| {
            format!("no directory can be made in {}", env::temp_dir().display())
        })?;
        Ok(Self { path, keep })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for PrivateDirectory {
    fn drop(&mut self) {
        if !self.keep {
            let _ = fs::remove_dir_all(&self.path); // a left-over directory is no reason to fail
        }
    }
}

fn make_unlike_others() -> io::Result<PathBuf> {
    let temporary = fs::canonicalize(env::temp_dir())?;
    let moment = SystemTime::now().duration_since(UNIX_EPOCH);
    let moment = moment.map_or(0, |since| since.as_nanos());
    for attempt in 0..100 {
        let path = temporary.join(format!("clutch-{}-{:x}", process::id(), moment + attempt));
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}
