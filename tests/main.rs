//! The black-box tests: one binary, so that it links once.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails, and the place is the message"
)]

mod auth;
mod cli;
mod config;
mod daemon;
mod frameworks;
mod groups;
mod life;
mod metrics;
mod pool;
mod serving;
mod soundness;
