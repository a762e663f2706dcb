//! Tells exactly and at once whether source files that somebody has read have changed.
//!
//! The kernel notes every change of the files' directories and of the names on the way to them in a queue (inotify), and
//! whoever asks reads that queue first, so a change that was complete before the question is in the answer, without a
//! thread of its own. An event is a reason to look, never an answer: a file has changed if what it leads to is another
//! file, or has another size or another time.
//!
//! - `queue`: the kernel's queue. `directories`: what is watched, and who depends on it. `route`: the names on the way to
//!   a file. `stamp`: what tells two states of a file apart. `polling`: files whose directories cannot be watched.
//!   `files` and `followed`: who follows what. `state`: all of it, behind the lock.
//!
//! A write in place counts when the writer closes the file, or has not written for half a second. The kernel does not tell
//! a writer's work from truncate(2) by path and from a new time of modification alone, so those count as late as that.
//!
//! Not noticed: a file system mounted over a directory on the way, and a module that would now be found before the one
//! that was read.

use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use clutch_sys::lock::Mutex;

mod directories;
mod files;
mod filesystem;
mod followed;
mod polling;
mod queue;
mod route;
mod stamp;
mod state;
#[cfg(test)]
mod tests;

use queue::Queue;
use stamp::Seen;
use state::{Bounds, State};

/// What one follower may ask for: more files are not followed, files in more directories are looked at instead.
const BOUNDS: Bounds = Bounds {
    files: 20_000,
    directories: 4_000,
};

/// How long an answer may be old where more than a few files are looked at instead of watched.
pub const PAUSE: Duration = Duration::from_millis(100);

/// Somebody who has read files, by a number of the caller's choice that is never used again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Follower(pub u64);

/// One file that is not what it was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// The path by which it is followed.
    pub file: PathBuf,
    /// When it changed; for a file that is gone, when that was noticed.
    pub at: SystemTime,
}

/// The watch over source files; one for the process.
///
/// All functions may be called from any thread, detached from Python: they take a lock, and look at files.
pub struct Watch {
    state: Mutex<State>,
    /// The queue's descriptor; waited on without the lock. `None`: everything is polled.
    descriptor: Option<Arc<OwnedFd>>,
}

impl Watch {
    /// A watch over nothing. If the system has no queue to give, everything will be looked at instead; the log says so.
    pub fn new() -> Self {
        let queue = Queue::open()
            .inspect_err(|error| tracing::info!(%error, "source files cannot be watched"));
        Self::with(queue.ok(), BOUNDS)
    }

    fn with(queue: Option<Queue>, bounds: Bounds) -> Self {
        Self {
            descriptor: queue.as_ref().map(Queue::descriptor),
            state: Mutex::new(State::new(queue, bounds)),
        }
    }

    /// Follows `files` from now on, as they were at `since`, the time before the first of them was read. Files that are
    /// followed already stay as they were first seen.
    ///
    /// A file that was changed after `since` counts as changed at once; so does one that was changed up to 10 ms before,
    /// because no kernel's file times are more exact. Callers that want no such second look wait for
    /// [`settled`](Self::settled) before they take the time. A file that is not there is no change; when it comes, that is.
    pub fn follow(&self, follower: Follower, files: &[PathBuf], since: SystemTime) {
        self.state.lock().follow(follower, files, since);
    }

    /// Ends everything for `follower`; directories that nobody else needs are watched no longer.
    pub fn forget(&self, follower: Follower) {
        self.state.lock().forget(follower);
    }

    /// The first change that was noticed since the files were followed or accepted; the same at every call.
    ///
    /// Every change that was complete before the call is seen (see the module for what is complete later), except of
    /// files that are looked at instead of watched: if a follower has more than 50 of those, the answer may be as old as
    /// [`PAUSE`].
    pub fn changed(&self, follower: Follower) -> Option<Change> {
        let look = {
            let mut state = self.state.lock();
            state.catch_up();
            let change = state.change(follower);
            if change.is_some() {
                return change;
            }
            state.look(follower)?
        };
        // Without the lock: a file server that does not answer stops nobody but those who need it.
        let found = look.polling.look();
        let mut state = self.state.lock();
        state.take(follower, &look, found);
        state.change(follower)
    }

    /// Takes the files as they were at `since`, so that only changes after it count: the follower goes on although it
    /// knows of a change, because a new version could not be made of it.
    pub fn accept(&self, follower: Follower, since: SystemTime) {
        let mut state = self.state.lock();
        state.catch_up();
        state.accept(follower, since);
    }

    /// Waits until the follower's files, and other sources in their directories, were left alone for `quiet`, at most for
    /// `limit`; whether they were. At once if the last change is older than `quiet`.
    pub fn settled(&self, follower: Follower, quiet: Duration, limit: Duration) -> bool {
        let begun = Instant::now();
        loop {
            let surroundings = {
                let mut state = self.state.lock();
                state.catch_up();
                state.surroundings(follower)
            };
            let Some((files, told)) = surroundings else {
                return true;
            };
            let seen = files.iter().filter_map(|file| touched_at(file));
            let last = seen.chain(told).max();
            let age = last.map_or(quiet, |last| last.elapsed().unwrap_or_default());
            if age >= quiet {
                return true;
            }
            let left = limit.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return false;
            }
            thread::sleep(left.min(quiet - age));
        }
    }

    /// Waits, for a thread in the background, until it is worth to ask whether files have [`changed`](Self::changed);
    /// false if `limit` passed before. Stays true until somebody has asked.
    pub fn wait(&self, limit: Duration) -> bool {
        let again = self.state.lock().again();
        let most = again.map_or(limit, |again| again.min(limit));
        let events = match &self.descriptor {
            Some(descriptor) => queue::wait(descriptor, most),
            None => {
                thread::sleep(most);
                false
            }
        };
        events || again.is_some()
    }
}

impl Default for Watch {
    fn default() -> Self {
        Self::new()
    }
}

impl Change {
    fn of(file: &Path, seen: Option<Seen>) -> Self {
        Self {
            file: file.into(),
            at: seen.map_or_else(SystemTime::now, |(_, at)| at),
        }
    }

    /// The change of a file that was seen as it is, if it was changed after `since`.
    fn since(file: &Path, seen: Option<Seen>, since: SystemTime) -> Option<Self> {
        let (_, at) = seen?;
        stamp::after(at, since).then(|| Self::of(file, seen))
    }
}

/// When a file was changed last, or, if it is gone, its directory.
fn touched_at(file: &Path) -> Option<SystemTime> {
    let seen = stamp::of_file(file).or_else(|| stamp::of_file(file.parent()?));
    seen.map(|(_, at)| at)
}
