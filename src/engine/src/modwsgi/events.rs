//! Events that programs subscribe to: `mod_wsgi.subscribe_events` and its sisters.
//!
//! A subscriber is called as `callback(name, **payload)`, in the order of subscription. What it raises is logged and harms nobody;
//! a dict that it returns is added to what the next ones get. While nobody has subscribed, an event costs a look at an empty list.

use std::ffi::CStr;

use ffi_engine::abi::Request;
use smallvec::SmallVec;

use crate::interpreter::{Parts, thread_number};
use crate::python::{Attached, Exception, Kept, Object, PyResult};
use crate::report;
use crate::wsgi::Call;

/// Whether the interpreter of `parts` has subscribers of events.
pub(crate) fn are_heard(py: Attached<'_>, parts: &Parts) -> bool {
    parts.event_callbacks.get(py).items() > 0
}

/// What an event tells.
struct Payload<'py>(Object<'py>);

impl<'py> Payload<'py> {
    fn new(py: Attached<'py>) -> PyResult<Self> {
        py.dict().map(Self)
    }

    fn set(&self, name: &CStr, value: Object<'py>) -> PyResult<()> {
        self.0.set_item(&self.0.py().interned(name)?, &value)
    }

    fn int(&self, name: &CStr, value: impl Into<u64>) -> PyResult<()> {
        let value = i64::try_from(value.into()).unwrap_or(i64::MAX);
        self.set(name, self.0.py().int(value)?)
    }

    fn float(&self, name: &CStr, value: f64) -> PyResult<()> {
        self.set(name, self.0.py().float(value)?)
    }

    /// The request's id, if it has one, and the dict that is the application's.
    fn request(&self, call: &Call) -> PyResult<()> {
        let py = self.0.py();
        if let Some(id) = call.id() {
            self.set(c"request_id", py.latin1(id)?)?;
        }
        self.set(c"request_data", call.data(py)?)
    }

    /// Which thread runs the request, who has accepted it, and when it was where.
    fn way(&self, request: &Request<'_>) -> PyResult<()> {
        let seconds = |microseconds: i64| microseconds as f64 / 1e6;
        let is_in_daemon = request.daemon_start != 0;
        let queued = if is_in_daemon { request.queue_start } else { 0 };
        self.int(c"thread_id", thread_number())?;
        self.int(c"server_pid", request.server_pid)?;
        self.float(c"request_start", seconds(request.request_start))?;
        self.float(c"queue_start", seconds(queued))?;
        self.float(c"daemon_start", seconds(request.daemon_start))
    }
}

/// Tells the subscribers. Only RequestTimeout is handed on.
fn publish<'py>(
    py: Attached<'py>,
    parts: &Parts,
    subscribers: &[&Kept],
    name: &'static str,
    payload: &Payload<'py>,
) -> PyResult<()> {
    let mut snapshot: SmallVec<[Object<'py>; 8]> = SmallVec::new();
    for list in subscribers {
        let list = list.get(py);
        let first = snapshot.len();
        while let Some(callback) = list.item(snapshot.len() - first) {
            snapshot.push(callback);
        }
    }
    let name_object = py.text(name)?;
    for callback in snapshot {
        match callback.call_with(name_object.clone(), &payload.0) {
            Ok(answer) if answer.is_a(crate::python::Builtin::Dict) => payload.0.update(&answer)?,
            Ok(_) => (),
            Err(raised) => {
                let exception = raised.take(py);
                if exception
                    .value()
                    .is_instance_of(&parts.request_timeout.get(py))
                {
                    return Err(exception.restore());
                }
                report::of_callback(py, parts, &exception, name);
            }
        }
    }
    Ok(())
}

/// Drops what has become of an event that cannot be told, but for a line in the log.
fn or_report(py: Attached<'_>, parts: &Parts, name: &'static str, outcome: PyResult<()>) {
    if let Err(raised) = outcome {
        report::of_callback(py, parts, &raised.take(py), name);
    }
}

/// The application is about to be called, with this environ. Gives the callable that a subscriber wants in its place.
///
/// # Errors
///
/// RequestTimeout.
pub(crate) fn request_started<'py>(
    py: Attached<'py>,
    parts: &Parts,
    call: &Call,
    request: &Request<'_>,
    (application, environ): (&Object<'py>, &Object<'py>),
) -> PyResult<Object<'py>> {
    let payload = Payload::new(py)?;
    payload.request(call)?;
    payload.way(request)?;
    payload.int(c"daemon_connects", request.daemon_connects)?;
    payload.int(c"daemon_restarts", request.daemon_restarts)?;
    let started = call.meter().map_or(0.0, crate::wsgi::Meter::started);
    payload.float(c"application_start", started)?;
    payload.set(c"application_object", application.clone())?;
    payload.set(c"callable_object", py.latin1(request.callable.bytes())?)?;
    payload.set(c"request_environ", environ.clone())?;
    publish(
        py,
        parts,
        &[&parts.event_callbacks],
        "request_started",
        &payload,
    )?;
    let wanted = payload.0.get_item(&py.interned(c"application_object")?)?;
    Ok(wanted.unwrap_or_else(|| application.clone()))
}

/// The application has called `start_response` with these arguments, of which the third may be missing.
///
/// # Errors
///
/// RequestTimeout.
pub(crate) fn response_started<'py>(
    py: Attached<'py>,
    parts: &Parts,
    call: &Call,
    (status, headers, exc_info): (&Object<'py>, &Object<'py>, Option<&Object<'py>>),
) -> PyResult<()> {
    let payload = Payload::new(py)?;
    payload.request(call)?;
    payload.set(c"response_status", status.clone())?;
    payload.set(c"response_headers", headers.clone())?;
    payload.set(
        c"exception_info",
        exc_info.map_or_else(|| py.none(), Object::clone),
    )?;
    publish(
        py,
        parts,
        &[&parts.event_callbacks],
        "response_started",
        &payload,
    )
}

/// An exception of the application has been logged.
pub(crate) fn request_exception<'py>(
    py: Attached<'py>,
    parts: &Parts,
    call: &Call,
    exception: &Exception<'py>,
) {
    const NAME: &str = "request_exception";
    let outcome = (|| {
        let value = exception.value();
        let trace = value.attribute_named(c"__traceback__")?;
        let payload = Payload::new(py)?;
        payload.request(call)?;
        payload.set(
            c"exception_info",
            py.tuple([value.class(), value.clone(), trace])?,
        )?;
        publish(py, parts, &[&parts.event_callbacks], NAME, &payload)
    })();
    or_report(py, parts, NAME, outcome);
}

/// The call is over: `close()` of what the application returned has been called, and the response has been sent.
pub(crate) fn request_finished(
    py: Attached<'_>,
    parts: &Parts,
    call: &Call,
    request: &Request<'_>,
) {
    const NAME: &str = "request_finished";
    let outcome = (|| {
        let payload = Payload::new(py)?;
        payload.request(call)?;
        payload.way(request)?;
        payload.int(c"status", call.final_status())?;
        measures(&payload, call)?;
        publish(py, parts, &[&parts.event_callbacks], NAME, &payload)
    })();
    or_report(py, parts, NAME, outcome);
}

fn measures(payload: &Payload<'_>, call: &Call) -> PyResult<()> {
    let Some(meter) = call.meter() else {
        return Ok(());
    };
    meter.finish();
    let time = meter.time().as_secs_f64();
    payload.float(c"application_finish", meter.started() + time)?;
    payload.float(c"application_time", time)?;
    payload.int(c"input_reads", meter.input.operations())?;
    payload.int(c"input_length", meter.input.bytes())?;
    payload.float(c"input_time", meter.input.time().as_secs_f64())?;
    payload.int(c"output_length", meter.output.bytes())?;
    payload.int(c"output_writes", meter.output.operations())?;
    payload.float(c"output_time", meter.output.time().as_secs_f64())?;
    if let Some((user, system)) = meter.cpu() {
        payload.float(c"cpu_user_time", user.as_secs_f64())?;
        payload.float(c"cpu_system_time", system.as_secs_f64())?;
        payload.float(c"cpu_time", (user + system).as_secs_f64())?;
    }
    let waits = call.gil_waits();
    payload.float(c"gil_wait_time", waits.nanoseconds as f64 / 1e9)?;
    payload.int(c"gil_wait_count", waits.count)
}

/// The process stops, or the interpreter alone, whose reason is empty.
pub(crate) fn process_stopping(py: Attached<'_>, parts: &Parts, reason: &str) {
    const NAME: &str = "process_stopping";
    let outcome = (|| {
        let payload = Payload::new(py)?;
        payload.set(c"shutdown_reason", py.text(reason)?)?;
        let lists = [&parts.event_callbacks, &parts.shutdown_callbacks];
        publish(py, parts, &lists, NAME, &payload)
    })();
    or_report(py, parts, NAME, outcome);
}

/// The process has got a signal that is the applications'.
pub(crate) fn process_signal(py: Attached<'_>, parts: &Parts, number: i32) {
    const NAME: &str = "process_signal";
    let outcome = (|| {
        let payload = Payload::new(py)?;
        let name = match number {
            libc::SIGHUP => "SIGHUP",
            libc::SIGUSR2 => "SIGUSR2",
            _ => "",
        };
        payload.set(c"signame", py.text(name)?)?;
        payload.set(c"signum", py.int(number.into())?)?;
        let lists = [&parts.event_callbacks, &parts.signal_callbacks];
        publish(py, parts, &lists, NAME, &payload)
    })();
    or_report(py, parts, NAME, outcome);
}
