//! What the threads of a daemon share.

use std::cell::Cell;
use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clutch_core::config::Preload;
use clutch_core::control::GroupSpec;
use clutch_sys::epoll::{Epoll, Report};
use clutch_sys::event::Event;
use clutch_sys::lock::Mutex;
use clutch_sys::socket;

use super::carrier::Turn;
use super::incoming::AHEAD;

/// What the listener is called among descriptors that are waited for; connections are called by their numbers.
pub(super) const LISTENER: u64 = u64::MAX;
/// What the event is called that has all workers end.
pub(super) const END: u64 = u64::MAX - 1;

/// After so many milliseconds without a request a daemon says so.
const IDLE: u64 = 10_000;

/// So many milliseconds pass before the log has the same again.
const TELL_AGAIN: u64 = 10_000;

/// What the threads of a daemon share.
pub(super) struct State {
    pub(super) spec: &'static GroupSpec,
    pub(super) listener: OwnedFd,
    pub(super) epoll: Epoll,
    /// Most bytes of a body that children are asked for before they are wanted.
    pub(super) ahead: u32,
    /// Connections that carry no request.
    idle: Mutex<HashMap<u64, Arc<OwnedFd>>>,
    /// No more requests are taken. Written under the lock of `idle`.
    draining: AtomicBool,
    end: Event,
    /// Told when there is a wish.
    pub(super) wishes: Event,
    /// Why this process should be replaced, until the supervisor is told. The first wish counts.
    wish: Mutex<Option<String>>,
    wished: AtomicBool,
    /// Requests wait for the new code that this process has found.
    requests_wait: AtomicBool,
    /// Threads that are busy with a connection. Sequentially consistent with `draining`: whoever sees this as 0 after it has set that
    /// knows that no thread begins any more.
    busy: AtomicU32,
    /// Requests that have ended.
    served: AtomicU32,
    pub(super) started: Instant,
    /// Milliseconds after `started`: the last sign of life of a request that counts. 0: there was none.
    active: AtomicU64,
    /// Milliseconds after `started`: when the supervisor was told last that there is nothing to do.
    told_idle: AtomicU64,
    /// Milliseconds after `started` when the first request began; 0: there was none.
    pub(super) first: AtomicU64,
    /// A request has found its script loaded.
    pub(super) loaded_one: AtomicBool,
    /// Milliseconds after `started`: when it was told last that a connection was not taken. 0: never.
    told_not_taken: AtomicU64,
    /// Requests whose time is limited.
    pub(super) running: Mutex<Vec<Arc<Running>>>,
    /// Scripts that requests were for: a few, so they are looked through.
    scripts: Mutex<Vec<Script>>,
}

/// A request whose time is limited.
pub(super) struct Running {
    pub(super) since: Instant,
    pub(super) socket: Arc<OwnedFd>,
    pub(super) turn: Arc<Turn>,
    /// It has been answered in its thread's place.
    pub(super) given_up: AtomicBool,
}

/// A thread is busy, until dropped.
pub(super) struct Busy<'s>(&'s State);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        if self.0.busy.fetch_sub(1, Ordering::SeqCst) == 1 && self.0.is_draining() {
            self.0.wishes.signal(); // the main thread may end now
        }
    }
}

impl State {
    pub(super) fn new(spec: &'static GroupSpec, listener: OwnedFd) -> io::Result<Self> {
        let epoll = Epoll::new()?;
        let end = Event::new()?;
        epoll.add(listener.as_fd(), LISTENER, Report::Always)?;
        epoll.add(end.as_fd(), END, Report::Always)?;
        // A child that cannot send waits for this process, which may be waiting for the child.
        let is_roomy = socket::send_buffer(listener.as_fd())? >= AHEAD as usize * 3 / 2;
        Ok(Self {
            spec,
            listener,
            epoll,
            ahead: if is_roomy { AHEAD } else { 0 },
            idle: Mutex::default(),
            draining: AtomicBool::new(false),
            end,
            wishes: Event::new()?,
            wish: Mutex::default(),
            wished: AtomicBool::new(false),
            requests_wait: AtomicBool::new(false),
            busy: AtomicU32::new(0),
            served: AtomicU32::new(0),
            started: Instant::now(),
            active: AtomicU64::new(0),
            told_idle: AtomicU64::new(0),
            first: AtomicU64::new(0),
            loaded_one: AtomicBool::new(false),
            told_not_taken: AtomicU64::new(0),
            running: Mutex::default(),
            scripts: Mutex::default(),
        })
    }

    /// A thread is busy with a connection on which a request may be.
    pub(super) fn busy(&self) -> Busy<'_> {
        self.busy.fetch_add(1, Ordering::SeqCst);
        Busy(self)
    }

    /// A request begins.
    pub(super) fn begins(&self, counts: bool) {
        let now = self.now();
        if self.first.load(Ordering::Relaxed) == 0 {
            self.first.store(now.max(1), Ordering::Relaxed);
        }
        if counts {
            self.active.store(now.max(1), Ordering::Relaxed);
        }
    }

    /// A request has ended.
    pub(super) fn ends(&self, counts: bool) {
        if counts {
            self.touch();
        }
        let served = self.served.fetch_add(1, Ordering::Relaxed) + 1;
        let most = self.spec.group.maximum_requests;
        if most > 0 && served >= most {
            self.wish("maximum_requests");
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Whether the log is to have it again that connections are not taken, which all threads find out all the time.
    pub(super) fn is_worth_telling_again(&self) -> bool {
        let (now, last) = (
            self.now().max(1),
            self.told_not_taken.load(Ordering::Relaxed),
        );
        let is_due = last == 0 || now.saturating_sub(last) >= TELL_AGAIN;
        is_due
            && self
                .told_not_taken
                .compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    /// Whether nothing has happened for [`IDLE`], and that is news. Asked by one thread.
    pub(super) fn is_newly_idle(&self) -> bool {
        let last = self
            .active
            .load(Ordering::Relaxed)
            .max(self.told_idle.load(Ordering::Relaxed));
        let now = self.now();
        let is_idle = self.is_idle() && now.saturating_sub(last) >= IDLE;
        if is_idle {
            self.told_idle.store(now, Ordering::Relaxed);
        }
        is_idle
    }

    /// For how long nothing has happened; `None` if nothing ever has.
    pub(super) fn inactive_for(&self) -> Option<Duration> {
        let last = self.active.load(Ordering::Relaxed);
        (last != 0).then(|| Duration::from_millis(self.now().saturating_sub(last)))
    }

    /// Something has happened for a request that counts.
    fn touch(&self) {
        self.active.store(self.now().max(1), Ordering::Relaxed);
    }

    /// No request runs but those that were answered in their threads' place.
    pub(super) fn is_idle(&self) -> bool {
        let busy = self.busy.load(Ordering::SeqCst);
        busy == 0 || {
            let running = self.running.lock();
            let given_up = |one: &&Arc<Running>| one.given_up.load(Ordering::Relaxed);
            running.iter().filter(given_up).count() >= busy as usize
        }
    }

    pub(super) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }

    /// Waits for the next request on a connection that carries none.
    pub(super) fn keep(&self, connection: Arc<OwnedFd>, known: bool) {
        let mut idle = self.idle.lock();
        if self.draining.load(Ordering::Relaxed) {
            return; // closes it: whoever has sent something on it meanwhile is told
        }
        let name = name(&connection);
        let descriptor = connection.as_fd();
        let waited = match known {
            true => self.epoll.rearm(descriptor, name),
            false => self.epoll.add(descriptor, name, Report::Once),
        };
        if waited.is_ok() {
            idle.insert(name, connection);
        }
    }

    /// The connection of this name, if it carries no request, for the one that has come. None when no more are taken.
    pub(super) fn take(&self, name: u64) -> Option<Arc<OwnedFd>> {
        self.idle.lock().remove(&name)
    }

    /// Takes no more requests. Connections without one are closed, so that the requests on their way go elsewhere.
    pub(super) fn drain(&self) {
        let mut idle = self.idle.lock();
        self.draining.store(true, Ordering::SeqCst);
        let _ = self.epoll.remove(self.listener.as_fd());
        idle.clear();
        drop(idle);
        self.end.signal();
    }

    /// This process should be replaced, because of `reason`.
    pub(super) fn wish(&self, reason: &str) {
        if !self.wished.swap(true, Ordering::AcqRel) {
            *self.wish.lock() = Some(reason.to_owned());
            self.wishes.signal();
        }
    }

    /// The wish that the supervisor was told does not come true: there may be another.
    pub(super) fn stay(&self) {
        self.wished.store(false, Ordering::Release);
    }

    /// The wish that the supervisor was not told.
    pub(super) fn take_wish(&self) -> Option<String> {
        self.wish.lock().take()
    }

    /// Whether a process with this wish takes no more requests from now on.
    pub(super) fn must_leave_at_once(&self, reason: &str) -> bool {
        let runs_once = self.spec.group.threads == 1 && self.spec.group.maximum_requests == 1;
        runs_once
            || matches!(reason, "inactivity_timeout" | "startup_timeout")
            || (reason == RELOAD && self.do_requests_wait())
    }

    /// The code of this process is old, and requests wait for a process with the new one: no more of them are taken.
    pub(super) fn requests_wait_for_new_code(&self) {
        if !self.requests_wait.swap(true, Ordering::AcqRel) {
            self.wish(RELOAD);
            self.wishes.signal(); // also if there has been another wish before
        }
    }

    /// Whether requests wait for a process with new code.
    pub(super) fn do_requests_wait(&self) -> bool {
        self.requests_wait.load(Ordering::Acquire)
    }

    /// Notes that the request of this thread is for this script.
    pub(super) fn notes(&self, group: &[u8], path: &[u8]) {
        let mut scripts = self.scripts.lock();
        let is_it = |one: &Script| *one.path == *path && *one.group == *group;
        let at = scripts.iter().position(is_it).unwrap_or_else(|| {
            scripts.push(Script {
                group: group.into(),
                path: path.into(),
                loaded: false,
            });
            scripts.len() - 1
        });
        WANTED.set((!scripts[at].loaded).then_some(at));
    }

    /// The request of this thread has found its script loaded.
    pub(super) fn has_loaded(&self) {
        self.loaded_one.store(true, Ordering::Relaxed);
        if let Some(at) = WANTED.take() {
            self.scripts.lock()[at].loaded = true; // scripts are never taken off the list
        }
    }

    /// The scripts that requests have found loaded.
    pub(super) fn loaded(&self) -> Vec<Preload> {
        let scripts = self.scripts.lock();
        let preload = |script: &Script| Preload {
            process_group: self.spec.group.name.clone(),
            group: (*script.group).into(),
            script: (*script.path).into(),
        };
        let loaded = scripts.iter().filter(|script| script.loaded);
        loaded.map(preload).collect()
    }
}

thread_local! {
    /// Where the script of this thread's request stands among [`State::scripts`], if no request has found it loaded before.
    static WANTED: Cell<Option<usize>> = const { Cell::new(None) };
}

/// A script that a request was for.
struct Script {
    group: Box<[u8]>,
    path: Box<[u8]>,
    /// A request has found it loaded.
    loaded: bool,
}

/// Why a process leaves that has found new code.
pub(crate) const RELOAD: &str = "script_reload";

/// What a connection is called.
fn name(connection: &impl AsFd) -> u64 {
    let descriptor: BorrowedFd<'_> = connection.as_fd();
    u64::from(descriptor.as_raw_fd().unsigned_abs())
}
