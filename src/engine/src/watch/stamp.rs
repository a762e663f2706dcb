//! What tells two states of a file apart, and when a file changed.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How far the time that a kernel writes into a file may lie behind the clock: one tick of the slowest (100 Hz).
pub(super) const TICK: Duration = Duration::from_millis(10);

/// The state of a file. Two that are equal are the same content, as far as stat(2) can tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stamp {
    inode: u64,
    /// 0 for a place.
    size: u64,
    /// Nanoseconds since 1970; 0 for a directory as a place.
    modified: i128,
}

/// A state and the time since when it has been.
pub(super) type Seen = (Stamp, SystemTime);

/// The state of the file that `path` leads to, through all symbolic links; `None` if there is none.
pub(super) fn of_file(path: &Path) -> Option<Seen> {
    let found = fs::metadata(path).ok()?;
    let stamp = Stamp {
        inode: found.ino(),
        size: found.size(),
        modified: nanoseconds(found.mtime(), found.mtime_nsec()),
    };
    Some((stamp, changed_at(&found, SystemTime::now())))
}

/// What stands at `path` itself: which directory, or which symbolic link; what a directory holds does not count.
pub(super) fn of_place(path: &Path) -> Option<Stamp> {
    let found = fs::symlink_metadata(path).ok()?;
    let modified = match found.is_dir() {
        true => 0,
        false => nanoseconds(found.mtime(), found.mtime_nsec()),
    };
    Some(Stamp {
        inode: found.ino(),
        size: 0,
        modified,
    })
}

/// When what stands at `path` was changed last.
///
/// The later of "content changed" and "inode changed". One that lies in the future says nothing about now (a file server
/// with another clock, an unpacked archive) and is passed over; if both do: 1970.
pub(super) fn changed_at(found: &Metadata, now: SystemTime) -> SystemTime {
    let times = [
        nanoseconds(found.mtime(), found.mtime_nsec()),
        nanoseconds(found.ctime(), found.ctime_nsec()),
    ];
    times
        .into_iter()
        .filter_map(|time| {
            let time = u64::try_from(time).ok()?;
            UNIX_EPOCH.checked_add(Duration::from_nanos(time))
        })
        .filter(|time| *time <= now)
        .max()
        .unwrap_or(UNIX_EPOCH)
}

/// Whether a file that was changed at `at` may have been changed after `since`: it was within one tick of the kernel, or
/// later.
pub(super) fn after(at: SystemTime, since: SystemTime) -> bool {
    at.checked_add(TICK).is_none_or(|at| at > since)
}

fn nanoseconds(seconds: i64, rest: i64) -> i128 {
    i128::from(seconds) * 1_000_000_000 + i128::from(rest)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File, FileTimes};
    use std::time::{Duration, SystemTime};

    use super::super::tests::Folder;
    use super::{TICK, after, of_file, of_place};

    #[test]
    fn a_time_in_the_future_is_not_a_change() {
        let folder = Folder::new();
        let path = folder.write("a.py", "a");
        let future = SystemTime::now() + Duration::from_secs(3600);
        let times = FileTimes::new().set_modified(future);
        let file = File::options().append(true).open(&path).unwrap();
        file.set_times(times).unwrap();
        let (_, at) = of_file(&path).unwrap();
        assert!(at <= SystemTime::now());
    }

    #[test]
    fn what_changed_within_one_tick_before_may_have_changed_after() {
        let since = SystemTime::now();
        assert!(after(since - TICK / 2, since));
        assert!(after(since + TICK, since));
        assert!(!after(since - TICK * 2, since));
    }

    #[test]
    fn what_a_directory_holds_is_not_its_place() {
        let folder = Folder::new();
        let place = of_place(folder.path()).unwrap();
        folder.write("a.py", "a");
        assert_eq!(of_place(folder.path()), Some(place));
        let moved = folder.path().with_extension("moved");
        fs::rename(folder.path(), &moved).unwrap();
        fs::create_dir(folder.path()).unwrap();
        assert_ne!(of_place(folder.path()), Some(place));
        fs::remove_dir_all(moved).unwrap();
    }
}
