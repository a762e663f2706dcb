//! The C ABI between a *host*, which has requests (an httpd child, a daemon), and an *engine*, which has Python.
//!
//! Both sides are Rust, but they are built at different times for different Pythons, so what crosses is C: structs of
//! numbers, byte slices and function pointers ([`abi`]). [`host`] and [`engine`] are the safe faces of the two sides.
//!
//! # Safety
//!
//! A [`abi::Slice`] is valid for its lifetime and is never kept longer. No function of the ABI unwinds: both faces
//! catch panics. A table of functions is valid until the process ends; neither side is ever unmapped.

pub mod abi;
pub mod engine;
mod field;
mod group_plan;
pub mod guard;
pub mod host;
mod nobody;
mod settings;
mod telemetry_plan;
mod unusable;
pub mod wire;

pub use abi::{ABI_VERSION, Field, Slice};
pub use settings::group_plan;
