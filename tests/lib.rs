//! What the black-box tests stand on: a real httpd per test, a client that says exactly the bytes it is told, and the
//! error log as a witness.
//!
//! The tests themselves are the binary `integration` (`main.rs`). Environment variables that steer a run are listed in
//! [`support`].
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails, and the place is the message"
)]

pub mod support;
