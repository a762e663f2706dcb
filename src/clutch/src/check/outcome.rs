//! What the process that loads an application tells the one that has started it.

use serde::{Deserialize, Serialize};

/// An extension module.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Module {
    #[serde(rename = "module")]
    pub(crate) name: String,
    pub(crate) file: String,
}

/// An extension module that would not load, and what it said.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Refusal {
    #[serde(flatten)]
    pub(crate) module: Module,
    pub(crate) reason: String,
}

/// An application that was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Loaded {
    /// Whether all interpreters that have it have a GIL of their own.
    pub(crate) own_gil: bool,
    /// The module that kept it from that.
    pub(crate) refusal: Option<Refusal>,
    /// Python source that was taken in place of an extension module.
    pub(crate) twins: Vec<Module>,
}

/// What came of loading an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// It was loaded.
    Loaded(Loaded),
    /// An extension module does not live beside another interpreter.
    Refused(Refusal),
    /// It was loaded once, and not again beside that; the last line of the second traceback.
    Alone(String),
    /// It raised an exception; lines for the user.
    Failed(Vec<String>),
    /// It has no callable of the name.
    NoCallable,
    /// There was no Python to load it; one sentence.
    Unusable(String),
}

/// What the probe answers.
#[derive(Debug, Deserialize)]
pub(crate) struct Probe {
    pub(crate) loaded: bool,
    pub(crate) callable: bool,
    pub(crate) own_gil: bool,
    pub(crate) twins: Vec<Module>,
}
