//! A question of httpd's to a script: may this client come in, is this the password, who serves.
//!
//! It runs as a request does, in the interpreter of its group, with the same loading of scripts, limits and logs. What a script
//! says is judged here; there is an answer, or a status and a line in the log.

mod judge;

use std::sync::Arc;

use clutch_core::exchange::{Exchange, Failure};
use clutch_core::question::{Answer, Question};
use ffi_engine::abi::Request;
use ffi_engine::engine::Carrier;

use super::{Call, call, current, environ, guarded, in_turn, provoke_panic};
use crate::error::{Error, Kind};
use crate::host;
use crate::interpreter::{self, Interpreter, script};
use crate::modwsgi::active;
use crate::python::{Attached, Object};

/// Asks a script. `None` if the carrier has the answer, else the status to refuse with.
pub fn ask(request: &Request<'_>, carrier: Carrier) -> Option<u16> {
    let _at_work = interpreter::AtWork::begin();
    let call = Arc::new(Call::new(carrier, request));
    let _end = current::End(&call); // Whatever happens: the carrier must not be used when this function has returned.
    let outcome = guarded(|| {
        let question = Question::of(request.question).ok_or_else(|| unknown(request.question))?;
        let answer = in_turn(&call, request, |py, interpreter| {
            run(py, interpreter, &call, request, question)
        })?;
        // Detached from here on.
        match call.with(|carrier| carrier.answer(&answer)) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Failure::ClientGone)) => Err(Error::new(Kind::ClientGone)),
            Ok(Err(_)) | Err(call::Over) => Err(Error::new(Kind::Carrier)),
        }
    });
    outcome.err().and_then(|error| call.settle(&error))
}

fn unknown(number: u8) -> Error {
    let text = format!("there is no question {number} with so many arguments");
    Error::saying(Kind::Bug, host::panicked(" over a question", &text))
}

/// The question, in order.
fn run(
    py: Attached<'_>,
    interpreter: &Arc<Interpreter>,
    call: &Arc<Call>,
    request: &Request<'_>,
    question: Question,
) -> Result<Answer, Error> {
    let _current = current::Current::set(call);
    provoke_panic(request);
    let _active = active::Active::begin(py, interpreter, call);
    let outcome = (|| {
        let module = script::module(py, interpreter, call, request)?;
        host::loaded();
        let names = module
            .module_dict()
            .ok_or_else(|| Error::new(Kind::Script))?;
        let environ = environ::of_question(py, interpreter, call, request)
            .map_err(|raised| call.raised(py, interpreter.parts(), raised))?;
        let asked = Asked {
            py,
            interpreter,
            call,
            request,
            names: &names,
            environ: &environ,
        };
        match question {
            Question::Dispatch => asked.dispatch(),
            _ => asked.answer(question),
        }
    })();
    call.flush_lines(py);
    interpreter::after_run(py, interpreter, request.script.bytes(), &outcome);
    outcome
}

/// A script that is asked.
struct Asked<'a, 'py> {
    py: Attached<'py>,
    interpreter: &'a Interpreter,
    call: &'a Call,
    request: &'a Request<'a>,
    /// What the script has.
    names: &'a Object<'py>,
    environ: &'a Object<'py>,
}

impl<'py> Asked<'_, 'py> {
    /// The answer of the one function that a question is for.
    fn answer(&self, question: Question) -> Result<Answer, Error> {
        let function = question.function();
        let callable = self.function(function)?.ok_or_else(|| {
            let script = self.request.script.text();
            let text = format!("the script {script} has no function called {function}");
            Error::saying(Kind::Script, judge::missing(question).says(text))
        })?;
        let mut arguments = Vec::new();
        for argument in self.request.arguments.get() {
            arguments.push(self.tried(self.py.latin1(argument.bytes()))?);
        }
        let result = match &arguments[..] {
            [one] => callable.call([self.environ, one]),
            [one, two] => callable.call([self.environ, one, two]),
            _ => return Err(unknown(self.request.question)),
        };
        let result = self.tried(result)?;
        self.judged(function, judge::answer(question, &result))
    }

    /// What the three functions say that choose who serves, as far as they are there.
    fn dispatch(&self) -> Result<Answer, Error> {
        let mut texts = Vec::new();
        for name in Question::DISPATCH {
            texts.push(match self.function(name)? {
                None => None,
                Some(function) => {
                    let result = self.tried(function.call([self.environ]))?;
                    self.judged(name, judge::choice(&result))?
                }
            });
        }
        Ok(Answer::Texts(texts))
    }

    fn function(&self, name: &str) -> Result<Option<Object<'py>>, Error> {
        let found = self
            .py
            .text(name)
            .and_then(|name| self.names.get_item(&name));
        self.tried(found)
    }

    fn tried<T>(&self, outcome: crate::python::PyResult<T>) -> Result<T, Error> {
        outcome.map_err(|raised| self.call.raised(self.py, self.interpreter.parts(), raised))
    }

    fn judged<T>(&self, function: &str, outcome: Result<T, judge::Wrong>) -> Result<T, Error> {
        outcome.map_err(|wrong| match wrong {
            judge::Wrong::Raised(raised) => {
                self.call.raised(self.py, self.interpreter.parts(), raised)
            }
            judge::Wrong::Said(code, what) => {
                let script = self.request.script.text();
                let fault = code.says(format!("{function}() in {script} {what}"));
                Error::saying(Kind::Application, fault)
            }
        })
    }
}
