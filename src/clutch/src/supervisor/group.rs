//! A group: its socket, its daemons, when one is started and when one must go.

mod count;
mod new_code;
mod reason;
mod socket;

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clutch_core::code;
use clutch_core::config::Preload;
use clutch_core::config::daemon::DaemonGroup;
use clutch_core::control::{GroupSpec, Report};
use clutch_core::log::Level;
use clutch_sys::process::Ended;

use super::Death;
use super::failing::{Failing, turn_away};
use super::member::{Life, Member, with_preloads};
use super::who::who;
use crate::daemon::clock::FORCED;
use crate::daemon::{EVICTION, log};
use reason::reason;
use socket::{Socket, listen};

/// A daemon that has lived so long was a good one.
const GOOD_LIFE: Duration = Duration::from_secs(10);

/// A group of daemons.
pub(crate) struct Group {
    pub(crate) spec: GroupSpec,
    listener: Option<Arc<Socket>>,
    log: Option<Arc<OwnedFd>>,
    members: Vec<Member>,
    /// Why there is no socket.
    failure: Option<String>,
    failing: Failing,
    /// What was loaded by a daemon that has asked to be replaced.
    loaded: Vec<Preload>,
    deaths: u32,
    /// How many daemons there are more than the least, because requests have had to wait.
    more: usize,
    /// Since when requests have been seen waiting.
    waiting_since: Option<Instant>,
    /// No more daemons are started.
    retired: bool,
}

impl Group {
    /// The group of `spec`. What was at the same socket before comes back apart, retired, if there are daemons in it.
    pub(super) fn new(
        spec: GroupSpec,
        log: Option<Arc<OwnedFd>>,
        earlier: Option<Group>,
        epoch: u32,
    ) -> (Self, Option<Group>) {
        let inherited = earlier.as_ref().and_then(|group| group.listener.clone());
        let (listener, failure) = match inherited.map_or_else(|| listen(&spec), Ok) {
            Ok(listener) => (Some(listener), None),
            Err(error) => {
                let name = String::from_utf8_lossy(&spec.group.name).into_owned();
                let text = format!(
                    "group '{name}' has no socket, and its requests get status 503: {error}"
                );
                log::fault(&code::NO_SOCKET.says(text));
                (None, Some(error.to_string()))
            }
        };
        let (loaded, deaths) = earlier
            .as_ref()
            .map(|group| (group.loaded.clone(), group.deaths))
            .unwrap_or_default();
        let group = Self {
            spec,
            listener,
            log,
            members: Vec::new(),
            failure,
            failing: Failing::new(),
            loaded: if epoch > 1 { loaded } else { Vec::new() },
            deaths,
            more: 0,
            waiting_since: None,
            retired: false,
        };
        let earlier = earlier.map(|mut earlier| {
            earlier.retired = true;
            earlier.listener = None;
            for member in &mut earlier.members {
                if member.life != Life::Leaving {
                    member.life = Life::Retiring;
                }
            }
            earlier
        });
        (group, earlier)
    }
}

impl Group {
    pub(super) fn is_at(&self, path: &Path) -> bool {
        self.spec.socket == path
    }

    /// Why there is no socket.
    pub(super) fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// No daemon is left.
    pub(super) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Something will have to be done soon.
    pub(super) fn is_under_way(&self) -> bool {
        let settled = |member: &Member| match member.life {
            Life::Ready => true,
            Life::Starting => member.is_service,
            Life::Retiring | Life::Leaving => false,
        };
        !self.members.iter().all(settled) || (!self.retired && self.is_short())
    }

    /// What is waited for.
    pub(super) fn sources<'s>(&'s self, sources: &mut Vec<BorrowedFd<'s>>) {
        self.members
            .iter()
            .for_each(|member| member.sources(sources));
        let listens = self.sleeps() || self.why_nobody_serves().is_some();
        if let Some(socket) = self.listener.as_ref().filter(|_| listens) {
            sources.push(socket.descriptor.as_fd());
        }
    }

    fn shown(&self) -> String {
        String::from_utf8_lossy(&self.spec.group.name).into_owned()
    }

    /// Passes the daemons' questions for httpd's scoreboard on.
    pub(super) fn pass_questions_on(&mut self, answerers: Option<BorrowedFd<'_>>) {
        let members = self.members.iter_mut();
        members.for_each(|member| member.pass_question_on(answerers));
    }

    /// Takes what the daemons say.
    pub(super) fn hear(&mut self) {
        let graceful = self.spec.group.graceful_timeout;
        let mut loaded = None;
        let mut in_vain = false;
        let mut idle = Vec::new();
        for member in &mut self.members {
            for report in member.reports() {
                match report {
                    Report::Ready if member.life == Life::Starting => {
                        member.life = Life::Ready;
                        self.failing.begins_to_serve();
                    }
                    Report::Ready => (),
                    Report::Failed(why) => {
                        member.why = Some(why);
                        member.failed = true;
                    }
                    Report::Unloaded => (member.in_vain, in_vain) = (true, true),
                    Report::Retire(why, scripts) if member.life == Life::Ready => {
                        member.life = Life::Retiring;
                        member.stays = false;
                        member.why = Some(why);
                        loaded = Some(scripts);
                    }
                    Report::Retire(..) => (),
                    Report::Idle => idle.push(member.pid),
                    Report::Leaving(why) => {
                        member.life = Life::Leaving;
                        member.why = Some(why);
                        if !graceful.is_zero() {
                            let spare = self.spec.group.shutdown_timeout + Duration::from_secs(2);
                            member.end_by(Instant::now() + graceful + spare);
                        }
                    }
                }
            }
        }
        idle.into_iter().for_each(|pid| self.shrink(pid));
        if let Some(scripts) = loaded {
            self.loaded = scripts;
        }
        if in_vain {
            self.stay();
        }
    }

    /// Starts who is missing; sends those off who must go and are no longer needed.
    pub(super) fn tend(&mut self) {
        self.grow();
        let wanted = self.wanted();
        if !self.retired && self.failing.may_start() {
            for _ in self.current()..wanted {
                if !self.start() {
                    break;
                }
            }
        }
        // Never below the number that must be ready: first the new one, then the old one.
        if self.ready() >= wanted.max(1) || self.retired {
            self.send_off(None);
        }
        if let (Some(socket), Some(why)) = (&self.listener, self.why_nobody_serves()) {
            turn_away(socket.descriptor.as_fd(), &self.shown(), why);
        }
    }

    /// Why requests are not to wait for a daemon, if so.
    fn why_nobody_serves(&self) -> Option<&str> {
        let limit = self.spec.group.connect_timeout;
        let serves = |one: &Member| one.life == Life::Ready || one.life == Life::Retiring;
        let nobody = !self.retired && !self.members.iter().any(serves);
        self.failing.why_nobody_serves(limit).filter(|_| nobody)
    }

    /// Those who are to be replaced take no more requests, and finish what they have within `limit` (0: however long that takes),
    /// or else within what the group's options say.
    pub(super) fn send_off(&mut self, limit: Option<Duration>) {
        let DaemonGroup {
            shutdown_timeout: shutdown,
            graceful_timeout: graceful,
            eviction_timeout: eviction,
            ..
        } = self.spec.group;
        let limit_of = |why: Option<&str>| match (limit, why) {
            (Some(limit), _) => limit,
            (None, Some(EVICTION)) => eviction,
            (None, _) => graceful,
        };
        let retiring = self
            .members
            .iter_mut()
            .filter(|one| one.life == Life::Retiring);
        retiring.for_each(|member| {
            let limit = limit_of(member.why.as_deref());
            member.drain(limit, "replaced", shutdown);
        });
    }

    fn start(&mut self) -> bool {
        let Some(socket) = self.listener.clone() else {
            return false;
        };
        let new_code = self.members.iter().any(Member::has_new_code);
        let mut spec = with_preloads(&self.spec, &self.loaded, new_code);
        let log = self.log.clone();
        let started = who(&spec.group, &spec.httpd).and_then(|who| {
            spec.state = who.remembers_at(&spec);
            Member::start(&spec, &who, &socket.descriptor, log.as_deref())
        });
        match started {
            Ok(member) => {
                self.members.push(member);
                true
            }
            Err(error) => {
                let (name, pause) = (self.shown(), self.failing.pause());
                let text = format!(
                    "no process of group '{name}' can be started: {error}; tried again after {pause:?}"
                );
                let code = match self.failing.start_failed(&error.to_string()) {
                    true => code::NOT_STARTED,
                    false => code::NOT_STARTED_AGAIN,
                };
                log::fault(&code.says(text));
                false
            }
        }
    }

    /// The daemon `pid` has ended, if it is one of this group: why.
    pub(super) fn ended(&mut self, pid: u32, ended: Ended) -> Option<Death> {
        let at = self.members.iter().position(|member| member.pid == pid)?;
        for report in self.members[at].reports() {
            let member = &mut self.members[at];
            match report {
                Report::Failed(why) => (member.why, member.failed) = (Some(why), true),
                Report::Leaving(why) => (member.why, member.life) = (Some(why), Life::Leaving),
                Report::Unloaded => member.in_vain = true,
                Report::Ready | Report::Idle | Report::Retire(..) => (),
            }
        }
        let member = self.members.swap_remove(at);
        let why = reason(ended, member.why.as_deref(), member.was_killed());
        let name = self.shown();
        if member.in_vain {
            self.stays_as_it_is(pid);
            return None;
        }
        let is_soon = member.started.elapsed() < GOOD_LIFE;
        let announced = matches!(member.life, Life::Leaving | Life::Retiring);
        let (code, bad) = match ended {
            Ended::Exit(0) if announced => (None, false),
            Ended::Exit(0)
            | Ended::Signal {
                number: libc::SIGTERM,
                ..
            } if member.is_service => (None, true),
            // An alert the first time, and no more than a warning each time it is tried again.
            _ if member.failed || member.life == Life::Starting => {
                match self.failing.start_failed(&why) {
                    true => (Some(code::UNFIT), true),
                    false => (Some(code::UNFIT_AGAIN), true),
                }
            }
            // It was to go, and has been made to.
            _ if ended == Ended::Exit(FORCED) && announced || member.was_pushed_out() => {
                (Some(code::MADE_TO_END), false)
            }
            _ => {
                if is_soon {
                    self.failing.wait_longer();
                }
                (Some(code::DIED), is_soon)
            }
        };
        match (bad, code) {
            (true, None) => self.failing.service_ended(),
            (true, Some(_)) => (),
            (false, _) => self.failing.is_over(),
        }
        self.deaths += u32::from(code.is_some());
        let then = match bad && !self.retired {
            true => "; another is started after a pause",
            false => "",
        };
        let text = format!("process {pid} of group '{name}' has ended: {why}{then}");
        match code {
            Some(code) => log::fault(&code.says(text)),
            None => log::say(Level::Info, &text),
        }
        Some(Death {
            pid,
            group: self.spec.group.name.clone(),
            at: Instant::now(),
            why,
        })
    }

    /// Its daemons go: each when its requests have ended, at the latest at the end of the graceful phase.
    pub(super) fn retire(&mut self, graceful: bool, for_good: bool) {
        if for_good {
            self.retired = true;
            if let Some(socket) = self.listener.take().and_then(Arc::into_inner) {
                socket.listener.remove();
            }
        }
        let limit = self.limit_of_a_drain(graceful);
        let why = match graceful {
            true => "graceful_signal",
            false => "shutdown_signal",
        };
        let shutdown = self.spec.group.shutdown_timeout;
        for member in &mut self.members {
            member.drain(limit, why, shutdown);
        }
    }

    fn limit_of_a_drain(&self, graceful: bool) -> Duration {
        match graceful {
            true => self.spec.group.graceful_timeout,
            false => Duration::from_secs(2),
        }
    }

    /// Nobody of it lives longer than this.
    pub(super) fn hurry(&mut self, limit: Duration) {
        let at = Instant::now() + limit.saturating_sub(Duration::from_millis(1_200));
        self.members.iter_mut().for_each(|member| member.end_by(at));
    }

    /// Ends those whose time is over.
    pub(super) fn push_out(&mut self) {
        self.members.iter_mut().for_each(Member::push_out);
    }

    pub(super) fn kill(&mut self) {
        self.members.iter_mut().for_each(Member::kill);
    }
}
