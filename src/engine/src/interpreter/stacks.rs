//! The threads of an interpreter: where they are, and how to end them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clutch_core::code::{self, Code};

use super::{Interpreter, thread};
use crate::host;
use crate::python::{Attached, PyResult, ThreadState, raise_in_thread};

/// Whether an interpreter with a GIL of its own was made. From then on nobody asks for `sys._current_frames()`: it makes
/// objects for the frames of all interpreters, in the memory of the one that asks.
static OWN_GILS: AtomicBool = AtomicBool::new(false);

/// An interpreter with a GIL of its own is about to be made.
pub(super) fn has_own_gil() {
    OWN_GILS.store(true, Ordering::Release);
}

/// The stacks of the application's threads and of thread `of_call`, as lines. None where frames cannot be asked for.
pub(super) fn lines(py: Attached<'_>, of_call: Option<i64>) -> PyResult<Vec<String>> {
    let mut lines = Vec::new();
    if OWN_GILS.load(Ordering::Acquire) {
        return Ok(lines);
    }
    let wanted: Vec<i64> = of_call.into_iter().chain(known_threads(py)?).collect();
    let format = py.import(c"traceback")?.attribute_named(c"format_stack")?;
    let frames = py
        .import(c"sys")?
        .attribute_named(c"_current_frames")?
        .call([])?;
    for thread in wanted {
        let Some(frame) = frames.get_item(&py.int(thread)?)? else {
            continue;
        };
        lines.push(format!("thread {thread}:"));
        let stack = format.call([&frame])?;
        for index in 0..stack.items() {
            let Some(entry) = stack.item(index) else {
                break;
            };
            lines.extend(entry.to_text().lines().map(str::to_owned));
        }
    }
    Ok(lines)
}

/// The threads that the application has started through `threading`, by their Python identifiers.
fn known_threads(py: Attached<'_>) -> PyResult<Vec<i64>> {
    let modules = py.import(c"sys")?.attribute_named(c"modules")?;
    let Some(threading) = modules.get_item(&py.text("threading")?)? else {
        return Ok(Vec::new());
    };
    let me = py
        .import(c"_thread")?
        .attribute_named(c"get_ident")?
        .call([])?
        .to_index()?;
    let idents = threading
        .attribute_named(c"_active")?
        .copy_dict()?
        .iterate()?;
    let mut threads = Vec::new();
    while let Some(ident) = idents.next()? {
        let ident = ident.to_index()?;
        if ident != me {
            threads.push(ident);
        }
    }
    Ok(threads)
}

/// Has `SystemExit` raised in the threads that the application has started through `threading`.
pub(super) fn exit_threads(py: Attached<'_>) -> PyResult<()> {
    let exit = py.import(c"builtins")?.attribute_named(c"SystemExit")?;
    for thread in known_threads(py)? {
        raise_in_thread(py, thread, &exit);
    }
    Ok(())
}

/// Threads that the application has started and that have not ended.
pub(super) fn application_threads(py: Attached<'_>) -> PyResult<i64> {
    py.import(c"_thread")?
        .attribute_named(c"_count")?
        .call([])?
        .to_index()
}

/// Says in the log what keeps an abandoned interpreter from ending. May wait for ever, for code that does not give the GIL
/// back: so it has a thread of its own.
pub(super) fn tell(interpreter: &Arc<Interpreter>) {
    let context = &interpreter.parts.context;
    let text = format!(
        "{context} did not end in time; it is left as it is, and the stacks of its threads follow"
    );
    let fault = code::INTERPRETER_LEFT.says(text);
    host::fault(&fault);
    let interpreter = Arc::clone(interpreter);
    thread::spawn("clutch-stacks", move || {
        tell_stacks(&interpreter, fault.code());
    });
}

/// The interpreter is abandoned, so nobody ends it while this thread is in it.
fn tell_stacks(interpreter: &Interpreter, code: &Code) {
    let Some(state) = ThreadState::new(interpreter.id) else {
        return;
    };
    let lines = state.attach(|py| py.or_default(lines(py, None)));
    host::follow(None, code, &lines);
    state.delete();
}
