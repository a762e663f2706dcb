//! The binary streams below `sys.stdout` and `sys.stderr`: what is written becomes lines of the error log.

use std::collections::BTreeSet;
use std::sync::Arc;

use clutch_core::log::{Level, Record};
use clutch_sys::lock::Mutex;

use super::Call;
use super::lines::Lines;
use crate::host;
use crate::python::class::{Arguments, Getter, Method, Payload, This, getter, method};
use crate::python::{Attached, Builtin, Kind, Object, PyResult};

/// Writes lines at error level, detached: to the log of a call, or of the server.
pub(super) fn emit(py: Attached<'_>, call: Option<&Call>, lines: Vec<Vec<u8>>) {
    for line in lines {
        py.detached((call, line), |(call, line)| {
            host::log_for(call, Level::Error, &line);
        });
    }
}

/// A binary stream that writes to the log: the `buffer` of `sys.stdout` and `sys.stderr`, and of `wsgi.errors`.
///
/// The stream of an interpreter (`call` is `None`) writes to the log of the request that the writing thread serves.
pub struct Log {
    name: &'static str,
    call: Option<Arc<Call>>,
    /// For text that belongs to no request.
    lines: Mutex<Lines>,
}

impl Log {
    /// The stream of an interpreter.
    pub fn new(name: &'static str) -> Self {
        Self::of(name, None)
    }

    pub(super) fn of(name: &'static str, call: Option<Arc<Call>>) -> Self {
        Self {
            name,
            call,
            lines: Mutex::default(),
        }
    }

    /// Writes bytes; `text` says that they come from a text stream.
    fn write(
        &self,
        py: Attached<'_>,
        bytes: &[u8],
        push: fn(&mut Lines, &[u8]) -> Vec<Vec<u8>>,
    ) -> PyResult<()> {
        let call = self.call.clone().or_else(Call::current);
        match &call {
            Some(call) if call.is_live() => {
                let lines = push(&mut call.lines.lock(), bytes);
                emit(py, Some(call), lines);
            }
            Some(_) if self.call.is_some() => {
                return Err(py.raise(Kind::Runtime, "the request has ended"));
            }
            _ => {
                let lines = push(&mut self.lines.lock(), bytes);
                emit(py, None, lines);
            }
        }
        Ok(())
    }

    fn flush(&self, py: Attached<'_>) {
        let call = self.call.clone().or_else(Call::current);
        match &call {
            Some(call) => call.flush_lines(py),
            None => {
                let rest = self.lines.lock().take_rest();
                emit(py, None, rest.into_iter().collect());
            }
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        if let Some(rest) = self.lines.get_mut().take_rest() {
            host::log(Level::Error, &rest);
        }
    }
}

pub(super) fn no_descriptor<'py, T>(
    py: Attached<'py>,
    _: This<'_, 'py, T>,
    _: Arguments<'_, 'py>,
) -> PyResult<Object<'py>> {
    Err(py.raise(Kind::Os, "the error log has no file descriptor"))
}

pub(super) fn yes<'py, T>(
    py: Attached<'py>,
    _: This<'_, 'py, T>,
    _: Arguments<'_, 'py>,
) -> PyResult<Object<'py>> {
    Ok(py.boolean(true))
}

pub(super) fn no<'py, T>(
    py: Attached<'py>,
    _: This<'_, 'py, T>,
    _: Arguments<'_, 'py>,
) -> PyResult<Object<'py>> {
    Ok(py.boolean(false))
}

pub(super) fn one<'a, 'py>(
    py: Attached<'py>,
    arguments: Arguments<'a, 'py>,
    what: &str,
) -> PyResult<&'a Object<'py>> {
    match arguments {
        [argument] => Ok(argument),
        _ => Err(py.raise_with(
            Kind::Type,
            format_args!("{what}() takes exactly one positional argument"),
        )),
    }
}

impl Payload for Log {
    const NAME: &'static std::ffi::CStr = c"mod_wsgi.Log";

    fn methods() -> Vec<Method> {
        vec![
            method::<Self, _>(c"write", log_write),
            method::<Self, _>(c"writelines", log_writelines),
            method::<Self, _>(c"flush", log_flush),
            method::<Self, _>(c"close", log_flush),
            method::<Self, _>(c"isatty", no),
            method::<Self, _>(c"readable", no),
            method::<Self, _>(c"seekable", no),
            method::<Self, _>(c"writable", yes),
            method::<Self, _>(c"fileno", no_descriptor),
            method::<Self, _>(c"_record", log_record),
            method::<Self, _>(c"_keeps", log_keeps),
            method::<Self, _>(c"_is_first", log_is_first),
        ]
    }

    fn getters() -> Vec<Getter> {
        vec![
            getter::<Self, _>(c"name", |py, this| py.text(this.name)),
            getter::<Self, _>(c"encoding", |py, _| py.text("utf-8")),
            getter::<Self, _>(c"errors", |py, _| py.text("replace")),
            getter::<Self, _>(c"closed", |py, _| Ok(py.boolean(false))),
        ]
    }
}

fn log_write<'py>(
    py: Attached<'py>,
    log: This<'_, 'py, Log>,
    arguments: Arguments<'_, 'py>,
) -> PyResult<Object<'py>> {
    let data = one(py, arguments, "write")?;
    if data.is_a(Builtin::Str) {
        log.write(py, data.to_text().as_bytes(), Lines::push)?;
    } else {
        log.write(py, &data.to_bytes()?, Lines::push)?;
    }
    Ok(py.none())
}

fn log_writelines<'py>(
    py: Attached<'py>,
    log: This<'_, 'py, Log>,
    arguments: Arguments<'_, 'py>,
) -> PyResult<Object<'py>> {
    let lines = one(py, arguments, "writelines")?.iterate()?;
    while let Some(line) = lines.next()? {
        drop(log_write(py, log, &[line])?);
    }
    Ok(py.none())
}

fn log_flush<'py>(
    py: Attached<'py>,
    log: This<'_, 'py, Log>,
    _: Arguments<'_, 'py>,
) -> PyResult<Object<'py>> {
    log.flush(py);
    Ok(py.none())
}

/// For `LogHandler`: level of `logging`, file, line, text.
fn log_record<'py>(
    py: Attached<'py>,
    _: This<'_, 'py, Log>,
    arguments: Arguments<'_, 'py>,
) -> PyResult<Object<'py>> {
    let [level, file, line, text] = arguments else {
        return Err(py.raise(Kind::Type, "_record() takes four positional arguments"));
    };
    let level = Level::from_python(level.to_index()?);
    let (file, text) = (file.to_text(), text.to_text());
    let line = u32::try_from(line.to_index()?).unwrap_or_default();
    let call = Call::current();
    for text in text.strip_suffix('\n').unwrap_or(&text).split('\n') {
        let place = (level, file.as_str(), i64::from(line));
        py.detached(
            (call.as_deref(), place, text),
            |(call, (level, file, line), text)| {
                let record = Record {
                    level,
                    file,
                    line: u32::try_from(line).unwrap_or_default(),
                    text: text.as_bytes(),
                };
                host::write_for(call, &record);
            },
        );
    }
    Ok(py.none())
}

/// For `LogHandler`: whether the log keeps records of this level of `logging`.
fn log_keeps<'py>(
    py: Attached<'py>,
    _: This<'_, 'py, Log>,
    arguments: Arguments<'_, 'py>,
) -> PyResult<Object<'py>> {
    let level = Level::from_python(one(py, arguments, "_keeps")?.to_index()?);
    let call = Call::current();
    let kept = py.detached(call.as_deref(), |call| {
        call.map_or_else(host::level, Call::log_level)
    });
    Ok(py.boolean(level <= kept))
}

/// Whether no interpreter of this process has asked for this text before.
fn log_is_first<'py>(
    py: Attached<'py>,
    _: This<'_, 'py, Log>,
    arguments: Arguments<'_, 'py>,
) -> PyResult<Object<'py>> {
    static ASKED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let text = one(py, arguments, "_is_first")?.to_text();
    Ok(py.boolean(ASKED.lock().insert(text)))
}
