//! WSGI (PEP 3333): one call of an application, from `environ` to `close()`.

mod ask;
pub mod body;
pub mod call;
mod current;
mod environ;
pub mod errors;
mod file_wrapper;
mod head;
pub mod input;
mod lines;
pub mod log;
mod memory;
mod meter;
mod record;
mod response;
mod start_response;

use std::sync::Arc;
use std::time::SystemTime;

use ffi_engine::abi::Request;
use ffi_engine::engine::{Carrier, guard};

pub use ask::ask;
pub use call::Call;
pub use environ::template;
pub use memory::Memory;
pub use meter::Meter;
pub use start_response::Adapter;

use crate::error::{Error, Kind};
use crate::host;
use crate::interpreter::{self, Interpreter, Parts, script};
use crate::metrics;
use crate::modwsgi::{active, events};
use crate::python::{Attached, Object};
use crate::telemetry;
use response::Parting;

/// Serves a request. `None` if the response has been sent or broken, else the status to answer with.
pub fn serve(request: &Request<'_>, carrier: Carrier) -> Option<u16> {
    let _at_work = interpreter::AtWork::begin();
    let call = Arc::new(Call::new(carrier, request));
    let _serving = metrics::Serving::begin(&call);
    let _end = current::End(&call); // Whatever happens: the carrier must not be used when this function has returned.
    let outcome = guarded(|| {
        let parting = in_turn(&call, request, |py, interpreter| {
            run(py, interpreter, &call, request)
        })?;
        // Detached from here on: what is left is between us and the carrier.
        parting.send(&call)
    });
    metrics_of(&call, request);
    let status = outcome.err().and_then(|error| call.settle(&error));
    tracing::trace!(sent = call.sent(), status, "a call has ended");
    status
}

/// Records the call, if its application was called and somebody wants to know.
fn metrics_of(call: &Call, request: &Request<'_>) {
    if let Some(meter) = call.meter() {
        meter.finish();
        if metrics::is_recording() {
            metrics::record(call, request);
        }
    }
    telemetry::note(call);
}

/// Most interpreters that one call tries: a new one for changed code, and each rung of the isolation ladder.
const MOST_TRIES: usize = 8;

/// Runs `work`; a panic is an error like others.
fn guarded(work: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
    let mut bug = String::new();
    let outcome = guard(|text| text.clone_into(&mut bug), work);
    outcome.unwrap_or_else(|| Err(Error::saying(Kind::Bug, host::panicked("", &bug))))
}

/// Runs the call in an interpreter of its group; in another one if its script finds that it needs that.
fn in_turn<T>(
    call: &Arc<Call>,
    request: &Request<'_>,
    run: impl Fn(Attached<'_>, &Arc<Interpreter>) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut outcome = Err(Error::new(Kind::Again));
    for _ in 0..MOST_TRIES {
        let mut lease = interpreter::lease(request, call)?;
        outcome = lease.attach(&run);
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
    let _current = current::Current::set(call);
    provoke_panic(request);
    let parts = interpreter.parts();
    let _active = active::Active::begin(py, interpreter, call);
    let outcome = (|| {
        let application = script::application(py, interpreter, call, request)?;
        host::loaded();
        let started = SystemTime::now();
        call.watch(py, parts, started);
        let raised = |raised| call.raised(py, parts, raised);
        let environ = environ::build(py, interpreter, call, request, started).map_err(raised)?;
        let start = start_response::new(py, parts, call).map_err(raised)?;
        if !call.is_listened() {
            return run_application(py, parts, call, &application, [&environ, &start]);
        }
        let application =
            events::request_started(py, parts, call, request, (&application, &environ))
                .map_err(raised)?;
        let parting = run_application(py, parts, call, &application, [&environ, &start]);
        let sent = parting.and_then(|parting| parting.send_from_within(py, call));
        events::request_finished(py, parts, call, request);
        sent
    })();
    call.flush_lines(py);
    interpreter::after_run(py, interpreter, request.script.bytes(), &outcome);
    outcome
}

/// Calls the application, sends what it returns, and closes that.
fn run_application<'py>(
    py: Attached<'py>,
    parts: &Parts,
    call: &Arc<Call>,
    application: &Object<'py>,
    arguments: [&Object<'py>; 2],
) -> Result<Parting, Error> {
    let result = application
        .call(arguments)
        .map_err(|raised| call.raised(py, parts, raised))?;
    let send = || response::send(py, parts, &result, call);
    let sent =
        guard(|text| bug(text, call, py), send).unwrap_or_else(|| Err(Error::new(Kind::Bug)));
    response::close(py, parts, &result, call); // Whatever happened to `send`.
    sent
}

/// Logs a panic of ours that must not keep the application's `close()` from being called.
fn bug(text: &str, call: &Call, py: Attached<'_>) {
    let fault = host::panicked("", text);
    py.detached((call, &fault), |(call, fault)| {
        host::fault_for(Some(call), fault)
    });
}

/// A panic for tests: `SetEnv clutch.panic engine`.
fn provoke_panic(request: &Request<'_>) {
    let asked = |pair: &ffi_engine::abi::Pair<'_>| {
        pair.name.bytes() == b"clutch.panic" && pair.value.bytes() == b"engine"
    };
    assert!(
        !request.env.get().iter().any(asked),
        "provoked by the variable clutch.panic"
    );
}
