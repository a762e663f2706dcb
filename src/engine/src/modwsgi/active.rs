//! `mod_wsgi.active_requests`, and the dicts that are the application's own, one a request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::interpreter::Interpreter;
use crate::metrics::threads;
use crate::python::{Attached, Kept, Object, PyResult};
use crate::wsgi::Call;

/// The requests that run in an interpreter, by their ids. Kept only once somebody has asked for it.
#[derive(Debug)]
pub struct ActiveRequests {
    dict: Kept,
    /// Written and read while attached to the interpreter.
    asked_for: AtomicBool,
}

impl ActiveRequests {
    /// Nobody has asked.
    pub fn new(py: Attached<'_>) -> PyResult<Self> {
        Ok(Self {
            dict: py.dict()?.keep(),
            asked_for: AtomicBool::new(false),
        })
    }

    /// The dict, which is kept from now on, with the requests that run already.
    pub(super) fn ask<'py>(&self, py: Attached<'py>, serial: u64) -> PyResult<Object<'py>> {
        let dict = self.dict.bind(py);
        if !self.asked_for.swap(true, Ordering::AcqRel) {
            let here = |call: &Arc<Call>| call.interpreter() == serial;
            for call in threads::calls().iter().filter(|call| here(call)) {
                enter(py, &dict, call)?;
            }
        }
        Ok(dict)
    }

    /// Gives the reference back, when the interpreter is about to end.
    pub fn expire(&self, py: Attached<'_>) {
        self.dict.expire(py);
    }
}

fn enter<'py>(py: Attached<'py>, dict: &Object<'py>, call: &Call) -> PyResult<()> {
    match call.id() {
        Some(id) => dict.set_item(&py.latin1(id)?, &call.data(py)?),
        None => Ok(()),
    }
}

/// A call runs in an interpreter, until dropped.
pub(crate) struct Active<'a, 'py> {
    py: Attached<'py>,
    interpreter: &'a Interpreter,
    call: &'a Call,
}

impl<'a, 'py> Active<'a, 'py> {
    pub(crate) fn begin(py: Attached<'py>, interpreter: &'a Interpreter, call: &'a Call) -> Self {
        call.enters(interpreter.serial());
        let this = Self {
            py,
            interpreter,
            call,
        };
        if this.is_asked_for() {
            py.or_default(enter(py, &this.requests().dict.get(py), call));
        }
        this
    }

    fn requests(&self) -> &ActiveRequests {
        &self.interpreter.parts().active
    }

    fn is_asked_for(&self) -> bool {
        self.requests().asked_for.load(Ordering::Acquire)
    }
}

impl Drop for Active<'_, '_> {
    fn drop(&mut self) {
        let py = self.py;
        self.call.leaves(py);
        if self.is_asked_for()
            && let Some(id) = self.call.id()
        {
            // The application may have removed it.
            py.or_default(
                py.latin1(id)
                    .and_then(|id| self.requests().dict.get(py).remove_item(&id)),
            );
        }
    }
}
