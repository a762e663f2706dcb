//! The files of a server: its applications', and those that they write.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::Httpd;
use super::gate::Gate;

impl Httpd {
    /// A script, `${APP}/name`.
    pub fn script(&self, name: &str) -> PathBuf {
        self.root().join("app").join(name)
    }

    /// Puts another text in the place of a file of the application, as an editor does: in one moment, with another time.
    pub fn save(&self, name: &str, text: &str) {
        let path = self.script(name);
        let beside = path.with_extension("new");
        let modified = |path| fs::metadata(path).and_then(|found| found.modified()).ok();
        let before = modified(&path);
        loop {
            fs::write(&beside, text).unwrap();
            if modified(&beside) != before {
                return fs::rename(beside, path).unwrap();
            }
            thread::sleep(Duration::from_millis(1)); // The clock of the file system has not gone on yet.
        }
    }

    /// A file that applications wrote, `${OUT}/name`.
    pub fn out(&self, name: &str) -> PathBuf {
        self.root().join("out").join(name)
    }

    /// What applications wrote to `${OUT}/name`; empty if nothing.
    pub fn written(&self, name: &str) -> String {
        fs::read_to_string(self.out(name)).unwrap_or_default()
    }

    /// A closed gate at `${OUT}/name`.
    pub fn gate(&self, name: &str) -> Gate {
        Gate::at(self.out(name))
    }
}
