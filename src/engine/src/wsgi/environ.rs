//! The environ dictionary (PEP 3333, "environ Variables").

use std::ptr::NonNull;
use std::sync::Arc;
use std::time::SystemTime;

use clutch_core::question::Question;
use clutch_sys::time;
use ffi_engine::abi::{Field, Plan, Request};

use super::errors::Errors;
use super::input::Input;
use super::{Call, Memory, start_response};
use crate::interpreter::{Interpreter, Parts, thread_number};
use crate::modwsgi::{VERSION, version};
use crate::python::{Attached, Object, PyResult, class};

/// The keys and values that are the same in every request of an interpreter.
pub fn template<'py>(
    py: Attached<'py>,
    plan: &Plan<'_>,
    group: &[u8],
    file_wrapper: &Object<'py>,
) -> PyResult<Object<'py>> {
    let pairs = [
        (c"wsgi.version", py.tuple([py.int(1)?, py.int(0)?])?),
        (c"wsgi.multithread", py.boolean(plan.multithread)),
        (c"wsgi.multiprocess", py.boolean(plan.multiprocess)),
        (c"wsgi.run_once", py.boolean(plan.run_once)),
        (c"wsgi.file_wrapper", file_wrapper.clone()),
        (c"wsgi.input_terminated", py.boolean(true)),
        (c"apache.version", version(py, plan.apache_version)?),
        (c"mod_wsgi.version", version(py, VERSION)?),
        (
            c"mod_wsgi.process_group",
            py.latin1(plan.process_group.bytes())?,
        ),
        (c"mod_wsgi.application_group", py.latin1(group)?),
        (
            c"mod_wsgi.server_pid",
            py.text(&std::process::id().to_string())?,
        ),
        (c"mod_wsgi.queue_start", py.float(0.0)?),
        (c"mod_wsgi.daemon_start", py.float(0.0)?),
    ];
    let template = py.dict()?;
    for (name, value) in pairs {
        template.set_item(&py.interned(name)?, &value)?;
    }
    Ok(template)
}

/// The environ of a call.
pub(super) fn build<'py>(
    py: Attached<'py>,
    interpreter: &Interpreter,
    call: &Arc<Call>,
    request: &Request<'_>,
    started: SystemTime,
) -> PyResult<Object<'py>> {
    let parts = interpreter.parts();
    let environ = parts.template.get(py).copy_dict()?;
    let mut memory = Memory::take(&parts.memory);
    let outcome = text_values(py, parts, &mut memory, &environ, request);
    memory.put(&parts.memory, py);
    outcome?;
    environ.set_item(
        &parts.key_callable.get(py),
        &memory_text(py, parts, request.callable.bytes())?,
    )?;
    objects(py, parts, &environ, call, request)?;
    environ.set_item(
        &parts.key_application_start.get(py),
        &py.float(time::seconds(started))?,
    )?;
    Ok(environ)
}

/// The environ of a question: what is known of the request, but nothing of a body or a response.
pub(super) fn of_question<'py>(
    py: Attached<'py>,
    interpreter: &Interpreter,
    call: &Arc<Call>,
    request: &Request<'_>,
) -> PyResult<Object<'py>> {
    let parts = interpreter.parts();
    let (environ, template) = (py.dict()?, parts.template.get(py));
    for key in [
        c"apache.version",
        c"mod_wsgi.version",
        c"mod_wsgi.process_group",
        c"mod_wsgi.application_group",
    ] {
        let key = py.interned(key)?;
        if let Some(value) = template.get_item(&key)? {
            environ.set_item(&key, &value)?;
        }
    }
    let mut memory = Memory::take(&parts.memory);
    let outcome = text_values(py, parts, &mut memory, &environ, request);
    memory.put(&parts.memory, py);
    outcome?;
    environ.set_item(
        &parts.key_errors.get(py),
        &class::instance(&parts.errors.get(py), Errors::of(call))?,
    )?;
    if request.question == Question::Dispatch as u8 {
        let pid = py.text(&request.server_pid.to_string())?;
        environ.set_item(&parts.key_server_pid.get(py), &pid)?;
    }
    let [is_https, var_lookup] = start_response::tls_functions(py, parts, call)?;
    environ.set_item(&py.interned(c"mod_ssl.is_https")?, &is_https)?;
    environ.set_item(&py.interned(c"mod_ssl.var_lookup")?, &var_lookup)?;
    if let Some(record) = NonNull::new(request.apache_request) {
        let key = parts.key_apache_request.get(py);
        environ.set_item(&key, &call.record.open(py, record)?)?;
    }
    Ok(environ)
}

fn text_values<'py>(
    py: Attached<'py>,
    parts: &Parts,
    memory: &mut Memory,
    environ: &Object<'py>,
    request: &Request<'_>,
) -> PyResult<()> {
    for pair in request.headers.get() {
        if let Some(key) = memory.header_key(py, pair.name.bytes())? {
            environ.set_item(&key, &py.latin1(pair.value.bytes())?)?;
        }
    }
    for ((field, key), value) in Field::ALL.iter().zip(&parts.keys).zip(&request.fields) {
        if let Some(bytes) = value.get() {
            environ.set_item(&key.get(py), &memory.field(py, *field, bytes)?)?;
        }
    }
    // Weakest of all: a variable of the same name never hides what was computed.
    for pair in request
        .env
        .get()
        .iter()
        .filter(|pair| pair.name.bytes() != b"clutch.panic")
    {
        let value = pair
            .value
            .get()
            .map_or_else(|| Ok(py.none()), |bytes| py.latin1(bytes))?;
        environ.set_default(&memory.variable_key(py, pair.name.bytes())?, &value)?;
    }
    Ok(())
}

fn memory_text<'py>(py: Attached<'py>, parts: &Parts, callable: &[u8]) -> PyResult<Object<'py>> {
    match callable {
        b"application" => Ok(parts.text_application.bind(py)),
        other => py.latin1(other),
    }
}

fn objects<'py>(
    py: Attached<'py>,
    parts: &Parts,
    environ: &Object<'py>,
    call: &Arc<Call>,
    request: &Request<'_>,
) -> PyResult<()> {
    let set =
        |key: &crate::python::Kept, value: Object<'py>| environ.set_item(&key.get(py), &value);
    let scheme = if request.https {
        &parts.text_https
    } else {
        &parts.text_http
    };
    set(&parts.key_scheme, scheme.bind(py))?;
    set(
        &parts.key_input,
        class::instance(&parts.input.get(py), Input::of(call))?,
    )?;
    set(
        &parts.key_errors,
        class::instance(&parts.errors.get(py), Errors::of(call))?,
    )?;
    set(&parts.key_thread, py.int(thread_number().into())?)?;
    if let Some(record) = NonNull::new(request.apache_request) {
        set(&parts.key_apache_request, call.record.open(py, record)?)?;
    }
    let seconds = |microseconds: i64| py.float(microseconds as f64 / 1e6);
    set(&parts.key_request_start, seconds(request.request_start)?)?;
    if request.daemon_start != 0 {
        set(&parts.key_queue_start, seconds(request.queue_start)?)?;
        set(&parts.key_daemon_start, seconds(request.daemon_start)?)?;
        let pid = py.text(&request.server_pid.to_string())?;
        set(&parts.key_server_pid, pid)?;
    }
    Ok(())
}
