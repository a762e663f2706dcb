//! The directory of one run: made private, deleted with all that is in it.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use anyhow::Result;
use clutch_sys::account::Account;

use crate::private::PrivateDirectory;

/// Deleted when dropped, unless it is to be kept.
#[derive(Debug)]
pub(crate) struct RunDirectory(PrivateDirectory);

/// Types of the files that a page is made of, for systems without a list of their own.
const MIME_TYPES: &str = "\
text/html html htm\ntext/css css\ntext/javascript js mjs\ntext/plain txt\napplication/json json\nimage/svg+xml svg
image/png png\nimage/jpeg jpeg jpg\nimage/gif gif\nimage/webp webp\nimage/x-icon ico\nfont/woff2 woff2\n";

impl RunDirectory {
    /// Makes one that nobody but us may enter; `visitor`, whom httpd's processes become, may pass through it.
    ///
    /// # Errors
    ///
    /// It cannot be made in the directory for temporary files.
    pub(crate) fn make(visitor: Option<&Account>, keep: bool) -> Result<Self> {
        let directory = Self(PrivateDirectory::make(keep)?);
        if let Some(visitor) = visitor {
            chown(directory.path(), None, Some(visitor.gid))?;
            fs::set_permissions(directory.path(), Permissions::from_mode(0o710))?;
        }
        fs::create_dir(directory.documents())?;
        fs::set_permissions(directory.documents(), Permissions::from_mode(0o755))?;
        fs::write(directory.path().join("mime.types"), MIME_TYPES)?;
        Ok(directory)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// An empty directory, readable by all who get so far.
    pub(crate) fn documents(&self) -> PathBuf {
        self.path().join("documents")
    }

    /// The system's list of file types, else one of our own.
    pub(crate) fn mime_types(&self) -> PathBuf {
        let system = Path::new("/etc/mime.types");
        match system.exists() {
            true => system.to_owned(),
            false => self.path().join("mime.types"),
        }
    }

    /// Writes httpd's configuration; says into which file.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn write_config(&self, text: &str) -> io::Result<PathBuf> {
        let file = self.path().join("httpd.conf");
        fs::write(&file, text)?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::RunDirectory;

    #[test]
    fn a_run_has_a_private_directory_while_it_lasts() {
        let directory = RunDirectory::make(None, false).unwrap();
        let path = directory.path().to_owned();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        let file = directory.write_config("# x\n").unwrap();
        assert_eq!(fs::read_to_string(file).unwrap(), "# x\n");
        drop(directory);
        assert!(!path.exists());
    }

    #[test]
    fn a_directory_to_keep_is_kept() {
        let directory = RunDirectory::make(None, true).unwrap();
        let path = directory.path().to_owned();
        drop(directory);
        fs::remove_dir_all(path).unwrap();
    }
}
