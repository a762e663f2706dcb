//! What the operator wrote, and what holds.
//!
//! ```text
//! a line ── directives ──▶ Section        one section's words; None where it says nothing
//!                          ServerSection  a server's aliases and daemons; the words that hold for every process
//!                          InterpreterSection  words about interpreters, of a block or of the main server
//!              within ──▶  the same, with the words of the sections around it
//!            settings ──▶  Settings       what holds for a request; every default is decided there
//!                          ProcessSettings  what holds for a process
//!                          InterpreterSettings  what holds for the interpreters of a group
//! ```

pub mod alias;
pub mod alias_options;
pub mod daemon;
pub mod directive;
pub mod directives;
pub mod expression;
pub mod handler_script;
pub mod interpreter;
pub mod number;
pub(crate) mod options;
pub mod preload;
pub mod provider;
#[cfg(test)]
mod reference;
pub mod section;
pub mod server;
pub mod settings;
pub mod telemetry;
pub mod value;

pub use alias::Alias;
pub use alias_options::AliasOptions;
pub use daemon::DaemonGroup;
pub use directive::Directive;
pub use handler_script::{HandlerScript, HandlerScripts};
pub use options::words;
pub use preload::Preload;
pub use provider::ProviderScript;
pub use section::Section;
pub use server::{EngineChoice, ServerSection};
pub use settings::{ProcessSettings, Settings};
pub use telemetry::Telemetry;
pub use value::{HashSeed, HeadMapping, Refusal};
