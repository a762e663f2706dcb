//! What the functions of the Python module `mod_wsgi` do that need the server.

use crate::interpreter;
use crate::metrics::{self, threads};
use crate::python::class::{Arguments, Method, Payload, This, method};
use crate::python::{Attached, Kind, Object, PyResult};

/// The object that those functions are methods of. It holds nothing: there is one process.
pub struct Server;

impl Payload for Server {
    const NAME: &'static std::ffi::CStr = c"mod_wsgi.Server";

    fn methods() -> Vec<Method> {
        vec![
            method::<Self, _>(c"request_data", request_data),
            method::<Self, _>(c"active_requests", active_requests),
            method::<Self, _>(c"start_recording_metrics", start_recording_metrics),
            method::<Self, _>(c"request_metrics", request_metrics),
            method::<Self, _>(c"process_metrics", process_metrics),
            method::<Self, _>(c"server_metrics", server_metrics),
        ]
    }
}

type Outcome<'py> = PyResult<Object<'py>>;

fn none(py: Attached<'_>, arguments: Arguments<'_, '_>, what: &str) -> PyResult<()> {
    match arguments {
        [] => Ok(()),
        _ => Err(py.raise_with(Kind::Type, format_args!("{what}() takes no arguments"))),
    }
}

/// The dict that belongs to the request of this thread and is the application's own.
fn request_data<'py>(
    py: Attached<'py>,
    _: This<'_, 'py, Server>,
    arguments: Arguments<'_, 'py>,
) -> Outcome<'py> {
    none(py, arguments, "request_data")?;
    match threads::current_call() {
        Some(call) => call.data(py),
        None => Err(py.raise(Kind::Runtime, "this thread serves no request")),
    }
}

/// The dict of the requests that run in this interpreter.
fn active_requests<'py>(
    py: Attached<'py>,
    _: This<'_, 'py, Server>,
    arguments: Arguments<'_, 'py>,
) -> Outcome<'py> {
    none(py, arguments, "active_requests")?;
    let interpreter = interpreter::current(py)?;
    interpreter.parts().active.ask(py, interpreter.serial())
}

fn start_recording_metrics<'py>(
    py: Attached<'py>,
    _: This<'_, 'py, Server>,
    arguments: Arguments<'_, 'py>,
) -> Outcome<'py> {
    none(py, arguments, "start_recording_metrics")?;
    metrics::start_recording();
    Ok(py.none())
}

fn request_metrics<'py>(
    py: Attached<'py>,
    _: This<'_, 'py, Server>,
    arguments: Arguments<'_, 'py>,
) -> Outcome<'py> {
    none(py, arguments, "request_metrics")?;
    metrics::request_metrics(py)
}

fn process_metrics<'py>(
    py: Attached<'py>,
    _: This<'_, 'py, Server>,
    arguments: Arguments<'_, 'py>,
) -> Outcome<'py> {
    none(py, arguments, "process_metrics")?;
    metrics::process_metrics(py)
}

/// httpd's scoreboard. An engine does not see it: as where the operator has not allowed it, there is none.
fn server_metrics<'py>(
    py: Attached<'py>,
    _: This<'_, 'py, Server>,
    arguments: Arguments<'_, 'py>,
) -> Outcome<'py> {
    none(py, arguments, "server_metrics")?;
    Ok(py.none())
}
