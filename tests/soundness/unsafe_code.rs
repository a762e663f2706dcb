//! Unsafe code stands in its folders, and each block says why it is sound.

use super::files::rust_files;

/// Where `unsafe` may stand.
const FENCED: &[&str] = &[
    "ffi/",
    "src/module/src/httpd/",
    "src/engine/src/python/",
    "src/sys/",
];

/// The one place outside where C finds us: the engine's exported entry.
const ENTRY: &str = "src/engine/src/lib.rs";

/// The word itself, so that this file does not contain it as code.
const WORD: &str = concat!("un", "safe");

/// A line without its comment, and without what stands in quotes.
fn code(line: &str) -> String {
    let outside_quotes: String = line.split('"').step_by(2).collect();
    outside_quotes
        .split("//")
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn uses_the_word(line: &str) -> bool {
    // The name under which a function is exported is no code.
    let code = code(line).replace(concat!("#[un", "safe(export_name = "), "");
    code.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .any(|word| word == WORD)
}

#[test]
fn unsafe_code_stands_only_in_its_folders() {
    let mut strays = Vec::new();
    for (path, text) in rust_files() {
        let is_fenced =
            FENCED.iter().any(|folder| path.starts_with(folder)) || path.starts_with("fuzz");
        if !is_fenced {
            let lines = text
                .lines()
                .enumerate()
                .filter(|(_, line)| uses_the_word(line));
            strays.extend(
                lines.map(|(number, line)| format!("{}:{}: {line}", path.display(), number + 1)),
            );
        }
    }
    assert!(strays.is_empty(), "{strays:#?}");
}

#[test]
fn functions_that_c_calls_stand_only_in_the_fenced_folders() {
    let definition = concat!("extern ", "\"C\" fn");
    let mut strays = Vec::new();
    for (path, text) in rust_files() {
        let is_fenced = FENCED.iter().any(|folder| path.starts_with(folder))
            || path.starts_with("tests/soundness")
            || path.ends_with(ENTRY);
        if !is_fenced {
            let lines = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//") && line.contains(definition));
            strays.extend(lines.map(|line| format!("{}: {line}", path.display())));
        }
    }
    assert!(strays.is_empty(), "{strays:#?}");
}

#[test]
fn each_block_says_why_it_is_sound() {
    let block = format!("{WORD} {{");
    let mut silent = Vec::new();
    for (path, text) in rust_files() {
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            if code(line).contains(&block) {
                // The note stands above the statement, whose beginning may be a few lines up.
                let above = &lines[number.saturating_sub(8)..=number];
                if !above.iter().any(|line| line.contains("SAFETY:")) {
                    silent.push(format!("{}:{}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn nothing_uses_the_functions_that_know_only_one_interpreter() {
    let forbidden = concat!("PyGIL", "State_");
    let users: Vec<_> = rust_files()
        .into_iter()
        .filter(|(_, text)| text.lines().map(code).any(|code| code.contains(forbidden)))
        .map(|(path, _)| path)
        .collect();
    assert!(users.is_empty(), "{users:#?}");
}
