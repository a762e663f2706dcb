//! Extension modules that would not load in an interpreter.

use super::Parts;
use crate::python::{Attached, Exception, Object, PyResult};

/// What an extension module said when it would not load in an interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Name of the module.
    pub module: String,
    /// Its file.
    pub file: String,
    /// The first line of what it said.
    pub reason: String,
    /// Whether it is a guess: not the words of an extension module that refuses, but an exception that a package has raised.
    pub guessed: bool,
}

/// What is in the way, as the end of a sentence. `module` is empty if that is not known.
pub(super) fn said(module: &str, file: &str, reason: &str) -> String {
    match module {
        "" => reason.to_owned(),
        _ if reason.starts_with("raises ") => format!("the module {module} ({file}) {reason}"),
        _ => format!("the extension module {module} ({file}) refuses: {reason}"),
    }
}

impl Parts {
    /// What the import hook has noted in this interpreter since it was asked last; with an exception, what stands behind it.
    pub fn refusals<'py>(
        &self,
        py: Attached<'py>,
        exception: Option<&Exception<'py>>,
    ) -> Vec<Refusal> {
        py.or_default(self.taken(py, exception))
    }

    fn taken<'py>(
        &self,
        py: Attached<'py>,
        exception: Option<&Exception<'py>>,
    ) -> PyResult<Vec<Refusal>> {
        let take = self.take_refusals.get(py);
        let list = match exception {
            Some(exception) => take.call([exception.value()])?,
            None => take.call([])?,
        };
        let mut refusals = Vec::new();
        for index in 0..list.items() {
            let Some(one) = list.item(index) else { break };
            refusals.push(Refusal::of(&one, false));
        }
        Ok(refusals)
    }

    /// The package, or the extension module, that has raised `exception` while a script was loaded, if it was one. Another
    /// kind of interpreter may be what it needs.
    pub fn blamed<'py>(&self, py: Attached<'py>, exception: &Exception<'py>) -> Option<Refusal> {
        let found = self.blame.get(py).call([exception.value()]);
        let found = found.map(|found| (!found.is_none()).then(|| Refusal::of(&found, true)));
        py.or_default(found)
    }
}

impl Refusal {
    /// From what the prelude says: name, file, reason.
    fn of(said: &Object<'_>, guessed: bool) -> Self {
        let text = |index| {
            let part = said.item(index);
            part.map(|part| part.to_text()).unwrap_or_default()
        };
        Self {
            module: text(0),
            file: text(1),
            reason: text(2),
            guessed,
        }
    }
}
