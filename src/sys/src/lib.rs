//! System calls that std lacks, each behind a safe function.

pub mod library;
