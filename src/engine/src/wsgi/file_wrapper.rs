//! `wsgi.file_wrapper` (PEP 3333, "Optional Platform-Specific File Handling"): a regular file goes out by its
//! descriptor, without Python reading it.

use std::os::fd::BorrowedFd;

use clutch_core::exchange::{Exchange, FileRange};
use clutch_sys::file::regular_size;

use super::Call;
use super::response::undelivered;
use super::start_response::raise_problem;
use crate::error::Error;
use crate::interpreter::Parts;
use crate::python::{Attached, Object, PyResult, borrow_descriptor};

/// A file, and where to begin.
struct Position<'a> {
    file: BorrowedFd<'a>,
    offset: u64,
    size: u64,
}

/// Sends the file of a wrapper; `None` if it is none that can be sent so, and must be iterated.
pub(super) fn send<'py>(
    py: Attached<'py>,
    parts: &Parts,
    wrapper: &Object<'py>,
    call: &Call,
) -> Option<Result<(), Error>> {
    let position = match position(wrapper) {
        Ok(position) => position?,
        Err(raised) => {
            drop(raised.take(py)); // No descriptor, or no position: an ordinary iterable.
            return None;
        }
    };
    let problem = call.head.lock().problem();
    if let Some(problem) = problem {
        return Some(Err(call.raised(py, parts, raise_problem(py, problem))));
    }
    let available = position.size.saturating_sub(position.offset);
    if let Some(meter) = call.meter() {
        meter
            .output
            .add_bytes(usize::try_from(available).unwrap_or(usize::MAX));
    }
    call.head.lock().declare_length(available);
    let declared = call.head.lock().length().unwrap_or(available);
    let range = FileRange {
        file: position.file,
        offset: position.offset,
        length: declared.min(available),
    };
    let sent = py.detached((call, range, declared), |(call, range, declared)| {
        call.write(b"", clutch_core::exchange::Then::More)?; // The head.
        let whole = range.length == declared;
        call.send_file(range)?;
        if !whole {
            let _ = call.with(Exchange::abort);
        }
        Ok(())
    });
    Some(sent.map_err(undelivered))
}

/// The file behind a wrapper, if it is a regular one that can tell its position.
fn position<'a>(wrapper: &'a Object<'_>) -> PyResult<Option<Position<'a>>> {
    let file = wrapper.attribute_named(c"filelike")?;
    let descriptor = file.file_descriptor()?;
    let Some(tell) = file.attribute_maybe(c"tell")? else {
        return Ok(None);
    };
    let offset = tell.call([])?;
    if !offset.is_a(crate::python::Builtin::Int) {
        return Ok(None);
    }
    let offset = u64::try_from(offset.to_index()?).unwrap_or_default();
    // The wrapper holds the file, and the caller the wrapper, while the descriptor is borrowed.
    let file = borrow_descriptor(wrapper, descriptor);
    Ok(regular_size(file).map(|size| Position { file, offset, size }))
}
