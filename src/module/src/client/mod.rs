//! The way of a request to a daemon: connections that are kept for the next one, and what becomes of a request when a daemon
//! goes away.

mod own;
mod pool;
mod relay;

use std::cell::RefCell;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use clutch_core::code;
use clutch_core::config::Settings;
use clutch_core::config::daemon::DaemonGroup;
use clutch_core::transport::Kind;
use clutch_sys::link::{Buffers, Link, Lost};
use clutch_sys::time;
use ffi_engine::abi;
use ffi_engine::wire::{self, Attached};

use crate::httpd::{Request, log};
use crate::owners::Owners;
use crate::refusal::Refusal;
use crate::supervisor;
pub use own::Own;
use pool::{Connected, Pool};
pub use relay::Served;
use relay::{End, Relay};

thread_local! {
    /// Lent to the connection over which this thread's request goes. Taken away while it is: output of a request can make httpd
    /// run another one within it.
    static BUFFERS: RefCell<Buffers> = RefCell::default();
}

/// How often a request that no daemon has begun is offered to another one.
const MOST_TRIES: u32 = 1_000;

/// A group of daemons, as a child of httpd's sees it.
#[derive(Debug)]
pub struct Daemons {
    /// What the operator wants of them.
    pub group: DaemonGroup,
    /// The name of the virtual host whose requests alone may go there; `None`: any.
    pub server: Option<Vec<u8>>,
    owners: Owners,
    pool: Pool,
}

/// What holds for one request on its way.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// httpd's error documents replace the application's.
    pub error_override: bool,
    /// How long the other end may say nothing.
    pub timeout: Duration,
}

impl Daemons {
    /// The daemons of `group`, behind the socket at `path`.
    pub fn new(group: DaemonGroup, server: Option<Vec<u8>>, path: PathBuf) -> Self {
        let keeps = group.processes == 1 && group.max_processes.is_none_or(|most| most <= 1);
        Self {
            pool: Pool::new(path, keeps, group.connect_timeout),
            owners: Owners::of(&group),
            server,
            group,
        }
    }

    /// The daemons that serve an application group which needs a process of its own.
    fn own(group: DaemonGroup, path: PathBuf, application_group: &[u8]) -> Self {
        let mut daemons = Self::new(group, None, path);
        daemons.pool.ask_for(application_group);
        daemons
    }

    /// How long the client may take at a time while it gets a response, if the group says it.
    fn limit_of_responses(&self) -> Option<Duration> {
        let own = [
            self.group.response_socket_timeout,
            self.group.socket_timeout,
        ];
        own.into_iter().find(|limit| !limit.is_zero())
    }

    /// The group's name as text.
    fn shown(&self) -> String {
        String::from_utf8_lossy(&self.group.name).into_owned()
    }

    /// Lets a request pass if the script that it has run belongs to whom the operator says.
    ///
    /// # Errors
    ///
    /// It belongs to somebody else, or others may write to it; that has been logged.
    pub fn admit(&self, request: Request<'_>, script: &[u8]) -> Result<(), Refusal> {
        let script = Path::new(OsStr::from_bytes(script));
        match self.owners.doubt_about(script) {
            None => Ok(()),
            Some(doubt) => {
                log::request_fault(request, &doubt);
                Err(Refusal::Logged(403))
            }
        }
    }

    /// Has a daemon serve a request. `None` if the response has been sent or broken, else the status to answer with.
    ///
    /// # Errors
    ///
    /// No daemon has answered; it has been logged why.
    pub fn call(
        &self,
        carried: Request<'_>,
        request: &abi::Request<'_>,
        settings: &Settings<'_>,
        exchange: &mut impl Served,
    ) -> Result<Option<u16>, Refusal> {
        let attached = Attached {
            log_level: exchange.log_level() as u8,
            is_https: exchange.is_https(),
            counts: !settings.ignore_activity,
        };
        let timeout = self.group.socket_timeout;
        let terms = Terms {
            error_override: settings.error_override,
            timeout: if timeout.is_zero() {
                carried.server().timeout()
            } else {
                timeout
            },
        };
        let request = &abi::Request {
            queue_start: time::microseconds(SystemTime::now()),
            ..*request
        };
        let _limited = self
            .limit_of_responses()
            .and_then(|limit| carried.connection().limit_waiting(limit));
        let mut buffers = BUFFERS.take();
        let offer = Offer {
            daemons: self,
            request,
            attached,
            terms,
        };
        let outcome = offer.make(exchange, &mut buffers);
        BUFFERS.set(buffers);
        outcome.map_err(|end| self.refusal(carried, end))
    }

    /// What a failure means for the client, once it has been logged.
    fn refusal(&self, request: Request<'_>, failed: Failed) -> Refusal {
        let name = self.shown();
        let (status, code, text) = match failed {
            Failed::NoWay(error) => {
                let code = match error.kind() {
                    // Nobody listens, or so many wait that there is no place for one more.
                    std::io::ErrorKind::ConnectionRefused | std::io::ErrorKind::WouldBlock => {
                        code::DAEMONS_BUSY
                    }
                    _ => code::DAEMONS_UNREACHABLE,
                };
                let path = self.pool.path().display();
                let text = format!("no daemon of group '{name}' can be reached at {path}: {error}");
                (503, code, text)
            }
            Failed::NobodyBegins => (
                503,
                code::NOBODY_BEGINS,
                format!("no daemon of group '{name}' takes the request"),
            ),
            Failed::Ended(End::ClientGone, _) => return Refusal::Answered,
            Failed::Ended(End::HeadTooLong(length), _) => (
                500,
                code::HEAD_TOO_LONG,
                format!(
                    "a header of {length} bytes from a daemon of group '{name}' is longer than header-buffer-size lets it be"
                ),
            ),
            Failed::Ended(End::Lost(Lost::TimedOut), _) => (
                504,
                code::NO_ANSWER,
                format!("a daemon of group '{name}' has not answered within the time limit"),
            ),
            Failed::Ended(End::Lost(Lost::Malformed), daemon) => (
                502,
                code::MALFORMED_ANSWER,
                format!("process {daemon} of group '{name}' does not speak our protocol"),
            ),
            Failed::Ended(End::Lost(lost), daemon) => {
                let (daemon, why) = supervisor::why(&self.group.name, daemon)
                    .unwrap_or_else(|| (daemon, lost.to_string()));
                (
                    502,
                    code::DAEMON_GONE,
                    format!(
                        "process {daemon} of group '{name}' has ended before it had answered: {why}"
                    ),
                )
            }
            Failed::Ended(End::Again, _) => return Refusal::Logged(503),
        };
        log::request_fault(request, &code.says(text));
        Refusal::Logged(status)
    }
}

/// A request on its way.
struct Offer<'o> {
    daemons: &'o Daemons,
    request: &'o abi::Request<'o>,
    attached: Attached,
    terms: Terms,
}

impl Offer<'_> {
    /// Offers the request to one daemon after the other until one begins with it.
    fn make(
        &self,
        exchange: &mut impl Served,
        buffers: &mut Buffers,
    ) -> Result<Option<u16>, Failed> {
        let Self {
            daemons,
            request,
            attached,
            terms,
        } = *self;
        let until = Instant::now() + daemons.group.connect_timeout.max(terms.timeout);
        let (mut fresh, mut connects, mut restarts) = (false, 0, 0);
        for attempt in 0..MOST_TRIES {
            let Connected {
                socket,
                daemon,
                tries,
            } = daemons
                .pool
                .connect(fresh, terms.timeout)
                .map_err(Failed::NoWay)?;
            let kept = daemon != 0;
            connects += tries;
            let counted = abi::Request {
                daemon_connects: connects,
                daemon_restarts: restarts,
                ..*request
            };
            let mut link = Link::over(socket, buffers);
            link.put(Kind::Request, 0, |bytes| {
                wire::put_request(bytes, &counted, attached);
            });
            let mut relay = Relay::new(&daemons.group, terms, daemon);
            let end = match link.flush() {
                Ok(()) => relay.run(&mut link, exchange),
                // Whoever does not read a request may have answered it nevertheless.
                Err(Lost::Reset) => relay.run(&mut link, exchange).or(Err(End::of(Lost::Reset))),
                Err(lost) => Err(End::of(lost)),
            };
            match end {
                Ok(status) => {
                    daemons.pool.keep(link.into_socket(), relay.daemon());
                    return Ok(status);
                }
                Err(End::Again) => fresh = true,
                // Nobody has begun with it: the daemon went away before it had read everything.
                Err(End::Lost(Lost::Reset)) if !relay.has_begun() => fresh = !kept || fresh,
                Err(end) => return Err(Failed::Ended(end, relay.daemon())),
            }
            restarts += 1;
            if Instant::now() >= until {
                break;
            }
            if attempt > 2 && fresh {
                thread::sleep(
                    Duration::from_millis(10).min(Duration::from_millis(u64::from(attempt))),
                );
            }
        }
        Err(Failed::NobodyBegins)
    }
}

/// Why no daemon has answered.
#[derive(Debug)]
enum Failed {
    /// There is no connection to be had.
    NoWay(std::io::Error),
    /// Every daemon that was asked went away before it began.
    NobodyBegins,
    /// The connection to a daemon ended, with the daemon's process number if it is known.
    Ended(End, u32),
}
