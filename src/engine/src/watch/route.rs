//! The way from a path as it was written to the file: every name on it whose change may lead elsewhere.
//!
//! A step watches the directory first and looks at the name in it afterwards, so what changes in between is in the queue.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::directories::{Directories, Entry, Refusal};
use super::queue::Interest;

/// Symbolic links within symbolic links, before a path is held to lead nowhere; the kernel's own limit.
const DEEPEST: u32 = 40;

/// The way to one file.
#[derive(Debug)]
pub(super) struct Route {
    /// The names that lead to the file's directory; shared by the files in it.
    pub(super) through: Arc<[Entry]>,
    /// The file's own name, and, if it is a symbolic link, those that lead on.
    pub(super) last: Vec<Entry>,
    /// Names on the way that stand in directories that cannot be watched.
    pub(super) unwatched: Arc<[PathBuf]>,
}

impl Route {
    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.through.iter().chain(&self.last)
    }
}

/// Finds ways; each directory is looked at once in a walker's life, which is therefore short.
pub(super) struct Walker<'a> {
    directories: &'a mut Directories,
    reached: HashMap<PathBuf, Reach>,
    watched: HashMap<Arc<Path>, (Interest, Result<(), Refusal>)>,
}

/// Where a path leads.
#[derive(Clone, Debug)]
struct Reach {
    real: Arc<Path>,
    there: bool,
    through: Arc<[Entry]>,
    unwatched: Arc<[PathBuf]>,
    refused: Option<Refusal>,
}

/// One name further.
#[derive(Default)]
struct Step {
    real: PathBuf,
    there: bool,
    entries: Vec<Entry>,
    unwatched: Vec<PathBuf>,
    refused: Option<Refusal>,
}

impl<'a> Walker<'a> {
    pub(super) fn new(directories: &'a mut Directories) -> Self {
        Self {
            directories,
            reached: HashMap::new(),
            watched: HashMap::new(),
        }
    }

    /// The directories, for a use between two ways.
    pub(super) fn directories(&mut self) -> &mut Directories {
        self.directories
    }

    /// The way to the file of an absolute path, every directory on it watched; and why some on the way to its directory
    /// are not.
    ///
    /// # Errors
    ///
    /// Why the directory that holds it cannot be watched.
    pub(super) fn file(&mut self, path: &Path) -> Result<(Route, Option<Refusal>), Refusal> {
        let (parent, step) = match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => {
                let parent = self.reach(parent, 0);
                let step = self.step(&parent, name, Interest::Content, 0);
                (parent, step)
            }
            _ => (self.reach(path, 0), Step::default()),
        };
        match step.refused {
            Some(refusal) => Err(refusal),
            None => {
                let route = Route {
                    through: parent.through,
                    last: step.entries,
                    unwatched: parent.unwatched,
                };
                Ok((route, parent.refused))
            }
        }
    }

    /// Ends the watches that nothing came to depend on.
    pub(super) fn finish(self) {
        for real in self.watched.keys() {
            self.directories.release_if_unused(real);
        }
    }

    fn reach(&mut self, path: &Path, depth: u32) -> Reach {
        if let Some(reached) = self.reached.get(path) {
            return reached.clone();
        }
        let parent = path.parent().unwrap_or(Path::new("/"));
        let reach = match path.components().next_back() {
            Some(Component::Normal(name)) => {
                let parent = self.reach(parent, depth);
                let step = self.step(&parent, name, Interest::Names, depth);
                parent.then(step)
            }
            Some(Component::ParentDir) => {
                let below = self.reach(parent, depth);
                let real = below.real.parent().unwrap_or(&below.real).into();
                Reach { real, ..below }
            }
            _ => Reach {
                real: Path::new("/").into(),
                there: true,
                through: Arc::new([]),
                unwatched: Arc::new([]),
                refused: None,
            },
        };
        self.reached.insert(path.into(), reach.clone());
        reach
    }

    fn step(&mut self, parent: &Reach, name: &OsStr, interest: Interest, depth: u32) -> Step {
        let at = parent.real.join(name);
        let mut step = Step::default();
        if parent.there {
            match self.watch(&parent.real, interest) {
                Ok(()) => step.entries.push((Arc::clone(&parent.real), name.into())),
                Err(refusal) => {
                    step.unwatched.push(at.clone());
                    step.refused = Some(refusal);
                }
            }
            if let Ok(target) = fs::read_link(&at) {
                self.follow_link(&parent.real.join(target), interest, depth + 1, &mut step);
                return step;
            }
            step.there = fs::symlink_metadata(&at).is_ok();
        }
        step.real = at;
        step
    }

    fn follow_link(&mut self, target: &Path, interest: Interest, depth: u32, step: &mut Step) {
        let (Some(parent), Some(name)) = (target.parent(), target.file_name()) else {
            // "..", or the root
            let reach = self.reach(target, depth);
            step.lead_to(&reach);
            step.real = reach.real.to_path_buf();
            step.there = reach.there;
            return;
        };
        if depth > DEEPEST {
            return;
        }
        let parent = self.reach(parent, depth);
        let end = self.step(&parent, name, interest, depth);
        step.lead_to(&parent);
        step.real = end.real;
        step.there = end.there;
        step.entries.extend(end.entries);
        step.unwatched.extend(end.unwatched);
        step.refused = step.refused.or(end.refused);
    }

    fn watch(&mut self, real: &Arc<Path>, interest: Interest) -> Result<(), Refusal> {
        if let Some((known, outcome)) = self.watched.get(real)
            && *known >= interest
        {
            return *outcome;
        }
        let outcome = self.directories.watch(real, interest);
        self.watched.insert(Arc::clone(real), (interest, outcome));
        outcome
    }
}

impl Reach {
    fn then(self, step: Step) -> Self {
        Self {
            real: step.real.into(),
            there: step.there,
            through: self.through.iter().cloned().chain(step.entries).collect(),
            unwatched: self
                .unwatched
                .iter()
                .cloned()
                .chain(step.unwatched)
                .collect(),
            refused: self.refused.or(step.refused),
        }
    }
}

impl Step {
    fn lead_to(&mut self, reach: &Reach) {
        self.entries.extend_from_slice(&reach.through);
        self.unwatched.extend_from_slice(&reach.unwatched);
        self.refused = self.refused.or(reach.refused);
    }
}
