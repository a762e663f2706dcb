//! WSGI (PEP 3333): one call of an application, from `environ` to `close()`.

pub mod body;
pub mod call;
mod environ;
pub mod errors;
mod file_wrapper;
mod head;
pub mod input;
mod lines;
pub mod log;
mod memory;
mod response;
mod start_response;

use std::sync::Arc;

use clutch_core::log::Level;
use ffi_engine::abi::Request;
use ffi_engine::engine::{Carrier, guard};

pub use call::Call;
pub use environ::template;
pub use memory::Memory;
pub use start_response::Adapter;

use crate::error::{Error, Kind};
use crate::interpreter::{self, Interpreter, script};
use crate::python::Attached;
use response::Parting;

/// Serves a request. `None` if the response has been sent or broken, else the status to answer with.
pub fn serve(request: &Request<'_>, carrier: Carrier) -> Option<u16> {
    let _at_work = interpreter::AtWork::begin();
    let call = Arc::new(Call::new(carrier, request.content_length));
    let _end = call::End(&call); // Whatever happens: the carrier must not be used when this function has returned.
    let mut bug = String::new();
    let outcome = guard(
        |text| text.clone_into(&mut bug),
        || {
            let parting = run_in_turn(&call, request)?;
            // Detached from here on: what is left is between us and the carrier.
            parting.send(&call)
        },
    );
    let outcome = outcome.unwrap_or_else(|| {
        Err(Error::saying(
            Kind::Bug,
            format!("panic: {bug}; please report this"),
        ))
    });
    let status = outcome.err().and_then(|error| call.settle(&error));
    tracing::trace!(sent = call.sent(), status, "a call has ended");
    status
}

/// Most interpreters that one call tries: a new one for changed code, and each rung of the isolation ladder.
const MOST_TRIES: usize = 8;

/// Runs the call in an interpreter of its group; in another one if its script finds that it needs that.
fn run_in_turn(call: &Arc<Call>, request: &Request<'_>) -> Result<Parting, Error> {
    let mut outcome = Err(Error::new(Kind::Again));
    for _ in 0..MOST_TRIES {
        let lease = interpreter::lease(request, call)?;
        outcome = lease.attach(|py, interpreter| run(py, interpreter, call, request));
        match &outcome {
            Err(error) if error.is_again() => (),
            Err(error) if error.is_of_application() && lease.has_timed_out() => {
                return Err(Error::new(Kind::RequestTimeout));
            }
            _ => break,
        }
    }
    outcome
}

/// The protocol, in order.
fn run(
    py: Attached<'_>,
    interpreter: &Arc<Interpreter>,
    call: &Arc<Call>,
    request: &Request<'_>,
) -> Result<Parting, Error> {
    let _current = call::Current::set(call);
    call.provoke_panic(request);
    let parts = interpreter.parts();
    let outcome = (|| {
        let application = script::application(py, interpreter, call, request)?;
        let environ = environ::build(py, interpreter, call, request)
            .map_err(|raised| call.raised(py, parts, raised))?;
        let start = start_response::new(py, parts, call)
            .map_err(|raised| call.raised(py, parts, raised))?;
        let result = application
            .call([&environ, &start])
            .map_err(|raised| call.raised(py, parts, raised))?;
        let send = || response::send(py, parts, &result, call);
        let sent =
            guard(|text| bug(text, call, py), send).unwrap_or_else(|| Err(Error::new(Kind::Bug)));
        response::close(py, parts, &result, call); // Whatever happened to `send`.
        sent
    })();
    call.flush_lines(py);
    interpreter::after_run(py, interpreter, request.script.bytes(), &outcome);
    outcome
}

/// Logs a panic of ours that must not keep the application's `close()` from being called.
fn bug(text: &str, call: &Call, py: Attached<'_>) {
    let text = format!("panic: {text}; please report this");
    py.detached((call, &text[..]), |(call, text)| {
        call.log(Level::Crit, text.as_bytes())
    });
}
