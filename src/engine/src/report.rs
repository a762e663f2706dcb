//! Exceptions in the log: one record that says what and where, then the traceback, a record for each line.

use clutch_core::log::{Level, Record};

use crate::host;
use crate::interpreter::Parts;
use crate::python::{Attached, Exception, Kind, PyResult};
use crate::wsgi::Call;

/// Logs an exception at error level, to the log of `call` or else of the server.
pub fn exception<'py>(
    py: Attached<'py>,
    parts: &Parts,
    exception: &Exception<'py>,
    call: Option<&Call>,
) {
    let name = exception.value().type_name();
    let context = &parts.context;
    write(
        py,
        call,
        format!("{name} was raised by the application in {context}").as_bytes(),
    );
    for line in traceback(py, parts, exception) {
        write(py, call, line.as_bytes());
    }
}

/// Logs an exception of a callback for the event `name`, to the log of the server.
pub fn of_callback<'py>(py: Attached<'py>, parts: &Parts, exception: &Exception<'py>, name: &str) {
    let number = match exception.is(Kind::SystemExit) {
        true => "WSGI0190",
        false => "WSGI0112",
    };
    let (class, context) = (exception.value().type_name(), &parts.context);
    let text =
        format!("{number}: {class} was raised by a callback for the event {name} in {context}");
    write(py, None, text.as_bytes());
    for line in traceback(py, parts, exception) {
        write(py, None, line.as_bytes());
    }
}

/// The lines of an exception's traceback, as `traceback.format_exception` gives them; empty ones left out.
pub fn traceback<'py>(py: Attached<'py>, parts: &Parts, exception: &Exception<'py>) -> Vec<String> {
    let formatted: PyResult<String> = parts
        .format_exception
        .get(py)
        .call([exception.value()])
        .map(|text| text.to_text());
    let text = formatted.unwrap_or_else(|raised| {
        let second = raised.take(py);
        let (first, second) = (exception.value(), second.value());
        format!(
            "{}: {} (no traceback: {})",
            first.type_name(),
            first.to_text(),
            second.to_text()
        )
    });
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(str::to_owned)
        .collect()
}

fn write(py: Attached<'_>, call: Option<&Call>, text: &[u8]) {
    py.detached((call, text), |(call, text)| {
        let record = Record {
            level: Level::Error,
            file: file!(),
            line: line!(),
            text,
        };
        host::write_for(call, &record);
    });
}
