//! The guard of interpreters: an audit hook (PEP 578) that knows in which interpreter it is.
//!
//! There is one hook for the process, added when the first interpreter gets a guard. It knows the events of CPython, and
//! `clutch.FAMILY.FUNCTION`, which the prelude raises before functions that have no event.

use std::collections::HashSet;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::process;
use std::sync::OnceLock;

use clutch_core::code;
use clutch_core::config::interpreter::GUARD_EVENTS as FAMILIES;
use clutch_core::log::Record;
use clutch_sys::lock::{Mutex, RwLock};
use ffi_engine::abi::{GroupPlan, Guard};
use ffi_engine::guard::guard;
use pyo3_ffi as ffi;

use super::attached::{Attached, Mark};
use super::exception::{Kind, Raised};
use super::object::Object;
use super::place::{library, place};
use super::thread_state::InterpreterId;
use crate::host;
use crate::wsgi::Call;

/// Most places that are remembered as told, for all interpreters.
const MOST_PLACES: usize = 10_000;

/// What a guard does, and about what.
#[derive(Debug, Clone)]
pub struct Policy {
    mode: Guard,
    /// For each family, whether it is meant.
    families: [bool; FAMILIES.len()],
    /// The interpreter in words.
    context: String,
    /// Directory of the standard library.
    library: String,
    /// The process. Forked children are programs of their own, which reach beyond nothing.
    process: u32,
}

impl Policy {
    /// The guard of a plan.
    pub fn of(plan: &GroupPlan<'_>) -> Self {
        let events = plan.guard_events.get();
        let is_meant = |family: &str| {
            plan.guard != Guard::Off
                && (events.is_empty() || events.iter().any(|one| one.bytes() == family.as_bytes()))
        };
        Self {
            mode: plan.guard,
            families: FAMILIES.map(is_meant),
            context: String::new(),
            library: String::new(),
            process: process::id(),
        }
    }

    /// The names of the families that are meant; none if the guard is off.
    pub fn names(&self) -> Vec<&'static str> {
        let both = FAMILIES.into_iter().zip(self.families);
        both.filter_map(|(name, is_meant)| is_meant.then_some(name))
            .collect()
    }

    fn is_about(&self, family: &str) -> bool {
        let place = FAMILIES.iter().position(|known| *known == family);
        place.is_some_and(|place| self.families[place])
    }
}

/// The guarded interpreters.
static GUARDED: RwLock<Vec<(InterpreterId, Policy)>> = RwLock::new(Vec::new());

/// Guards an interpreter from now on, if the policy is about anything.
pub fn watch(py: Attached<'_>, interpreter: InterpreterId, policy: Policy, context: &str) {
    static ADDED: OnceLock<()> = OnceLock::new();
    if policy.names().is_empty() {
        return;
    }
    let library = py.or_default(library(py));
    let policy = Policy {
        context: context.to_owned(),
        library,
        ..policy
    };
    GUARDED.write().push((interpreter, policy));
    ADDED.get_or_init(|| {
        // SAFETY: attached; a function that is called as CPython's documentation says; it needs no data.
        if unsafe { PySys_AddAuditHook(heard, std::ptr::null_mut()) } != 0 {
            drop(Raised::by_the_api().take(py));
            let text = "ClutchGuard hears no events of Python: another audit hook of this process forbids it";
            host::fault(&code::GUARD_DEAF.says(text));
        }
    });
}

/// The interpreter is about to end: another may get its identifier.
pub fn forget(interpreter: InterpreterId) {
    GUARDED.write().retain(|(one, _)| *one != interpreter);
}

unsafe extern "C" {
    /// CPython's sys.h (documented with `sys.addaudithook`); missing in the bindings.
    fn PySys_AddAuditHook(
        hook: unsafe extern "C" fn(*const c_char, *mut ffi::PyObject, *mut c_void) -> c_int,
        data: *mut c_void,
    ) -> c_int;
}

/// # Safety
///
/// Called by CPython only, with the name of an event. A thread that raises one in an interpreter is attached to it; when
/// Python starts or ends there may be no interpreter.
unsafe extern "C" fn heard(
    event: *const c_char,
    arguments: *mut ffi::PyObject,
    _: *mut c_void,
) -> c_int {
    // SAFETY: a NUL-terminated text.
    let event = unsafe { CStr::from_ptr(event) }.to_bytes();
    let Some(family) = family(event) else {
        return 0;
    };
    let _mark = Mark::set();
    // SAFETY: events of these families come from Python code, so the thread is attached.
    let py = unsafe { Attached::assume() };
    // SAFETY: a tuple that the raiser of the event holds, or null.
    let arguments = unsafe { Object::borrowed(py, arguments) };
    if event == b"ctypes.dlopen" && names_nothing(arguments) {
        return 0;
    }
    guard(|_| (), || judge(py, family, event)).unwrap_or(0)
}

/// Whether the first argument is `None`: `import ctypes` opens the process itself.
fn names_nothing(arguments: Option<Object<'_>>) -> bool {
    let first = arguments.and_then(|arguments| arguments.item(0));
    first.is_some_and(|first| first.is_none())
}

/// The family of an event; `None` for one that concerns nobody else.
fn family(event: &[u8]) -> Option<&'static str> {
    if let Some(ours) = event.strip_prefix(b"clutch.") {
        return FAMILIES
            .into_iter()
            .find(|family| ours.starts_with(family.as_bytes()));
    }
    Some(match event {
        b"os.chdir" => "chdir",
        b"os.putenv" | b"os.unsetenv" => "environ",
        b"os.fork" | b"os.forkpty" => "fork",
        b"os.exec" => "exec",
        b"os.posix_spawn" | b"os.system" | b"subprocess.Popen" => "spawn",
        b"os.kill" | b"os.killpg" | b"signal.pthread_kill" => "kill",
        b"resource.setrlimit" | b"resource.prlimit" => "rlimit",
        b"ctypes.dlopen" => "dlopen",
        _ => return None,
    })
}

/// −1 with an exception if the event is denied.
fn judge(py: Attached<'_>, family: &str, event: &[u8]) -> c_int {
    let interpreter = InterpreterId::of(py);
    let found = {
        let guarded = GUARDED.read();
        let found = guarded.iter().find(|(one, _)| *one == interpreter);
        found
            .filter(|(_, policy)| policy.is_about(family) && policy.process == process::id())
            .map(|(_, policy)| policy.clone())
    };
    let Some(policy) = found else { return 0 };
    let event = String::from_utf8_lossy(event);
    let event = event
        .strip_prefix("clutch.")
        .and_then(|ours| ours.split_once('.'))
        .map_or(&*event, |(_, function)| function);
    tell(py, &policy, family, event);
    if policy.mode != Guard::Deny {
        return 0;
    }
    // CPython hands the exception on.
    let _ = py.raise_with(
        Kind::Permission,
        format_args!(
            "{event} reaches beyond this application, and ClutchGuard denies {family} to it"
        ),
    );
    -1
}

/// Logs an event, once for each place in the code: one deed may be several events.
fn tell(py: Attached<'_>, policy: &Policy, family: &str, event: &str) {
    static TOLD: Mutex<Option<HashSet<String>>> = Mutex::new(None);
    let verb = match policy.mode {
        Guard::Deny => "was kept from",
        _ => "does",
    };
    let (file, line) = place(py, &policy.library).unwrap_or_else(|raised| {
        drop(raised.take(py));
        ("an unknown place".to_owned(), 0)
    });
    let context = &policy.context;
    let text = format!("{context} {verb} {event} at {file}:{line}, which reaches beyond it");
    let is_new = {
        let mut told = TOLD.lock();
        let told = told.get_or_insert_default();
        told.len() < MOST_PLACES && told.insert(format!("{family} {context} {file}:{line}"))
    };
    if is_new {
        let call = Call::current();
        let about = (call.as_deref(), (&file[..], line));
        let fault = code::GUARD.says(text);
        py.detached((about, &fault), |((call, (file, line)), fault)| {
            let line = u32::try_from(line).unwrap_or_default();
            fault.write(|record| {
                host::write_for(
                    call,
                    &Record {
                        file,
                        line,
                        ..*record
                    },
                )
            });
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{FAMILIES, family};

    #[test]
    fn every_event_of_ours_names_its_family() {
        for name in FAMILIES {
            assert_eq!(family(format!("clutch.{name}.os.x").as_bytes()), Some(name));
        }
        assert_eq!(family(b"os.chdir"), Some("chdir"));
        assert_eq!(family(b"import"), None);
        assert_eq!(family(b"clutch.other.x"), None);
    }
}
