//! The supervisor: owns the sockets of all groups, starts their daemons and sees to it that there are enough of them.
//!
//! It is a small process of httpd's parent's user (root), with nothing of httpd and nothing of Python in it. It lives as long as
//! httpd's parent, over all restarts.
//!
//! ```text
//! mod.rs     what there is to hear: the parent, daemons, questions, signals
//! group.rs   a group: its socket, its daemons, when one is started and when one must go
//! group/     its socket; how many daemons it has and wants; why one has ended, in words
//! failing.rs a group whose daemons do not start: pauses, and answers in their place
//! member.rs  one daemon
//! epoch.rs   which groups run
//! reloads.rs new code, as operators ask for it
//! ask.rs     questions of children and operators
//! who.rs     whose the processes of a group are
//! ```

mod ask;
mod epoch;
mod failing;
mod group;
mod member;
mod reloads;
pub(crate) mod who;

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use clutch_core::code;
use clutch_core::control::{self, GroupSpec, MOST_MESSAGE, Order};
use clutch_core::log::Level;
use clutch_sys::message::Inbox;
use clutch_sys::signal::{Signal, Signals};
use clutch_sys::socket::Waiting;
use clutch_sys::{poll, process, shared, spawn};

use crate::daemon::log;
use ask::Questions;
use group::Group;

/// How often the supervisor looks at the clock when nothing happens.
const TICK: Duration = Duration::from_millis(500);

/// How often it looks whether requests have to wait, where there may be more daemons.
const QUEUE_TICK: Duration = Duration::from_millis(50);

/// How soon it looks again while something is under way.
const SHORT_TICK: Duration = Duration::from_millis(20);

/// How long daemons may take to end after httpd has. httpd's parent does not wait longer.
const LAST_LIMIT: Duration = Duration::from_secs(3);

/// How long httpd may take to read its configuration anew.
const SETTLING: Duration = Duration::from_secs(10);

/// How many application groups may have a process of their own.
const MOST_OWN: usize = 128;

/// How many of what operators have had reloaded are remembered.
const MOST_RELOADS: usize = 256;

/// How many deaths are remembered.
const MOST_DEATHS: usize = 1_000;

/// Why a daemon has ended.
#[derive(Debug, Clone)]
pub(crate) struct Death {
    pub(crate) pid: u32,
    pub(crate) group: Arc<[u8]>,
    pub(crate) at: Instant,
    pub(crate) why: String,
}

/// All that the supervisor knows.
pub(crate) struct Supervisor {
    parent: OwnedFd,
    inbox: Inbox,
    signals: Signals,
    epoch: u32,
    logs: Vec<Arc<OwnedFd>>,
    pub(crate) groups: Vec<Group>,
    /// What the daemons of an application group are like that needs a process of its own.
    own: Option<Box<GroupSpec>>,
    own_log: Option<Arc<OwnedFd>>,
    /// Groups of earlier configurations, until their daemons have ended.
    old: Vec<Group>,
    questions: Option<Questions>,
    deaths: VecDeque<Death>,
    /// Application groups of httpd's own processes that operators have had reloaded, the latest last.
    reloads: VecDeque<Vec<u8>>,
    /// How many there were, which httpd's children see, too.
    reloaded: u32,
    bell: Option<&'static AtomicU32>,
    /// Where httpd's children are asked for the scoreboard.
    board: Option<OwnedFd>,
    ending: bool,
    /// When httpd has gone on without us, unless there is an epoch before.
    unsettled: Option<Instant>,
    /// httpd ends its children: no daemon is started.
    hurrying: bool,
}

/// Is the supervisor until httpd's parent goes. The parent has given a socket to it, as 3.
pub(crate) fn run() -> ExitCode {
    let parent = spawn::given(1).ok().and_then(|mut given| given.pop());
    let Some(parent) = parent else {
        let text = "the supervisor is started by httpd, not by hand";
        log::fault(&code::SUPERVISOR_BY_HAND.says(text));
        return ExitCode::FAILURE;
    };
    log::keep(Level::Info);
    // The parent says when to end. Signals that a terminal sends to all are not for us.
    let watched = [
        Signal::Child,
        Signal::Terminate,
        Signal::Interrupt,
        Signal::HangUp,
        Signal::User1,
        Signal::User2,
    ];
    let signals = match Signals::watch(&watched) {
        Ok(signals) => signals,
        Err(error) => {
            let text = format!("the supervisor cannot take signals: {error}");
            log::fault(&code::SUPERVISOR_WITHOUT_SIGNALS.says(text));
            return ExitCode::FAILURE;
        }
    };
    let mut supervisor = Supervisor {
        parent,
        inbox: Inbox::new(MOST_MESSAGE),
        signals,
        epoch: 0,
        logs: Vec::new(),
        groups: Vec::new(),
        own: None,
        own_log: None,
        old: Vec::new(),
        questions: None,
        deaths: VecDeque::new(),
        reloads: VecDeque::new(),
        reloaded: 0,
        bell: None,
        board: None,
        ending: false,
        unsettled: None,
        hurrying: false,
    };
    supervisor.work();
    ExitCode::SUCCESS
}

impl Supervisor {
    fn work(&mut self) {
        let mut until = None;
        loop {
            self.wait();
            self.hear_signals();
            self.reap();
            if self.has_parent() && !self.hear_parent() {
                (self.ending, self.unsettled) = (true, None);
                until = Some(Instant::now() + LAST_LIMIT);
                self.end_all();
            }
            if !self.ending && self.unsettled.is_some_and(|at| Instant::now() >= at) {
                self.ending = true; // when the last request has ended, unless there is an epoch before
                self.leave_all();
            }
            self.hear_daemons();
            self.answer_questions();
            self.tend();
            if self.ending {
                let nobody = self.all_groups().all(|group| group.is_empty());
                if nobody || until.is_some_and(|until| Instant::now() >= until) {
                    return self.kill_all();
                }
            }
        }
    }

    /// Whether there is somebody who orders.
    fn has_parent(&self) -> bool {
        !self.ending || self.unsettled.is_some()
    }

    fn all_groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().chain(&self.old)
    }

    fn all_groups_mut(&mut self) -> impl Iterator<Item = &mut Group> {
        self.groups.iter_mut().chain(&mut self.old)
    }

    /// Waits until there is something to hear.
    fn wait(&self) {
        let mut sources: Vec<BorrowedFd<'_>> = vec![self.signals.as_fd()];
        if self.has_parent() {
            sources.push(self.parent.as_fd());
        }
        for group in self.all_groups() {
            group.sources(&mut sources);
        }
        if let Some(questions) = &self.questions {
            questions.sources(&mut sources);
        }
        let is_busy = self.ending || self.all_groups().any(Group::is_under_way);
        let limit = match is_busy {
            true => SHORT_TICK,
            false if self.groups.iter().any(Group::may_grow) => QUEUE_TICK,
            false => TICK,
        };
        // Whatever it says, everything is looked at: that costs little, and nothing is missed.
        let _ = poll::readable(&sources, limit);
    }

    /// Takes the parent's orders. `false` if it is gone.
    fn hear_parent(&mut self) -> bool {
        if self
            .inbox
            .fill(self.parent.as_fd(), Waiting::Never)
            .is_err()
        {
            return false;
        }
        loop {
            match self.inbox.take() {
                Ok(Some(Order::Hello(build))) if build != control::BUILD => {
                    let text = format!(
                        "the module is of build {build}, the program clutch of {}: they do not go together",
                        control::BUILD
                    );
                    log::fault(&code::BUILDS_DIFFER.says(text));
                    return false;
                }
                Ok(Some(Order::Hello(_))) => (),
                Ok(Some(Order::Bell)) => {
                    let file = self.inbox.take_descriptor();
                    self.bell = file.and_then(|file| shared::number_of(file.as_fd()).ok());
                    self.reloaded = self.bell.map_or(0, |bell| bell.load(Ordering::Acquire));
                }
                Ok(Some(Order::Board)) => self.board = self.inbox.take_descriptor(),
                Ok(Some(Order::Log)) => {
                    let log = self.inbox.take_descriptor();
                    self.logs.extend(log.map(Arc::new));
                }
                Ok(Some(Order::Epoch(epoch))) => self.begin(epoch),
                Ok(Some(Order::Hurry)) => self.hurry(),
                Ok(Some(Order::Unsettled)) => self.unsettled = Some(Instant::now() + SETTLING),
                Ok(None) => return !self.inbox.has_ended(),
                Err(error) => {
                    let text = format!("what httpd says is not understood: {error}");
                    log::fault(&code::PARENT_NOT_UNDERSTOOD.says(text));
                    return false;
                }
            }
        }
    }

    fn hear_signals(&mut self) {
        while let Ok(Some(_)) = self.signals.arrived() {}
    }

    /// Notes which daemons have ended, and why.
    fn reap(&mut self) {
        while let Ok(Some((pid, ended))) = process::reap() {
            let found = self
                .all_groups_mut()
                .find_map(|group| group.ended(pid, ended));
            if let Some(death) = found {
                self.deaths.push_back(death);
                if self.deaths.len() > MOST_DEATHS {
                    self.deaths.pop_front();
                }
            }
        }
    }

    fn hear_daemons(&mut self) {
        let board = self.board.as_ref().map(AsFd::as_fd);
        for group in self.groups.iter_mut().chain(&mut self.old) {
            group.hear();
            group.pass_questions_on(board);
        }
    }

    /// Starts who is missing, and sends off who must go.
    fn tend(&mut self) {
        if !self.ending && !self.hurrying {
            self.groups.iter_mut().for_each(Group::tend);
        }
        for old in &mut self.old {
            let heir = self
                .groups
                .iter()
                .find(|group| group.is_at(&old.spec.socket));
            if heir.is_none_or(Group::is_complete) {
                // As httpd's own children: however long their requests take.
                old.send_off(Some(Duration::ZERO));
            }
        }
        self.old.iter_mut().for_each(Group::push_out);
        self.groups.iter_mut().for_each(Group::push_out);
        self.old.retain(|group| !group.is_empty());
    }

    fn answer_questions(&mut self) {
        if let Some(mut questions) = self.questions.take() {
            questions.answer(self);
            self.questions = Some(questions);
        }
    }

    /// Why the daemon `pid` has ended.
    pub(crate) fn why(&self, pid: u32) -> Option<&Death> {
        self.deaths.iter().rev().find(|death| death.pid == pid)
    }

    /// Why the daemon of `group` has ended that ended last, if that was after `since`.
    pub(crate) fn why_last(&self, group: &[u8], since: Instant) -> Option<&Death> {
        let mut deaths = self.deaths.iter().rev();
        deaths.find(|death| *death.group == *group && death.at >= since)
    }

    /// httpd ends its children, which wait for answers of daemons. They do not get the time that they have else.
    fn hurry(&mut self) {
        if std::mem::replace(&mut self.hurrying, true) {
            return;
        }
        for group in self.all_groups_mut() {
            group.retire(false, false);
            group.hurry(LAST_LIMIT);
        }
    }

    /// httpd has ended: so do all daemons.
    fn end_all(&mut self) {
        for group in self.all_groups_mut() {
            group.retire(false, true);
            group.hurry(LAST_LIMIT);
        }
        self.questions = None;
    }

    /// httpd goes on without us: the daemons finish what runs.
    fn leave_all(&mut self) {
        let text =
            "httpd has a configuration without this module; the daemons and their supervisor end";
        log::say(Level::Info, text);
        self.groups
            .iter_mut()
            .for_each(|one| one.retire(true, true));
        self.old.append(&mut self.groups);
        self.questions = None;
    }

    /// Nobody is left behind.
    fn kill_all(&mut self) {
        self.all_groups_mut().for_each(Group::kill);
    }
}
