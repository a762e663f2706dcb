//! The Python module `mod_wsgi`, and what else stands ready in an interpreter before an application runs.

pub mod active;
pub mod events;
pub mod server;

use std::ffi::CStr;

use ffi_engine::abi::{GroupPlan, Plan, Reload};

use crate::python::audit::Policy;
use crate::python::{Attached, Object, PyResult, Source};

/// The release of mod_wsgi whose behaviour applications find: `mod_wsgi.version`.
pub const VERSION: [u32; 3] = [6, 1, 1];

/// The name of all of the prelude's files; frames carry it with that of their file in it. No file has it.
const FILE: &CStr = c"<clutch prelude>";

/// A file of the prelude, with the NUL that CPython's compiler wants at its end.
macro_rules! source {
    ($name:literal) => {
        Source::new(
            match CStr::from_bytes_with_nul(concat!("<clutch prelude ", $name, ">\0").as_bytes()) {
                Ok(name) => name,
                Err(_) => panic!("the name has no NUL of its own"),
            },
            concat!(include_str!(concat!("prelude/", $name, ".py")), "\0"),
        )
    };
}

/// The files of the prelude. They share their names.
static FILES: [Source; 12] = [
    source!("streams"),
    source!("process"),
    source!("environment"),
    source!("guard"),
    source!("imports"),
    source!("paths"),
    source!("callbacks"),
    source!("collections"),
    source!("module"),
    source!("scripts"),
    source!("shutdown"),
    source!("setup"),
];

/// Runs the prelude in this interpreter.
pub fn prelude(py: Attached<'_>) -> PyResult<Object<'_>> {
    py.run_module(c"_clutch", FILE, &FILES)
}

/// What [`prelude`]'s `setup` is told.
pub struct Given<'py> {
    /// Buffer of `sys.stdout`.
    pub stdout: Object<'py>,
    /// Buffer of `sys.stderr`.
    pub stderr: Object<'py>,
    /// The class of `wsgi.errors`.
    pub errors_class: Object<'py>,
    /// The object of class [`server::Server`].
    pub server: Object<'py>,
}

/// The group whose interpreter is set up.
#[derive(Debug, Clone, Copy)]
pub struct OfGroup<'a> {
    /// Its name; empty for the main interpreter's.
    pub name: &'a [u8],
    /// What holds for it.
    pub plan: &'a GroupPlan<'a>,
    /// Whether the interpreter has a GIL of its own.
    pub own_gil: bool,
}

/// The facts for the prelude's `setup`, as a dict. `environment` is what a sub-interpreter's `os.environ` begins with;
/// the main interpreter keeps the process's own.
pub fn facts<'py>(
    py: Attached<'py>,
    plan: &Plan<'_>,
    group: OfGroup<'_>,
    given: Given<'py>,
    environment: Option<&[(Vec<u8>, Vec<u8>)]>,
) -> PyResult<Object<'py>> {
    let facts = py.dict()?;
    let set = |name: &CStr, value: Object<'py>| facts.set_item(&py.interned(name)?, &value);
    set(c"stdout", given.stdout)?;
    set(c"stderr", given.stderr)?;
    set(c"errors_class", given.errors_class)?;
    set(c"server", given.server)?;
    set(
        c"environment",
        environment.map_or_else(|| Ok(py.none()), |variables| bytes_dict(py, variables))?,
    )?;
    set(c"restrict_stdin", py.boolean(group.plan.restrict_stdin))?;
    set(c"restrict_stdout", py.boolean(group.plan.restrict_stdout))?;
    set(
        c"restrict_signal",
        py.boolean(group.plan.restrict_signal && !plan.service),
    )?;
    set(
        c"ends_by_sigterm",
        py.boolean(plan.service && group.name.is_empty()),
    )?;
    set(c"own_gil", py.boolean(group.own_gil))?;
    set(
        c"follows_modules",
        py.boolean(group.plan.reload == Reload::Modules),
    )?;
    set(
        c"switch_interval",
        py.int(group.plan.switch_interval.into())?,
    )?;
    set(
        c"switch_interval_of_group",
        py.boolean(group.plan.switch_interval_of_group),
    )?;
    set(
        c"python_home",
        match group.plan.python_home.get() {
            Some(home) => py.path(home)?,
            None => py.none(),
        },
    )?;
    set(c"guard", names(py, &Policy::of(group.plan))?)?;
    set(c"single_process", py.boolean(plan.single_process))?;
    set(c"version", version(py, VERSION)?)?;
    set(c"process_group", py.latin1(plan.process_group.bytes())?)?;
    set(c"application_group", py.latin1(group.name)?)?;
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
    set(
        c"apache_maximum_processes",
        py.int(plan.apache_maximum_processes.into())?,
    )?;
    set(
        c"apache_threads_per_process",
        py.int(plan.apache_threads_per_process.into())?,
    )?;
    set(
        c"home",
        match plan.home.get() {
            Some(directory) => py.path(directory)?,
            None => py.none(),
        },
    )?;
    set(
        c"egg_cache",
        match plan.egg_cache.get() {
            Some(directory) => py.path(directory)?,
            None => py.none(),
        },
    )?;
    set(
        c"reports_collections",
        py.boolean(plan.telemetry.socket.get().is_some()),
    )?;
    set(c"python_path", path_lists(py, group.plan)?)?;
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

/// The names of the families that a guard is about.
fn names<'py>(py: Attached<'py>, policy: &Policy) -> PyResult<Object<'py>> {
    let list = py.list()?;
    for name in policy.names() {
        list.append(&py.text(name)?)?;
    }
    Ok(list)
}

/// The layers of `sys.path`, each a list of directories, the one that goes in front of all last.
fn path_lists<'py>(py: Attached<'py>, plan: &GroupPlan<'_>) -> PyResult<Object<'py>> {
    let layers = py.list()?;
    for layer in plan.python_path.get() {
        let list = py.list()?;
        let paths = layer.bytes().split(|&byte| byte == b':');
        for path in paths.filter(|path| !path.is_empty()) {
            list.append(&py.path(path)?)?;
        }
        layers.append(&list)?;
    }
    Ok(layers)
}
