//! Scripts that are being loaded where they may end the process: a mark in the directory that remembers says so meanwhile.
//! Whoever finds the mark of a process that is gone has a verdict that nobody was left to give.
//!
//! ```text
//! clutch loading
//! process 4711 1234567 f3b1…      number, when it was started, which start of the machine
//! before no                       whether the script had been loaded there before
//! clutch verdict 1                what is to be remembered if the process dies
//! …
//! ```
//!
//! That a script was loaded on a rung is remembered, too. If a process dies all the same, something else may have ended it:
//! then only that is forgotten, and the next death is the script's.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clutch_core::log::Level;
use clutch_core::rung::Rung;
use clutch_core::verdict::{Key, Verdict};
use clutch_sys::lock::{Mutex, MutexGuard};
use clutch_sys::process::started;

use super::super::group::Group;
use super::super::pool::Pool;
use super::super::rung::Ladder;
use super::super::{Interpreter, making};
use super::environment::{self, fingerprint};
use super::{file_name, key, place, store};
use crate::host;
use crate::python::Attached;

const FIRST: &[u8] = b"clutch loading\n";
const LOADED: &[u8] = b"clutch loaded\n";

/// Scripts that were never loaded where they are now are loaded one after the other, so that a process dies of one alone.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// How long one waits for its turn. A script may wait for another's while it is loaded.
const PATIENCE: Duration = Duration::from_secs(5);

/// The marks of this process, which go when it ends in order.
static MARKS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A script that is being loaded. To be dropped when it was, or has raised: the process lives.
#[derive(Debug)]
pub struct Trial {
    mark: Option<PathBuf>,
    /// What is remembered if it is loaded: the file, and the text.
    loaded: Option<(PathBuf, Vec<u8>)>,
    _turn: Option<MutexGuard<'static, ()>>,
}

impl Trial {
    /// Leaves a mark that `script` is being loaded in `interpreter`; nothing if its death there would change nothing.
    pub(in super::super) fn begin(
        py: Attached<'_>,
        interpreter: &Arc<Interpreter>,
        script: &[u8],
    ) -> Option<Self> {
        let directories = py.or_default(environment::package_directories(py));
        let facts = (interpreter, script, directories);
        py.detached(facts, |(interpreter, script, directories)| {
            let group = &interpreter.group;
            let below = interpreter.rung.below(&group.plan)?;
            if below == Rung::Process && !making::gives_processes() {
                return None;
            }
            let (pool, directory) = place(group)?;
            let subject = Subject {
                pool,
                group,
                directory,
                key: key(pool, group, script),
            };
            Some(subject.begin(interpreter.rung, below, directories))
        })
    }

    /// The script was loaded.
    pub(in super::super) fn succeed(mut self) {
        if let Some((file, text)) = self.loaded.take()
            && let (Some(directory), Some(name)) = (file.parent(), file.file_name())
        {
            let _ = store::write_if_roomy(directory, Path::new(name), &text); // it is learned again
        }
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        if let Some(mark) = self.mark.take() {
            MARKS.lock().retain(|one| *one != mark);
            store::forget(&mark);
        }
    }
}

/// The process ends in order: what it was loading has not ended it. May be called from a signal handler.
pub(in super::super) fn end_in_order() {
    if let Some(mut marks) = MARKS.try_lock() {
        marks.drain(..).for_each(|mark| store::forget(&mark));
    }
}

/// A script of a group, and where is remembered what it needs.
struct Subject<'a> {
    pool: &'static Pool,
    group: &'a Group,
    directory: &'static Path,
    key: Key,
}

impl Subject<'_> {
    fn begin(self, rung: Rung, below: Rung, directories: Vec<Vec<u8>>) -> Trial {
        let loaded = self.directory.join(named("loaded-", &self.key));
        let before = self.was_loaded(&loaded, rung);
        let turn = match before {
            true => None,
            false => ONE_AT_A_TIME.try_lock_for(PATIENCE),
        };
        let mut verdict = Verdict {
            fingerprint: fingerprint(self.pool, self.group, &directories, b""),
            rung: below,
            module: Vec::new(),
            file: Vec::new(),
            reason: format!(
                "a process has died when it loaded the script on {}",
                rung.name()
            )
            .into_bytes(),
            key: self.key,
            directories,
        };
        let mark = leave_mark(self.directory, &verdict, before);
        verdict.rung = rung;
        verdict.reason.clear();
        let text = verdict.text().map(|text| [LOADED, &text].concat());
        Trial {
            mark,
            loaded: text.filter(|_| !before).map(|text| (loaded, text)),
            _turn: turn,
        }
    }

    /// Whether the script was loaded on `rung` before, with the packages as they are.
    fn was_loaded(&self, file: &Path, rung: Rung) -> bool {
        let text = store::read(file);
        let known = text.and_then(|text| Verdict::parse(text.strip_prefix(LOADED)?));
        known.is_some_and(|known| {
            known.key == self.key
                && known.rung == rung
                && known.fingerprint == fingerprint(self.pool, self.group, &known.directories, b"")
        })
    }
}

/// Writes the mark of this process, unless there is one of another that lives.
fn leave_mark(directory: &Path, verdict: &Verdict, before: bool) -> Option<PathBuf> {
    let name = named("loading-", &verdict.key);
    let mark = directory.join(&name);
    let is_taken = store::read(&mark)
        .and_then(|text| Mark::parse(&text))
        .is_some_and(|mark| mark.of == Owner::Living);
    if is_taken {
        return None;
    }
    let process = identity(std::process::id())?;
    let before = if before { "yes" } else { "no" };
    let head = format!("process {process}\nbefore {before}\n");
    let text = [FIRST, head.as_bytes(), &verdict.text()?].concat();
    MARKS.lock().push(mark.clone());
    if store::write(directory, &name, &text).is_err() {
        MARKS.lock().retain(|one| *one != mark);
        return None;
    }
    Some(mark)
}

/// If a process has died while it loaded the script of `key`, that becomes a verdict.
pub(super) fn judge(group: &Group, directory: &Path, key: &Key) {
    let file = directory.join(named("loading-", key));
    let Some(text) = store::read(&file) else {
        return;
    };
    let mark = Mark::parse(&text).filter(|mark| mark.verdict.key == *key);
    let (name, script) = (group.shown(), super::text(&key.script));
    match mark {
        Some(mark) if mark.of == Owner::Living => return,
        Some(mark) if mark.of == Owner::Gone && mark.before => {
            tracing::info!(
                "a process has died when it loaded {script} for application group '{name}', not for the first time"
            );
            store::forget(&directory.join(named("loaded-", key)));
        }
        Some(mark) if mark.of == Owner::Gone => {
            let text = format!(
                "application group '{name}' goes to {}: {} ({script})",
                mark.verdict.rung.name(),
                super::text(&mark.verdict.reason),
            );
            host::log(Level::Notice, text.as_bytes());
            if let Some(text) = mark.verdict.text() {
                let _ = store::write(directory, &file_name(key), &text); // the next death says it again
            }
        }
        _ => (), // Of another start of the machine, or no mark at all.
    }
    store::forget(&file);
}

/// What a mark says.
struct Mark {
    of: Owner,
    before: bool,
    verdict: Verdict,
}

/// What has become of the process that left a mark.
#[derive(Debug, PartialEq, Eq)]
enum Owner {
    Living,
    Gone,
    /// The machine was started anew since.
    Unknown,
}

impl Mark {
    fn parse(text: &[u8]) -> Option<Self> {
        let mut parts = text.strip_prefix(FIRST)?.splitn(3, |&byte| byte == b'\n');
        let process = std::str::from_utf8(parts.next()?.strip_prefix(b"process ")?).ok()?;
        let before = parts.next()?.strip_prefix(b"before ")?;
        Some(Self {
            of: owner(process)?,
            before: before == b"yes",
            verdict: Verdict::parse(parts.next()?)?,
        })
    }
}

fn owner(process: &str) -> Option<Owner> {
    let (number, _) = process.split_once(' ')?;
    let (_, start) = process.rsplit_once(' ')?;
    if machine_start()? != start {
        return Some(Owner::Unknown);
    }
    match identity(number.parse().ok()?).as_deref() == Some(process) {
        true => Some(Owner::Living),
        false => Some(Owner::Gone),
    }
}

/// A process that runs, as no other is or was; `None` if it does not run.
fn identity(number: u32) -> Option<String> {
    Some(format!(
        "{number} {} {}",
        started(number)?,
        machine_start()?
    ))
}

/// Another text after each start of the machine.
fn machine_start() -> Option<String> {
    let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(text.trim().to_owned())
}

/// The name of a file about `key`.
fn named(prefix: &str, key: &Key) -> PathBuf {
    let name = file_name(key);
    let digest = name
        .to_string_lossy()
        .trim_start_matches(store::PREFIX)
        .to_owned();
    format!("{prefix}{digest}").into()
}

#[cfg(test)]
mod tests {
    use super::{Owner, identity, owner};

    #[test]
    fn a_process_is_known_by_its_number_and_its_start() {
        let own = identity(std::process::id()).unwrap();
        assert_eq!(owner(&own), Some(Owner::Living));
        let (number, rest) = own.split_once(' ').unwrap();
        assert_eq!(owner(&format!("{number} 1{rest}")), Some(Owner::Gone));
        assert_eq!(owner(&format!("{} {rest}", u32::MAX)), Some(Owner::Gone));
        assert_eq!(owner(&format!("{own}-other")), Some(Owner::Unknown));
        assert_eq!(owner("garbage"), None);
    }
}
