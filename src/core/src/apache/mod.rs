//! Apache configurations as text: what httpd would read, found without httpd.
//!
//! ```text
//! text ── lines ──▶ a line ── variables ──▶ its words ── condition, sections, files ──▶ Configuration
//! ```
//!
//! The rules are those of httpd 2.4: lines that go on after a backslash, quoted words, `Define` and `${NAME}`, `Include` and
//! `IncludeOptional` with patterns, `IfModule`, `IfDefine`, `IfVersion` and `IfFile`, nested sections. What a directive means is
//! not known here. Everything is bounded; the file system is asked through [`Files`].

mod condition;
mod configuration;
mod files;
mod lines;
mod pattern;
mod read;
#[cfg(test)]
pub(crate) mod tests;
mod variables;

pub use configuration::{Complaint, Configuration, Directive, Event, Kind, Place, Section};
pub use files::{Entry, Files};
pub use pattern::matches;
pub use read::read;
pub use variables::Variables;
