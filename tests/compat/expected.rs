//! Differences that are meant: each with its reason, and the line of the page that explains it.

mod table;

use std::cell::Cell;

use clutch_tests::support::installation;

use super::difference::Difference;

/// The page that lists what differs.
const PAGE: &str = "docs/compatibility.md";

/// Differences with one reason.
#[derive(Debug)]
pub(crate) struct Expected {
    /// Why, in a line.
    pub(crate) reason: &'static str,
    /// The heading of the page under which it stands.
    pub(crate) heading: &'static str,
    /// The beginning of its line there.
    pub(crate) line: &'static str,
    /// Where it is seen: case, aspect, what mod_wsgi does, what we do; `*` stands for anything.
    pub(crate) seen: &'static [[&'static str; 4]],
}

/// The table, and which of its rows have been seen.
#[derive(Debug)]
pub(crate) struct Table(Vec<(&'static Expected, [&'static str; 4], Cell<bool>)>);

impl Table {
    /// All of it, none seen.
    pub(crate) fn new() -> Self {
        let rows = table::all().flat_map(|expected| {
            let seen = expected.seen.iter();
            seen.map(move |row| (expected, *row, Cell::new(false)))
        });
        Self(rows.collect())
    }

    /// Whether the difference is expected; notes that it was seen.
    pub(crate) fn expects(&self, found: &Difference) -> bool {
        let fields = [&found.case, &found.aspect, &found.peer, &found.ours];
        let mut is_expected = false;
        for (_, row, seen) in &self.0 {
            if row
                .iter()
                .zip(fields)
                .all(|(pattern, text)| matches(pattern, text))
            {
                seen.set(true);
                is_expected = true;
            }
        }
        is_expected
    }

    /// The rows that have not been seen.
    pub(crate) fn unseen(&self) -> Vec<String> {
        let unseen = self.0.iter().filter(|(.., seen)| !seen.get());
        unseen
            .map(|(expected, row, _)| format!("{row:?} ({})", expected.reason))
            .collect()
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// The entries whose heading or line the page does not have.
pub(crate) fn unexplained() -> Vec<String> {
    let page = std::fs::read_to_string(installation::repository().join(PAGE)).unwrap();
    let is_explained = |expected: &&Expected| {
        let heading = format!("## {}", expected.heading);
        let section = page.split("\n## ").find_map(|section| {
            let (title, text) = section.split_once('\n')?;
            (title.trim_start_matches("## ") == expected.heading).then_some(text)
        });
        !heading.is_empty()
            && section.is_some_and(|text| {
                let begins = |line: &str| line.trim_start_matches("| ").starts_with(expected.line);
                !expected.line.is_empty() && text.lines().any(begins)
            })
    };
    let unexplained = table::all().filter(|one| !is_explained(one));
    unexplained
        .map(|one| format!("{PAGE} has no line {:?} under {:?}", one.line, one.heading))
        .collect()
}

/// Whether `text` is `pattern`, in which each `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<_> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = text.find(part) else {
            return false;
        };
        text = &text[at + part.len()..];
    }
    text.ends_with(last)
}
