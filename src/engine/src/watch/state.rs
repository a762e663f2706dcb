//! The watch behind its lock: from events and looks to what each follower has to be told.

use std::collections::{HashMap, HashSet};
use std::mem;
use std::path::{self, Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::directories::{Directories, FileId, Refusal, Suspects};
use super::files::Files;
use super::followed::Followed;
use super::polling::{Found, Polling};
use super::queue::Queue;
use super::route::Walker;
use super::stamp;
use super::{Change, Follower, PAUSE};

/// How long a file that was written and not closed must have been left alone until it counts as changed.
const WRITING: Duration = Duration::from_millis(500);

/// How often a thread in the background looks at files that are not watched.
const BACKGROUND: Duration = Duration::from_secs(1);

/// How much one follower may ask for.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    pub(super) files: usize,
    pub(super) directories: usize,
}

pub(super) struct State {
    directories: Directories,
    bounds: Bounds,
    /// The watched files; one that is polled stands in [`Followed`] alone.
    files: Files,
    followers: HashMap<Follower, Followed>,
    suspects: Suspects,
    /// Reasons for polling that stand in the log.
    told: HashSet<Refusal>,
}

/// Something to look at without the lock, and of when it is.
pub(super) struct Look {
    pub(super) polling: Arc<Polling>,
    accepted: u64,
}

impl State {
    pub(super) fn new(queue: Option<Queue>, bounds: Bounds) -> Self {
        Self {
            directories: Directories::new(queue),
            bounds,
            files: Files::default(),
            followers: HashMap::new(),
            suspects: Suspects::default(),
            told: HashSet::new(),
        }
    }

    pub(super) fn follow(&mut self, follower: Follower, files: &[PathBuf], since: SystemTime) {
        let mut followed = self.followers.remove(&follower).unwrap_or_default();
        let mut refusals = Vec::new();
        let mut walker = Walker::new(&mut self.directories);
        // An empty path has no absolute one.
        for path in files.iter().filter_map(|path| path::absolute(path).ok()) {
            if followed.files.contains_key(path.as_path()) {
                continue;
            }
            if followed.files.len() >= self.bounds.files {
                followed.warn_of_bound(follower, self.bounds);
                break;
            }
            let path: Arc<Path> = path.into();
            let mut way = || followed.route(&mut walker, &path, self.bounds);
            let id = match self.files.id(&path) {
                Some(id) => Some(id),
                None => match way() {
                    Ok((route, refused)) => {
                        refusals.extend(refused.map(|why| (why, Arc::clone(&path))));
                        Some(self.files.add(&path, route, walker.directories()))
                    }
                    Err(why) => {
                        refusals.push((why, Arc::clone(&path)));
                        None
                    }
                },
            };
            // Looked at after its directory is watched: what comes later is in the queue.
            let seen = stamp::of_file(&path);
            let before = seen.map(|(stamp, _)| stamp);
            match id.and_then(|id| self.files.get_mut(id)) {
                Some(file) => {
                    file.followers.push((follower, before));
                    followed.pass_by(&file.route);
                }
                None => followed.poll(&path, before),
            }
            let change = || Change::since(&path, seen, since);
            followed.change = followed.change.take().or_else(change);
            followed.files.insert(path, id);
        }
        walker.finish();
        self.followers.insert(follower, followed);
        self.tell(refusals);
    }

    pub(super) fn forget(&mut self, follower: Follower) {
        let Some(followed) = self.followers.remove(&follower) else {
            return;
        };
        for id in followed.files.into_values().flatten() {
            if let Some(file) = self.files.get_mut(id) {
                file.followers.retain(|(other, _)| *other != follower);
                if file.followers.is_empty() {
                    self.files.remove(id, &mut self.directories);
                }
            }
        }
    }

    /// Takes the files as they are now.
    pub(super) fn accept(&mut self, follower: Follower, since: SystemTime) {
        let Some(followed) = self.followers.get_mut(&follower) else {
            return;
        };
        followed.accepted += 1;
        let mut change = Arc::make_mut(&mut followed.polling).accept(since);
        for (path, id) in &followed.files {
            let Some(file) = id.and_then(|id| self.files.get_mut(id)) else {
                continue;
            };
            let seen = stamp::of_file(path);
            for entry in &mut file.followers {
                if entry.0 == follower {
                    entry.1 = seen.map(|(stamp, _)| stamp);
                }
            }
            change = change.or_else(|| Change::since(path, seen, since));
        }
        followed.change = change;
    }

    /// Takes what the kernel has queued, and judges the files that it may be about.
    pub(super) fn catch_up(&mut self) {
        self.directories.drain(&mut self.suspects);
        if !self.suspects.writing.is_empty() {
            self.suspect_written();
        }
        self.judge_suspects();
    }

    /// Suspects files that were written, if they have been left alone since: what would be closed is closed, or not a
    /// writer's work at all.
    fn suspect_written(&mut self) {
        let Suspects { files, writing } = &mut self.suspects;
        writing.retain(|id| {
            let Some(file) = self.files.get_mut(*id) else {
                return false;
            };
            let at = stamp::of_file(&file.path).map(|(_, at)| at);
            let done = at.is_none_or(|at| at.elapsed().is_ok_and(|passed| passed > WRITING));
            if done {
                files.insert(*id);
            }
            !done && !files.contains(id)
        });
    }

    fn judge_suspects(&mut self) {
        if self.suspects.files.is_empty() {
            return;
        }
        let mut refusals = Vec::new();
        let mut lost = Vec::new();
        let mut walker = Walker::new(&mut self.directories);
        for id in mem::take(&mut self.suspects.files) {
            let Some(file) = self.files.get_mut(id) else {
                continue;
            };
            match walker.file(&file.path) {
                Ok((route, refused)) => {
                    refusals.extend(refused.map(|why| (why, Arc::clone(&file.path))));
                    let old = std::mem::replace(&mut file.route, route);
                    file.change_entries(&old, id, walker.directories());
                    for (follower, _) in &file.followers {
                        if let Some(followed) = self.followers.get_mut(follower) {
                            followed.pass_by(&file.route);
                        }
                    }
                }
                Err(refusal) => {
                    refusals.push((refusal, Arc::clone(&file.path)));
                    lost.push(id);
                }
            }
            file.judge(&mut self.followers);
        }
        walker.finish();
        for id in lost {
            self.poll_instead(id);
        }
        self.tell(refusals);
    }

    /// What has changed, if something has.
    pub(super) fn change(&self, follower: Follower) -> Option<Change> {
        self.followers.get(&follower)?.change.clone()
    }

    /// What is to be looked at now, if anything is.
    pub(super) fn look(&mut self, follower: Follower) -> Option<Look> {
        let followed = self.followers.get_mut(&follower)?;
        if followed.polling.is_empty() {
            return None;
        }
        let now = Instant::now();
        let early = |looked| now.duration_since(looked) < PAUSE;
        if !followed.polling.are_few() && followed.looked.is_some_and(early) {
            return None;
        }
        followed.looked = Some(now);
        Some(Look {
            polling: Arc::clone(&followed.polling),
            accepted: followed.accepted,
        })
    }

    /// Takes what a look has found, unless the files were accepted meanwhile.
    pub(super) fn take(&mut self, follower: Follower, look: &Look, found: Found) {
        let Some(followed) = self.followers.get_mut(&follower) else {
            return;
        };
        if !found.moved.is_empty() {
            Arc::make_mut(&mut followed.polling).renew(&found.moved);
            let files = followed.files.values().flatten();
            self.suspects.files.extend(files);
        }
        if followed.accepted == look.accepted && followed.change.is_none() {
            followed.change = found.change;
        }
        self.judge_suspects();
    }

    /// The files of a follower, and when an event last told of their directories.
    pub(super) fn surroundings(
        &self,
        follower: Follower,
    ) -> Option<(Vec<Arc<Path>>, Option<SystemTime>)> {
        let followed = self.followers.get(&follower)?;
        let files = followed.files.keys().cloned().collect();
        let times = followed.directories.iter();
        let last = times.filter_map(|real| self.directories.changed(real));
        Some((files, last.max()))
    }

    /// When it is worth to ask again even if there is no event: files are looked at, or were seen while they were written.
    pub(super) fn again(&self) -> Option<Duration> {
        if !self.suspects.writing.is_empty() {
            return Some(WRITING);
        }
        let polled = |one: &Followed| !one.polling.is_empty();
        self.followers.values().any(polled).then_some(BACKGROUND)
    }

    fn poll_instead(&mut self, id: FileId) {
        let Some(file) = self.files.remove(id, &mut self.directories) else {
            return;
        };
        for (follower, stamp) in &file.followers {
            if let Some(followed) = self.followers.get_mut(follower) {
                followed.poll(&file.path, *stamp);
                followed.files.insert(Arc::clone(&file.path), None);
            }
        }
    }

    fn tell(&mut self, refusals: Vec<(Refusal, Arc<Path>)>) {
        for (why, path) in refusals {
            if self.told.insert(why) {
                let file = path.display();
                tracing::info!(%file, "source files are looked at instead of watched: {why}");
            }
        }
    }
}
