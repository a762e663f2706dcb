//! The safe face of httpd and APR.
//!
//! httpd's pointers become borrowed types where they enter ([`hooks`], [`commands`]) and go no further. Nothing above
//! this folder sees a pointer of httpd's, and no unwinding gets out of it ([`boundary`]).

mod auth;
mod body;
mod boundary;
mod brigade;
mod commands;
mod connection;
mod directory;
mod expression;
mod file;
mod filters;
mod head;
mod hooks;
pub mod host;
pub mod log;
mod pool;
mod record;
mod redirect;
mod request;
mod respond;
pub mod scoreboard;
mod server;
mod slots;
mod table;
pub mod watched;

pub use body::Body;
pub use boundary::Outcome;
pub use connection::Connection;
pub use file::{Mapping, Sendfile};
pub use pool::Pool;
pub use request::{Request, Script};
pub use respond::Response;
pub use server::{Server, ServerConfig};
pub use table::Table;
