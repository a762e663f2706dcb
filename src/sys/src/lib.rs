//! System calls that std lacks, each behind a safe function.

use std::io;

pub mod account;
pub mod file;
pub mod library;
pub mod poll;
pub mod process;
pub mod shared;
pub mod signal;

/// What a system call's answer means: -1 is a failure, and errno says which.
fn done(answer: i32) -> io::Result<()> {
    match answer {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}
