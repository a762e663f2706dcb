//! The page `docs/errors.md`, made of the tables.

use std::fmt::Write as _;
use std::{env, fs};

use super::{Code, all};
use crate::log::Level;

/// Set this variable to write the page instead of judging it.
const WRITE: &str = "CLUTCH_WRITE_DOCS";

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md");

const HEAD: &str = "\
# Errors

Every line of httpd's error log that the module, an engine, the supervisor or a daemon writes at level warning or worse begins
with a code. The code of a condition stays what it is from version to version, whatever the words after it; so it is what a
search, an alarm or a filter is made of:

```text
[wsgi:error] ... [script /srv/shop/app.wsgi] CLUTCH0707 WSGI0146: process 4711 of group 'shop' has ended before it had answered: ...
```

Where mod_wsgi has a number for the same condition, it stands beside ours: what was made for its log finds it, too. Lines at level
notice and below have no code, nor have those of applications (what they print, tracebacks, stacks of threads), except the line
that introduces an exception.

This page is made from the tables in `src/core/src/code/`. To make it anew:
`CLUTCH_WRITE_DOCS=1 cargo test -p clutch-core error_page`.

";

fn word(level: Level) -> String {
    match level {
        Level::Warning => "warn".into(),
        other => format!("{other:?}").to_lowercase(),
    }
}

fn entry(code: &Code) -> String {
    let Code {
        id,
        condition,
        cause,
        cure,
        ..
    } = code;
    let theirs = match code.wsgi {
        [] => String::new(),
        numbers => format!(" · in mod_wsgi: {}", numbers.join(", ")),
    };
    let level = word(code.level);
    format!(
        "## {id}\n\n{condition}.\n\n* Level: {level}{theirs}\n* Cause: {cause}.\n* Cure: {cure}.\n"
    )
}

/// mod_wsgi's numbers, and what they are here.
fn by_their_number(codes: &[&Code]) -> String {
    let mut pairs: Vec<_> = codes
        .iter()
        .flat_map(|code| code.wsgi.iter().map(|theirs| (*theirs, code.id)))
        .collect();
    pairs.sort_unstable();
    let mut table = String::from("## By mod_wsgi's numbers\n\n| mod_wsgi | here |\n|---|---|\n");
    for group in pairs.chunk_by(|one, other| one.0 == other.0) {
        let links: Vec<_> = group
            .iter()
            .map(|(_, id)| format!("[{id}](#{})", id.to_lowercase()))
            .collect();
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| {} | {} |", group[0].0, links.join(", "));
    }
    table
}

fn page() -> String {
    let mut codes: Vec<_> = all().collect();
    codes.sort_by_key(|code| code.id);
    let mut page = HEAD.to_owned();
    page += "| code | level | condition |\n|---|---|---|\n";
    for code in &codes {
        let (id, level, condition) = (code.id, word(code.level), code.condition);
        // Writing to a String cannot fail.
        let _ = writeln!(
            page,
            "| [{id}](#{}) | {level} | {condition} |",
            id.to_lowercase()
        );
    }
    page.push('\n');
    page += &by_their_number(&codes);
    for code in codes {
        page.push('\n');
        page += &entry(code);
    }
    page
}

#[test]
fn the_error_page_is_current() {
    if env::var_os(WRITE).is_some() {
        fs::write(PAGE, page()).unwrap();
    }
    let written = fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        written == page(),
        "docs/errors.md is not what the tables say; write it with {WRITE}=1 cargo test -p clutch-core error_page"
    );
}
