//! Whether an interpreter's code is still what the files say.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ffi_engine::abi::{Reload, ReloadPolicy, Request};

use super::Interpreter;
use super::script::Known;
use super::script_file::changed_at;
use crate::python::{Attached, PyResult};
use crate::watch::{Follower, Watch};

/// How long files must have been left alone before their code is loaded: an editor's save, `git checkout` and `rsync` come
/// in bursts.
pub(super) const QUIET: Duration = Duration::from_millis(30);

/// How long a burst is waited for.
const BURST: Duration = Duration::from_secs(2);

/// An interpreter whose script failed is tried as it is for so long, so that a broken application does not make
/// interpreters without pause.
const PATIENCE: Duration = Duration::from_secs(1);

/// The files of all interpreters that are replaced when a module changes.
static WATCH: LazyLock<Watch> = LazyLock::new(Watch::new);

/// Whether an interpreter is to be replaced for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// No.
    No,
    /// Before the request runs.
    Now,
    /// While it serves on.
    Behind,
}

/// A replacement that failed to load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attempt {
    pub(super) script: Box<[u8]>,
    /// Change time of the script that failed.
    pub(super) changed_at: i64,
}

/// Whether `interpreter` is to be replaced for `request`, in a group that is.
pub(super) fn due(interpreter: &Arc<Interpreter>, request: &Request<'_>) -> Due {
    let group = &interpreter.group;
    let script = request.script.bytes();
    let fresh = group.plan.reload_policy == ReloadPolicy::Fresh;
    let changed = match interpreter.scripts.known(script) {
        Known::Unknown => false,
        Known::Loaded(at) => differs(script, at, request.script_mtime),
        Known::Failed(at) if fresh => {
            differs(script, at, request.script_mtime)
                || interpreter.born.elapsed().is_ok_and(|age| age > PATIENCE)
        }
        Known::Failed(_) => false, // Nothing better serves: the request tries again, where it is.
    };
    let module_changed = has_changed_module(interpreter);
    match (changed || module_changed, fresh) {
        (false, _) => Due::No,
        (true, true) => Due::Now,
        (true, false) if !module_changed && has_failed(interpreter, script) => Due::No,
        (true, false) => Due::Behind,
    }
}

/// Whether the script that was loaded from a file of time `loaded` is another now. `seen` is what the host saw, perhaps
/// before the script was loaded.
pub(super) fn differs(script: &[u8], loaded: i64, seen: i64) -> bool {
    loaded != seen && changed_at(script).unwrap_or(0) != loaded
}

/// Whether this change of the script was tried already, in vain.
fn has_failed(interpreter: &Interpreter, script: &[u8]) -> bool {
    let failed = interpreter.group.failed.lock();
    failed.as_ref().is_some_and(|attempt| {
        *attempt.script == *script && changed_at(script).unwrap_or(0) == attempt.changed_at
    })
}

/// Whether a source file that the application has imported has changed.
pub(super) fn has_changed_module(interpreter: &Interpreter) -> bool {
    interpreter.group.reload() == Reload::Modules
        && WATCH.changed(Follower(interpreter.serial)).is_some()
}

/// Waits until the files of the interpreter are left alone, or for [`BURST`].
pub(super) fn settle(interpreter: &Interpreter) {
    if interpreter.group.reload() == Reload::Modules {
        WATCH.settled(Follower(interpreter.serial), QUIET, BURST);
    }
}

/// Watches the source files that have been imported since this was called last.
pub(super) fn follow_modules(py: Attached<'_>, interpreter: &Interpreter) {
    if interpreter.group.reload() != Reload::Modules {
        return;
    }
    let (files, read) = py.or_default(source_files(py, interpreter));
    if !files.is_empty() {
        py.detached((interpreter, files, read), |(interpreter, files, read)| {
            let since = interpreter
                .born
                .max(UNIX_EPOCH + Duration::from_nanos(read));
            WATCH.follow(Follower(interpreter.serial), &files, since);
        });
    }
}

/// Begins anew: nothing has changed so far.
pub(super) fn begin_anew(interpreter: &Interpreter, files: &[PathBuf], since: SystemTime) {
    let follower = Follower(interpreter.serial);
    WATCH.follow(follower, files, since);
    WATCH.accept(follower, since);
}

/// The interpreter is gone.
pub(super) fn forget(interpreter: &Interpreter) {
    if interpreter.group.reload() == Reload::Modules {
        WATCH.forget(Follower(interpreter.serial));
    }
}

/// The source files of the modules, if there are other modules than the last time; and when the first of the new ones was
/// read, in nanoseconds since 1970, or 0.
fn source_files(py: Attached<'_>, interpreter: &Interpreter) -> PyResult<(Vec<PathBuf>, u64)> {
    let modules = py.import(c"sys")?.attribute_named(c"modules")?;
    let count = modules.length()? as u64;
    if interpreter.modules.swap(count, Ordering::Relaxed) == count {
        return Ok((Vec::new(), 0));
    }
    // Before the modules are looked at: what is read later is new once more.
    let read = interpreter.parts.take_first_read.get(py).call([])?;
    let read = u64::try_from(read.to_index()?).unwrap_or_default();
    Ok((all_source_files(py)?, read))
}

/// The source files of all modules of this interpreter, and of a script's.
pub(super) fn all_source_files(py: Attached<'_>) -> PyResult<Vec<PathBuf>> {
    let modules = py.import(c"sys")?.attribute_named(c"modules")?;
    let mut files = Vec::new();
    let copy = modules.copy_dict()?;
    let values = copy.attribute_named(c"values")?.call([])?.iterate()?;
    while let Some(module) = values.next()? {
        let Ok(Some(file)) = module
            .attribute_maybe(c"__file__")
            .map_err(|raised| raised.take(py))
        else {
            continue;
        };
        let text = file.to_text();
        let path = Path::new(&text);
        let is_source = path.is_absolute()
            && path
                .extension()
                .is_none_or(|extension| extension != "so" && extension != "pyc");
        if is_source {
            files.push(path.to_path_buf());
        }
    }
    Ok(files)
}
