//! The second judges of the declarations: the C compiler on the installed headers, and the installed binaries.
#![expect(clippy::unwrap_used, reason = "tests")]

mod c;
mod compiler;
mod layout;
mod prototypes;
mod source;
mod symbols;
