//! Bursts of changes are over before they are acted upon.

use std::fs;
use std::slice::from_ref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::{Folder, LONG, ONE, SOON, TWO, following, later, polling};

#[test]
fn files_that_have_been_left_alone_are_settled_at_once() {
    let folder = Folder::new();
    let path = folder.write("a.py", "old");
    let watch = following(from_ref(&path));
    fs::write(&path, "new").unwrap();
    later();
    let begun = Instant::now();
    // The event is new to the watch, but the file is not new.
    assert!(watch.settled(ONE, SOON, LONG));
    assert!(begun.elapsed() < LONG / 2);
    assert!(watch.settled(TWO, LONG, LONG));
}

#[test]
fn a_new_change_is_waited_for_no_longer_than_allowed() {
    let folder = Folder::new();
    let path = folder.write("a.py", "old");
    let watch = following(from_ref(&path));
    fs::write(&path, "new").unwrap();
    assert!(!watch.settled(ONE, LONG, SOON));
}

#[test]
fn another_source_in_the_directory_is_waited_for_and_other_files_are_not() {
    let quiet = Duration::from_secs(1);
    let folder = Folder::new();
    let path = folder.write("a.py", "old");
    let watch = following(from_ref(&path));
    assert!(watch.settled(ONE, quiet, LONG));
    for name in ["log.txt", "db.sqlite-journal", ".a.py.swp"] {
        folder.write(name, "");
    }
    assert!(watch.settled(ONE, quiet, Duration::ZERO));
    folder.write("new_module.py", "");
    assert!(!watch.settled(ONE, quiet, Duration::ZERO));
}

#[test]
fn a_deletion_is_waited_for() {
    let quiet = Duration::from_secs(1);
    let folder = Folder::new();
    let files = [folder.write("a.py", "old"), folder.write("b.py", "old")];
    let watch = following(&files);
    assert!(watch.settled(ONE, quiet, LONG));
    fs::remove_file(&files[1]).unwrap();
    assert!(!watch.settled(ONE, quiet, Duration::ZERO));
}

#[test]
fn a_burst_is_over_when_it_is_settled() {
    burst(following);
}

#[test]
fn a_burst_is_over_when_it_is_settled_where_nothing_can_be_watched() {
    burst(|files| {
        let watch = polling();
        watch.follow(ONE, files, later());
        watch
    });
}

fn burst(following: impl FnOnce(&[std::path::PathBuf]) -> crate::watch::Watch) {
    let folder = Folder::new();
    let files = ["a.py", "b/b.py", "c.py", "b/d.py"].map(|name| folder.write(name, "old"));
    let watch = following(&files);
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        fs::write(&files[0], "new").unwrap();
        scope.spawn(|| {
            for file in &files {
                // The pace of the burst: well within what counts as quiet.
                thread::sleep(Duration::from_millis(50));
                fs::write(file, "new").unwrap();
            }
            over.store(true, Ordering::Release);
        });
        assert!(watch.changed(ONE).is_some());
        assert!(watch.settled(ONE, Duration::from_millis(1000), LONG));
        assert!(over.load(Ordering::Acquire));
    });
    watch.accept(ONE, later());
    assert_eq!(watch.changed(ONE), None);
}
