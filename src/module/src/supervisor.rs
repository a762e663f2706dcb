//! The supervisor of all daemons, as httpd's processes see it: started by the parent, told of each new configuration, asked by
//! children why a daemon has ended.

use std::env;
use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use clutch_core::code;
use clutch_core::control::{self, Answer, Epoch, MOST_SMALL_MESSAGE, Order, Question, Reply};
use clutch_sys::link;
use clutch_sys::message::{self, Inbox};
use clutch_sys::process::is_there;
use clutch_sys::shared;
use clutch_sys::socket::{self, Waiting};
use clutch_sys::spawn::{Launch, Session, Streams};

use crate::httpd::watched;
use crate::httpd::{Pool, Server, log};
use crate::{board, parent};

/// How long the supervisor may take to make its sockets.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long httpd's parent waits for daemons to end before it does.
const FAREWELL: Duration = Duration::from_millis(3_500);

/// How long a child waits for an answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(1);

/// The supervisor, in httpd's parent only.
static RUNNING: Mutex<Option<Running>> = Mutex::new(None);

/// Where a child asks questions.
static QUESTIONS: OnceLock<PathBuf> = OnceLock::new();

/// What runs, and all that is needed to have it run again.
struct Running {
    pid: u32,
    socket: OwnedFd,
    program: PathBuf,
    epoch: Epoch,
    logs: Vec<OwnedFd>,
    /// It is told to end.
    ending: bool,
    started: Instant,
}

fn running() -> MutexGuard<'static, Option<Running>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has the groups of `epoch` run, and no others. `logs` are what the groups' numbers of logs mean.
///
/// # Errors
///
/// One sentence; nothing runs then.
pub fn serve(
    pool: Pool<'_>,
    main: Server<'_>,
    program: &Path,
    mut epoch: Epoch,
    logs: Vec<OwnedFd>,
) -> Result<(), String> {
    let mut running = running();
    if epoch.groups.is_empty() && epoch.own.is_none() && running.is_none() {
        return Ok(());
    }
    let before = running.take();
    let is_first = before.is_none();
    epoch.number = before.as_ref().map_or(1, |before| before.epoch.number + 1);
    let socket = match before {
        Some(before) => (before.pid, before.socket),
        None => {
            let launched = launch(program).map_err(|error| {
                format!(
                    "the supervisor {} cannot be started: {error}",
                    program.display()
                )
            })?;
            main.before_the_parent_ends(ended);
            launched
        }
    };
    let (pid, socket) = socket;
    let mut new = Running {
        pid,
        socket,
        program: program.to_owned(),
        epoch,
        logs,
        ending: false,
        started: Instant::now(),
    };
    if let Err(error) = new.tell() {
        if is_first {
            let program = program.display();
            return Err(format!(
                "the supervisor, {program}, has ended at its start: {error}. Is it of the same build as the module?"
            ));
        }
        // It has died, or has ended because httpd went on without this module for a while.
        let launched = launch(program).and_then(|(pid, socket)| {
            (new.pid, new.socket, new.started) = (pid, socket, Instant::now());
            new.tell()
        });
        if let Err(again) = launched {
            let text =
                format!("the supervisor does not listen: {error}; nor does another: {again}");
            log::fault(&code::SUPERVISOR_DEAF.says(text));
        }
    }
    watched::watch(pool, new.pid);
    *running = Some(new);
    Ok(())
}

fn launch(program: &Path) -> io::Result<(u32, OwnedFd)> {
    let (ours, theirs) = socket::pair()?;
    link::limit_waiting(&ours, PATIENCE)?;
    let environment: Vec<_> = env::vars_os().collect();
    let error = io::stderr();
    let pid = Launch {
        program,
        arguments: &[OsStr::new("clutch"), OsStr::new("supervisor")],
        given: &[theirs.as_fd()],
        environment: &environment,
        streams: Streams {
            error: error.as_fd(),
        },
        session: Session::Own,
        parent_death_signal: None,
    }
    .spawn()?;
    message::send(ours.as_fd(), &Order::Hello(control::BUILD.into()), &[])?;
    if let Some(bell) = bell() {
        message::send(ours.as_fd(), &Order::Bell, &[bell.file.as_fd()])?;
    }
    if let Some(asking) = board::asking() {
        message::send(ours.as_fd(), &Order::Board, &[asking.as_fd()])?;
    }
    Ok((pid, ours))
}

impl Running {
    /// Tells the supervisor what is to run, and waits until the sockets are there.
    fn tell(&mut self) -> io::Result<()> {
        for log in &self.logs {
            message::send(self.socket.as_fd(), &Order::Log, &[log.as_fd()])?;
        }
        message::send(self.socket.as_fd(), &Order::Epoch(self.epoch.clone()), &[])?;
        let mut inbox = Inbox::new(MOST_SMALL_MESSAGE);
        // What fails there is logged there.
        let Answer::Listening(_) = inbox.wait(self.socket.as_fd())?;
        Ok(())
    }
}

/// The supervisor has ended although httpd has not: another is started, for the same groups at the same sockets.
pub fn died(status: i32) {
    let mut running = running();
    let Some(old) = running.as_mut().filter(|old| !old.ending) else {
        return;
    };
    let text =
        format!("the supervisor of the daemons has ended (status {status}); another is started");
    log::fault(&code::SUPERVISOR_ENDED.says(text));
    if old.started.elapsed() < Duration::from_secs(1) {
        thread::sleep(Duration::from_millis(500)); // it does not help to be faster
    }
    match launch(&old.program) {
        Ok((pid, socket)) => {
            (old.pid, old.socket, old.started) = (pid, socket, Instant::now());
            if let Err(error) = old.tell() {
                let text = format!("the supervisor does not listen: {error}");
                log::fault(&code::SUPERVISOR_DEAF_AGAIN.says(text));
            }
            watched::watch_again(pid);
        }
        Err(error) => {
            let text = format!("the supervisor cannot be started: {error}; restart the server");
            log::fault(&code::SUPERVISOR_NOT_STARTED.says(text));
        }
    }
}

/// httpd's parent ends: so do the supervisor and all daemons, and nobody is left behind.
fn ended() {
    if !parent::is_this_process() {
        return;
    }
    let Some(old) = running().take() else {
        return;
    };
    drop(old.socket); // which tells it
    let until = Instant::now() + FAREWELL;
    while is_there(old.pid) && Instant::now() < until {
        thread::sleep(Duration::from_millis(5));
    }
}

/// What counts the reloads that operators have asked of httpd's own processes; made by the parent before there are children.
static BELL: OnceLock<Option<Bell>> = OnceLock::new();

/// The last of them that this child has seen to.
static SEEN: AtomicU32 = AtomicU32::new(0);

struct Bell {
    /// The supervisor writes, children read.
    number: &'static AtomicU32,
    file: OwnedFd,
}

fn bell() -> Option<&'static Bell> {
    let made = BELL.get_or_init(|| match shared::number_for_others() {
        Ok((number, file)) => Some(Bell { number, file }),
        Err(error) => {
            let text = format!("no memory to share with the supervisor: {error}");
            log::fault(&code::NO_BELL.says(text));
            None
        }
    });
    made.as_ref()
}

/// The application groups that this child is to reload now, because an operator has asked for it; mostly none.
pub fn reloads() -> Vec<Vec<u8>> {
    let Some(Some(bell)) = BELL.get() else {
        return Vec::new();
    };
    let now = bell.number.load(Ordering::Acquire);
    let seen = SEEN.load(Ordering::Relaxed);
    if now == seen
        || SEEN
            .compare_exchange(seen, now, Ordering::Relaxed, Ordering::Relaxed)
            .is_err()
    {
        return Vec::new(); // or another thread sees to it
    }
    match ask(&Question::Reloads(seen)) {
        Some(Reply::Reloads(_, groups)) => groups,
        _ => Vec::new(),
    }
}

/// A child has no business with the parent's end of the supervisor.
pub fn forget_in_child(questions: PathBuf) {
    let _ = QUESTIONS.set(questions); // a child starts once
    if let Some(Some(bell)) = BELL.get() {
        SEEN.store(bell.number.load(Ordering::Acquire), Ordering::Relaxed);
    }
    if !parent::is_single_process() {
        drop(running().take());
    }
}

/// httpd ends its children and waits for them: they wait for daemons.
pub fn hurry() {
    order(&Order::Hurry);
}

/// httpd reads its configuration anew, and the next one may do without this module.
pub fn unsettled() {
    order(&Order::Unsettled);
}

/// Tells the supervisor, if it runs.
fn order(order: &Order) {
    let running = running();
    if let Some(old) = running.as_ref().filter(|old| !old.ending) {
        // If it is gone already, it has taken the daemons with it.
        let _ = message::send(old.socket.as_fd(), order, &[]);
    }
}

/// Why the daemon `pid` of `group` has ended, and its number, if the supervisor knows. 0: the one that has ended just now.
pub fn why(group: &[u8], pid: u32) -> Option<(u32, String)> {
    let question = match pid {
        0 => Question::WhyLast(group.to_vec()),
        _ => Question::Why(pid),
    };
    match ask(&question)? {
        Reply::Because(pid, why) => Some((pid, why)),
        _ => None,
    }
}

/// Where the daemons of an application group listen that needs a process of its own.
pub fn need(application_group: &[u8]) -> Option<PathBuf> {
    match ask(&Question::Need(application_group.to_vec()))? {
        Reply::At(path) => Some(path),
        _ => None,
    }
}

/// What the supervisor replies, if it does.
fn ask(question: &Question) -> Option<Reply> {
    let socket = socket::connect(QUESTIONS.get()?, Waiting::Never).ok()?;
    link::limit_waiting(&socket, ANSWER_LIMIT).ok()?;
    message::send(socket.as_fd(), question, &[]).ok()?;
    Inbox::new(MOST_SMALL_MESSAGE).wait(socket.as_fd()).ok()
}

/// This process's number, where the names of sockets have it.
pub fn number_of_parent() -> u32 {
    process::id()
}
