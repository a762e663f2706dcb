//! What one follower follows, and what it has to be told.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use clutch_core::code;

use super::directories::{FileId, Refusal};
use super::polling::Polling;
use super::route::{Route, Walker};
use super::stamp::Stamp;
use super::state::Bounds;
use super::{Change, Follower};
use crate::host;

/// All of one follower.
#[derive(Default)]
pub(super) struct Followed {
    /// `None`: looked at instead of watched.
    pub(super) files: HashMap<Arc<Path>, Option<FileId>>,
    /// Those that hold its files.
    pub(super) directories: HashSet<Arc<Path>>,
    pub(super) polling: Arc<Polling>,
    /// When it was last looked at them.
    pub(super) looked: Option<Instant>,
    /// How often the files were taken as they are.
    pub(super) accepted: u64,
    /// The first change that was noticed.
    pub(super) change: Option<Change>,
    warned: bool,
}

impl Followed {
    /// The way to a file, unless that would be one directory too many.
    pub(super) fn route(
        &self,
        walker: &mut Walker<'_>,
        path: &Path,
        bounds: Bounds,
    ) -> Result<(Route, Option<Refusal>), Refusal> {
        let found = walker.file(path)?;
        let mut holders = found.0.last.iter().map(|(real, _)| real);
        let full = self.directories.len() >= bounds.directories;
        if full && holders.any(|real| !self.directories.contains(real)) {
            return Err(Refusal::TooMany);
        }
        Ok(found)
    }

    /// Notes what a file's way means to its follower.
    pub(super) fn pass_by(&mut self, route: &Route) {
        for (real, _) in &route.last {
            if !self.directories.contains(real) {
                self.directories.insert(Arc::clone(real));
            }
        }
        for place in route.unwatched.iter() {
            Arc::make_mut(&mut self.polling).add_place(place);
        }
    }

    /// Looks at the file from now on.
    pub(super) fn poll(&mut self, path: &Arc<Path>, before: Option<Stamp>) {
        let polling = Arc::make_mut(&mut self.polling);
        polling.files.push((Arc::clone(path), before));
    }

    /// Warns, once, that there are more files than may be followed.
    pub(super) fn warn_of_bound(&mut self, follower: Follower, bounds: Bounds) {
        if !self.warned {
            let text = format!(
                "too many source files; changes of the others are not noticed follower={} files={}",
                follower.0, bounds.files
            );
            host::fault(&code::TOO_MANY_FILES.says(text));
        }
        self.warned = true;
    }
}
