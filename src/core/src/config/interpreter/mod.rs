//! What the operator says about interpreters, for the whole server or for some groups.
//!
//! The words of the main server hold for every interpreter; those of a `<WSGIInterpreterOptions>` block for the
//! interpreters that it selects. [`InterpreterSettings`] decides what holds for one.

mod block;
mod guard;
mod reload;
mod settings;
mod words;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use block::{Block, EMBEDDED};
pub use guard::{EVENTS as GUARD_EVENTS, Guard, GuardMode};
pub use reload::{Reload, ReloadPolicy, ReloadUnit};
pub use settings::{InterpreterSettings, free_threading};
pub use words::InterpreterWords;

use crate::config::number;
use crate::config::value::{self, Refusal};

/// What an interpreter shares with others of its process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Isolation {
    /// As little as the Python and the application's extension modules allow.
    Auto,
    /// Nothing but the process.
    OwnGil,
    /// The GIL and Python's memory.
    SharedGil,
    /// There are no others.
    Process,
}

impl Isolation {
    /// The word of `ClutchIsolation`.
    ///
    /// # Errors
    ///
    /// Any other.
    pub fn parse(word: &[u8]) -> Result<Self, Refusal> {
        const WORDS: &[(&str, Isolation)] = &[
            ("auto", Isolation::Auto),
            ("own-gil", Isolation::OwnGil),
            ("shared-gil", Isolation::SharedGil),
            ("process", Isolation::Process),
        ];
        value::choice(word, WORDS)
    }

    /// The word of `WSGIPerInterpreterGIL`.
    ///
    /// # Errors
    ///
    /// Any other.
    pub fn parse_switch(word: &[u8]) -> Result<Self, Refusal> {
        const WORDS: &[(&str, Isolation)] = &[
            ("On", Isolation::OwnGil),
            ("Off", Isolation::SharedGil),
            ("Auto", Isolation::Auto),
        ];
        value::choice(word, WORDS)
    }
}

/// How many interpreters serve a group in one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Interpreters {
    /// As many as the machine has processors.
    Auto,
    /// So many, from 1 to 64.
    Number(u32),
}

impl Interpreters {
    /// The word of `ClutchInterpreters`.
    ///
    /// # Errors
    ///
    /// Any other, and a number out of bounds.
    pub fn parse(word: &[u8]) -> Result<Self, Refusal> {
        if word.eq_ignore_ascii_case(b"auto") {
            return Ok(Self::Auto);
        }
        let refused = |_| Refusal::of(word, "auto or a whole number from 1 to 64");
        number::whole(word, 1, 64)
            .map(Self::Number)
            .map_err(refused)
    }
}

/// What one place says about interpreters; `None` where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterpreterSection {
    /// `ClutchIsolation`
    pub isolation: Option<Isolation>,
    /// `WSGIPerInterpreterGIL`, weaker than `ClutchIsolation` in blocks that are as specific.
    pub per_interpreter_gil: Option<Isolation>,
    /// `WSGIFreeThreading`; has an effect on whole processes only.
    pub free_threading: Option<bool>,
    /// `WSGISwitchInterval`
    pub switch_interval: Option<Duration>,
    /// `ClutchInterpreters`
    pub interpreters: Option<Interpreters>,
    /// `ClutchReload`
    pub reload: Option<Reload>,
    /// `ClutchReloadPolicy`
    pub reload_policy: Option<ReloadPolicy>,
    /// `ClutchReloadUnit`
    pub reload_unit: Option<ReloadUnit>,
    /// `ClutchPythonHome`
    pub python_home: Option<Arc<[u8]>>,
    /// `WSGIPythonPath`
    pub python_path: Option<Arc<[u8]>>,
    /// `WSGIRestrictStdin`
    pub restrict_stdin: Option<bool>,
    /// `WSGIRestrictStdout`
    pub restrict_stdout: Option<bool>,
    /// `WSGIRestrictSignal`
    pub restrict_signal: Option<bool>,
    /// `ClutchGuard`
    pub guard: Option<Guard>,
    /// `ClutchDrainTimeout`
    pub drain_timeout: Option<Duration>,
    /// `ClutchIdleTimeout`
    pub idle_timeout: Option<Duration>,
    /// `ClutchMaxRequests`
    pub max_requests: Option<u32>,
    /// `ClutchRequestTimeout`
    pub request_timeout: Option<Duration>,
    /// `ClutchConcurrency`
    pub concurrency: Option<u32>,
    /// `ClutchQueue`
    pub queue: Option<u32>,
    /// `ClutchQueueTimeout`
    pub queue_timeout: Option<Duration>,
}

/// A directory by its absolute path.
///
/// # Errors
///
/// Any other path.
pub fn absolute_directory(path: &[u8]) -> Result<Arc<[u8]>, Refusal> {
    value::absolute_path(path, "a virtual environment")
}

#[cfg(test)]
mod tests {
    use super::{Interpreters, Isolation, Reload, ReloadPolicy, ReloadUnit, absolute_directory};

    #[test]
    fn words_are_known_in_any_case_and_others_refused_with_the_list() {
        assert_eq!(Isolation::parse(b"OWN-gil"), Ok(Isolation::OwnGil));
        assert_eq!(Isolation::parse_switch(b"on"), Ok(Isolation::OwnGil));
        assert_eq!(Isolation::parse_switch(b"OFF"), Ok(Isolation::SharedGil));
        assert_eq!(Isolation::parse_switch(b"Auto"), Ok(Isolation::Auto));
        assert_eq!(Reload::parse(b"modules"), Ok(Reload::Modules));
        assert_eq!(ReloadPolicy::parse(b"seamless"), Ok(ReloadPolicy::Seamless));
        assert_eq!(ReloadUnit::parse(b"Process"), Ok(ReloadUnit::Process));
        for (refusal, list) in [
            (
                Isolation::parse(b"x").unwrap_err(),
                "auto, own-gil, shared-gil or process",
            ),
            (
                Isolation::parse_switch(b"x").unwrap_err(),
                "On, Off or Auto",
            ),
            (
                Reload::parse(b"x").unwrap_err(),
                "off, script, group or modules",
            ),
            (ReloadPolicy::parse(b"x").unwrap_err(), "fresh or seamless"),
            (
                ReloadUnit::parse(b"x").unwrap_err(),
                "interpreter or process",
            ),
        ] {
            assert_eq!(refusal.to_string(), format!("takes {list}, not \"x\""));
        }
    }

    #[test]
    fn interpreters_are_counted_or_left_to_the_machine() {
        assert_eq!(Interpreters::parse(b"Auto"), Ok(Interpreters::Auto));
        assert_eq!(Interpreters::parse(b"64"), Ok(Interpreters::Number(64)));
        for wrong in ["0", "65", "many", ""] {
            let refusal = Interpreters::parse(wrong.as_bytes()).unwrap_err();
            let expected = format!("takes auto or a whole number from 1 to 64, not {wrong:?}");
            assert_eq!(refusal.to_string(), expected);
        }
    }

    #[test]
    fn a_directory_is_named_from_the_root() {
        assert!(absolute_directory(b"/srv/venv").is_ok());
        assert!(absolute_directory(b"venv").is_err());
    }
}
