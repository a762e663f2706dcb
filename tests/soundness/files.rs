//! The shape of source files: their size, their first line, and where they may look.

use std::fs;
use std::path::{Path, PathBuf};

use clutch_tests::support::installation;

/// The folders of Rust source in the repository.
const FOLDERS: &[&str] = &["src", "ffi", "tests", "fuzz", "benches"];

/// The most lines of a file. Longer ones say why in their first lines, with the word `long`, or are a
/// `table`.
const MOST_LINES: usize = 400;

/// Every Rust file of the repository, with its text; paths are relative to the root.
pub(super) fn rust_files() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for folder in FOLDERS {
        collect(&installation::repository().join(folder), &mut found);
    }
    assert!(found.len() > 50, "the repository has source");
    found
}

fn collect(folder: &Path, into: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let root = installation::repository();
            into.push((
                path.strip_prefix(root).expect("below the root").to_owned(),
                text,
            ));
        }
    }
}

#[test]
fn every_file_begins_with_its_purpose() {
    let without: Vec<_> = rust_files()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(path, _)| path)
        .collect();
    assert!(without.is_empty(), "no module documentation: {without:#?}");
}

#[test]
fn no_file_is_too_long_to_read() {
    let is_long = |text: &String| {
        let says_why = text
            .lines()
            .take_while(|line| line.starts_with("//!"))
            .any(|line| line.contains("long") || line.contains("table"));
        text.lines().count() > MOST_LINES && !says_why
    };
    let long: Vec<_> = rust_files()
        .into_iter()
        .filter(|(_, text)| is_long(text))
        .map(|(path, text)| (path, text.lines().count()))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn crates_know_only_what_the_map_allows() {
    let manifest = |name: &str| {
        fs::read_to_string(installation::repository().join(name).join("Cargo.toml")).unwrap()
    };
    for (package, forbidden) in [
        (
            "src/core",
            &[
                "clutch-sys",
                "ffi-httpd",
                "pyo3-ffi",
                "clutch-engine",
                "mod-clutch",
            ][..],
        ),
        (
            "src/sys",
            &["ffi-httpd", "pyo3-ffi", "clutch-engine", "mod-clutch"],
        ),
        ("src/engine", &["ffi-httpd", "mod-clutch"]),
        ("src/module", &["pyo3-ffi", "clutch-engine"]),
        (
            "src/clutch",
            &["ffi-httpd", "pyo3-ffi", "clutch-engine", "mod-clutch"],
        ),
        ("ffi/httpd", &["pyo3-ffi", "clutch-core"]),
    ] {
        let text = manifest(package);
        let dependencies = text.split("[dev-dependencies]").next().unwrap_or_default();
        let known: Vec<_> = forbidden
            .iter()
            .filter(|name| dependencies.lines().any(|line| line.starts_with(**name)))
            .collect();
        assert!(known.is_empty(), "{package} depends on {known:?}");
    }
}
