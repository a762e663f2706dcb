//! Several followers, and bounds.

use std::fs;
use std::slice::from_ref;

use super::{Folder, ONE, SOON, TWO, following, later, told, watched};
use crate::watch::queue::Queue;
use crate::watch::{Bounds, Watch};

#[test]
fn a_directory_is_watched_once_for_all_and_no_longer_than_somebody_follows() {
    let folder = Folder::new();
    let files = [folder.write("a.py", ""), folder.write("b.py", "")];
    let watch = following(&files[..1]);
    let count = watched(&watch);
    watch.follow(TWO, &files, later());
    assert_eq!(watched(&watch), count);
    watch.forget(ONE);
    assert_eq!(watched(&watch), count);
    watch.forget(TWO);
    assert_eq!(watched(&watch), 0);
}

#[test]
fn a_change_is_told_to_each_of_its_followers_and_to_no_other() {
    let folder = Folder::new();
    let files = [folder.write("a.py", ""), folder.write("b.py", "")];
    let watch = following(&files[..1]);
    watch.follow(TWO, &files[1..], later());
    fs::write(&files[0], "new").unwrap();
    assert_eq!(watch.changed(TWO), None);
    assert!(watch.changed(ONE).is_some());
    watch.follow(TWO, &files[..1], later());
    assert_eq!(watch.changed(TWO), None);
    fs::write(&files[0], "newer").unwrap();
    assert!(watch.changed(TWO).is_some());
}

#[test]
fn who_is_forgotten_is_told_nothing_and_the_others_are_told_all() {
    let folder = Folder::new();
    let files = [folder.write("a.py", "")];
    let watch = following(&files);
    watch.follow(TWO, &files, later());
    watch.forget(ONE);
    fs::write(&files[0], "new").unwrap();
    assert_eq!(watch.changed(ONE), None);
    assert!(watch.changed(TWO).is_some());
}

#[test]
fn a_directory_that_is_no_longer_on_the_way_is_no_longer_watched() {
    let folder = Folder::new();
    folder.write("releases/1/a.py", "one");
    folder.write("releases/2/a.py", "two");
    std::os::unix::fs::symlink("releases/1", folder.at("current")).unwrap();
    let watch = following(&[folder.at("current/a.py")]);
    let count = watched(&watch);
    fs::remove_file(folder.at("current")).unwrap();
    assert!(told(&watch).is_some());
    std::os::unix::fs::symlink("releases/2", folder.at("current")).unwrap();
    assert!(told(&watch).is_some());
    assert_eq!(watched(&watch), count);
}

#[test]
fn files_above_the_bound_are_not_followed_and_directories_above_it_are_looked_at() {
    let folder = Folder::new();
    let names = ["one/a.py", "two/b.py", "three/c.py"];
    let files = names.map(|name| folder.write(name, ""));
    let queue = Queue::open().unwrap();
    let bounds = Bounds {
        files: 2,
        directories: 1,
    };
    let watch = Watch::with(Some(queue), bounds);
    watch.follow(ONE, &files[..1], later());
    let count = watched(&watch);
    watch.follow(ONE, &files, later());
    assert_eq!(watched(&watch), count);
    fs::write(&files[2], "too much").unwrap();
    assert_eq!(watch.changed(ONE), None);
    fs::write(&files[1], "new").unwrap();
    assert_eq!(told(&watch).as_ref(), Some(&files[1]));
}

#[test]
fn waiting_ends_with_the_first_event_and_begins_again_when_it_is_taken() {
    let folder = Folder::new();
    let path = folder.write("a.py", "");
    let watch = following(from_ref(&path));
    watch.changed(ONE);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| watch.wait(super::LONG));
        fs::write(&path, "new").unwrap();
        assert!(waiting.join().unwrap());
    });
    assert!(watch.wait(SOON));
    assert!(watch.changed(ONE).is_some());
}
