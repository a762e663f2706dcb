//! `wsgi.errors`: a text stream over the log of one request (PEP 3333, "Input and Error Streams").

use std::sync::Arc;

use super::Call;
use super::log::{Log, emit, no, no_descriptor, one, yes};
use crate::python::class::{Arguments, Getter, Method, Payload, This, getter, method};
use crate::python::{Attached, Builtin, Kind, Object, PyResult};

/// The object behind `wsgi.errors`.
pub struct Errors(Arc<Call>);

impl Errors {
    /// The stream of `call`.
    pub(super) fn of(call: &Arc<Call>) -> Self {
        Self(Arc::clone(call))
    }
}

impl Payload for Errors {
    const NAME: &'static std::ffi::CStr = c"mod_wsgi.Errors";

    fn methods() -> Vec<Method> {
        vec![
            method::<Self, _>(c"write", write),
            method::<Self, _>(c"writelines", writelines),
            method::<Self, _>(c"flush", flush),
            method::<Self, _>(c"close", flush),
            method::<Self, _>(c"isatty", no),
            method::<Self, _>(c"readable", no),
            method::<Self, _>(c"seekable", no),
            method::<Self, _>(c"writable", yes),
            method::<Self, _>(c"fileno", no_descriptor),
        ]
    }

    fn getters() -> Vec<Getter> {
        vec![
            getter::<Self, _>(c"name", |py, _| py.text("<wsgi.errors>")),
            getter::<Self, _>(c"encoding", |py, _| py.text("utf-8")),
            getter::<Self, _>(c"errors", |py, _| py.text("replace")),
            getter::<Self, _>(c"newlines", |py, _| Ok(py.none())),
            getter::<Self, _>(c"line_buffering", |py, _| Ok(py.boolean(true))),
            getter::<Self, _>(c"closed", |py, _| Ok(py.boolean(false))),
            getter::<Self, _>(c"buffer", buffer),
        ]
    }
}

fn write<'py>(
    py: Attached<'py>,
    errors: This<'_, 'py, Errors>,
    arguments: Arguments<'_, 'py>,
) -> PyResult<Object<'py>> {
    let text = one(py, arguments, "write")?;
    if !text.is_a(Builtin::Str) {
        return Err(py.raise_with(
            Kind::Type,
            format_args!("write() needs a str, not {}", text.type_name()),
        ));
    }
    let call = &errors.0;
    if !call.is_live() {
        return Err(py.raise(Kind::Runtime, "the request has ended"));
    }
    let encoded = text.to_text();
    let lines = call.lines.lock().push_text(encoded.as_bytes());
    emit(py, Some(call), lines);
    py.int(i64::try_from(encoded.chars().count()).unwrap_or(i64::MAX))
}

fn writelines<'py>(
    py: Attached<'py>,
    errors: This<'_, 'py, Errors>,
    arguments: Arguments<'_, 'py>,
) -> PyResult<Object<'py>> {
    let lines = one(py, arguments, "writelines")?.iterate()?;
    while let Some(line) = lines.next()? {
        drop(write(py, errors, &[line])?);
    }
    Ok(py.none())
}

fn flush<'py>(
    py: Attached<'py>,
    errors: This<'_, 'py, Errors>,
    _: Arguments<'_, 'py>,
) -> PyResult<Object<'py>> {
    errors.0.flush_lines(py);
    Ok(py.none())
}

fn buffer<'py>(py: Attached<'py>, errors: This<'_, 'py, Errors>) -> PyResult<Object<'py>> {
    let interpreter = crate::interpreter::current(py)?;
    let log = Log::of("<wsgi.errors>", Some(Arc::clone(&errors.0)));
    crate::python::class::instance(&interpreter.parts().log.get(py), log)
}
