//! What of one follower's files has to be looked at, because the kernel does not tell.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::Change;
use super::stamp::{self, Stamp};

/// How many things are looked at each time somebody asks; more only after [`PAUSE`](super::PAUSE).
pub(super) const FEW: usize = 50;

/// The files and names of one follower that are looked at, as they were seen first.
#[derive(Clone, Default)]
pub(super) struct Polling {
    pub(super) files: Vec<(Arc<Path>, Option<Stamp>)>,
    /// Names in directories that cannot be watched, on the way to files in directories that are.
    pub(super) places: Vec<(PathBuf, Option<Stamp>)>,
}

/// What a look has found.
pub(super) struct Found {
    pub(super) change: Option<Change>,
    /// The places that are not what they were, as they are now.
    pub(super) moved: Vec<(PathBuf, Option<Stamp>)>,
}

impl Polling {
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty() && self.places.is_empty()
    }

    pub(super) fn are_few(&self) -> bool {
        self.files.len() + self.places.len() <= FEW
    }

    /// Compares everything with what it was. May wait for a file server: call it without a lock.
    pub(super) fn look(&self) -> Found {
        let change = self.files.iter().find_map(|(path, before)| {
            let seen = stamp::of_file(path);
            (seen.map(|(stamp, _)| stamp) != *before).then(|| Change::of(path, seen))
        });
        let moved = self
            .places
            .iter()
            .map(|(path, before)| (path, before, stamp::of_place(path)))
            .filter(|(_, before, now)| *before != now)
            .map(|(path, _, now)| (path.clone(), now))
            .collect();
        Found { change, moved }
    }

    /// Adds a place unless it is known.
    pub(super) fn add_place(&mut self, path: &Path) {
        if !self.places.iter().any(|(known, _)| known == path) {
            self.places.push((path.into(), stamp::of_place(path)));
        }
    }

    /// Puts the places as they are now in the place of what was seen.
    pub(super) fn renew(&mut self, moved: &[(PathBuf, Option<Stamp>)]) {
        for (path, now) in moved {
            for place in self.places.iter_mut().filter(|(known, _)| known == path) {
                place.1 = *now;
            }
        }
    }

    /// Takes all files as they are now; gives one that was changed after `since`.
    pub(super) fn accept(&mut self, since: SystemTime) -> Option<Change> {
        let mut change = None;
        for (path, before) in &mut self.files {
            let seen = stamp::of_file(path);
            *before = seen.map(|(stamp, _)| stamp);
            change = change.or_else(|| Change::since(path, seen, since));
        }
        change
    }
}
