//! Connections to the daemons of a group.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use clutch_sys::link;
use clutch_sys::socket::{self, NotConnected, Waiting};

use crate::supervisor;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::parent;

/// Most connections that are kept; more than the threads of any child would use at once.
const MOST_KEPT: usize = 1024;

/// The pause before a daemon that is not there is looked for again.
const PAUSE: Duration = Duration::from_millis(20);

/// The connections of this process to one group.
#[derive(Debug)]
pub(super) struct Pool {
    path: PathBuf,
    /// Connections are kept for the next request. Not so with several daemons: a new connection goes to one that is idle.
    keeps: bool,
    /// How long a connection may take to come about.
    limit: Duration,
    /// The application group whose daemons these are, if the supervisor starts them when it is asked.
    asked_for: Option<Vec<u8>>,
    /// Connections that carry no request, the last one used at the end.
    idle: Mutex<Vec<Connected>>,
}

/// A connection that carries no request.
#[derive(Debug)]
pub(super) struct Connected {
    pub(super) socket: Arc<OwnedFd>,
    /// The process number of the daemon, of a connection that has carried a request before; else 0.
    pub(super) daemon: u32,
    /// How often it was tried to get it; 1 for one that was kept.
    pub(super) tries: u32,
}

impl Pool {
    pub(super) fn new(path: PathBuf, keeps: bool, limit: Duration) -> Self {
        Self {
            path,
            keeps,
            limit,
            asked_for: None,
            idle: Mutex::default(),
        }
    }

    /// If nobody listens, the supervisor is asked for the daemons of this application group.
    pub(super) fn ask_for(&mut self, application_group: &[u8]) {
        self.asked_for = Some(application_group.to_vec());
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connected>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A connection: one that was kept, or a new one, for which `timeout` is the limit of each sending and receiving. `fresh`: a new
    /// one.
    pub(super) fn connect(&self, fresh: bool, timeout: Duration) -> io::Result<Connected> {
        if !fresh && let Some(kept) = self.idle().pop() {
            return Ok(kept);
        }
        let until = Instant::now() + self.limit;
        let mut tries = 0;
        loop {
            tries += 1;
            let error = match socket::connect(&self.path, Waiting::Never) {
                Ok(socket) => {
                    check_listener(&socket)?;
                    link::limit_waiting(&socket, timeout)?;
                    let socket = Arc::new(socket);
                    return Ok(Connected {
                        socket,
                        daemon: 0,
                        tries,
                    });
                }
                Err(NotConnected::Refused) => io::ErrorKind::ConnectionRefused.into(),
                Err(NotConnected::Full) => io::ErrorKind::WouldBlock.into(),
                Err(NotConnected::Failed(error)) if error.kind() == io::ErrorKind::NotFound => {
                    error
                }
                Err(NotConnected::Failed(error)) => return Err(error),
            };
            if Instant::now() >= until {
                return Err(error);
            }
            if let Some(group) = &self.asked_for {
                // A supervisor that has just been started does not know of them, nor does one with a new configuration.
                supervisor::need(group);
            }
            thread::sleep(PAUSE);
        }
    }

    /// Takes a connection to the process `daemon` back after its request.
    pub(super) fn keep(&self, socket: Option<Arc<OwnedFd>>, daemon: u32) {
        if let Some(socket) = socket.filter(|_| self.keeps && daemon != 0) {
            let mut idle = self.idle();
            if idle.len() < MOST_KEPT {
                idle.push(Connected {
                    socket,
                    daemon,
                    tries: 1,
                });
            }
        }
    }
}

/// It is the supervisor that has made the socket of this connection, and nobody else.
fn check_listener(connection: &OwnedFd) -> io::Result<()> {
    let listener = socket::peer(connection.as_fd())?.uid;
    if listener == 0 || listener == parent::user() {
        return Ok(());
    }
    let text = format!("user {listener} listens there, and not the supervisor");
    Err(io::Error::new(io::ErrorKind::PermissionDenied, text))
}
