//! A daemon: one process of a group, which runs Python and serves requests that httpd's children hand it.
//!
//! ```text
//! mod.rs       becomes who it is to be, starts Python, waits for what the supervisor or a signal wants, ends
//! identity.rs  user, groups, root, working directory, limits
//! root.rs      paths, for a process with another root
//! python.rs    the engine, and what it asks of this process
//! service.rs   a process that runs scripts and serves no requests
//! signals.rs   signals that are the applications'
//! workers.rs   threads: a connection, a request, the answer
//! carrier.rs   a request's connection as the carrier of a WSGI call
//! incoming.rs  the body of a request
//! clock.rs     time limits
//! board.rs     httpd's scoreboard, which its children are asked for
//! log.rs       lines that belong to no request
//! ```

mod board;
pub(crate) mod carrier;
pub(crate) mod clock;
mod identity;
mod incoming;
pub(crate) mod log;
mod python;
mod root;
mod service;
mod signals;
mod state;
mod workers;

use std::os::fd::{AsFd, OwnedFd};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clutch_core::code;
use clutch_core::control::{Command, GroupSpec, MOST_MESSAGE, Report};
use clutch_core::log::Level;
use clutch_sys::message::{self, Inbox};
use clutch_sys::signal::{self, Signal, Signals};
use clutch_sys::socket::Waiting;
use clutch_sys::{account, poll, process, spawn};
use ffi_engine::host::Engine;

use signals::Messenger;
pub(crate) use state::RELOAD;
use state::State;

/// How often the clock looks.
const TICK: Duration = Duration::from_millis(200);

/// Why a process goes that a signal has asked to, where such ones have a time limit of their own.
pub(crate) const EVICTION: &str = "eviction_signal";

/// Exit status of a daemon that did not get to serve.
const UNFIT: u8 = 70;

/// Signals that a daemon takes as messages.
const SIGNALS: [Signal; 6] = [
    Signal::Terminate,
    Signal::Interrupt,
    Signal::User1,
    Signal::HangUp,
    Signal::User2,
    Signal::CpuLimit,
];

/// The supervisor's end of this process.
pub(crate) struct Supervisor {
    socket: OwnedFd,
    inbox: Inbox,
}

impl Supervisor {
    fn report(&self, report: &Report) {
        // If there is nobody to tell, the next look at the inbox says so.
        let _ = message::send(self.socket.as_fd(), report, &[]);
    }
}

/// Is a daemon until it is told to end. The supervisor has given a socket to it, as 3, and the group's listener, as 4.
pub(crate) fn run() -> ExitCode {
    let Ok([socket, listener]) = spawn::given(2).and_then(|given| {
        <[OwnedFd; 2]>::try_from(given).map_err(|_| std::io::ErrorKind::InvalidInput.into())
    }) else {
        let text = "a daemon is started by the supervisor, not by hand";
        log::fault(&code::DAEMON_BY_HAND.says(text));
        return ExitCode::from(UNFIT);
    };
    let mut supervisor = Supervisor {
        socket,
        inbox: Inbox::new(MOST_MESSAGE),
    };
    match begin(&mut supervisor, listener) {
        Ok(Begun::Daemon(mut daemon)) => daemon.serve(&mut supervisor),
        Ok(Begun::Service(engine, spec)) => service::run(supervisor, engine, spec),
        Ok(Begun::InVain) => {
            supervisor.report(&Report::Unloaded);
            ExitCode::from(UNFIT)
        }
        Err(why) => {
            supervisor.report(&Report::Failed(why));
            ExitCode::from(UNFIT)
        }
    }
}

/// What a process is when it has begun.
enum Begun {
    /// It serves requests.
    Daemon(Daemon),
    /// New code does not load, and the process of before serves on.
    InVain,
    /// It is about to run its scripts.
    Service(Engine, &'static GroupSpec),
}

/// A daemon that serves.
struct Daemon {
    engine: Engine,
    messenger: Messenger,
    /// What it has asked to be replaced for.
    wish: Option<String>,
    state: Arc<State>,
    signals: Signals,
    leaving: Option<Leaving>,
}

/// The daemon takes no more requests.
struct Leaving {
    reason: String,
    /// When it ends although requests run; `None`: not before they have ended.
    deadline: Option<Instant>,
}

/// Becomes what the supervisor wants.
fn begin(supervisor: &mut Supervisor, listener: OwnedFd) -> Result<Begun, String> {
    let first = supervisor.inbox.wait(supervisor.socket.as_fd());
    let mut spec = match first.map_err(|error| error.to_string())? {
        Command::Be(spec) => *spec,
        _ => return Err("the supervisor did not say what to be".into()),
    };
    log::keep(Level::from_number(spec.log_level));
    board::ask_at(supervisor.inbox.take_descriptor());
    let is_service = spec.group.threads == 0;
    let taken: &[Signal] = if is_service {
        &service::IGNORED
    } else {
        &SIGNALS
    };
    let signals = Signals::watch(taken).map_err(|error| error.to_string())?;
    signal::end_at_bad_accesses();
    // Only what Python itself reads must be below another root.
    let opened = spec.group.chroot.is_some().then(|| python::open(&spec));
    let opened = opened.transpose()?;
    identity::assume(&spec).map_err(|error| error.to_string())?;
    if let Some(root) = spec.group.chroot.clone() {
        root::preloads(&root, &mut spec.preloads);
        root::preloads(&root, &mut spec.successor_of);
    }
    let spec: &'static GroupSpec = Box::leak(Box::new(spec));
    let engine = opened.map_or_else(|| python::open(spec), Ok)?;
    python::start(engine, spec)?;
    if is_service {
        return Ok(Begun::Service(engine, spec));
    }
    let limited = clock::limit_start(spec.group.startup_timeout);
    let has_loaded = python::preload(engine, spec);
    drop(limited);
    if !has_loaded {
        return Ok(Begun::InVain);
    }
    let state = Arc::new(State::new(spec, listener).map_err(|error| error.to_string())?);
    python::set_state(&state);
    workers::start(&state, engine).map_err(|error| error.to_string())?;
    clock::watch_the_gil(&state, engine);
    supervisor.report(&Report::Ready);
    log::say(
        Level::Info,
        &format!(
            "process {} of group '{}' serves, as user {} and group {}, with {} threads and Python {}",
            std::process::id(),
            String::from_utf8_lossy(&spec.group.name),
            account::user(),
            account::group(),
            spec.group.threads,
            engine.python_version()
        ),
    );
    Ok(Begun::Daemon(Daemon {
        engine,
        messenger: Messenger::new(engine),
        wish: None,
        state,
        signals,
        leaving: None,
    }))
}

impl Daemon {
    /// Serves until somebody wants it to end, or a limit does.
    fn serve(&mut self, supervisor: &mut Supervisor) -> ExitCode {
        loop {
            let sources = [
                supervisor.socket.as_fd(),
                self.signals.as_fd(),
                self.state.wishes.as_fd(),
            ];
            let readable = poll::readable(&sources, TICK).unwrap_or_default();
            if readable.first() == Some(&true) && !self.hear(supervisor) {
                self.leave("the supervisor has ended", self.graceful(), supervisor);
            }
            while let Ok(Some(signal)) = self.signals.arrived() {
                self.obey(signal, supervisor);
            }
            self.pass_on_wishes(supervisor);
            if self.leaving.is_none() && self.state.is_newly_idle() {
                supervisor.report(&Report::Idle);
            }
            if let Some(leaving) = &self.leaving {
                let is_late = leaving.deadline.is_some_and(|at| Instant::now() >= at);
                if self.state.is_idle() || is_late {
                    let reason = leaving.reason.clone();
                    return self.end(&reason);
                }
            }
        }
    }

    /// Takes the supervisor's commands. `false` if it is gone.
    fn hear(&mut self, supervisor: &mut Supervisor) -> bool {
        let filled = supervisor
            .inbox
            .fill(supervisor.socket.as_fd(), Waiting::Never);
        if filled.is_err() {
            return false;
        }
        loop {
            match supervisor.inbox.take() {
                Ok(Some(Command::Drain(limit, reason))) => {
                    self.begin_to_leave(&reason, Duration::from_millis(limit.into()));
                }
                Ok(Some(Command::Reload(group))) => {
                    self.engine.reload(&group);
                }
                Ok(Some(Command::Stay)) => {
                    self.wish = None;
                    self.state.stay();
                    self.engine.stay();
                }
                Ok(Some(Command::Be(_))) => (),
                Ok(None) => return !supervisor.inbox.has_ended(),
                Err(_) => return false,
            }
        }
    }

    fn obey(&mut self, signal: Signal, supervisor: &mut Supervisor) {
        match signal {
            Signal::Terminate | Signal::Interrupt => {
                let limit = self.state.spec.group.shutdown_timeout;
                self.leave(SHUTDOWN, limit, supervisor);
            }
            Signal::User1 => {
                let evicts = !self.state.spec.group.eviction_timeout.is_zero();
                let reason = if evicts { EVICTION } else { "graceful_signal" };
                self.state.wish(reason);
            }
            Signal::CpuLimit => self.state.wish("cpu_time_limit"),
            Signal::HangUp | Signal::User2 if self.leaving.is_none() => self.messenger.tell(signal),
            _ => {}
        }
    }

    /// How long running requests have when the process is to be replaced.
    fn graceful(&self) -> Duration {
        self.state.spec.group.graceful_timeout
    }

    /// Tells the supervisor what this process wishes for itself, once.
    fn pass_on_wishes(&mut self, supervisor: &mut Supervisor) {
        let _ = self.state.wishes.take();
        clock::look(&self.state);
        if self.leaving.is_some() {
            return;
        }
        let wish = self.state.take_wish();
        let urgent = self.state.do_requests_wait().then(|| RELOAD.to_owned());
        let Some(reason) = wish.or(urgent) else {
            return;
        };
        self.wish.get_or_insert_with(|| reason.clone());
        if self.state.must_leave_at_once(&reason) {
            let limit = self.graceful();
            return self.leave(&reason, limit, supervisor);
        }
        log::say(
            Level::Info,
            &format!("process {} is to be replaced: {reason}", std::process::id()),
        );
        supervisor.report(&Report::Retire(reason, self.state.loaded()));
    }

    /// Leaves by itself, and says so.
    fn leave(&mut self, reason: &str, limit: Duration, supervisor: &mut Supervisor) {
        if self.leaving.is_none() {
            supervisor.report(&Report::Leaving(reason.to_owned()));
            self.begin_to_leave(reason, limit);
        }
    }

    fn begin_to_leave(&mut self, reason: &str, limit: Duration) {
        if self.leaving.is_some() {
            return;
        }
        self.state.drain();
        // What it has wished for itself came first.
        let first = self.wish.take().unwrap_or_else(|| reason.to_owned());
        self.engine.leaves(told(&first));
        if reason == SHUTDOWN {
            // Requests may wait for what their application does then.
            self.engine.announce_stop(told(&first));
        }
        self.leaving = Some(Leaving {
            reason: first,
            deadline: (!limit.is_zero()).then(|| Instant::now() + limit),
        });
    }

    /// Ends Python and says that all went well.
    fn end(&self, reason: &str) -> ExitCode {
        let limit = self.state.spec.group.shutdown_timeout;
        clock::end_in_any_case(limit);
        self.engine.stop(milliseconds(limit), told(reason));
        log::say(
            Level::Info,
            &format!("process {} ends: {reason}", std::process::id()),
        );
        // Threads of the application may run on; nothing of this process is for them any more.
        process::exit_now(0)
    }
}

/// Why a process ends that was told to, at once.
const SHUTDOWN: &str = "shutdown_signal";

/// Reasons that applications know (`shutdown_reason`).
const KNOWN_REASONS: [&str; 12] = [
    SHUTDOWN,
    "graceful_signal",
    "eviction_signal",
    "maximum_requests",
    "restart_interval",
    "inactivity_timeout",
    "request_timeout",
    "startup_timeout",
    "deadlock_timeout",
    "cpu_time_limit",
    "signal_pipe_error",
    "script_reload",
];

/// A reason as applications are told it.
fn told(reason: &str) -> &'static str {
    match reason {
        "reload" => "script_reload",
        "idle" => "inactivity_timeout",
        reason => {
            let known = KNOWN_REASONS.into_iter().find(|known| *known == reason);
            known.unwrap_or("graceful_signal")
        }
    }
}

/// A limit for the engine, in milliseconds; 0 is none.
fn milliseconds(limit: Duration) -> u32 {
    match limit.is_zero() {
        true => u32::MAX,
        false => u32::try_from(limit.as_millis()).unwrap_or(u32::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn applications_are_told_only_reasons_that_they_know() {
        assert_eq!(told("maximum_requests"), "maximum_requests");
        assert_eq!(told("reload"), "script_reload");
        assert_eq!(
            told("20 interpreters have been replaced"),
            "graceful_signal"
        );
    }
}
