//! The Python module `mod_wsgi`, and what else stands ready in an interpreter before an application runs.

use std::ffi::CStr;

use ffi_engine::abi::Plan;

use crate::python::{Attached, Object, PyResult};

/// The release of mod_wsgi whose behaviour applications find: `mod_wsgi.version`.
pub const VERSION: [u32; 3] = [6, 1, 1];

/// Name that frames of the prelude carry; no file has it.
const FILE: &CStr = c"<clutch prelude>";

/// The source of the prelude, with the NUL that CPython's compiler wants at its end.
const SOURCE: &CStr =
    match CStr::from_bytes_with_nul(concat!(include_str!("prelude.py"), "\0").as_bytes()) {
        Ok(source) => source,
        Err(_) => panic!("the prelude has no NUL of its own"),
    };

/// Runs the prelude in this interpreter.
pub fn prelude(py: Attached<'_>) -> PyResult<Object<'_>> {
    let module = py.run_module(c"_clutch", FILE, SOURCE)?;
    Ok(module)
}

/// What [`prelude`]'s `setup` is told.
pub struct Streams<'py> {
    /// Buffer of `sys.stdout`.
    pub stdout: Object<'py>,
    /// Buffer of `sys.stderr`.
    pub stderr: Object<'py>,
    /// The class of `wsgi.errors`.
    pub errors_class: Object<'py>,
}

/// The facts for the prelude's `setup`, as a dict. `environment` is what a sub-interpreter's `os.environ` begins with;
/// the main interpreter keeps the process's own.
pub fn facts<'py>(
    py: Attached<'py>,
    plan: &Plan<'_>,
    group: &[u8],
    streams: Streams<'py>,
    environment: Option<&[(Vec<u8>, Vec<u8>)]>,
) -> PyResult<Object<'py>> {
    let facts = py.dict()?;
    let set = |name: &CStr, value: Object<'py>| facts.set_item(&py.interned(name)?, &value);
    set(c"stdout", streams.stdout)?;
    set(c"stderr", streams.stderr)?;
    set(c"errors_class", streams.errors_class)?;
    set(
        c"environment",
        environment.map_or_else(|| Ok(py.none()), |variables| bytes_dict(py, variables))?,
    )?;
    set(c"restrict_stdin", py.boolean(plan.restrict_stdin))?;
    set(c"restrict_stdout", py.boolean(plan.restrict_stdout))?;
    set(c"restrict_signal", py.boolean(plan.restrict_signal))?;
    set(c"single_process", py.boolean(plan.single_process))?;
    set(c"version", version(py, VERSION)?)?;
    set(c"process_group", py.latin1(plan.process_group.bytes())?)?;
    set(c"application_group", py.latin1(group)?)?;
    set(c"maximum_processes", py.int(plan.maximum_processes.into())?)?;
    set(
        c"threads_per_process",
        py.int(plan.threads_per_process.into())?,
    )?;
    set(c"apache_version", version(py, plan.apache_version)?)?;
    set(
        c"apache_description",
        py.latin1(plan.apache_description.bytes())?,
    )?;
    set(c"apache_mpm", py.latin1(plan.apache_mpm.bytes())?)?;
    set(
        c"apache_build_date",
        py.latin1(plan.apache_build_date.bytes())?,
    )?;
    set(c"python_path", path_list(py, plan.python_path.bytes())?)?;
    Ok(facts)
}

/// A version as a tuple of three.
pub fn version(py: Attached<'_>, [major, minor, patch]: [u32; 3]) -> PyResult<Object<'_>> {
    py.tuple([
        py.int(major.into())?,
        py.int(minor.into())?,
        py.int(patch.into())?,
    ])
}

fn bytes_dict<'py>(py: Attached<'py>, pairs: &[(Vec<u8>, Vec<u8>)]) -> PyResult<Object<'py>> {
    let dict = py.dict()?;
    for (name, value) in pairs {
        dict.set_item(&py.bytes(name)?, &py.bytes(value)?)?;
    }
    Ok(dict)
}

fn path_list<'py>(py: Attached<'py>, paths: &[u8]) -> PyResult<Object<'py>> {
    let list = py.list()?;
    for path in paths
        .split(|&byte| byte == b':')
        .filter(|path| !path.is_empty())
    {
        list.append(&py.path(path)?)?;
    }
    Ok(list)
}
