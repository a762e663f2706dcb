//! mod_clutch: the Apache httpd module. Hosts Python applications in httpd's own processes.
//!
//! httpd calls [`httpd`]'s hooks; those call [`parent`] (a configuration is read), [`life`] (a child starts and ends),
//! [`alias`] (a URL becomes a script) and [`handler`] (a request is served). What runs Python is an engine, chosen in [`clutch_core::engine`] and
//! opened in the child; it reaches the request through [`embedded`]. Nothing here knows Python.
#![deny(unsafe_code)]

#[cfg(not(panic = "unwind"))]
compile_error!(
    "build with panic = \"unwind\": a panic in one hook must not end the process that serves everyone"
);

pub mod alias;
pub mod board;
pub mod client;
pub mod daemons;
pub mod embedded;
pub mod env;
pub mod environ;
pub mod handler;
pub mod headers;
pub mod host;
pub mod life;
pub mod owners;
pub mod pairs;
pub mod parent;
pub mod providers;
pub mod proxies;
pub mod refusal;
pub mod retirement;
pub mod supervisor;
pub mod target;

#[expect(unsafe_code, reason = "the safe face of httpd and APR")]
pub mod httpd;
