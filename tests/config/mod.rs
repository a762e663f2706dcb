//! What directives mean, where they may stand, what wins, and what is refused.

mod daemons;
mod directives;
mod inheritance;
mod interpreters;
mod processes;
mod python;
pub(crate) mod refusals;
mod scopes;
