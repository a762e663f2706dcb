//! What happens when an application has new code.

use serde::{Deserialize, Serialize};

use crate::config::value::{self, Refusal};

/// What makes new code of an application run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reload {
    /// Only a restart.
    Off,
    /// A changed script is executed again, in the same interpreter.
    Script,
    /// A changed script replaces the interpreter.
    Group,
    /// So does any changed source file that was imported.
    Modules,
}

impl Reload {
    /// The word of `ClutchReload`.
    ///
    /// # Errors
    ///
    /// Any other.
    pub fn parse(word: &[u8]) -> Result<Self, Refusal> {
        const WORDS: &[(&str, Reload)] = &[
            ("off", Reload::Off),
            ("script", Reload::Script),
            ("group", Reload::Group),
            ("modules", Reload::Modules),
        ];
        value::choice(word, WORDS)
    }
}

/// Who waits for new code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReloadPolicy {
    /// The first request after the change.
    Fresh,
    /// Nobody.
    Seamless,
}

impl ReloadPolicy {
    /// The word of `ClutchReloadPolicy`.
    ///
    /// # Errors
    ///
    /// Any other.
    pub fn parse(word: &[u8]) -> Result<Self, Refusal> {
        let words = [("fresh", Self::Fresh), ("seamless", Self::Seamless)];
        value::choice(word, &words)
    }
}

/// What is replaced by new code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReloadUnit {
    /// As [`Reload`] says: the script, or the interpreter.
    Interpreter,
    /// The whole daemon process.
    Process,
}

impl ReloadUnit {
    /// The word of `ClutchReloadUnit`.
    ///
    /// # Errors
    ///
    /// Any other.
    pub fn parse(word: &[u8]) -> Result<Self, Refusal> {
        let words = [
            ("interpreter", Self::Interpreter),
            ("process", Self::Process),
        ];
        value::choice(word, &words)
    }
}
