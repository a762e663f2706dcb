//! Every line of level warning or worse has a code of the tables, and every code has one place.

use std::collections::HashMap;
use std::fs;

use clutch_core::code;
use clutch_tests::support::installation;

use super::files::rust_files;

/// The severe levels, and the numbers that Python gives them.
const SEVERE: [&str; 5] = ["Emerg", "Alert", "Crit", "Error", "Warning"];

/// Files that name a severe level themselves, and why that is no line without a code.
const MAY_NAME_LEVELS: &[(&str, &str)] = &[
    ("src/core/src/log.rs", "the levels"),
    ("src/core/src/code/", "the tables"),
    (
        "src/module/src/httpd/log.rs",
        "the level before there is a log",
    ),
    ("src/engine/src/host.rs", "the level before there is a host"),
    ("src/engine/src/wsgi/log.rs", "what applications print"),
    ("src/engine/src/wsgi/call.rs", "what applications print"),
    ("src/clutch/src/check/run.rs", "which lines are shown"),
    ("src/clutch/src/daemon/log.rs", "the words for levels"),
    ("src/clutch/src/terminal/", "levels of lines that are shown"),
    ("ffi/engine/src/host.rs", "the level of a host that panics"),
    ("ffi/engine/src/nobody.rs", "the level of what nobody reads"),
];

/// Source of the artifacts: path and text, without their tests and without comments.
fn sources() -> Vec<(String, String)> {
    let files = rust_files().into_iter().filter(|(path, _)| {
        let is_test = path.iter().any(|part| part == "tests" || part == "benches")
            || path.ends_with("tests.rs");
        (path.starts_with("src") || path.starts_with("ffi")) && !is_test
    });
    files
        .map(|(path, text)| {
            let text = text
                .split("#[cfg(test)]\nmod tests")
                .next()
                .unwrap_or_default();
            let lines = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            (
                path.display().to_string(),
                lines.collect::<Vec<_>>().join("\n"),
            )
        })
        .collect()
}

/// The Python that engines carry: path and text.
fn preludes() -> Vec<(String, String)> {
    let folder = installation::repository().join("src/engine/src/modwsgi/prelude");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "py"));
    files
        .map(|path| {
            (
                path.display().to_string(),
                fs::read_to_string(&path).unwrap(),
            )
        })
        .collect()
}

/// How often `word` stands in `text` as a whole word.
fn count(text: &str, word: &str) -> usize {
    let ends = |letter: Option<char>| {
        !letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    };
    text.match_indices(word)
        .filter(|(at, _)| {
            ends(text[..*at].chars().next_back()) && ends(text[at + word.len()..].chars().next())
        })
        .count()
}

#[test]
fn no_line_of_level_warning_or_worse_is_without_a_code() {
    let mut strays = Vec::new();
    for (path, text) in sources() {
        if MAY_NAME_LEVELS
            .iter()
            .any(|(file, _)| path.starts_with(file))
        {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let names = |level: &&str| count(line, &format!("Level::{level}")) > 0;
            let is_event = ["warn!(", "error!(", "Level::WARN", "Level::ERROR"];
            if SEVERE.iter().any(names) || is_event.iter().any(|word| count(line, word) > 0) {
                strays.push(format!("{path}:{number}: {line}"));
            }
        }
    }
    assert!(
        strays.is_empty(),
        "use `log::fault` and a row of src/core/src/code: {strays:#?}"
    );
}

#[test]
fn numbers_of_codes_stand_only_in_their_tables() {
    let is_number = |at: usize, text: &str, prefix: &str| {
        let digits = text[at + prefix.len()..].bytes().take(4);
        digits.filter(u8::is_ascii_digit).count() == 4
    };
    let mut strays = Vec::new();
    for (path, text) in sources() {
        if !path.starts_with("src/core/src/code/") {
            for prefix in ["CLUTCH", "WSGI"] {
                let mut found = text.match_indices(prefix);
                if found.any(|(at, _)| is_number(at, &text, prefix)) {
                    strays.push(path.clone());
                }
            }
        }
    }
    assert!(strays.is_empty(), "{strays:#?}");
}

#[test]
fn every_code_is_told_in_one_place() {
    let mut places: HashMap<&str, Vec<String>> = HashMap::new();
    let (rust, python) = (sources(), preludes());
    for code in code::all() {
        let told = places.entry(code.name).or_default();
        for (path, text) in rust
            .iter()
            .filter(|(path, _)| !path.starts_with("src/core/src/code/"))
        {
            let times = count(text, &format!("code::{}", code.name));
            told.extend(std::iter::repeat_n(path.clone(), times));
        }
        for (path, text) in &python {
            told.extend(std::iter::repeat_n(path.clone(), count(text, code.id)));
        }
    }
    places.retain(|_, told| told.len() != 1);
    assert!(
        places.is_empty(),
        "unused, or used for more than one condition: {places:#?}"
    );
}

#[test]
fn lines_of_preludes_have_codes_of_their_levels() {
    let mut seen = 0;
    for (path, text) in preludes() {
        for part in text.split("log._record(").skip(1) {
            let level = match part.split(',').next() {
                Some("50") => "Crit",
                Some("40") => "Error",
                Some("30") => "Warning",
                _ => continue, // below, or of an application's own record
            };
            seen += 1;
            let line = part.split('"').nth(1).unwrap_or_default();
            let of_line = |code: &&code::Code| line.starts_with(&format!("{code}: "));
            let code = code::all().find(of_line);
            let code = code.unwrap_or_else(|| panic!("{path}: no code at the head of {line:?}"));
            assert_eq!(format!("{:?}", code.level), level, "{path}: {line}");
        }
    }
    assert!(seen > 2, "the preludes say something");
}
