//! What a question costs; printed by `cargo test -- --ignored --nocapture`.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use super::{Folder, ONE, TWO, later, polling};
use crate::watch::Watch;

const CALLS: u32 = 100_000;

#[test]
#[ignore = "measures"]
fn a_question_about_many_files_is_cheap() {
    let folder = Folder::new();
    let files: Vec<PathBuf> = (0..2000)
        .map(|number| folder.write(&format!("{}/{number}.py", number % 500), "old"))
        .collect();
    let since = later();
    let watch = Watch::new();
    let begun = Instant::now();
    watch.follow(ONE, &files, since);
    println!(
        "follow 2,000 files in 500 directories: {:?}",
        begun.elapsed()
    );
    let begun = Instant::now();
    watch.follow(TWO, &files, since);
    println!("follow by a second follower: {:?}", begun.elapsed());

    let begun = Instant::now();
    for _ in 0..CALLS {
        assert_eq!(watch.changed(ONE), None);
    }
    let each = begun.elapsed() / CALLS;
    println!("changed, nothing happened: {} ns", each.as_nanos());

    fs::write(&files[77], "new").unwrap();
    let begun = Instant::now();
    assert!(watch.changed(ONE).is_some());
    println!("changed, one file: {:?}", begun.elapsed());
    for file in &files {
        fs::write(file, "newer").unwrap();
    }
    let begun = Instant::now();
    assert!(watch.changed(ONE).is_some());
    println!("changed, all files: {:?}", begun.elapsed());
    let since = later();
    let begun = Instant::now();
    watch.accept(ONE, since);
    println!("accept: {:?}", begun.elapsed());
    let begun = Instant::now();
    watch.forget(ONE);
    watch.forget(TWO);
    println!("forget both: {:?}", begun.elapsed());

    let watch = polling();
    watch.follow(ONE, &files, later());
    let begun = Instant::now();
    assert_eq!(watch.changed(ONE), None);
    println!("changed, 2,000 polled files: {:?}", begun.elapsed());
}
