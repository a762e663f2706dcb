//! Where the kernel cannot tell, files are looked at.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::slice::from_ref;
use std::time::{Duration, Instant};

use rustix::process::{Uid, geteuid};
use rustix::thread::set_thread_res_uid;

use super::{Folder, LONG, ONE, following, later, polling, told};
use crate::watch::PAUSE;
use crate::watch::polling::FEW;

#[test]
fn without_a_queue_a_few_files_are_looked_at_each_time() {
    let folder = Folder::new();
    let path = folder.write("releases/1/a.py", "one");
    folder.write("releases/2/a.py", "two");
    symlink("releases/1", folder.at("current")).unwrap();
    let linked = folder.at("current/a.py");
    let watch = polling();
    watch.follow(ONE, from_ref(&linked), later());
    assert_eq!(watch.changed(ONE), None);
    fs::write(&path, "new").unwrap();
    assert_eq!(told(&watch), Some(linked.clone()));
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    assert_eq!(watch.changed(ONE), None);
    fs::remove_file(folder.at("current")).unwrap();
    symlink("releases/2", folder.at("current")).unwrap();
    assert_eq!(told(&watch), Some(linked.clone()));
    fs::remove_dir_all(folder.at("releases")).unwrap();
    assert_eq!(told(&watch), Some(linked));
    watch.forget(ONE);
    assert!(!watch.wait(Duration::ZERO));
}

#[test]
fn without_a_queue_many_files_are_looked_at_after_a_pause() {
    let folder = Folder::new();
    let names = 0..=FEW;
    let files: Vec<PathBuf> = names
        .map(|number| folder.write(&format!("{number}.py"), "old"))
        .collect();
    let watch = polling();
    watch.follow(ONE, &files, later());
    let begun = Instant::now();
    assert_eq!(watch.changed(ONE), None);
    fs::write(&files[7], "new").unwrap();
    let change = loop {
        let asked = Instant::now();
        let change = watch.changed(ONE);
        if change.is_some() || asked.duration_since(begun) > LONG {
            break change;
        }
    };
    assert!(begun.elapsed() >= PAUSE);
    assert_eq!(change.map(|change| change.file).as_ref(), Some(&files[7]));
}

#[test]
fn without_a_queue_a_change_between_reading_and_following_counts_at_once() {
    let folder = Folder::new();
    let path = folder.write("a.py", "old");
    let read = later();
    fs::write(&path, "new").unwrap();
    let watch = polling();
    watch.follow(ONE, from_ref(&path), read);
    assert_eq!(watch.changed(ONE).unwrap().file, path);
}

#[test]
fn what_a_look_has_found_is_nothing_if_the_files_were_accepted_meanwhile() {
    let folder = Folder::new();
    let path = folder.write("a.py", "old");
    let watch = polling();
    watch.follow(ONE, from_ref(&path), later());
    fs::write(&path, "new").unwrap();
    let look = watch.state.lock().look(ONE).unwrap();
    let found = look.polling.look();
    assert!(found.change.is_some());
    watch.accept(ONE, later());
    watch.state.lock().take(ONE, &look, found);
    assert_eq!(watch.changed(ONE), None);
}

#[test]
fn a_background_thread_is_told_to_look() {
    let folder = Folder::new();
    let path = folder.write("a.py", "old");
    let watch = polling();
    watch.follow(ONE, &[path], later());
    assert!(watch.wait(Duration::ZERO));
}

/// Runs `work` as somebody who is not root; without root's rights in the first place, as oneself.
fn as_nobody<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            if geteuid().is_root() {
                let nobody = Uid::from_raw(65534);
                // Of this thread alone, which ends here.
                set_thread_res_uid(nobody, nobody, nobody).unwrap();
            }
            work()
        });
        thread.join().unwrap()
    })
}

#[test]
fn names_in_a_directory_that_may_not_be_read_are_looked_at_and_what_is_below_is_watched() {
    let folder = Folder::new();
    let path = folder.write("closed/app/a.py", "one");
    folder.write("closed/next/a.py", "two");
    let closed = folder.at("closed");
    fs::set_permissions(&closed, Permissions::from_mode(0o311)).unwrap();
    let watch = as_nobody(|| following(from_ref(&path)));
    fs::write(&path, "new").unwrap();
    assert_eq!(as_nobody(|| told(&watch)), Some(path.clone()));
    fs::rename(closed.join("app"), closed.join("last")).unwrap();
    fs::rename(closed.join("next"), closed.join("app")).unwrap();
    assert_eq!(as_nobody(|| told(&watch)), Some(path.clone()));
    fs::write(&path, "newer").unwrap();
    assert_eq!(as_nobody(|| told(&watch)), Some(path));
    fs::set_permissions(&closed, Permissions::from_mode(0o755)).unwrap();
}
