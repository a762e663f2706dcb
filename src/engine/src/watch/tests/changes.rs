//! What counts as a change of a file, and what does not.

use std::fs::{self, File, FileTimes, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::slice::from_ref;
use std::time::{Instant, SystemTime};

use super::{Folder, LONG, ONE, following, later, told};
use crate::watch::{Follower, Watch};

#[test]
fn a_write_in_place_counts_when_the_writer_closes() {
    let folder = Folder::new();
    let path = folder.write("a.py", "old");
    let watch = following(from_ref(&path));
    let mut file = File::create(&path).unwrap();
    file.write_all(b"new").unwrap();
    assert_eq!(watch.changed(ONE), None);
    drop(file);
    let before = SystemTime::now();
    let change = watch.changed(ONE).unwrap();
    assert_eq!(change.file, path);
    assert!(change.at <= before);
}

#[test]
fn a_rename_over_the_file_counts() {
    let folder = Folder::new();
    let path = folder.write("a.py", "old");
    let new = folder.write("a.py.new", "new");
    let watch = following(from_ref(&path));
    fs::rename(new, &path).unwrap();
    assert_eq!(told(&watch), Some(path.clone()));
    fs::write(&path, "newer").unwrap();
    assert_eq!(told(&watch), Some(path));
}

#[test]
fn a_touch_counts() {
    let folder = Folder::new();
    let path = folder.write("a.py", "same");
    let watch = following(from_ref(&path));
    let now = SystemTime::now();
    let file = File::open(&path).unwrap();
    file.set_times(FileTimes::new().set_accessed(now).set_modified(now))
        .unwrap();
    assert_eq!(told(&watch), Some(path));
}

#[test]
fn a_new_time_of_modification_alone_counts_a_little_later() {
    let folder = Folder::new();
    let path = folder.write("a.py", "same");
    let watch = following(from_ref(&path));
    let file = File::open(&path).unwrap();
    let old = FileTimes::new().set_modified(SystemTime::UNIX_EPOCH);
    file.set_times(old).unwrap();
    let begun = Instant::now();
    while watch.changed(ONE).is_none() {
        assert!(begun.elapsed() < LONG);
        watch.wait(LONG);
    }
    assert_eq!(told(&watch), Some(path));
}

#[test]
fn other_permissions_are_no_change() {
    let folder = Folder::new();
    let path = folder.write("a.py", "same");
    let watch = following(from_ref(&path));
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    assert_eq!(watch.changed(ONE), None);
}

#[test]
fn reading_and_compiled_files_are_no_change() {
    let folder = Folder::new();
    let path = folder.write("a.py", "same");
    let watch = following(from_ref(&path));
    fs::read(&path).unwrap();
    let part = folder.write("__pycache__/a.cpython-313.pyc.1234", "compiled");
    fs::rename(part, folder.at("__pycache__/a.cpython-313.pyc")).unwrap();
    folder.write("data.db", "what an application writes");
    assert_eq!(watch.changed(ONE), None);
}

#[test]
fn a_link_to_another_file_in_its_place_counts_and_one_to_the_same_does_not() {
    let folder = Folder::new();
    let path = folder.write("a.py", "old");
    let other = folder.write("other.py", "other");
    let watch = following(from_ref(&path));
    fs::hard_link(&path, folder.at("kept.py")).unwrap();
    fs::remove_file(&path).unwrap();
    fs::hard_link(folder.at("kept.py"), &path).unwrap();
    assert_eq!(watch.changed(ONE), None);
    fs::remove_file(&path).unwrap();
    fs::hard_link(other, &path).unwrap();
    assert_eq!(told(&watch), Some(path));
}

#[test]
fn a_file_that_vanishes_counts_and_so_does_its_return() {
    let folder = Folder::new();
    let path = folder.write("a.py", "old");
    let watch = following(from_ref(&path));
    fs::remove_file(&path).unwrap();
    assert_eq!(told(&watch), Some(path.clone()));
    assert_eq!(watch.changed(ONE), None);
    folder.write("a.py", "back");
    assert_eq!(told(&watch), Some(path.clone()));
    let away = folder.at("away.py");
    fs::rename(&path, &away).unwrap();
    fs::rename(&away, &path).unwrap();
    assert_eq!(watch.changed(ONE), None);
    fs::rename(&path, &away).unwrap();
    assert_eq!(told(&watch), Some(path));
}

#[test]
fn what_changed_before_it_was_followed_but_after_it_was_read_counts_at_once() {
    let folder = Folder::new();
    let (path, calm) = (folder.write("a.py", "old"), folder.write("b.py", "calm"));
    let read = later();
    fs::write(&path, "new").unwrap();
    let watch = Watch::new();
    watch.follow(ONE, &[calm, path.clone()], read);
    assert_eq!(watch.changed(ONE).unwrap().file, path);
}

#[test]
fn a_file_followed_later_is_followed_too_and_the_others_stay_as_they_were_seen() {
    let folder = Folder::new();
    let (path, lazy) = (folder.write("a.py", "old"), folder.write("lazy.py", "old"));
    let watch = following(from_ref(&path));
    fs::write(&path, "new").unwrap();
    watch.follow(ONE, &[path.clone(), lazy.clone()], later());
    assert_eq!(told(&watch), Some(path));
    fs::write(&lazy, "new").unwrap();
    assert_eq!(told(&watch), Some(lazy));
}

#[test]
fn a_change_is_told_until_it_is_accepted() {
    let folder = Folder::new();
    let path = folder.write("a.py", "old");
    let watch = following(from_ref(&path));
    fs::write(&path, "new").unwrap();
    let change = watch.changed(ONE);
    assert!(change.is_some());
    fs::write(&path, "newer").unwrap();
    assert_eq!(watch.changed(ONE), change);
    watch.accept(ONE, later());
    assert_eq!(watch.changed(ONE), None);
}

#[test]
fn a_change_after_the_time_that_is_accepted_is_kept() {
    let folder = Folder::new();
    let path = folder.write("a.py", "old");
    let watch = following(from_ref(&path));
    let tried = later();
    fs::write(&path, "new").unwrap();
    watch.accept(ONE, tried);
    assert_eq!(watch.changed(ONE).unwrap().file, path);
}

#[test]
fn a_file_that_was_never_there_is_no_change_until_it_comes() {
    let folder = Folder::new();
    let path = folder.at("made/by/nobody.py");
    let watch = following(&[path.clone(), "".into()]);
    folder.write("made/by/nobody.py", "here");
    assert_eq!(told(&watch), Some(path));
    assert_eq!(watch.changed(Follower(7)), None);
}

#[test]
fn lost_events_are_made_good_by_comparing_everything() {
    let most = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
    let most: u32 = most.trim().parse().unwrap();
    let folder = Folder::new();
    let path = folder.write("a.py", "old");
    let noise = [folder.write("x", ""), folder.write("y", "")];
    let watch = following(from_ref(&path));
    for turn in 0..most + 10 {
        // In turns: the kernel puts equal events that follow each other into one.
        let file = &noise[turn as usize % 2];
        fs::set_permissions(file, Permissions::from_mode(0o600)).unwrap();
    }
    fs::write(&path, "new").unwrap();
    assert_eq!(told(&watch), Some(path.clone()));
    fs::write(&path, "newer").unwrap();
    assert_eq!(told(&watch), Some(path));
}
