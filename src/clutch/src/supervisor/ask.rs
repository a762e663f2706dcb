//! Questions of httpd's children and of operators, over a socket of their own.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clutch_core::code;
use clutch_core::control::{MOST_SMALL_MESSAGE, Question, Reply};
use clutch_sys::message::{self, Inbox};
use clutch_sys::signal::never_wait;
use clutch_sys::socket::{self, Buffers, Listener, Listening, Waiting, peer};

use super::Supervisor;
use crate::daemon::log;

/// Most who may ask at once.
const MOST: usize = 64;

/// How long somebody may take to ask, and how long an answer is waited for: a process is reaped a moment after its sockets close.
const PATIENCE: Duration = Duration::from_millis(500);

/// The socket for questions, and who has one.
pub(super) struct Questions {
    path: PathBuf,
    listener: Listener,
    askers: Vec<Asker>,
}

/// Somebody who asks.
struct Asker {
    socket: OwnedFd,
    inbox: Inbox,
    since: Instant,
    pending: Option<Question>,
}

impl Questions {
    /// Listens at `path`, if `before` does not already.
    pub(super) fn at(path: &Path, before: Option<Self>) -> Option<Self> {
        if let Some(before) = before.filter(|before| before.path == path) {
            return Some(before);
        }
        let wanted = Listening {
            owner: None,
            backlog: 64,
        };
        let listener = Listener::bind(path, wanted);
        match listener.and_then(|listener| never_wait(listener.as_fd()).map(|()| listener)) {
            Ok(listener) => Some(Self {
                path: path.to_owned(),
                listener,
                askers: Vec::new(),
            }),
            Err(error) => {
                let text = format!("nobody can ask the supervisor: {error}");
                log::fault(&code::NO_QUESTIONS.says(text));
                None
            }
        }
    }

    pub(super) fn give_to(&self, uid: u32, gid: u32) {
        if clutch_sys::account::is_root() {
            let _ = std::os::unix::fs::lchown(&self.path, Some(uid), Some(gid));
        }
    }

    pub(super) fn sources<'s>(&'s self, sources: &mut Vec<BorrowedFd<'s>>) {
        sources.push(self.listener.as_fd());
        sources.extend(self.askers.iter().map(|asker| asker.socket.as_fd()));
    }

    /// Answers what has been asked.
    pub(super) fn answer(&mut self, supervisor: &mut Supervisor) {
        while self.askers.len() < MOST {
            let Ok(socket) = socket::accept(self.listener.as_fd(), &Buffers::default()) else {
                break;
            };
            self.askers.push(Asker {
                socket,
                inbox: Inbox::new(MOST_SMALL_MESSAGE),
                since: Instant::now(),
                pending: None,
            });
        }
        self.askers.retain_mut(|asker| asker.goes_on(supervisor));
    }
}

impl Drop for Questions {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Asker {
    fn goes_on(&mut self, supervisor: &mut Supervisor) -> bool {
        if self
            .inbox
            .fill(self.socket.as_fd(), Waiting::Never)
            .is_err()
        {
            return false;
        }
        let is_late = self.since.elapsed() >= PATIENCE;
        let death = match &self.pending {
            None => None,
            Some(Question::Why(pid)) => Some(supervisor.why(*pid)),
            Some(Question::WhyLast(group)) => {
                let recently = self.since.checked_sub(PATIENCE).unwrap_or(self.since);
                Some(supervisor.why_last(group, recently))
            }
            Some(_) => None,
        };
        if let Some(death) = death {
            return match death {
                Some(death) => self.reply(&Reply::Because(death.pid, death.why.clone())),
                None if is_late => self.reply(&Reply::Unknown),
                None => true,
            };
        }
        match self.inbox.take() {
            Ok(Some(question)) => self.hear(&question, supervisor),
            Ok(None) => !is_late && !self.inbox.has_ended(),
            Err(_) => false,
        }
    }

    fn hear(&mut self, question: &Question, supervisor: &mut Supervisor) -> bool {
        match question {
            Question::Why(_) | Question::WhyLast(_) => {
                self.pending = Some(question.clone());
                self.goes_on(supervisor)
            }
            Question::Need(group) => {
                let reply = supervisor.need(group).map_or(Reply::Unknown, Reply::At);
                self.reply(&reply)
            }
            Question::Reload(..) | Question::Status if !self.is_an_operator() => false,
            Question::Reloads(since) => {
                let (last, groups) = supervisor.reloads_since(*since);
                self.reply(&Reply::Reloads(last, groups))
            }
            Question::Reload(name, application_group) => {
                let reply = supervisor.reload(name, application_group.as_deref());
                self.reply(&reply)
            }
            Question::Status => {
                let groups = supervisor.groups.iter().map(super::Group::status);
                self.reply(&Reply::Status(groups.collect()))
            }
        }
    }

    /// Only the user that started httpd tells it what to do.
    fn is_an_operator(&self) -> bool {
        let own = clutch_sys::account::user();
        peer(self.socket.as_fd()).is_ok_and(|peer| peer.uid == own || peer.uid == 0)
    }

    /// Replies, and is done.
    fn reply(&self, reply: &Reply) -> bool {
        let _ = message::send(self.socket.as_fd(), reply, &[]); // a small message, to whoever is still there
        false
    }
}
