//! The watched files, each once, and in which state each follower has seen them.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use super::directories::{Directories, FileId};
use super::followed::Followed;
use super::route::Route;
use super::stamp::{self, Stamp};
use super::{Change, Follower};

/// All of them.
#[derive(Default)]
pub(super) struct Files {
    all: HashMap<FileId, File>,
    ids: HashMap<Arc<Path>, FileId>,
    next: u64,
}

/// One.
pub(super) struct File {
    pub(super) path: Arc<Path>,
    pub(super) route: Route,
    /// With what each saw; `None`: no file.
    pub(super) followers: Vec<(Follower, Option<Stamp>)>,
}

impl Files {
    pub(super) fn id(&self, path: &Path) -> Option<FileId> {
        self.ids.get(path).copied()
    }

    pub(super) fn get_mut(&mut self, id: FileId) -> Option<&mut File> {
        self.all.get_mut(&id)
    }

    /// Adds a file, followed by nobody yet.
    pub(super) fn add(
        &mut self,
        path: &Arc<Path>,
        route: Route,
        directories: &mut Directories,
    ) -> FileId {
        let id = FileId(self.next);
        self.next += 1;
        for entry in route.entries() {
            directories.attach(entry, id);
        }
        let file = File {
            path: Arc::clone(path),
            route,
            followers: Vec::new(),
        };
        self.all.insert(id, file);
        self.ids.insert(Arc::clone(path), id);
        id
    }

    /// Takes a file out, and ends the watches that it alone needed.
    pub(super) fn remove(&mut self, id: FileId, directories: &mut Directories) -> Option<File> {
        let file = self.all.remove(&id)?;
        self.ids.remove(&file.path);
        for entry in file.route.entries() {
            directories.detach(entry, id);
        }
        Some(file)
    }
}

impl File {
    /// Lets events at the file's present way be for it, and those at the `old` one no longer.
    pub(super) fn change_entries(&self, old: &Route, id: FileId, directories: &mut Directories) {
        // Attached anew even if nothing is new: another directory may stand at the same path.
        for entry in self.route.entries() {
            directories.attach(entry, id);
        }
        let current: HashSet<_> = self.route.entries().collect();
        for entry in old.entries().filter(|entry| !current.contains(entry)) {
            directories.detach(entry, id);
        }
    }

    /// Tells all who have seen another file at the path than what is there now.
    pub(super) fn judge(&self, followers: &mut HashMap<Follower, Followed>) {
        let seen = stamp::of_file(&self.path);
        for (follower, before) in &self.followers {
            if seen.map(|(stamp, _)| stamp) != *before
                && let Some(followed) = followers.get_mut(follower)
            {
                let change = || Change::of(&self.path, seen);
                followed.change.get_or_insert_with(change);
            }
        }
    }
}
