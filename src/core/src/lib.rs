//! The pure ground of Clutch: what both sides of the engine boundary agree on.
//!
//! No httpd, no Python, no unsafe code, and no I/O except where a function says so. What stands here is tested in
//! microseconds.
#![deny(unsafe_code)]

pub mod apache;
pub mod code;
pub mod config;
pub mod control;
pub mod engine;
pub mod exchange;
pub mod group;
pub mod header_name;
pub mod homes;
pub mod installation;
pub mod log;
pub mod migration;
pub mod proxy;
pub mod question;
pub mod response_head;
pub mod rung;
pub mod scoreboard;
pub mod transport;
pub mod verdict;
