//! One attempt to load an application, in a process of its own that may die of it.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clutch_sys::signal::{Signal, Signals};
use clutch_sys::{poll, process};

use super::outcome::{Module, Outcome};
use super::progress::Progress;
use super::run::{ERRORS, OUTCOME, PROGRESS};
use super::typed::Place;
use crate::private::PrivateDirectory;

/// The longest wait for a signal; only a bound, as the end of the process is one.
const LONG: Duration = Duration::from_secs(3600);

/// What is loaded, and with what.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    pub(super) engine: &'a Path,
    pub(super) home: &'a Path,
    pub(super) app: &'a Path,
    pub(super) callable: &'a str,
}

/// What came of an attempt.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) end: End,
    pub(super) progress: Progress,
}

/// How an attempt ended.
#[derive(Debug)]
pub(super) enum End {
    /// The process has told.
    Told {
        outcome: Outcome,
        /// How it died all the same, when its interpreters ended.
        died: Option<String>,
    },
    /// It has died before that.
    Died(Death),
}

/// How a process died.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Death {
    /// The end of a sentence about the process: `died by SIGSEGV`.
    pub(super) how: String,
    /// The extension module that was being imported.
    pub(super) importing: Option<Module>,
    /// What Python or a library said last on standard error.
    pub(super) said: Option<String>,
}

impl Attempt {
    /// Has a process load the subject in `place`.
    ///
    /// # Errors
    ///
    /// The process cannot be started, a signal asks to end, or there is no Python in it.
    pub(super) fn make(subject: &Subject<'_>, place: Place, signals: &mut Signals) -> Result<Self> {
        let directory = PrivateDirectory::make(false)?;
        let mut child = start(subject, place, directory.path())?;
        let waited = wait(&child, signals);
        // Whatever it has started goes with it.
        let _ = process::signal_group(&child, Signal::Kill);
        let status = child.wait()?;
        waited?;
        let read = |name| fs::read(directory.path().join(name)).unwrap_or_default();
        let progress = Progress::of(&read(PROGRESS));
        let how = (!status.success()).then(|| how_it_ended(status));
        let end = match serde_json::from_slice(&read(OUTCOME)) {
            Ok(Outcome::Unusable(sentence)) => bail!("{sentence}"),
            Ok(outcome) => End::Told { outcome, died: how },
            Err(_) => End::Died(Death {
                how: how.unwrap_or_else(|| "ended early".to_owned()),
                importing: progress.under_way.clone(),
                said: last_words(&read(ERRORS)),
            }),
        };
        Ok(Self { end, progress })
    }
}

fn start(subject: &Subject<'_>, place: Place, directory: &Path) -> Result<Child> {
    let errors = File::create(directory.join(ERRORS))?;
    let program = std::env::current_exe().context("where this program lies is not known")?;
    let mut command = Command::new(&program);
    command
        .args(["check-run", "--place", place.word()])
        .arg("--engine")
        .arg(subject.engine)
        .arg("--home")
        .arg(subject.home)
        .arg(format!("--callable={}", subject.callable))
        .arg(directory)
        .arg(subject.app)
        .stdin(Stdio::null())
        .stdout(errors.try_clone()?)
        .stderr(errors)
        .process_group(0);
    process::end_with_parent(&mut command, Signal::Kill);
    let child = command.spawn();
    child.with_context(|| format!("{} cannot be run", program.display()))
}

/// Waits until the process has ended; it is not reaped.
fn wait(child: &Child, signals: &mut Signals) -> Result<()> {
    while !process::has_ended(child)? {
        poll::readable(&[signals.as_fd()], LONG)?;
        while let Some(signal) = signals.arrived()? {
            if signal != Signal::Child {
                bail!("interrupted");
            }
        }
    }
    Ok(())
}

fn how_it_ended(status: ExitStatus) -> String {
    let signal = match status.signal() {
        None => return format!("ended with status {}", status.code().unwrap_or_default()),
        Some(signal) => signal,
    };
    let known = [
        (libc::SIGSEGV, "SIGSEGV"),
        (libc::SIGABRT, "SIGABRT"),
        (libc::SIGBUS, "SIGBUS"),
        (libc::SIGILL, "SIGILL"),
        (libc::SIGFPE, "SIGFPE"),
        (libc::SIGTRAP, "SIGTRAP"),
        (libc::SIGSYS, "SIGSYS"),
        (libc::SIGKILL, "SIGKILL"),
        (libc::SIGTERM, "SIGTERM"),
    ];
    let name = known.iter().find(|(number, _)| *number == signal);
    match name {
        Some((_, name)) => format!("died by {name}"),
        None => format!("died by signal {signal}"),
    }
}

/// The line in which CPython says why it ends the process; else the last one that was written.
fn last_words(errors: &[u8]) -> Option<String> {
    let errors = String::from_utf8_lossy(errors);
    let mut lines = errors.lines().filter(|line| !line.trim().is_empty());
    let fatal = lines
        .clone()
        .find(|line| line.starts_with("Fatal Python error"));
    fatal.or_else(|| lines.next_back()).map(str::to_owned)
}

/// The signals that an attempt waits for.
///
/// # Errors
///
/// As [`Signals::watch`].
pub(super) fn signals() -> io::Result<Signals> {
    Signals::watch(&[
        Signal::Interrupt,
        Signal::Terminate,
        Signal::HangUp,
        Signal::Child,
    ])
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    use super::{how_it_ended, last_words};

    #[test]
    fn the_end_of_a_process_is_told_by_the_name_of_its_signal() {
        let ended = |status| how_it_ended(ExitStatus::from_raw(status));
        assert_eq!(ended(libc::SIGSEGV), "died by SIGSEGV");
        assert_eq!(
            ended(libc::SIGUSR1),
            format!("died by signal {}", libc::SIGUSR1)
        );
        assert_eq!(ended(3 << 8), "ended with status 3");
    }

    #[test]
    fn cpythons_own_words_come_before_the_last_ones() {
        assert_eq!(last_words(b"\n"), None);
        assert_eq!(last_words(b"one\ntwo\n\n").as_deref(), Some("two"));
        let fatal = b"x\nFatal Python error: bad\nStack\n";
        assert_eq!(
            last_words(fatal).as_deref(),
            Some("Fatal Python error: bad")
        );
    }
}
