//! Extension modules that would not load in an interpreter.

use super::Parts;
use crate::python::{Attached, Exception, PyResult};

/// What an extension module said when it would not load in an interpreter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Name of the module.
    pub module: String,
    /// Its file.
    pub file: String,
    /// The first line of what it said.
    pub reason: String,
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
            let text = |index| {
                let part = one.item(index);
                part.map(|part| part.to_text()).unwrap_or_default()
            };
            refusals.push(Refusal {
                module: text(0),
                file: text(1),
                reason: text(2),
            });
        }
        Ok(refusals)
    }
}
