//! Scripts: find, load, notice changes, load again.

use std::collections::HashMap;
use std::sync::Arc;

use clutch_core::code;
use clutch_sys::lock::Mutex;
use ffi_engine::abi::{Reload, ReloadPolicy, Request};

use super::script_file::{changed, changed_at, read, reload_required, unreadable};
use super::verdict::Trial;
use super::{Interpreter, Refusal, pool, reload, replace, stale, verdict};
use crate::error::{Error, Kind};
use crate::python::{self, Attached, Exception, Kept, Object, PyResult};
use crate::report;
use crate::wsgi::Call;

/// The scripts of an interpreter, by path.
#[derive(Debug, Default)]
pub(super) struct Scripts(Mutex<HashMap<Box<[u8]>, Arc<Script>>>);

/// What is known of a script in an interpreter. Times are in microseconds since the epoch, of the file.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// It was not asked for.
    #[default]
    Unknown,
    /// It was loaded from the file of that time.
    Loaded(i64),
    /// The file of that time did not load.
    Failed(i64),
}

/// One script file in one interpreter.
#[derive(Debug, Default)]
struct Script {
    /// Held while the script is loaded; waited for while detached.
    loading: Mutex<()>,
    module: Mutex<Option<Kept>>,
    /// What the last attempt to load it came to.
    known: Mutex<Known>,
    /// The time of the file that a process has tried which was to replace this one.
    tried: Mutex<Option<i64>>,
    /// The last failure that was logged in full: change time of the file, and the last line of the traceback.
    told: Mutex<Option<(i64, String)>>,
}

impl Scripts {
    fn get(&self, path: &[u8]) -> Arc<Script> {
        let mut scripts = self.0.lock();
        match scripts.get(path) {
            Some(script) => Arc::clone(script),
            None => Arc::clone(scripts.entry(path.into()).or_default()),
        }
    }

    /// What is known of the script of this path.
    pub(super) fn known(&self, path: &[u8]) -> Known {
        let scripts = self.0.lock();
        scripts
            .get(path)
            .map_or(Known::Unknown, |script| *script.known.lock())
    }

    /// The files as they are now are tried by another process.
    pub(super) fn are_tried_elsewhere(&self) {
        for (path, script) in &*self.0.lock() {
            *script.tried.lock() = changed_at(path).ok();
        }
    }

    /// Whether the script as it is now was tried by another process, in vain.
    pub(super) fn was_tried(&self, path: &[u8]) -> bool {
        let scripts = self.0.lock();
        let tried = scripts.get(path).and_then(|script| *script.tried.lock());
        tried.is_some_and(|tried| changed_at(path).ok() == Some(tried))
    }

    /// Gives all references back, when the interpreter is about to end.
    pub(super) fn expire(&self, py: Attached<'_>) {
        let scripts = std::mem::take(&mut *self.0.lock());
        scripts.values().for_each(|script| script.replace(py, None));
    }

    /// The scripts that are loaded.
    pub(super) fn loaded(&self) -> Vec<Box<[u8]>> {
        let scripts = self.0.lock();
        let loaded = scripts
            .iter()
            .filter(|(_, script)| matches!(*script.known.lock(), Known::Loaded(_)));
        loaded.map(|(path, _)| path.clone()).collect()
    }
}

/// A script where it is used: which file, in which interpreter, for which call.
#[derive(Clone, Copy)]
struct Use<'a> {
    interpreter: &'a Arc<Interpreter>,
    path: &'a [u8],
    call: Option<&'a Call>,
}

/// The script of `request`, which is loaded, or loaded again after a change.
pub fn module<'py>(
    py: Attached<'py>,
    interpreter: &Arc<Interpreter>,
    call: &Call,
    request: &Request<'_>,
) -> Result<Object<'py>, Error> {
    let site = Use {
        interpreter,
        path: request.script.bytes(),
        call: Some(call),
    };
    let script = interpreter.scripts.get(site.path);
    let current = script.current(py);
    let reloads = request.reload && interpreter.group.reload() != Reload::Off;
    Ok(match &current {
        Some(module) if !reloads => module.clone(),
        // The file was judged before the call entered the interpreter.
        Some(module) if interpreter.group.is_judged_outside() => {
            if wants_reload(py, interpreter, module, request) {
                renew(py, interpreter)?;
            }
            module.clone()
        }
        Some(module) if !changed(py, interpreter, module, request) => module.clone(),
        _ => script.load(py, site, current.as_ref(), Again::from(reloads))?,
    })
}

/// The callable that serves `request`.
pub fn application<'py>(
    py: Attached<'py>,
    interpreter: &Arc<Interpreter>,
    call: &Call,
    request: &Request<'_>,
) -> Result<Object<'py>, Error> {
    let names = module(py, interpreter, call, request)?
        .module_dict()
        .ok_or_else(|| Error::new(Kind::Script))?;
    let callable = request.callable.bytes();
    let found = match callable {
        b"application" => names.get_item(&interpreter.parts.text_application.get(py)),
        other => py.latin1(other).and_then(|name| names.get_item(&name)),
    };
    found
        .map_err(|raised| call.raised(py, &interpreter.parts, raised))?
        .ok_or_else(|| {
            let (path, name) = (request.script.text(), String::from_utf8_lossy(callable));
            Error::saying(
                Kind::CallableMissing,
                code::NO_CALLABLE
                    .says(format!("the script {path} has no callable called '{name}'")),
            )
        })
}

/// Whether the script asks to be loaded again, where that is not done in its place.
fn wants_reload<'py>(
    py: Attached<'py>,
    interpreter: &Interpreter,
    module: &Object<'py>,
    request: &Request<'_>,
) -> bool {
    stale::may_matter(interpreter, request) && reload_required(py, interpreter, module, request)
}

/// Has the interpreter or the process replaced, because a script asks for it: behind the call's back, or before the call goes on.
fn renew(py: Attached<'_>, interpreter: &Arc<Interpreter>) -> Result<(), Error> {
    const WHY: &str = "its script asks for it";
    if interpreter.group.plan.replace_process {
        return match py.detached(interpreter, stale::is_for_another) {
            true => Err(Error::new(Kind::Stale)),
            false => Ok(()),
        };
    }
    if interpreter.group.plan.reload_policy == ReloadPolicy::Seamless {
        py.detached(interpreter, |one| replace::behind(one, WHY));
        return Ok(());
    }
    py.detached(interpreter, |one| replace::abandon_for(one, WHY));
    Err(Error::new(Kind::Again))
}

/// Loads a script before requests come.
pub(super) fn preload(
    py: Attached<'_>,
    interpreter: &Arc<Interpreter>,
    path: &[u8],
) -> Result<(), Error> {
    let site = Use {
        interpreter,
        path,
        call: None,
    };
    let script = interpreter.scripts.get(path);
    script
        .load(py, site, script.current(py).as_ref(), Again::IfChanged)
        .map(drop)
}

/// When a script that is loaded already is loaded again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Again {
    Never,
    IfChanged,
}

impl From<bool> for Again {
    fn from(reload: bool) -> Self {
        if reload {
            Again::IfChanged
        } else {
            Again::Never
        }
    }
}

impl Script {
    fn current<'py>(&self, py: Attached<'py>) -> Option<Object<'py>> {
        self.module.lock().as_ref().map(|kept| kept.bind(py))
    }

    fn replace(&self, py: Attached<'_>, module: Option<Object<'_>>) {
        let before = std::mem::replace(&mut *self.module.lock(), module.map(Object::keep));
        if let Some(before) = before {
            before.release(py);
        }
    }

    /// The module, executed anew unless another thread has done that since this one saw `before`.
    fn load<'py>(
        &self,
        py: Attached<'py>,
        site: Use<'_>,
        before: Option<&Object<'py>>,
        again: Again,
    ) -> Result<Object<'py>, Error> {
        let _loading = py.detached(&self.loading, Mutex::lock);
        if let Some(now) = self.current(py) {
            let is_the_same = before.is_some_and(|before| before.is(&now));
            if !is_the_same || again == Again::Never {
                return Ok(now);
            }
        }
        if py.detached((site.interpreter, site.path), |(interpreter, path)| {
            replace::go_down_as_remembered(interpreter, path)
        }) {
            return Err(Error::new(Kind::Again));
        }
        let (source, changed_at) = py
            .detached(site.path, read)
            .map_err(|error| unreadable(site.path, &error))?;
        tracing::info!(
            "loading script {} into {}",
            site.shown_path(),
            site.interpreter.parts.context
        );
        let trial = Trial::begin(py, site.interpreter, site.path);
        let changing = py.detached(site.interpreter, |one| one.change());
        let executed = Call::without_current(|| execute(py, site, &source, changed_at));
        py.detached(changing, drop);
        match executed {
            Ok(module) => {
                py.detached(trial, |trial| trial.map(Trial::succeed));
                *self.told.lock() = None;
                *self.known.lock() = Known::Loaded(changed_at);
                self.replace(py, Some(module.clone()));
                drop(site.interpreter.parts.refusals(py, None)); // The application lives without those modules.
                py.detached((site.interpreter, site.path), |(interpreter, path)| {
                    verdict::confirm(&interpreter.group, path, interpreter.rung);
                });
                reload::follow_modules(py, site.interpreter);
                Ok(module)
            }
            Err(raised) => {
                drop(trial);
                self.replace(py, None);
                *self.known.lock() = Known::Failed(changed_at);
                let exception = raised.take(py);
                if pool::is_service() && exception.is(python::Kind::SystemExit) {
                    return Err(Error::new(Kind::Exit));
                }
                reload::follow_modules(py, site.interpreter);
                if let Some(refusal) = site.in_the_way(py, &exception)
                    && replace::go_down(py, site.interpreter, site.path, refusal, changed_at)
                {
                    return Err(Error::new(Kind::Again));
                }
                py.detached((site.interpreter, site.path), |(interpreter, path)| {
                    verdict::doubt(&interpreter.group, path, interpreter.rung);
                });
                self.tell(py, site, &exception, changed_at);
                Err(Error::new(Kind::Script))
            }
        }
    }

    /// Logs a failed load: in full once per change of the file, in one line when the same happens again.
    fn tell<'py>(
        &self,
        py: Attached<'py>,
        site: Use<'_>,
        exception: &Exception<'py>,
        changed_at: i64,
    ) {
        let lines = report::traceback(py, &site.interpreter.parts, exception);
        let last = lines.last().cloned().unwrap_or_default();
        let (path, context) = (site.shown_path(), &site.interpreter.parts.context);
        let known = self
            .told
            .lock()
            .as_ref()
            .is_some_and(|told| *told == (changed_at, last.clone()));
        if known {
            let text =
                format!("script {path} cannot be loaded into {context}, as logged before: {last}");
            return report::write(py, site.call, &code::SCRIPT_FAILED_AGAIN.says(text), &[]);
        }
        let name = exception.value().type_name();
        let text = format!("script {path} cannot be loaded into {context}: it raised {name}");
        report::write(py, site.call, &code::SCRIPT_FAILED.says(text), &lines);
        *self.told.lock() = Some((changed_at, last));
    }
}

impl Use<'_> {
    /// What has kept the script from being loaded, if another kind of interpreter may help.
    fn in_the_way<'py>(&self, py: Attached<'py>, exception: &Exception<'py>) -> Option<Refusal> {
        let parts = &self.interpreter.parts;
        let refused = parts.refusals(py, Some(exception)).pop();
        refused.or_else(|| match self.interpreter.is_main() {
            true => None,
            false => parts.blamed(py, exception),
        })
    }

    fn shown_path(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.path)
    }
}

fn execute<'py>(
    py: Attached<'py>,
    site: Use<'_>,
    source: &[u8],
    changed_at: i64,
) -> PyResult<Object<'py>> {
    let name = py.text(&module_name(site.path))?;
    let (path, source) = (py.path(site.path)?, py.bytes(source)?);
    site.interpreter
        .parts
        .load_script
        .get(py)
        .call([&name, &path, &source, &py.int(changed_at)?])
}

/// Name of a script's module: unique for its path.
fn module_name(path: &[u8]) -> String {
    let insensitive = pool::pool().is_some_and(|pool| !pool.plan().case_sensitive);
    let digest = match insensitive {
        true => md5::compute(path.to_ascii_lowercase()),
        false => md5::compute(path),
    };
    format!("_mod_wsgi_{digest:x}")
}

#[cfg(test)]
mod tests {
    use super::module_name;

    #[test]
    fn a_scripts_module_is_named_after_its_path() {
        assert_eq!(
            module_name(b"/srv/app.wsgi"),
            format!("_mod_wsgi_{:x}", md5::compute("/srv/app.wsgi"))
        );
    }
}
