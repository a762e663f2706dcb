//! What the documents name exists.

use std::fs;
use std::path::{Path, PathBuf};

use clutch_tests::support::installation;

/// Suffixes of what is a path when it stands in backquotes.
const SUFFIXES: &[&str] = &[".rs", ".md", ".toml", ".py", ".wsgi", "/"];

/// The documents whose paths are checked.
fn documents() -> Vec<PathBuf> {
    let root = installation::repository();
    let docs = fs::read_dir(root.join("docs"))
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let is_page = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "md");
    docs.chain([root.join("README.md")])
        .filter(is_page)
        .filter(|path| path.exists())
        .collect()
}

/// Texts in backquotes that name a file or folder of the repository.
fn named_paths(text: &str) -> Vec<&str> {
    let quoted = text.split('`').skip(1).step_by(2);
    let roots = [
        "src/",
        "ffi/",
        "tests/",
        "docs/",
        "examples/",
        "benches/",
        "fuzz/",
        "scripts/",
    ];
    quoted
        .filter(|words| roots.iter().any(|root| words.starts_with(root)))
        .filter(|words| {
            SUFFIXES.iter().any(|suffix| words.ends_with(suffix))
                && !words.contains(['*', ' ', '<', '{', '…'])
        })
        .collect()
}

#[test]
fn every_path_that_a_document_names_exists() {
    let root = installation::repository();
    let mut missing = Vec::new();
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        let gone = named_paths(&text)
            .into_iter()
            .filter(|path| !root.join(path).exists());
        missing.extend(gone.map(|path| format!("{}: {path}", document.display())));
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_link_of_a_document_to_a_file_leads_somewhere() {
    let mut broken = Vec::new();
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        let folder = document.parent().unwrap_or(Path::new("/"));
        let targets = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        let files = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
        let gone = files.filter(|target| {
            !folder
                .join(target.split('#').next().unwrap_or_default())
                .exists()
        });
        broken.extend(gone.map(|target| format!("{}: {target}", document.display())));
    }
    assert!(broken.is_empty(), "{broken:#?}");
}
