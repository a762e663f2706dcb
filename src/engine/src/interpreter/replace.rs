//! Interpreters give way to new ones.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use clutch_core::code;
use ffi_engine::abi::ReloadPolicy;

use super::group::Group;
use super::making::{self, make};
use super::refusal::Refusal;
use super::reload::{self, Attempt};
use super::verdict::{self, Learned};
use super::{Interpreter, ending, lease, pool, script};
use crate::error::Error;
use crate::host;
use crate::python::Attached;

/// Replaces the interpreters of a group by a new one, which then loads the code, and shows its errors, for the request of
/// this thread. Does nothing if another thread has done so since this one found `old`.
pub(super) fn at_once(old: &Arc<Interpreter>, why: &'static str) -> Result<(), Error> {
    let group = &old.group;
    let _making = group.making.lock();
    if !group.is_served_by(old) {
        return Ok(());
    }
    reload::settle(old);
    let new = make(group)?;
    ending::retire_all(group.swap(vec![new]), why);
    Ok(())
}

/// Replaces the interpreters of a group while they serve: they go when new ones have loaded the same scripts. If those do
/// not load, the old ones stay.
pub(super) fn behind(old: &Arc<Interpreter>, why: &'static str) {
    let old = Arc::clone(old);
    let group = Arc::clone(&old.group);
    group.in_background("clutch-reload", move |group| {
        if !group.is_served_by(&old) {
            return;
        }
        reload::settle(&old);
        let begun = SystemTime::now();
        match successors(group, &old) {
            Ok(new) => {
                *group.failed.lock() = None;
                let _making = group.making.lock();
                let gone = if group.is_served_by(&old) {
                    group.swap(new)
                } else {
                    new
                };
                ending::retire_all(gone, why);
            }
            Err(failed) => {
                if let Some(attempt) = failed {
                    *group.failed.lock() = Some(attempt);
                }
                keep_watching(&old, begun);
            }
        }
    });
}

/// The old code serves on: the next change of its files, whatever they are, is the next reason to try.
pub(super) fn keep_watching(old: &Arc<Interpreter>, begun: SystemTime) {
    let Ok(mut lease) = lease::lease_on(old) else {
        return;
    };
    let files = lease.attach(|py, _| py.or_default(reload::all_source_files(py)));
    reload::begin_anew(old, &files, begun);
}

/// As many new interpreters as the group wants, which have loaded the scripts that `old` has. Those that do not load are
/// ended, and the attempt is told.
fn successors(
    group: &Arc<Group>,
    old: &Interpreter,
) -> Result<Vec<Arc<Interpreter>>, Option<Attempt>> {
    let scripts = old.scripts.loaded();
    let mut new: Vec<Arc<Interpreter>> = Vec::new();
    while new.len() < group.wanted() {
        let outcome = make(group)
            .map_err(|error| {
                log(&error);
                None
            })
            .and_then(|one| {
                new.push(Arc::clone(&one));
                load(&one, &scripts)
            });
        if let Err(failed) = outcome {
            ending::retire_all(new, "its code could not be loaded");
            return Err(failed);
        }
    }
    Ok(new)
}

/// Loads scripts in a new interpreter. A failure is logged.
fn load(interpreter: &Arc<Interpreter>, scripts: &[Box<[u8]>]) -> Result<(), Option<Attempt>> {
    for path in scripts {
        let changed_at = super::script_file::changed_at(path).unwrap_or(0);
        let loaded = lease::lease_on(interpreter).and_then(|mut lease| {
            lease.attach(|py, interpreter| script::preload(py, interpreter, path))
        });
        if let Err(error) = loaded {
            log(&error);
            return Err(Some(Attempt {
                script: path.clone(),
                changed_at,
            }));
        }
    }
    Ok(())
}

pub(super) fn log(error: &Error) {
    if pool::running().is_err() {
        return; // The process stops, and what was begun comes to nothing.
    }
    if let Some(fault) = error.fault() {
        host::fault(&fault);
    }
}

/// What is due when a call has left: more interpreters, or others.
pub(super) fn after_call(interpreter: &Arc<Interpreter>) {
    let group = &interpreter.group;
    if !interpreter.is_alone() && group.count() < group.wanted() {
        grow(interpreter);
    }
    if group.plan.max_requests > 0 && !interpreter.is_main() {
        interpreter.calls.fetch_add(1, Ordering::Relaxed);
        replace_if_overdue(interpreter);
    }
}

/// Replaces an interpreter that has served as many requests as it may.
fn replace_if_overdue(interpreter: &Arc<Interpreter>) {
    let most = interpreter.group.plan.max_requests;
    if most > 0 && interpreter.calls.load(Ordering::Relaxed) >= most {
        behind(interpreter, "it has served as many requests as it may");
    }
}

/// Looks after interpreters that were due for replacement while another replacement was under way.
pub(super) fn overdue(group: &Group) {
    group.serving().iter().for_each(replace_if_overdue);
}

/// Makes the interpreters that the group wants beside the first one.
fn grow(first: &Arc<Interpreter>) {
    let first = Arc::clone(first);
    let group = Arc::clone(&first.group);
    group.in_background("clutch-grow", move |group| {
        let scripts = first.scripts.loaded();
        while group.count() < group.wanted() && group.is_served_by(&first) {
            let new = match make(group) {
                Ok(new) => new,
                Err(error) => return log(&error),
            };
            let gone = match load(&new, &scripts) {
                Ok(()) => group.join(new, &first).err(),
                Err(_) => Some(new),
            };
            if let Some(gone) = gone {
                return ending::retire(gone, "it is not wanted any more");
            }
        }
    });
}

/// Takes the application of `interpreter` one rung down, because of what an extension module said to `script`, the file of
/// time `changed_at`. Whether there is another interpreter to try.
pub(super) fn go_down(
    py: Attached<'_>,
    interpreter: &Arc<Interpreter>,
    script: &[u8],
    refusal: Refusal,
    changed_at: i64,
) -> bool {
    let learned = Learned::of(py, script, refusal, changed_at);
    py.detached((interpreter, learned), |(interpreter, learned)| {
        let goes = making::go_down(interpreter, learned);
        if goes {
            abandon_for(interpreter, OTHER_KIND);
        }
        goes
    })
}

/// Takes the application of `interpreter` to the rung that is remembered for `script`. Whether there is another interpreter
/// to try. To be called detached.
pub(super) fn go_down_as_remembered(interpreter: &Arc<Interpreter>, script: &[u8]) -> bool {
    let goes = verdict::recall(&interpreter.group, script);
    if goes {
        abandon_for(interpreter, OTHER_KIND);
    }
    goes
}

/// Why an interpreter is replaced, for the log.
const OTHER_KIND: &str = "its application needs another kind of interpreter";

/// Takes an interpreter out of service for a call that runs again elsewhere. To be called detached.
pub(super) fn abandon_for(interpreter: &Arc<Interpreter>, why: &'static str) {
    if interpreter.is_main() {
        return;
    }
    if interpreter.group.remove(interpreter) {
        ending::retire(Arc::clone(interpreter), why);
    }
}

/// Replaces the interpreters of the group of this name, for an operator. Whether it has any that may be replaced.
pub(super) fn by_name(name: &[u8]) -> bool {
    let Ok(pool) = pool::running() else {
        return false;
    };
    let Some(group) = pool.known(name) else {
        return false;
    };
    let Some(old) = group.serving().into_iter().next() else {
        return false;
    };
    if !group.is_endable() || group.is_main() {
        let name = group.shown();
        let text = format!(
            "application group '{name}' cannot be reloaded: ClutchReload group would allow it"
        );
        host::fault(&code::NOT_RELOADABLE.says(text));
        return false;
    }
    match group.plan.reload_policy {
        ReloadPolicy::Seamless => behind(&old, ASKED),
        ReloadPolicy::Fresh => {
            if let Err(error) = at_once(&old, ASKED) {
                log(&error);
            }
        }
    }
    true
}

const ASKED: &str = "an operator has asked for it";
