//! Exceptions in the log: one record that says what and where, then the traceback, a record for each line.

use clutch_core::code::{self, Fault};
use clutch_core::log::Level;

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
    let text = format!("{name} was raised by the application in {context}");
    let code = match exception.is(Kind::SystemExit) {
        true => code::SYSTEM_EXIT,
        false => code::EXCEPTION,
    };
    write(py, call, &code.says(text), &traceback(py, parts, exception));
}

/// Logs that RequestTimeout has ended `call`, at info level: the line about its time has been written, with the stacks, and the
/// application has not failed.
pub fn timeout<'py>(py: Attached<'py>, parts: &Parts, exception: &Exception<'py>, call: &Call) {
    let context = &parts.context;
    let mut lines = vec![format!("RequestTimeout has ended the request in {context}")];
    lines.extend(traceback(py, parts, exception));
    py.detached((call, &lines[..]), |(call, lines)| {
        let lines = lines.iter().map(String::as_bytes);
        lines.for_each(|line| call.log(Level::Info, line));
    });
}

/// Logs an exception of a callback for the event `name`, to the log of the server.
pub fn of_callback<'py>(py: Attached<'py>, parts: &Parts, exception: &Exception<'py>, name: &str) {
    let code = match exception.is(Kind::SystemExit) {
        true => code::CALLBACK_EXITED,
        false => code::CALLBACK_RAISED,
    };
    let (class, context) = (exception.value().type_name(), &parts.context);
    let text = format!("{class} was raised by a callback for the event {name} in {context}");
    write(py, None, &code.says(text), &traceback(py, parts, exception));
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

/// Logs what is wrong, and the traceback that belongs to it: to the log of `call` or else of the server.
pub fn write(py: Attached<'_>, call: Option<&Call>, fault: &Fault, traceback: &[String]) {
    py.detached((call, fault, traceback), |(call, fault, traceback)| {
        host::fault_for(call, fault);
        host::follow(call, fault.code(), traceback);
    });
}
