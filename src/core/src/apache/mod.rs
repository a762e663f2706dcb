//! Apache configurations as text: what httpd would read, found without httpd.
//!
//! ```text
//! text ── lines ──▶ a line ── macros, variables ──▶ its words ── condition, sections, files ──▶ Configuration
//!                                                                     access, overrides ──▶ the .htaccess files for it
//! ```
//!
//! The rules are those of httpd 2.4: lines that go on after a backslash, quoted words, `Define` and `${NAME}`, `Include` and
//! `IncludeOptional` with patterns, `IfModule`, `IfDefine`, `IfVersion` and `IfFile`, nested sections, `Macro` and `Use`. What a
//! directive means is not known here, but for those that say which files are read. Everything is bounded; the file system is asked through [`Files`].

mod access;
mod condition;
mod configuration;
mod files;
mod lines;
mod macros;
mod overrides;
mod pattern;
mod read;
mod sources;
#[cfg(test)]
pub(crate) mod tests;
mod variables;

pub use configuration::{
    Complaint, Configuration, Directive, Event, Kind, Place, Section, Unused, Use,
};
pub use files::{Entry, Files};
pub use overrides::{Allowed, Class};
pub use pattern::matches;
pub use read::read;
pub use variables::Variables;
