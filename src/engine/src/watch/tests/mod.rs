//! The promises of the watch, each shown with real files and the kernel's own events.

use std::fs;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use super::{BOUNDS, Change, Follower, Watch, stamp};

mod changes;
mod places;
mod polling;
mod settling;
mod sharing;
mod speed;

const ONE: Follower = Follower(1);
const TWO: Follower = Follower(2);

/// A directory of a test's own.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("clutch-watch-{}-{count}", std::process::id());
        let path = fs::canonicalize(std::env::temp_dir()).unwrap().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file, in directories that are made if they are not there.
    pub(super) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.at(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A time such that everything written before it counts as older.
fn later() -> SystemTime {
    let begun = SystemTime::now();
    while begun.elapsed().is_ok_and(|passed| passed <= stamp::TICK) {
        thread::yield_now();
    }
    SystemTime::now()
}

/// A watch with one follower of `files` as they are.
fn following(files: &[PathBuf]) -> Watch {
    let watch = Watch::new();
    assert!(
        watch.descriptor.is_some(),
        "the system gives no inotify instance"
    );
    watch.follow(ONE, files, later());
    assert_eq!(watch.changed(ONE), None);
    watch
}

/// The file that the first follower is told of; from then on, what is there is accepted.
fn told(watch: &Watch) -> Option<PathBuf> {
    let change = watch.changed(ONE);
    watch.accept(ONE, later());
    change.map(|Change { file, .. }| file)
}

/// How many directories the kernel watches for us.
fn watched(watch: &Watch) -> usize {
    let descriptor = watch.descriptor.as_ref().unwrap().as_raw_fd();
    let about = fs::read_to_string(format!("/proc/self/fdinfo/{descriptor}")).unwrap();
    about.matches("inotify wd:").count()
}

/// A watch without a queue.
fn polling() -> Watch {
    Watch::with(None, BOUNDS)
}

const SOON: Duration = Duration::from_millis(1);
const LONG: Duration = Duration::from_secs(60);
