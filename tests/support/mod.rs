//! The fixtures.
//!
//! | variable | meaning | default |
//! |---|---|---|
//! | `CLUTCH_BUILD` | directory of `mod_clutch.so`, its engines and the program `clutch` | `build/` of this repository |
//! | `CLUTCH_TEST_MPM` | `prefork`, `worker` or `event` | `event` |
//! | `CLUTCH_TEST_MODE` | `embedded`, or `daemon`: applications run in a daemon process | `embedded` |
//! | `CLUTCH_TEST_PYTHON` | Python executable; its version's engine is used | newest engine in `CLUTCH_BUILD` |
//! | `MODULE_UNDER_TEST` | a `mod_wsgi` shared object: run the same tests against it | ours |
//! | `CLUTCH_SOAK` | number of graceful restarts of the soak test | 100 |
//! | `CLUTCH_RELOADS` | number of reloads of an application of some size; unset: those tests are skipped | unset |
//! | `CLUTCH_RELOAD_IMPORTS` | what that application imports | `flask, requests, pymongo` |
//! | `CLUTCH_RELOAD_SECONDS` | how long code changes under load in the test of that; unset: it is skipped | unset |
//! | `CLUTCH_TELEMETRY_PROGRAM` | set: the test with the program mod_wsgi-telemetry, from PyPI, runs | unset |
//! | `CLUTCH_KEEP` | set: keep the directories of failed tests | unset |

pub mod app;
pub mod client;
pub mod credentials;
pub mod curl;
pub mod daemons;
pub mod environ;
pub mod error_log;
pub mod files;
pub mod gate;
pub mod httpd;
pub mod installation;
pub mod load;
pub mod mode;
pub mod plan;
pub mod process;
pub mod python;
pub mod reference;
pub mod response;
pub mod wait;

pub use client::{Connection, Request};
pub use httpd::Httpd;
pub use plan::Plan;
pub use response::{Ending, Response};

/// What every error-log line of the module under test carries: its own messages at error level, tracebacks, and what
/// applications print.
pub const MODULE_ERROR: &str = "[wsgi:error]";
