//! `WSGIDaemonProcess`: groups of daemon processes, with every default filled in.
//!
//! ```text
//! words ── parse ──▶ DaemonGroup      rows: identity, transport, lifetime, a row for each option
//!                        │
//!                      words ──▶ InterpreterWords   what the server says about interpreters, as far as it reaches daemons
//! ```
//!
//! What needs the system to be judged (is there such a user, may this process change its root) is judged elsewhere.

/// A row: `name syntax default summary => field = reader`.
macro_rules! option {
    ($name:literal $syntax:literal, $default:literal, $summary:literal => $field:ident = $read:expr) => {
        Row {
            name: $name,
            syntax: $syntax,
            default: $default,
            summary: $summary,
            set: |group, value| {
                let read: fn(&[u8]) -> Read<_> = $read;
                group.$field = read(value)?.into();
                Ok(())
            },
        }
    };
}

mod account;
mod group;
mod identity;
mod lifetime;
mod parse;
mod read;
#[cfg(test)]
mod tests;
mod transport;
mod words;

pub use account::AccountName;
pub use group::{DaemonGroup, DaemonStart};
pub use parse::{OPTIONS, Row as DaemonOption};
