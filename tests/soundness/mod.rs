//! Promises of the repository about its own source.

mod codes;
mod directives;
mod documents;
mod files;
mod unsafe_code;
