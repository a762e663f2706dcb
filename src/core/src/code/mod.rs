//! Codes of the log: each condition that a line of level warning or worse tells has one, and keeps it.
//!
//! A line is `CLUTCH0123: text`, or `CLUTCH0123 WSGI0146: text` where mod_wsgi has a number for the same condition: what was
//! made for its log finds ours. Lines of level notice and below have no code, nor have those of applications, except the one
//! that introduces an exception.
//!
//! A new code is a row in one of the tables beside this file, with the next free number of its hundred, and one place that
//! says it: `log::fault(&code::NAME.says(...))`, or in a prelude `log._record(30, ..., "CLUTCH0123: ...")`. Then
//! `CLUTCH_WRITE_DOCS=1 cargo test -p clutch-core error_page` makes the page anew. A number is never used for another
//! condition, nor again when its row is gone.

mod applications;
mod daemons;
mod engine;
mod module;
#[cfg(test)]
mod page;
mod questions;
mod requests;

use std::fmt;
use std::panic::Location;

use crate::log::{Level, Record};

pub use applications::*;
pub use daemons::*;
pub use engine::*;
pub use module::*;
pub use questions::*;
pub use requests::*;

/// A condition that the log tells.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Its name in our code.
    pub name: &'static str,
    /// `CLUTCH` and four digits.
    pub id: &'static str,
    /// How bad it is.
    pub level: Level,
    /// mod_wsgi's numbers for it: its lines carry the first.
    pub wsgi: &'static [&'static str],
    /// What is the case.
    pub condition: &'static str,
    /// Why that may be.
    pub cause: &'static str,
    /// What to do.
    pub cure: &'static str,
}

impl Code {
    /// The condition as it has come about: `text` says what is affected, and why.
    pub fn says(&'static self, text: impl Into<String>) -> Fault {
        Fault {
            code: self,
            text: text.into(),
        }
    }
}

impl fmt::Display for Code {
    /// As it stands at the beginning of a line, without the colon.
    fn fmt(&self, line: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.wsgi.first() {
            Some(theirs) => write!(line, "{} {theirs}", self.id),
            None => line.write_str(self.id),
        }
    }
}

/// Every code, table by table.
pub fn all() -> impl Iterator<Item = &'static Code> {
    [
        module::ROWS,
        requests::ROWS,
        questions::ROWS,
        engine::ROWS,
        applications::ROWS,
        daemons::ROWS,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// A line for the log, of level warning or worse: a condition, and what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    code: &'static Code,
    text: String,
}

impl Fault {
    /// Which condition.
    pub fn code(&self) -> &'static Code {
        self.code
    }

    /// How bad it is.
    pub fn level(&self) -> Level {
        self.code.level
    }

    /// What is said of it, without the code.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Gives `write` the record, which names the place of the call.
    #[track_caller]
    pub fn write<R>(&self, write: impl FnOnce(&Record<'_>) -> R) -> R {
        let (place, text) = (Location::caller(), self.to_string());
        write(&Record {
            level: self.level(),
            file: place.file(),
            line: place.line(),
            text: text.as_bytes(),
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, line: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(line, "{}: {}", self.code, self.text)
    }
}

impl std::error::Error for Fault {}

/// Rows of codes: name, number, level, mod_wsgi's numbers; then condition, cause and cure, a line each.
macro_rules! codes {
    ($($name:ident = $id:literal, $level:ident, [$($wsgi:literal),*],
        $condition:literal, $cause:literal, $cure:literal;)*) => {
        $(#[doc = $condition]
        pub const $name: &$crate::code::Code = &$crate::code::Code {
            name: stringify!($name),
            id: $id,
            level: $crate::log::Level::$level,
            wsgi: &[$($wsgi),*],
            condition: $condition,
            cause: $cause,
            cure: $cure,
        };)*

        pub(super) const ROWS: &[&$crate::code::Code] = &[$($name),*];
    };
}
use codes;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{all, code_of_tests};
    use crate::log::Level;

    #[test]
    fn a_line_begins_with_its_code_and_mod_wsgis() {
        let fault = code_of_tests::BOTH.says("it is so");
        assert_eq!(fault.to_string(), "CLUTCH9001 WSGI9002: it is so");
        let fault = code_of_tests::OURS.says("it is so");
        assert_eq!(fault.to_string(), "CLUTCH9002: it is so");
        fault.write(|record| {
            assert_eq!(record.text, b"CLUTCH9002: it is so");
            assert!(record.file.ends_with("code/mod.rs") && record.level == Level::Warning);
        });
    }

    #[test]
    fn codes_are_whole_and_unique() {
        let mut known = HashSet::new();
        for code in all() {
            let digits = code.id.strip_prefix("CLUTCH").unwrap();
            assert!(digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()));
            assert!(known.insert(code.id), "{} is used twice", code.id);
            assert!(code.level <= Level::Warning, "{} needs no code", code.id);
            for theirs in code.wsgi {
                assert!(theirs.starts_with("WSGI0") && theirs.len() == 8, "{theirs}");
            }
            for text in [code.condition, code.cause, code.cure] {
                assert!(
                    text.len() > 7 && !text.ends_with('.'),
                    "{}: {text}",
                    code.id
                );
            }
        }
    }
}

#[cfg(test)]
#[expect(unreachable_pub, reason = "rows are what all tables have")]
mod code_of_tests {
    super::codes! {
        BOTH = "CLUTCH9001", Error, ["WSGI9002", "WSGI9003"], "condition", "cause", "cure";
        OURS = "CLUTCH9002", Warning, [], "condition", "cause", "cure";
    }

    #[test]
    fn a_row_is_a_code() {
        assert_eq!(ROWS.len(), 2);
        assert_eq!(ROWS[0].name, "BOTH");
    }
}
