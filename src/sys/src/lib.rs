//! System calls that std lacks, each behind a safe function.

use std::io;

pub mod account;
pub mod datagram;
pub mod epoll;
pub mod event;
pub mod file;
pub mod library;
pub mod limit;
pub mod link;
pub mod locale;
pub mod lock;
pub mod message;
pub mod poll;
pub mod privileges;
pub mod process;
pub mod processor;
pub mod question;
pub mod shared;
pub mod signal;
pub mod socket;
pub mod spawn;
pub mod state;
pub mod time;
pub mod title;
pub mod usage;

#[cfg(test)]
mod in_child;

/// What a system call's answer means: -1 is a failure, and errno says which.
fn done(answer: i32) -> io::Result<()> {
    match answer {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// The error of a system call with the call in front: `setgid(33): Operation not permitted`.
///
/// Keeps the kind, but not the number.
fn failed(call: impl std::fmt::Display, error: impl Into<io::Error>) -> io::Error {
    let error = error.into();
    let text = error.to_string();
    let reason = text.split(" (os error").next().unwrap_or_default();
    io::Error::new(error.kind(), format!("{call}: {reason}"))
}
