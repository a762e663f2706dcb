//! What the program `clutch` does for its user.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails, and the place is the message"
)]

mod check;
mod check_config;
mod check_sources;
mod program;
mod pythons;
mod refusals;
mod serving;
mod stopping;
