//! How long a call may run.
//!
//! One thread looks at all calls that have a limit. When one is over, it has `mod_wsgi.RequestTimeout` raised in the call's
//! thread and logs where that was; if the call goes on nevertheless, its interpreter is replaced, so that new calls go
//! elsewhere.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, Instant};

use clutch_core::code::{self, Fault};
use clutch_sys::lock::{Condvar, Mutex};

use super::thread::{self, Work};
use super::{Interpreter, replace, stacks};
use crate::host;
use crate::python::{ThreadState, raise_in_thread, thread_ident};
use crate::wsgi::Call;

/// How long a call may go on after the exception.
const GRACE: Duration = Duration::from_secs(5);

/// A call with a limit, from its begin to its end.
pub(super) struct Watched(Arc<Running>);

struct Running {
    interpreter: Arc<Interpreter>,
    call: Weak<Call>,
    /// Python's identifier of the thread.
    thread: i64,
    deadline: Instant,
    /// Whether the exception has been raised. Written by the clock, read by the call.
    timed_out: AtomicBool,
    /// Whether the interpreter has been given up for it. Used by the clock only.
    given_up: AtomicBool,
    /// Held while the exception is raised, and taken for good by the end of the call: it must not hit the thread's next one.
    over: Mutex<bool>,
}

/// All calls that have a limit.
#[derive(Default)]
struct Clock {
    running: Mutex<Vec<Arc<Running>>>,
    /// Told when there is a new call.
    more: Condvar,
}

static CLOCK: OnceLock<&'static Clock> = OnceLock::new();

impl Watched {
    /// Watches the call that this thread begins, if its group limits how long calls run.
    pub(super) fn begin(interpreter: &Arc<Interpreter>, call: &Arc<Call>) -> Option<Self> {
        let limit = interpreter.group.plan.request_timeout;
        if limit == 0 {
            return None;
        }
        let clock = CLOCK.get_or_init(start);
        let running = Arc::new(Running {
            interpreter: Arc::clone(interpreter),
            call: Arc::downgrade(call),
            thread: thread_ident(),
            deadline: Instant::now() + Duration::from_millis(limit.into()),
            timed_out: AtomicBool::new(false),
            given_up: AtomicBool::new(false),
            over: Mutex::new(false),
        });
        clock.running.lock().push(Arc::clone(&running));
        clock.more.notify_one();
        Some(Self(running))
    }

    /// Whether the exception has been raised.
    pub(super) fn has_timed_out(&self) -> bool {
        self.0.timed_out.load(Ordering::Acquire)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        *self.0.over.lock() = true;
        if let Some(clock) = CLOCK.get() {
            clock
                .running
                .lock()
                .retain(|one| !Arc::ptr_eq(one, &self.0));
        }
    }
}

fn start() -> &'static Clock {
    let clock: &'static Clock = Box::leak(Box::default());
    thread::spawn("clutch-clock", move || clock.run());
    clock
}

impl Clock {
    fn run(&self) {
        loop {
            let due: Vec<Arc<Running>> = {
                let mut running = self.running.lock();
                match running.iter().filter_map(|one| one.next()).min() {
                    Some(at) if at > Instant::now() => {
                        self.more.wait_until(&mut running, at);
                    }
                    Some(_) => (),
                    None => self.more.wait(&mut running),
                }
                let now = Instant::now();
                running
                    .iter()
                    .filter(|one| one.next().is_some_and(|at| at <= now))
                    .cloned()
                    .collect()
            };
            due.into_iter().for_each(Running::act);
        }
    }
}

impl Running {
    /// When the clock has to act on it next.
    fn next(&self) -> Option<Instant> {
        if !self.timed_out.load(Ordering::Acquire) {
            return Some(self.deadline);
        }
        (!self.given_up.load(Ordering::Relaxed)).then(|| self.deadline + GRACE)
    }

    fn act(self: Arc<Self>) {
        if self.timed_out.swap(true, Ordering::AcqRel) {
            self.given_up.store(true, Ordering::Relaxed);
            let context = &self.interpreter.parts.context;
            let text =
                format!("the request goes on in spite of the exception; {context} is replaced");
            self.log(&code::REQUEST_GOES_ON.says(text), &[]);
            replace::behind(&self.interpreter, "a request in it does not end");
            return;
        }
        // Attaching waits as long as the stuck code keeps the GIL; the clock must not.
        let Some(work) = Work::begin() else {
            return;
        };
        thread::spawn("clutch-timeout", move || {
            let _work = work;
            self.interrupt();
        });
    }

    fn interrupt(&self) {
        let Some(_visit) = self.interpreter.visit() else {
            return;
        };
        let Some(state) = ThreadState::new(self.interpreter.id) else {
            return;
        };
        let lines = state.attach(|py| {
            // First of all: what the log needs may wait for locks that others hold while this request keeps them from the GIL.
            let over = self.over.lock();
            if !*over {
                if let Some(call) = self.call.upgrade() {
                    call.interrupt();
                }
                let class = self.interpreter.parts.request_timeout.get(py);
                raise_in_thread(py, self.thread, &class);
            }
            drop(over);
            py.or_default(stacks::lines(py, Some(self.thread)))
        });
        state.delete();
        let limit = self.interpreter.group.plan.request_timeout;
        let text = format!(
            "a request has run for {limit} ms, as long as ClutchRequestTimeout lets it; RequestTimeout is raised in thread \
             {}, and the stacks of the interpreter's threads follow",
            self.thread
        );
        self.log(&code::REQUEST_TIMEOUT.says(text), &lines);
    }

    fn log(&self, fault: &Fault, stacks: &[String]) {
        let call = self.call.upgrade();
        host::fault_for(call.as_deref(), fault);
        host::follow(call.as_deref(), fault.code(), stacks);
    }
}
