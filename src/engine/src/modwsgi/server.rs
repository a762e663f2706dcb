//! What the functions of the Python module `mod_wsgi` do that need the server.

use crate::interpreter;
use crate::metrics::{self, threads};
use crate::python::class::{Method, Payload, method, no_arguments};
use crate::python::{Attached, Kind, Object, PyResult};

/// The object that those functions are methods of. It holds nothing: there is one process.
pub struct Server;

impl Payload for Server {
    const NAME: &'static std::ffi::CStr = c"mod_wsgi.Server";

    fn methods() -> Vec<Method> {
        vec![
            method::<Self, _>(c"request_data", |py, _, given| {
                no_arguments(py, given, "request_data")?;
                request_data(py)
            }),
            method::<Self, _>(c"active_requests", |py, _, given| {
                no_arguments(py, given, "active_requests")?;
                active_requests(py)
            }),
            method::<Self, _>(c"start_recording_metrics", |py, _, given| {
                no_arguments(py, given, "start_recording_metrics")?;
                start_recording_metrics(py)
            }),
            method::<Self, _>(c"request_metrics", |py, _, given| {
                no_arguments(py, given, "request_metrics")?;
                request_metrics(py)
            }),
            method::<Self, _>(c"process_metrics", |py, _, given| {
                no_arguments(py, given, "process_metrics")?;
                process_metrics(py)
            }),
            method::<Self, _>(c"server_metrics", |py, _, given| {
                no_arguments(py, given, "server_metrics")?;
                server_metrics(py)
            }),
        ]
    }
}

type Outcome<'py> = PyResult<Object<'py>>;

/// The dict that belongs to the request of this thread and is the application's own.
fn request_data(py: Attached<'_>) -> Outcome<'_> {
    match threads::current_call() {
        Some(call) => call.data(py),
        None => Err(py.raise(Kind::Runtime, "this thread serves no request")),
    }
}

/// The dict of the requests that run in this interpreter.
fn active_requests(py: Attached<'_>) -> Outcome<'_> {
    let interpreter = interpreter::current(py)?;
    interpreter.parts().active.ask(py, interpreter.serial())
}

fn start_recording_metrics(py: Attached<'_>) -> Outcome<'_> {
    metrics::start_recording();
    Ok(py.none())
}

fn request_metrics(py: Attached<'_>) -> Outcome<'_> {
    metrics::request_metrics(py)
}

fn process_metrics(py: Attached<'_>) -> Outcome<'_> {
    metrics::process_metrics(py)
}

fn server_metrics(py: Attached<'_>) -> Outcome<'_> {
    metrics::server_metrics(py)
}
