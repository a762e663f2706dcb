//! Verdicts of the isolation ladder, remembered in files: a new process starts a group on the rung where one before it ended.
//!
//! A verdict holds for a script of a group in one build of Python, as long as the packages and the settings that decide
//! which are found stay as they were.

mod environment;
mod store;
mod trial;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use clutch_core::rung::Rung;
use clutch_core::verdict::{Key, Verdict};

use super::group::Group;
use super::making;
use super::pool::{self, Pool};
use super::refusal::{Refusal, said};
use crate::python::{Attached, runtime};
use environment::fingerprint;
pub use trial::Trial;
pub(super) use trial::end_in_order;

/// How much of what a module said is remembered, in bytes.
const MOST_OF_REASON: usize = 1_000;

/// What an interpreter has taught about an application.
#[derive(Debug)]
pub struct Learned {
    /// The script that was loaded, or called.
    script: Box<[u8]>,
    /// When that file was changed, in microseconds since the epoch; 0 if it was called.
    changed_at: i64,
    pub(super) refusal: Refusal,
    /// Where the interpreter finds packages.
    directories: Vec<Vec<u8>>,
}

impl Learned {
    /// What `refusal` means for `script`, a file of time `changed_at`, in this interpreter.
    pub(super) fn of(py: Attached<'_>, script: &[u8], refusal: Refusal, changed_at: i64) -> Self {
        Self {
            script: script.into(),
            changed_at,
            refusal,
            directories: py.or_default(environment::package_directories(py)),
        }
    }

    /// Whether it is about this script.
    pub(super) fn is_about(&self, script: &[u8]) -> bool {
        *self.script == *script
    }

    /// Whether the script's file was of this time.
    pub(super) fn is_of(&self, changed_at: i64) -> bool {
        self.changed_at == changed_at
    }
}

/// Takes a group to the rung that is remembered for a script of it. Whether that is further down than where it stood.
///
/// A memory of what the packages or settings were before is deleted.
pub(super) fn recall(group: &Group, script: &[u8]) -> bool {
    let lowest = match making::gives_processes() {
        true => Rung::Process,
        false => Rung::SharedGil,
    };
    if group.is_main() || group.rung() >= lowest {
        return false; // Nothing that is remembered would take it further down.
    }
    let Some((pool, directory)) = place(group) else {
        return false;
    };
    let key = key(pool, group, script);
    trial::judge(group, directory, &key);
    let file = directory.join(file_name(&key));
    let Some(known) = store::read(&file).and_then(|text| Verdict::parse(&text)) else {
        return false;
    };
    if known.key != key {
        return false;
    }
    let name = group.shown();
    let module = text(&known.module);
    if fingerprint(pool, group, &known.directories, &known.file) != known.fingerprint {
        tracing::info!(
            "application group '{name}' forgets that {module} has taken it to {}: its packages have changed",
            known.rung.name()
        );
        store::forget(&file);
        return false;
    }
    let goes = group.go_down_to(known.rung);
    if goes {
        tracing::info!(
            "application group '{name}' starts on {}, because it is remembered that {}",
            group.rung().name(),
            said(&module, &text(&known.file), &text(&known.reason))
        );
    }
    goes
}

/// Keeps what was learned: a script of `group` needs `rung`. If that fails, the next process learns it anew.
pub(super) fn remember(group: &Group, rung: Rung, learned: &Learned) {
    let Some((pool, directory)) = place(group) else {
        return;
    };
    let Refusal {
        module,
        file,
        reason,
        ..
    } = &learned.refusal;
    let (directories, file) = (learned.directories.clone(), file.as_bytes());
    let reason = reason.as_bytes();
    let verdict = Verdict {
        key: key(pool, group, &learned.script),
        rung,
        module: module.as_bytes().to_vec(),
        fingerprint: fingerprint(pool, group, &directories, file),
        file: file.to_vec(),
        reason: reason[..reason.len().min(MOST_OF_REASON)].to_vec(),
        directories,
    };
    let Some(text) = verdict.text() else { return };
    if let Err(error) = store::write(directory, &file_name(&verdict.key), &text) {
        let directory = directory.display();
        tracing::info!("what was learned is not remembered in {directory}: {error}");
    }
}

/// Why a group stands where it does: an exception, which may have had another reason.
#[derive(Debug)]
pub(super) struct Guess {
    /// Where it stands.
    pub(super) rung: Rung,
    pub(super) learned: Learned,
    /// The application failed there, too.
    pub(super) was_wrong: bool,
}

/// A script was loaded on `rung`. If the group stands there because of a guess about it, that was right, and is remembered.
///
/// Unless it failed there before: then something else is not as it was, and the group begins anew on its first rung.
pub(super) fn confirm(group: &Group, script: &[u8], rung: Rung) {
    let mut guess = group.guess.lock();
    let is_meant = |guess: &mut Guess| guess.rung == rung && guess.learned.is_about(script);
    match guess.take_if(is_meant) {
        Some(guess) if guess.was_wrong => group.begin_anew(),
        Some(guess) => remember(group, rung, &guess.learned),
        None => (),
    }
}

/// A script failed on `rung`. If the group stands there because of a guess about it, that was wrong.
pub(super) fn doubt(group: &Group, script: &[u8], rung: Rung) {
    if let Some(guess) = &mut *group.guess.lock()
        && guess.rung == rung
        && guess.learned.is_about(script)
    {
        guess.was_wrong = true;
    }
}

/// Where is remembered what a group needs, if anywhere. The main interpreter's has no choice.
fn place(group: &Group) -> Option<(&'static Pool, &'static Path)> {
    let pool = pool::pool()?;
    let directory = pool.plan().state_directory.get()?;
    (!group.is_main()).then(|| (pool, Path::new(OsStr::from_bytes(directory))))
}

fn key(pool: &Pool, group: &Group, script: &[u8]) -> Key {
    Key {
        python: runtime::version().to_vec(),
        process_group: pool.plan().process_group.bytes().to_vec(),
        group: group.name().to_vec(),
        script: script.to_vec(),
    }
}

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// The name of the file for what is remembered of `key`.
fn file_name(key: &Key) -> PathBuf {
    let parts = [&key.python, &key.process_group, &key.group, &key.script];
    let digest = environment::digest(parts.into_iter().map(|part| &part[..]));
    format!("{}{digest:032x}", store::PREFIX).into()
}

#[cfg(test)]
mod tests {
    use clutch_core::verdict::Key;

    use super::file_name;

    #[test]
    fn each_part_of_the_key_names_another_file() {
        let key = |parts: [&str; 4]| {
            let [python, process_group, group, script] = parts.map(|part| part.as_bytes().to_vec());
            file_name(&Key {
                python,
                process_group,
                group,
                script,
            })
        };
        let all = [
            key(["3.13", "p", "g", "/s"]),
            key(["3.14", "p", "g", "/s"]),
            key(["3.13", "pg", "", "/s"]),
            key(["3.13", "", "pg", "/s"]),
            key(["3.13", "p", "g/", "s"]),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(!all[..at].contains(one), "{}", one.display());
        }
    }
}
