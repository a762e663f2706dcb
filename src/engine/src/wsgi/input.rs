//! `wsgi.input`: the request body (PEP 3333, "Input and Error Streams").

use std::sync::Arc;

use super::Call;
use super::body::Problem;
use crate::python::class::{Arguments, Method, Next, Payload, This, method, next, no_arguments};
use crate::python::{Attached, Kind, Object, PyResult, Raised, Room};

/// The object behind `wsgi.input`.
pub struct Input(Arc<Call>);

impl Input {
    pub(super) fn of(call: &Arc<Call>) -> Self {
        Self(Arc::clone(call))
    }
}

impl Payload for Input {
    const NAME: &'static std::ffi::CStr = c"mod_wsgi.Input";

    fn methods() -> Vec<Method> {
        vec![
            method::<Self, _>(c"read", read),
            method::<Self, _>(c"readline", readline),
            method::<Self, _>(c"readlines", readlines),
            method::<Self, _>(c"close", close),
        ]
    }

    fn next() -> Option<Next> {
        Some(next::<Self, _>(next_line))
    }
}

fn raise(py: Attached<'_>, problem: Problem) -> Raised {
    match problem {
        Problem::Over => py.raise(Kind::Runtime, "the request has ended"),
        Problem::Failed(failed) => py.raise_with(Kind::Os, failed),
    }
}

/// The optional size argument: `None` for absent and for negative ones.
fn size(py: Attached<'_>, arguments: Arguments<'_, '_>) -> PyResult<Option<usize>> {
    match arguments {
        [] => Ok(None),
        [size] => size.to_index().map(|size| usize::try_from(size).ok()),
        _ => Err(py.raise(Kind::Type, "at most one positional argument is taken")),
    }
}

fn check_live(py: Attached<'_>, input: &Input) -> PyResult<()> {
    match input.0.is_live() {
        true => Ok(()),
        false => Err(raise(py, Problem::Over)),
    }
}

fn read<'py>(
    py: Attached<'py>,
    input: This<'_, 'py, Input>,
    arguments: Arguments<'_, 'py>,
) -> PyResult<Object<'py>> {
    let wanted = size(py, arguments)?;
    check_live(py, &input)?;
    let call = &*input.0;
    if wanted == Some(0) {
        py.detached(call, |call| call.body.lock().touch(call))
            .map_err(|problem| raise(py, problem))?;
    }
    // Another thread may be reading, and wait for the client: then there is nothing to learn now.
    let Some(room) = call.body.try_lock().and_then(|body| body.room(wanted)) else {
        let most = wanted.unwrap_or(usize::MAX);
        let gathered = py.detached((call, most), |(call, most)| {
            call.body.lock().gather(call, most)
        });
        return py.bytes(&gathered.map_err(|problem| raise(py, problem))?);
    };
    let mut filling = py.bytes_with_room(room)?;
    let fill = |(call, room): (&Call, &mut Room)| call.body.lock().fill(call, room);
    py.detached((call, filling.room()), fill)
        .map_err(|problem| raise(py, problem))?;
    let filled = filling.done()?;
    if wanted.is_some() {
        return Ok(filled);
    }
    // A filter may have made the body longer than its declared length: it ends where the carrier says so.
    let more = py.detached(call, |call| call.body.lock().gather(call, usize::MAX));
    let more = more.map_err(|problem| raise(py, problem))?;
    match more.is_empty() {
        true => Ok(filled),
        false => py.bytes(&[filled.as_bytes().unwrap_or_default(), &more].concat()),
    }
}

fn line<'py>(py: Attached<'py>, input: &Input, most: Option<usize>) -> PyResult<Object<'py>> {
    check_live(py, input)?;
    let most = most.unwrap_or(usize::MAX);
    let line = py.detached((&*input.0, most), |(call, most)| {
        call.body.lock().line(call, most)
    });
    py.bytes(&line.map_err(|problem| raise(py, problem))?)
}

fn readline<'py>(
    py: Attached<'py>,
    input: This<'_, 'py, Input>,
    arguments: Arguments<'_, 'py>,
) -> PyResult<Object<'py>> {
    line(py, &input, size(py, arguments)?)
}

fn next_line<'py>(py: Attached<'py>, input: This<'_, 'py, Input>) -> PyResult<Option<Object<'py>>> {
    let line = line(py, &input, None)?;
    Ok(Some(line).filter(|line| line.as_bytes().is_some_and(|bytes| !bytes.is_empty())))
}

fn readlines<'py>(
    py: Attached<'py>,
    input: This<'_, 'py, Input>,
    arguments: Arguments<'_, 'py>,
) -> PyResult<Object<'py>> {
    let hint = size(py, arguments)?
        .filter(|&hint| hint > 0)
        .unwrap_or(usize::MAX);
    let lines = py.list()?;
    let mut total = 0;
    while total < hint {
        let Some(line) = next_line(py, input)? else {
            break;
        };
        total += line.as_bytes().map_or(0, <[u8]>::len);
        lines.append(&line)?;
    }
    Ok(lines)
}

fn close<'py>(
    py: Attached<'py>,
    _: This<'_, 'py, Input>,
    arguments: Arguments<'_, 'py>,
) -> PyResult<Object<'py>> {
    no_arguments(py, arguments, "close")?;
    Ok(py.none())
}
