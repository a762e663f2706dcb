//! One daemon, as the supervisor sees it.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::time::{Duration, Instant};
use std::{env, path::Path};

use clutch_core::config::Preload;
use clutch_core::control::{Command, GroupSpec, MOST_SMALL_MESSAGE, Report};
use clutch_sys::message::{self, Inbox};
use clutch_sys::process::signal_pid;
use clutch_sys::question;
use clutch_sys::signal::Signal;
use clutch_sys::socket::{self, Waiting};
use clutch_sys::spawn::{Launch, Session, Streams};

use super::who::Who;
use crate::daemon::RELOAD;

/// What a daemon does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// It has been started, and does not take requests yet.
    Starting,
    /// It takes requests.
    Ready,
    /// It takes requests until another one does.
    Retiring,
    /// It takes no more requests, and finishes those that run.
    Leaving,
}

/// One daemon.
pub(super) struct Member {
    pub(super) pid: u32,
    pub(super) life: Life,
    pub(super) started: Instant,
    /// Why it goes, or what it has said about its end.
    pub(super) why: Option<String>,
    /// It has said that it cannot be what it is to be.
    pub(super) failed: bool,
    /// It was to replace one that serves, and its scripts do not load.
    pub(super) in_vain: bool,
    /// It serves on with old code, because the new code does not load.
    pub(super) stays: bool,
    /// When it is ended by SIGTERM and then by SIGKILL; `None`: it is waited for.
    pub(super) deadline: Option<Instant>,
    terminated: bool,
    /// It has been killed, because it had not ended.
    killed: bool,
    /// It runs scripts and takes no requests.
    pub(super) is_service: bool,
    socket: OwnedFd,
    inbox: Inbox,
    /// Where it asks for httpd's scoreboard, if it may.
    asks: Option<OwnedFd>,
    /// It has closed its end.
    silent: bool,
}

/// Why a daemon is replaced that operators have had reloaded.
pub(super) const ASKED_FOR: &str = "reload";

/// How long a daemon has after SIGTERM.
const LAST_WORDS: Duration = Duration::from_secs(1);

impl Member {
    /// Starts a daemon for `spec`.
    pub(super) fn start(
        spec: &GroupSpec,
        who: &Who,
        listener: &OwnedFd,
        log: Option<&OwnedFd>,
    ) -> io::Result<Self> {
        let (ours, theirs) = socket::pair()?;
        let program = env::current_exe()?;
        let error = io::stderr();
        let error = log.map_or(error.as_fd(), AsFd::as_fd);
        let environment = environment(spec, who);
        let pid = Launch {
            program: &program,
            arguments: &[OsStr::new("clutch"), OsStr::new("daemon")],
            given: &[theirs.as_fd(), listener.as_fd()],
            environment: &environment,
            streams: Streams { error },
            session: Session::Own,
            parent_death_signal: None,
        }
        .spawn()?;
        drop(theirs);
        let (asks, asking) = match spec.group.server_metrics {
            true => question::pair().map(|(ours, theirs)| (Some(ours), Some(theirs)))?,
            false => (None, None),
        };
        let member = Self {
            pid,
            life: Life::Starting,
            started: Instant::now(),
            why: None,
            failed: false,
            in_vain: false,
            stays: false,
            deadline: None,
            terminated: false,
            killed: false,
            is_service: spec.group.threads == 0,
            socket: ours,
            inbox: Inbox::new(MOST_SMALL_MESSAGE),
            asks,
            silent: false,
        };
        let given: Vec<_> = asking.iter().map(AsFd::as_fd).collect();
        let be = Command::Be(Box::new(spec.clone()));
        let _ = message::send(member.socket.as_fd(), &be, &given); // if it is gone, it will be reaped
        Ok(member)
    }

    /// It has asked, or is asked, to be replaced because its code has changed.
    pub(super) fn has_new_code(&self) -> bool {
        let why = self.why.as_deref();
        self.life == Life::Retiring && (why == Some(RELOAD) || why == Some(ASKED_FOR))
    }

    /// What is waited for.
    pub(super) fn sources<'s>(&'s self, sources: &mut Vec<BorrowedFd<'s>>) {
        sources.extend((!self.silent).then(|| self.socket.as_fd()));
        sources.extend(self.asks.as_ref().map(AsFd::as_fd));
    }

    /// Passes its question for httpd's scoreboard on, if it has one, to those who answer.
    pub(super) fn pass_question_on(&mut self, answerers: Option<BorrowedFd<'_>>) {
        let asks = self.asks.take();
        self.asks = asks.filter(|asks| question::pass_on(asks.as_fd(), answerers));
    }

    pub(super) fn tell(&self, command: &Command) {
        // If it is gone, it will be reaped.
        let _ = message::send(self.socket.as_fd(), command, &[]);
    }

    /// What it has said since this was asked last.
    pub(super) fn reports(&mut self) -> Vec<Report> {
        if self.silent {
            return Vec::new();
        }
        let mut said = Vec::new();
        self.silent = self
            .inbox
            .fill(self.socket.as_fd(), Waiting::Never)
            .is_err();
        loop {
            match self.inbox.take() {
                Ok(Some(report)) => said.push(report),
                Ok(None) => break,
                Err(_) => {
                    self.silent = true; // and it is not listened to any more
                    break;
                }
            }
        }
        self.silent |= self.inbox.has_ended();
        said
    }

    /// It takes no more requests and has `limit` for those that run; 0: as long as they take.
    pub(super) fn drain(&mut self, limit: Duration, why: &str, shutdown: Duration) {
        if self.life == Life::Leaving {
            return;
        }
        self.life = Life::Leaving;
        let why = self.why.get_or_insert_with(|| why.to_owned()).clone();
        let milliseconds = u32::try_from(limit.as_millis()).unwrap_or(u32::MAX);
        self.tell(&Command::Drain(milliseconds, why));
        // A service has nothing to finish.
        let limit = match self.is_service {
            true => Duration::ZERO,
            false => limit,
        };
        if (self.is_service || !limit.is_zero()) && !shutdown.is_zero() {
            self.end_by(Instant::now() + limit + shutdown + LAST_WORDS);
        }
    }

    /// It is made to end at this time, or before.
    pub(super) fn end_by(&mut self, at: Instant) {
        self.deadline = Some(self.deadline.map_or(at, |deadline| deadline.min(at)));
    }

    /// Ends it if its time is over.
    pub(super) fn push_out(&mut self) {
        let Some(deadline) = self.deadline.filter(|&at| at <= Instant::now()) else {
            return;
        };
        if !self.terminated {
            self.terminated = true;
            let _ = signal_pid(self.pid, Signal::Terminate);
        } else if Instant::now() >= deadline + LAST_WORDS {
            self.kill();
        }
    }

    /// It was made to end because its time was over.
    pub(super) fn was_pushed_out(&self) -> bool {
        self.terminated
    }

    /// It was killed by the supervisor.
    pub(super) fn was_killed(&self) -> bool {
        self.killed
    }

    pub(super) fn kill(&mut self) {
        self.killed = true;
        let _ = signal_pid(self.pid, Signal::Kill);
    }
}

/// The environment of a daemon: this process's own, with the words of the user and of the group.
fn environment(spec: &GroupSpec, who: &Who) -> Vec<(OsString, OsString)> {
    let mut variables: Vec<_> = env::vars_os().collect();
    let mut set = |name: &str, value: &OsStr, only_if_there: bool| {
        let found = variables.iter_mut().find(|(one, _)| one == name);
        match found {
            Some((_, old)) => value.clone_into(old),
            None if only_if_there => (),
            None => variables.push((name.into(), value.into())),
        }
    };
    if let Some(name) = &who.name {
        for variable in ["USER", "USERNAME", "LOGNAME"] {
            set(variable, OsStr::new(name), true);
        }
    }
    if let Some(home) = &who.home {
        set("HOME", home.as_os_str(), false);
    }
    let group = &spec.group;
    for (name, value) in [
        ("LANG", &group.lang),
        ("LC_ALL", &group.locale),
        ("PYTHON_EGG_CACHE", &group.python_eggs),
    ] {
        if let Some(value) = value {
            set(name, OsStr::from_bytes(value), false);
        }
    }
    variables
}

/// The scripts that a new daemon loads before it takes requests: those of the configuration, and those that the one before had,
/// whose place it takes because of `new_code`.
pub(super) fn with_preloads(spec: &GroupSpec, loaded: &[Preload], new_code: bool) -> GroupSpec {
    let mut spec = spec.clone();
    let root = spec.group.chroot.clone().unwrap_or_default();
    let is_there = |script: &&Preload| {
        let path = [&*root, &*script.script].concat();
        Path::new(OsStr::from_bytes(&path)).is_file()
    };
    let loaded = loaded.iter().filter(is_there).cloned();
    match new_code {
        true => spec.successor_of = loaded.collect(),
        false => {
            let more: Vec<_> = loaded.filter(|one| !spec.preloads.contains(one)).collect();
            spec.preloads.extend(more);
        }
    }
    spec
}
