//! Promises of the repository about its own source.

mod directives;
mod documents;
mod files;
mod unsafe_code;
