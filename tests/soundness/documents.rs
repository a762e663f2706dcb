//! What the documents name exists.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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

/// Commands that a document shows to be typed: after `$` or `#` in blocks of a console, without what follows `#` in them.
fn commands(text: &str) -> Vec<String> {
    let blocks = text.split("```").skip(1).step_by(2);
    let consoles = blocks.filter_map(|block| block.strip_prefix("console\n"));
    let lines = consoles.flat_map(str::lines);
    let typed =
        lines.filter_map(|line| line.strip_prefix("$ ").or_else(|| line.strip_prefix("# ")));
    typed
        .map(|line| line.split(" #").next().unwrap_or_default())
        .flat_map(|line| line.split("&&"))
        .map(|command| command.trim().to_owned())
        .collect()
}

/// What is wrong with a command that is ours to answer for; `None` if nothing is, or it is another's.
fn what_is_wrong_with(command: &str, makefile: &str) -> Option<String> {
    let mut words = command.split_whitespace();
    match words.next()? {
        "make" => {
            let (set, targets): (Vec<_>, Vec<_>) =
                words.partition(|word| word.contains('=') || word.ends_with('"'));
            let has_target = |target: &&str| makefile.contains(&format!("\n{target}:"));
            let is_known = |word: &&str| {
                let name = word.split('=').next().unwrap_or_default();
                word.ends_with('"')
                    || makefile.contains(&format!("{name}="))
                    || makefile.contains(&format!("$({name})"))
            };
            let all = targets.iter().all(has_target) && set.iter().all(is_known);
            (!all).then(|| "is not in the Makefile".to_owned())
        }
        "clutch" => {
            let program = installation::build_directory().join("clutch");
            let words: Vec<_> = words.collect();
            let is_name = |word: &&&str| word.chars().all(|letter| letter.is_ascii_lowercase());
            let named = words.iter().take_while(is_name).take(2).copied();
            let named: Vec<_> = named.collect();
            // `clutch reload shop`: the second word may be a name of the operator's.
            let help = [&named[..], &named[..named.len().min(1)]]
                .into_iter()
                .find_map(|named| {
                    let output = Command::new(&program)
                        .args(named)
                        .arg("--help")
                        .output()
                        .unwrap();
                    output
                        .status
                        .success()
                        .then(|| String::from_utf8(output.stdout).unwrap())
                });
            let Some(help) = help else {
                return Some("is no command".to_owned());
            };
            let options = words.iter().filter(|word| word.starts_with("--"));
            let unknown = options.map(|word| word.split('=').next().unwrap_or_default());
            let unknown = unknown
                .filter(|option| !help.contains(option))
                .collect::<Vec<_>>();
            (!unknown.is_empty()).then(|| format!("has no {unknown:?}"))
        }
        _ => None,
    }
}

#[test]
fn every_command_of_ours_that_a_document_shows_is_one() {
    let root = installation::repository();
    let makefile = fs::read_to_string(root.join("Makefile")).unwrap();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for document in documents() {
        for command in commands(&fs::read_to_string(&document).unwrap()) {
            seen += 1;
            if let Some(text) = what_is_wrong_with(&command, &makefile) {
                wrong.push(format!("{}: {command}: {text}", document.display()));
            }
        }
    }
    assert!(seen > 15, "{seen}");
    assert!(wrong.is_empty(), "{wrong:#?}");
    for wrong in [
        "make nothing",
        "make build PYTHN=x",
        "clutch nothing",
        "clutch status --nothing",
    ] {
        assert!(what_is_wrong_with(wrong, &makefile).is_some(), "{wrong}");
    }
}
