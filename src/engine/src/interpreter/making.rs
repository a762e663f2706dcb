//! New interpreters: on which rung, and when there is room for one.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use clutch_core::code;
use clutch_core::log::Level;

use super::group::Group;
use super::parts::Parts;
use super::pool::{self, Pool};
use super::refusal::{Refusal, said};
use super::rung::{Ladder, Rung};
use super::verdict::{self, Guess, Learned};
use super::{Interpreter, idle, next_serial, seat, stacks};
use crate::error::{Error, Kind};
use crate::host;
use crate::python::audit::{self, Policy};
use crate::python::{InterpreterId, ThreadState, runtime};

/// An interpreter of `group` that takes calls, the least busy one; one is made if there is none, on the rung that is
/// remembered for `script`, a file of time `changed_at` (0: unknown). Nothing if the group is gone from the pool.
pub(super) fn choose(
    group: &Arc<Group>,
    script: &[u8],
    changed_at: i64,
) -> Result<Option<Arc<Interpreter>>, Error> {
    if let Some(interpreter) = group.least_busy() {
        return Ok(Some(interpreter));
    }
    let _making = group.making.lock();
    if group.is_retired() {
        return Ok(None);
    }
    if let Some(interpreter) = group.least_busy() {
        return Ok(Some(interpreter));
    }
    let guessed = group.goes_by_a_guess(script, changed_at);
    verdict::recall(group, script);
    let interpreter = make(group).map_err(|error| match guessed && error.needs_process() {
        true => Error::new(Kind::MayNeedProcess),
        false => error,
    })?;
    group.swap(vec![Arc::clone(&interpreter)]);
    Ok(Some(interpreter))
}

/// A new interpreter for `group`, on the rung where the group stands. It serves nobody yet.
pub(super) fn make(group: &Arc<Group>) -> Result<Arc<Interpreter>, Error> {
    let pool = pool::running()?;
    let refused = |why: String| {
        let group = group.shown();
        Error::saying(
            Kind::Interpreter,
            code::NO_INTERPRETER.says(format!(
                "no interpreter could be made for application group '{group}': {why}"
            )),
        )
    };
    let rung = group.rung();
    if rung == Rung::Process {
        return Err(match pool.plan().processes {
            true => Error::new(Kind::NeedsProcess),
            false => refused(NO_PROCESS.into()),
        });
    }
    make_room(pool, group)?;
    let interpreter = create(pool, group, rung).map_err(refused)?;
    pool.add(&interpreter);
    idle::watch(group);
    Ok(interpreter)
}

/// What is missing for the last rung.
pub(super) const NO_PROCESS: &str = "it needs a process of its own, which is not to be had here; \
     'WSGIApplicationGroup %{GLOBAL}' gives one such application the main interpreter";

fn create(pool: &Pool, group: &Arc<Group>, rung: Rung) -> Result<Arc<Interpreter>, String> {
    let serial = next_serial();
    let change = pool.memory.change(serial);
    let made = build(pool, group, rung, serial);
    drop(change);
    if made.is_err() {
        pool.memory.gone(serial);
    }
    made
}

fn build(
    pool: &Pool,
    group: &Arc<Group>,
    rung: Rung,
    serial: u64,
) -> Result<Arc<Interpreter>, String> {
    let main = seat::main().map_err(|error| {
        error
            .fault()
            .map(|fault| fault.text().to_owned())
            .unwrap_or_default()
    })?;
    let own_gil = rung == Rung::OwnGil;
    if own_gil {
        stacks::has_own_gil();
    }
    let (id, first) =
        runtime::new_interpreter(main.state(), own_gil).map_err(|refused| refused.0)?;
    match furnish(pool, group, &first, own_gil) {
        Ok(parts) => {
            let first = first.set_aside_and_leave(main.state());
            let made = Interpreter::new((serial, id), group, rung, first, parts);
            Ok(Arc::new(made))
        }
        Err(why) => {
            runtime::end_interpreter(first, main.state());
            Err(why)
        }
    }
}

/// Makes the interpreter of `state` ready for applications.
pub(super) fn furnish(
    pool: &Pool,
    group: &Group,
    state: &ThreadState,
    own_gil: bool,
) -> Result<Parts, String> {
    let environment = (!group.is_main()).then_some(pool.environment());
    let parts = state.attach(|py| {
        let built = Parts::build(py, pool.plan(), group, own_gil, environment);
        let parts = built.map_err(|raised| {
            let exception = raised.take(py);
            let value = exception.value();
            format!("{}: {}", value.type_name(), value.to_text())
        })?;
        let policy = Policy::of(&group.plan);
        audit::watch(py, InterpreterId::of(py), policy, &parts.context);
        if group.plan.request_timeout > 0 {
            // For the stacks of requests that run too long. Up to 3.11 all interpreters share the lock of imports, and whoever
            // has it then may be waiting for the GIL that such a request keeps.
            py.or_default(py.import(c"traceback").map(drop));
        }
        Ok::<_, String>(parts)
    })?;
    tracing::info!(own_gil, "made {}", parts.context);
    Ok(parts)
}

/// Sees to it that the process may have one interpreter more: ends those of the group that was idle for the longest time.
fn make_room(pool: &Pool, group: &Group) -> Result<(), Error> {
    let most = pool.plan().max_interpreters as usize;
    while most > 0 && pool.serving() >= most {
        let mut idle: Vec<_> = pool
            .groups()
            .into_iter()
            .filter(|one| one.is_endable() && !std::ptr::eq(&**one, group))
            .filter_map(|one| one.idle_since().map(|since| (since, one)))
            .collect();
        idle.sort_by_key(|(since, _)| *since);
        let mut idle = idle.iter();
        if !idle.any(|(_, one)| pool.retire_idle(one, "another group needs its place")) {
            let group = group.shown();
            return Err(Error::saying(
                Kind::Full,
                code::NO_ROOM.says(format!(
                    "application group '{group}' gets no interpreter: the process has {most}, as many as \
                     ClutchMaxInterpreters lets it, and none of them is idle and may be ended"
                )),
            ));
        }
    }
    Ok(())
}

/// Takes the application of `interpreter` one rung down, because an extension module cannot live where it is. Whether
/// there is another interpreter to try.
///
/// A guess is followed while nothing better serves, and remembered only when it has proved right.
pub(super) fn go_down(interpreter: &Arc<Interpreter>, learned: Learned) -> bool {
    let group = &interpreter.group;
    let Refusal {
        module,
        file,
        reason,
        guessed,
    } = &learned.refusal;
    let why = said(module, file, reason);
    let name = group.shown();
    match interpreter.rung.below(&group.plan) {
        _ if *guessed && !group.is_served_by(interpreter) => false,
        Some(Rung::Process) if *guessed && !gives_processes() => false,
        Some(Rung::Process) if group.is_main() || !gives_processes() => {
            if !interpreter.stuck.swap(true, Ordering::Relaxed) {
                let text = format!(
                    "application group '{name}' cannot live beside others in this process, because {why}; {NO_PROCESS}"
                );
                host::fault(&code::NO_RUNG.says(text));
                verdict::remember(group, Rung::Process, &learned);
            }
            false
        }
        Some(below) => {
            if group.go_down(interpreter.rung) != Some(below) {
                return true;
            }
            let text = format!(
                "application group '{name}' goes from {} to {}, because {why}",
                interpreter.rung.name(),
                below.name()
            );
            host::log(Level::Notice, text.as_bytes());
            match *guessed {
                true => {
                    *group.guess.lock() = Some(Guess {
                        rung: below,
                        learned,
                        was_wrong: false,
                    });
                }
                false => {
                    *group.guess.lock() = None;
                    verdict::remember(group, below, &learned);
                }
            }
            true
        }
        None => false,
    }
}

/// Whether the host gives a process to a group that needs one.
pub(super) fn gives_processes() -> bool {
    pool::pool().is_some_and(|pool| pool.plan().processes)
}
