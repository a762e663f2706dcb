//! A verdict for people and for programs.

use std::path::Path;

use clutch_core::rung::Rung;
use serde::Serialize;

use super::attempt::Death;
use super::outcome::{Module, Refusal};
use super::shown;
use crate::python::Facts;

/// What is known of an application at the end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Judgement {
    /// The rung it can be served on; else the word for what it cannot be served for.
    pub(super) rung: Result<Rung, &'static str>,
    /// What has kept it off the rungs above, in order.
    pub(super) obstacles: Vec<Obstacle>,
    /// Python source that is taken in place of extension modules.
    pub(super) twins: Vec<Module>,
    /// Extension modules that would not load, and that it lives without.
    pub(super) without: Vec<Refusal>,
    /// How its process died when its interpreters ended.
    pub(super) died_at_end: Option<String>,
    /// What it raised when it was loaded.
    pub(super) traceback: Vec<String>,
}

impl Default for Judgement {
    fn default() -> Self {
        Self {
            rung: Err("cannot-import"),
            obstacles: Vec::new(),
            twins: Vec::new(),
            without: Vec::new(),
            died_at_end: None,
            traceback: Vec::new(),
        }
    }
}

/// What keeps an application off a rung.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Obstacle {
    #[serde(serialize_with = "name_of")]
    pub(super) rung: Rung,
    /// `refused`, `raised`, `alone` or `died`.
    kind: &'static str,
    #[serde(flatten)]
    pub(super) module: Option<Module>,
    reason: String,
}

fn name_of<S: serde::Serializer>(rung: &Rung, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(rung.name())
}

impl Obstacle {
    /// An extension module refuses.
    pub(super) fn refusal(rung: Rung, Refusal { module, reason }: Refusal) -> Self {
        Self {
            rung,
            kind: "refused",
            module: Some(module),
            reason,
        }
    }

    /// It loads in one interpreter only.
    pub(super) fn alone(rung: Rung, reason: String) -> Self {
        Self {
            rung,
            kind: "alone",
            module: None,
            reason,
        }
    }

    /// It raises an exception there; the last line of the traceback.
    pub(super) fn exception(rung: Rung, reason: String) -> Self {
        Self {
            rung,
            kind: "raised",
            module: None,
            reason,
        }
    }

    /// Whether it is an exception that no extension module is known to stand behind.
    pub(super) fn is_an_exception(&self) -> bool {
        self.kind == "raised"
    }

    /// The process dies.
    pub(super) fn death(rung: Rung, death: Death) -> Self {
        let said = death.said.map(|said| format!(" ({said})"));
        Self {
            rung,
            kind: "died",
            module: death.importing,
            reason: death.how + &said.unwrap_or_default(),
        }
    }

    /// In one line.
    fn line(&self) -> String {
        let (rung, reason) = (self.rung.name(), &self.reason);
        match (self.kind, &self.module) {
            ("died", Some(Module { name, file })) => {
                format!("not {rung}: the process {reason} while importing {name} ({file})")
            }
            ("died", None) => format!("not {rung}: the process {reason} while loading it"),
            (_, Some(Module { name, file })) => {
                format!("not {rung}: the extension module {name} ({file}) refuses: {reason}")
            }
            ("raised", None) => format!("not {rung}: it does not load there: {reason}"),
            (_, None) => {
                format!("not {rung}: it loads once in a process, and not beside itself: {reason}")
            }
        }
    }
}

/// A judgement, and of what.
pub(super) struct Report<'a> {
    pub(super) script: &'a Path,
    pub(super) callable: &'a str,
    pub(super) facts: &'a Facts,
    pub(super) judgement: &'a Judgement,
}

impl Report<'_> {
    /// For people.
    pub(super) fn lines(&self) -> Vec<String> {
        let judgement = self.judgement;
        let mut lines = vec![self.first_line()];
        let obstacles = judgement.obstacles.iter().map(Obstacle::line);
        let twins = judgement.twins.iter().map(|Module { name, file }| {
            format!(
                "the Python source of {name} ({file}) is taken in place of its extension module"
            )
        });
        let without = judgement.without.iter().map(|refusal| {
            let Module { name, file } = &refusal.module;
            let reason = &refusal.reason;
            format!(
                "it lives without the extension module {name} ({file}), which refuses: {reason}"
            )
        });
        let end = judgement.died_at_end.iter();
        let end = end.map(|how| format!("the process {how} when its interpreters ended"));
        let advice = self.advice().map(str::to_owned);
        let notes = obstacles
            .chain(twins)
            .chain(without)
            .chain(end)
            .chain(advice);
        lines.extend(notes.map(|note| format!("  {note}")));
        lines.extend(judgement.traceback.iter().map(|line| format!("  {line}")));
        lines
    }

    fn first_line(&self) -> String {
        let (script, callable) = (shown(self.script), self.callable);
        let can = match self.judgement.rung {
            Ok(Rung::OwnGil) => "can be served in interpreters with a GIL of their own (own-gil)",
            Ok(Rung::SharedGil) => "can be served in interpreters that share the GIL (shared-gil)",
            Ok(Rung::Process) => "can be served in a process of its own (process)",
            Err("no-callable") => {
                return format!("{script} has no callable {callable}{}", self.on());
            }
            Err("died") => "cannot be served, because the process dies of it,",
            Err(_) => "cannot be imported",
        };
        format!("{script} {can}{}", self.on())
    }

    /// What the operator must do for it.
    fn advice(&self) -> Option<&'static str> {
        let is_hidden = self
            .judgement
            .obstacles
            .iter()
            .any(Obstacle::is_an_exception);
        match self.judgement.rung {
            Ok(Rung::Process) if is_hidden => Some(SAY_PROCESS),
            Ok(Rung::SharedGil) if is_hidden => Some(SAY_SHARED),
            _ => None,
        }
    }

    fn on(&self) -> String {
        let executable = self.facts.executable.display();
        format!(" on Python {} ({executable})", self.facts.release)
    }

    /// For programs.
    pub(super) fn json(&self) -> String {
        let judgement = self.judgement;
        let value = serde_json::json!({
            "script": shown(self.script),
            "python": self.facts.release,
            "executable": shown(&self.facts.executable),
            "verdict": judgement.rung.map_or_else(|word| word, Rung::name),
            "obstacles": judgement.obstacles,
            "twins": judgement.twins,
            "without": judgement.without,
            "died_at_end": judgement.died_at_end,
            "traceback": judgement.traceback,
        });
        value.to_string()
    }
}

/// `auto` learns from extension modules, from packages, and from processes that died; not from the application's own files.
const SAY_SHARED: &str =
    "ClutchIsolation auto does not find that out; set ClutchIsolation shared-gil for it";

/// As [`SAY_SHARED`], of the last rung, where packages may have raised, too.
const SAY_PROCESS: &str = "if no package raises that, ClutchIsolation auto does not find it out; set ClutchIsolation process for it";
