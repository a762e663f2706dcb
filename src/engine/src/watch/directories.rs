//! The watched directories, each once, and which followed files depend on which of their names.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use rustix::io::Errno;

use super::filesystem;
use super::queue::{Event, Interest, Number, Queue};
use super::stamp;

/// A followed file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct FileId(pub(super) u64);

/// A name in a real directory (no symbolic link on the way to it).
pub(super) type Entry = (Arc<Path>, OsString);

/// Endings of names that count as source when it is asked whether a directory has come to rest, followed or not. Editors'
/// own files and what applications write beside their code do not.
const SOURCES: [&str; 3] = ["py", "wsgi", "so"];

/// Why a directory cannot be watched.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Refusal {
    NoQueue,
    NoWatchLeft,
    NoPermission,
    TooMany,
    Untold(&'static str),
    Other(i32),
}

impl fmt::Display for Refusal {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoQueue => to.write_str("the system gives no inotify instance"),
            Self::NoWatchLeft => {
                to.write_str("no inotify watches are left (sysctl fs.inotify.max_user_watches)")
            }
            Self::NoPermission => to.write_str("a directory on the way may not be read"),
            Self::TooMany => to.write_str("they lie in too many directories"),
            Self::Untold(name) => write!(to, "{name} does not tell of all changes"),
            Self::Other(errno) => io::Error::from_raw_os_error(*errno).fmt(to),
        }
    }
}

/// Files that events may have been about.
#[derive(Default)]
pub(super) struct Suspects {
    pub(super) files: BTreeSet<FileId>,
    /// Those that somebody may be about to write: to be judged when they are closed, or have been left alone.
    pub(super) writing: BTreeSet<FileId>,
}

/// All watched directories, by their real paths.
pub(super) struct Directories {
    queue: Option<Queue>,
    known: HashMap<Arc<Path>, Directory>,
    /// More than one path for one number: the same directory, mounted twice.
    by_number: HashMap<Number, Vec<Arc<Path>>>,
}

struct Directory {
    /// `None`: what the kernel watched is gone, and nothing has taken its place yet.
    number: Option<Number>,
    interest: Interest,
    names: HashMap<OsString, BTreeSet<FileId>>,
    /// When sources in it changed last, as far as events have told.
    changed: Option<SystemTime>,
}

impl Directories {
    pub(super) fn new(queue: Option<Queue>) -> Self {
        Self {
            queue,
            known: HashMap::new(),
            by_number: HashMap::new(),
        }
    }

    /// Watches what stands at `real` now. A directory that is not there is nothing to watch, and no failure.
    pub(super) fn watch(&mut self, real: &Arc<Path>, interest: Interest) -> Result<(), Refusal> {
        let queue = self.queue.as_ref().ok_or(Refusal::NoQueue)?;
        let known = self.known.get(real).map(|known| known.interest);
        if known.is_none()
            && let Some(name) = filesystem::untold(real)
        {
            return Err(Refusal::Untold(name));
        }
        let interest = known.map_or(interest, |known| known.max(interest));
        match queue.add(real, interest) {
            Ok(number) => {
                self.note(real, interest, number);
                Ok(())
            }
            Err(error) => {
                self.lose(real);
                match Errno::from_io_error(&error) {
                    Some(Errno::NOENT | Errno::NOTDIR) => Ok(()),
                    Some(Errno::ACCESS) => Err(Refusal::NoPermission),
                    Some(Errno::NOSPC | Errno::NOMEM) => Err(Refusal::NoWatchLeft),
                    other => Err(Refusal::Other(other.map_or(0, Errno::raw_os_error))),
                }
            }
        }
    }

    fn note(&mut self, real: &Arc<Path>, interest: Interest, number: Number) {
        let directory = self.known.entry(Arc::clone(real)).or_insert(Directory {
            number: None,
            interest,
            names: HashMap::new(),
            changed: None,
        });
        directory.interest = interest;
        if directory.number != Some(number) {
            self.lose(real);
            if let Some(directory) = self.known.get_mut(real) {
                directory.number = Some(number);
            }
            let paths = self.by_number.entry(number).or_default();
            paths.push(Arc::clone(real));
        }
    }

    /// Another directory stands at `real` than the one that is watched, or none.
    fn lose(&mut self, real: &Arc<Path>) {
        let Some(number) = self.known.get_mut(real).and_then(|one| one.number.take()) else {
            return;
        };
        let Some(paths) = self.by_number.get_mut(&number) else {
            return;
        };
        paths.retain(|path| path != real);
        if paths.is_empty() {
            self.by_number.remove(&number);
            if let Some(queue) = &self.queue {
                queue.remove(number);
            }
        }
    }

    /// From now on an event at `entry` is one for the file.
    pub(super) fn attach(&mut self, (real, name): &Entry, file: FileId) {
        // One that is not known was not there when it was looked for; the event at its own name will tell.
        if let Some(directory) = self.known.get_mut(real) {
            if let Some(files) = directory.names.get_mut(name) {
                files.insert(file);
            } else {
                directory.names.insert(name.clone(), [file].into());
            }
        }
    }

    /// Ends what [`attach`](Self::attach) began, and the watch if nobody needs it any more.
    pub(super) fn detach(&mut self, (real, name): &Entry, file: FileId) {
        if let Some(directory) = self.known.get_mut(real)
            && let Some(files) = directory.names.get_mut(name)
        {
            files.remove(&file);
            if files.is_empty() {
                directory.names.remove(name);
                self.release_if_unused(real);
            }
        }
    }

    /// Ends the watch of a directory that nothing depends on.
    pub(super) fn release_if_unused(&mut self, real: &Arc<Path>) {
        if self.known.get(real).is_some_and(|one| one.names.is_empty()) {
            self.lose(real);
            self.known.remove(real);
        }
    }

    /// When sources in `real` changed last.
    pub(super) fn changed(&self, real: &Path) -> Option<SystemTime> {
        self.known.get(real).and_then(|one| one.changed)
    }

    /// Takes all events that are queued, and adds the files that they may be about.
    pub(super) fn drain(&mut self, suspects: &mut Suspects) {
        let Some(queue) = &mut self.queue else { return };
        let mut events = HashSet::new();
        queue.drain(|event| {
            events.insert(event);
        });
        for event in events {
            self.take(event, suspects);
        }
    }

    fn touched(&mut self, number: Number, name: &OsStr, files: &mut BTreeSet<FileId>) {
        for real in self.by_number.get(&number).into_iter().flatten() {
            if let Some(directory) = self.known.get_mut(real) {
                directory.touched(real, name, files);
            }
        }
    }

    fn take(&mut self, event: Event, suspects: &mut Suspects) {
        match event {
            Event::Name(number, name) => self.touched(number, &name, &mut suspects.files),
            Event::Written(number, name) => self.touched(number, &name, &mut suspects.writing),
            Event::Ended(number) => {
                for real in self.by_number.remove(&number).unwrap_or_default() {
                    if let Some(directory) = self.known.get_mut(&real) {
                        directory.number = None;
                        suspects.files.extend(directory.names.values().flatten());
                    }
                }
            }
            Event::Overflow => {
                tracing::info!("events in source directories were lost; all files are compared");
                for (real, directory) in &mut self.known {
                    suspects.files.extend(directory.names.values().flatten());
                    directory.changed = directory.changed.max(time_of(real));
                }
            }
        }
    }
}

impl Directory {
    fn touched(&mut self, real: &Path, name: &OsStr, files: &mut BTreeSet<FileId>) {
        let dependent = self.names.get(name);
        files.extend(dependent.into_iter().flatten());
        if self.interest == Interest::Content && (dependent.is_some() || is_source(name)) {
            // What is gone has no time; its directory has the time at which it went.
            let at = time_of(&real.join(name)).or_else(|| time_of(real));
            self.changed = self.changed.max(at.or_else(|| Some(SystemTime::now())));
        }
    }
}

fn is_source(name: &OsStr) -> bool {
    let ending = Path::new(name).extension();
    ending.is_some_and(|ending| SOURCES.iter().any(|source| ending == *source))
}

fn time_of(path: &Path) -> Option<SystemTime> {
    let found = fs::symlink_metadata(path).ok()?;
    Some(stamp::changed_at(&found, SystemTime::now()))
}
