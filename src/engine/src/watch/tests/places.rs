//! Changes of the way to a file: directories and symbolic links.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::slice::from_ref;

use super::{Folder, ONE, following, told};

/// Puts a symbolic link in the place of another, as deploys do.
fn switch(link: &Path, target: impl AsRef<Path>) {
    let new = link.with_extension("new");
    symlink(target, &new).unwrap();
    fs::rename(new, link).unwrap();
}

#[test]
fn a_switched_link_to_a_directory_counts_and_its_new_target_is_watched() {
    let folder = Folder::new();
    folder.write("releases/1/app/a.py", "one");
    let new = folder.write("releases/2/app/a.py", "two");
    symlink("releases/1", folder.at("current")).unwrap();
    let path = folder.at("current/app/a.py");
    let watch = following(from_ref(&path));
    switch(&folder.at("current"), "releases/2");
    assert_eq!(told(&watch), Some(path.clone()));
    fs::write(new, "two and a half").unwrap();
    assert_eq!(told(&watch), Some(path.clone()));
    folder.write("releases/1/app/a.py", "nobody reads it");
    assert_eq!(watch.changed(ONE), None);
}

#[test]
fn a_switch_to_the_same_files_is_no_change() {
    let folder = Folder::new();
    let path = folder.write("releases/1/a.py", "one");
    fs::create_dir(folder.at("releases/2")).unwrap();
    fs::hard_link(&path, folder.at("releases/2/a.py")).unwrap();
    symlink(folder.at("releases/1"), folder.at("current")).unwrap();
    let watch = following(&[folder.at("current/a.py")]);
    switch(&folder.at("current"), folder.at("releases/2"));
    assert_eq!(watch.changed(ONE), None);
}

#[test]
fn a_link_to_a_file_counts_when_it_is_switched_and_when_its_target_changes() {
    let folder = Folder::new();
    let first = folder.write("versions/a-1.py", "one");
    folder.write("versions/a-2.py", "two");
    fs::create_dir(folder.at("app")).unwrap();
    let path = folder.at("app/a.py");
    symlink("../versions/a-1.py", &path).unwrap();
    let watch = following(from_ref(&path));
    fs::write(first, "one and a half").unwrap();
    assert_eq!(told(&watch), Some(path.clone()));
    switch(&path, "../versions/a-2.py");
    assert_eq!(told(&watch), Some(path));
}

#[test]
fn links_through_links_and_back_are_followed() {
    let folder = Folder::new();
    folder.write("real/one/a.py", "one");
    folder.write("real/two/a.py", "two!");
    fs::create_dir(folder.at("etc")).unwrap();
    symlink("../real/one", folder.at("etc/chosen")).unwrap();
    symlink("etc/./chosen", folder.at("current")).unwrap();
    let path = folder.at("etc/../current/a.py");
    let watch = following(from_ref(&path));
    switch(&folder.at("etc/chosen"), "../real/two");
    assert_eq!(told(&watch), Some(path));
}

#[test]
fn a_link_that_leads_to_itself_leads_nowhere_until_it_is_mended() {
    let folder = Folder::new();
    symlink("loop/loop", folder.at("loop")).unwrap();
    let path = folder.at("loop/a.py");
    let watch = following(from_ref(&path));
    folder.write("real/a.py", "one");
    switch(&folder.at("loop"), "real");
    assert_eq!(told(&watch), Some(path));
}

#[test]
fn a_directory_that_is_removed_and_made_again_is_watched_again() {
    let folder = Folder::new();
    let path = folder.write("app/package/a.py", "one");
    let watch = following(from_ref(&path));
    fs::remove_dir_all(folder.at("app")).unwrap();
    assert_eq!(told(&watch), Some(path.clone()));
    folder.write("app/package/a.py", "two");
    assert_eq!(told(&watch), Some(path.clone()));
    folder.write("app/package/a.py", "three");
    assert_eq!(told(&watch), Some(path));
}

#[test]
fn another_directory_far_above_counts_even_if_nobody_asked_between() {
    let folder = Folder::new();
    let path = folder.write("srv/app/package/a.py", "one");
    folder.write("srv/next/package/a.py", "two");
    let watch = following(from_ref(&path));
    fs::rename(folder.at("srv/app"), folder.at("srv/last")).unwrap();
    fs::rename(folder.at("srv/next"), folder.at("srv/app")).unwrap();
    assert_eq!(told(&watch), Some(path.clone()));
    fs::write(folder.at("srv/last/package/a.py"), "nobody reads it").unwrap();
    assert_eq!(watch.changed(ONE), None);
    fs::write(&path, "three").unwrap();
    assert_eq!(told(&watch), Some(path));
}
