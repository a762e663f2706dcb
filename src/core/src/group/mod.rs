//! Which interpreter serves a request: application groups and their names.
//!
//! What the operator writes is a [`GroupTemplate`]; a request's [`Facts`] make a name of it. The empty name is the main
//! interpreter.

pub mod script_name;
pub mod template;

pub use template::{Callable, Facts, GroupTemplate};
