//! From what an application returns to what the client gets (PEP 3333, "Handling the Content-Length Header",
//! "Buffering and Streaming").

use clutch_core::exchange::{Failure, Then};
use smallvec::SmallVec;

use super::start_response::raise_problem;
use super::{Call, file_wrapper};
use crate::error::{Error, Kind};
use crate::interpreter::Parts;
use crate::python::{Attached, Object, PyResult};

/// Largest body that is copied, so that nothing of Python is needed while it is sent.
const COPIED: usize = 16 * 1024;

/// What is left to do when the interpreter has been left.
#[derive(Debug)]
pub(super) enum Parting {
    /// Nothing: the response is complete.
    Complete,
    /// Send this body and complete the response.
    Body(Vec<u8>),
}

impl Parting {
    /// Does it, for a call that is not left yet.
    pub(super) fn send_from_within(self, py: Attached<'_>, call: &Call) -> Result<Self, Error> {
        let Parting::Body(body) = self else {
            return Ok(self);
        };
        py.detached((call, body), |(call, body)| complete_with(call, &body))
            .map(|()| Parting::Complete)
            .map_err(undelivered)
    }

    /// Does it. Detached.
    pub(super) fn send(self, call: &Call) -> Result<(), Error> {
        match self {
            Parting::Complete => Ok(()),
            Parting::Body(body) => complete_with(call, &body).map_err(undelivered),
        }
    }
}

/// The failure of a carrier, as the end of a call.
pub(super) fn undelivered(problem: Failure) -> Error {
    match problem {
        Failure::Internal => Error::new(Kind::Carrier),
        _ => Error::new(Kind::ClientGone),
    }
}

/// Sends what the application returned.
pub(super) fn send<'py>(
    py: Attached<'py>,
    parts: &Parts,
    result: &Object<'py>,
    call: &Call,
) -> Result<Parting, Error> {
    if result.is_plain_sequence() {
        return send_sequence(py, parts, result, call);
    }
    if call.sent() == 0
        && result.is_instance_of(&parts.file_wrapper.get(py))
        && let Some(outcome) = file_wrapper::send(py, parts, result, call)
    {
        return outcome.map(|()| Parting::Complete);
    }
    send_iterable(py, parts, result, call)
}

/// Checks that the head can be sent.
fn ready<'py>(py: Attached<'py>, parts: &Parts, call: &Call) -> Result<(), Error> {
    let problem = call.head.lock().problem();
    problem.map_or(Ok(()), |problem| {
        Err(call.raised(py, parts, raise_problem(py, problem)))
    })
}

fn block<'a>(
    py: Attached<'_>,
    parts: &Parts,
    call: &Call,
    item: &'a Object<'_>,
) -> Result<&'a [u8], Error> {
    item.as_bytes().ok_or_else(|| {
        let text = format_args!("an application must yield bytes, not {}", item.type_name());
        call.raised(py, parts, py.raise_with(crate::python::Kind::Type, text))
    })
}

/// A list or tuple: all blocks are there, and nothing of the application runs between them.
fn send_sequence<'py>(
    py: Attached<'py>,
    parts: &Parts,
    result: &Object<'py>,
    call: &Call,
) -> Result<Parting, Error> {
    let mut items: SmallVec<[Object<'py>; 4]> = SmallVec::new();
    while let Some(item) = result.item(items.len()) {
        items.push(item);
    }
    if let [only] = &items[..] {
        let bytes = block(py, parts, call, only)?;
        ready(py, parts, call)?;
        if bytes.len() <= COPIED {
            return Ok(Parting::Body(bytes.to_vec()));
        }
        let sent = py.detached((call, bytes), |(call, bytes)| complete_with(call, bytes));
        return sent.map(|()| Parting::Complete).map_err(undelivered);
    }
    let good = items
        .iter()
        .position(|item| item.as_bytes().is_none())
        .unwrap_or(items.len());
    let blocks: SmallVec<[&[u8]; 4]> = items[..good]
        .iter()
        .filter_map(Object::as_bytes)
        .filter(|bytes| !bytes.is_empty())
        .collect();
    if !blocks.is_empty() || good == items.len() {
        ready(py, parts, call)?;
        let complete = good == items.len();
        py.detached((call, &blocks[..], complete), |(call, blocks, complete)| {
            blocks
                .iter()
                .try_for_each(|bytes| call.write(bytes, Then::More))?;
            let then = if complete {
                finishing(call)?
            } else {
                Then::Flush
            };
            call.write(b"", then)
        })
        .map_err(undelivered)?;
    }
    items.get(good).map_or(Ok(Parting::Complete), |bad| {
        block(py, parts, call, bad).map(|_| Parting::Complete)
    })
}

/// Sends the only block of a response. The carrier sees that it is whole, and gives it a length (PEP 3333, "Handling
/// the Content-Length Header").
fn complete_with(call: &Call, block: &[u8]) -> Result<(), Failure> {
    let declared = call.head.lock().length();
    if declared.is_some_and(|length| call.sent() + (block.len() as u64) < length) {
        call.write(block, Then::Flush)?;
        return finishing(call).map(|_| ());
    }
    call.write(block, Then::Finish)
}

/// How a response that has come to its end is completed: broken if it is shorter than it said, unless it has no body by
/// its nature, which the carrier knows.
fn finishing(call: &Call) -> Result<Then, Failure> {
    call.write(b"", Then::More)?; // The head, if it is not out yet.
    let declared = call.head.lock().length();
    match declared {
        Some(length) if call.sent() < length => {
            tracing::debug!(
                declared = length,
                sent = call.sent(),
                "the body is shorter than its Content-Length"
            );
            let _ = call.with(clutch_core::exchange::Exchange::abort);
            Err(Failure::ClientGone)
        }
        _ => Ok(Then::Finish),
    }
}

/// Any iterable: each block is pushed to the client before the next one is asked for.
fn send_iterable<'py>(
    py: Attached<'py>,
    parts: &Parts,
    result: &Object<'py>,
    call: &Call,
) -> Result<Parting, Error> {
    let raised = |raised| call.raised(py, parts, raised);
    let iterator = result.iterate().map_err(raised)?;
    let mut complete = false;
    while let Some(item) = iterator.next().map_err(raised)? {
        let bytes = block(py, parts, call, &item)?;
        if bytes.is_empty() {
            continue;
        }
        ready(py, parts, call)?;
        // A block that fills the declared length is the last one that counts: the client gets it as a whole response.
        let fills = call
            .head
            .lock()
            .length()
            .is_some_and(|length| call.sent() + bytes.len() as u64 >= length);
        if complete {
            if let Some(meter) = call.meter() {
                meter.output.add_bytes(bytes.len());
                meter.output.add_operation();
            }
            continue;
        }
        complete = fills;
        let then = if fills { Then::FinishNow } else { Then::Flush };
        py.detached((call, bytes, then), |(call, bytes, then)| {
            call.write(bytes, then)
        })
        .map_err(undelivered)?;
    }
    ready(py, parts, call)?;
    if !complete {
        py.detached(call, |call| call.write(b"", finishing(call)?))
            .map_err(undelivered)?;
    }
    Ok(Parting::Complete)
}

/// Calls `close()` of what the application returned, if it has one.
pub(super) fn close(py: Attached<'_>, parts: &Parts, result: &Object<'_>, call: &Call) {
    if result.is_plain_sequence() {
        return;
    }
    let outcome: PyResult<()> = (|| {
        if let Some(close) = result.attribute_maybe(c"close")? {
            drop(close.call([])?);
        }
        Ok(())
    })();
    if let Err(raised) = outcome {
        let _ = call.raised(py, parts, raised); // Logged; the response is what it is.
    }
}
