//! Script files: what is in them, and whether they have changed.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use clutch_core::code;
use ffi_engine::abi::{Field, Request};

use super::Interpreter;
use crate::error::{Error, Kind};
use crate::python::{Attached, Builtin, Object, PyResult};
use crate::report;
use crate::wsgi::Call;

/// Whether a loaded script is not what its file is now, or asks to be loaded again.
pub(super) fn changed<'py>(
    py: Attached<'py>,
    interpreter: &Interpreter,
    module: &Object<'py>,
    request: &Request<'_>,
) -> bool {
    let Some(names) = module.module_dict() else {
        return true;
    };
    let parts = &interpreter.parts;
    let attempt: PyResult<bool> = (|| {
        let loaded = match names.get_item(&parts.name_mtime.get(py))? {
            Some(mtime) if mtime.is_a(Builtin::Int) => Some(mtime.to_index()?),
            _ => None,
        };
        if loaded != Some(request.script_mtime) {
            // The host may have looked before another thread loaded a newer file: look again.
            let now = py.detached(request.script.bytes(), |path| changed_at(path).unwrap_or(0));
            if loaded != Some(now) || now == 0 {
                return Ok(true);
            }
        }
        Ok(false)
    })();
    attempt.unwrap_or_else(|raised| {
        drop(raised.take(py));
        true
    }) || reload_required(py, interpreter, module, request)
}

/// Asks the script's own `reload_required(path)`, if it has one and serves requests. An exception is logged, and is no.
pub(super) fn reload_required<'py>(
    py: Attached<'py>,
    interpreter: &Interpreter,
    module: &Object<'py>,
    request: &Request<'_>,
) -> bool {
    let Some(names) = module.module_dict() else {
        return true;
    };
    if request.question != 0 {
        return false;
    }
    let parts = &interpreter.parts;
    let attempt: PyResult<bool> = (|| {
        let Some(hook) = names.get_item(&parts.name_reload_required.get(py))? else {
            return Ok(false);
        };
        let resource = py.path(request.fields[Field::ScriptFilename as usize].bytes())?;
        Call::without_current(|| hook.call([&resource])?.truth())
    })();
    attempt.unwrap_or_else(|raised| {
        report::exception(py, parts, &raised.take(py), None);
        false
    })
}

fn file_path(path: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(path))
}

/// The file's text, and when it was changed, in microseconds since the epoch.
pub(super) fn read(path: &[u8]) -> io::Result<(Vec<u8>, i64)> {
    let mut file = File::open(file_path(path))?;
    let mtime = microseconds(&file.metadata()?);
    let mut source = Vec::new();
    file.read_to_end(&mut source)?;
    Ok((source, mtime))
}

pub(super) fn changed_at(path: &[u8]) -> io::Result<i64> {
    std::fs::metadata(file_path(path)).map(|found| microseconds(&found))
}

fn microseconds(found: &std::fs::Metadata) -> i64 {
    found.mtime() * 1_000_000 + found.mtime_nsec() / 1000
}

pub(super) fn unreadable(path: &[u8], error: &io::Error) -> Error {
    let kind = match error.kind() {
        io::ErrorKind::NotFound => Kind::ScriptMissing,
        io::ErrorKind::PermissionDenied => Kind::ScriptForbidden,
        _ => Kind::Script,
    };
    Error::saying(
        kind,
        code::SCRIPT_UNREADABLE.says(format!(
            "the script {} cannot be read: {error}",
            String::from_utf8_lossy(path)
        )),
    )
}
