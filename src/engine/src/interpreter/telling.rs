//! What happens to the process, told to the applications in all of its interpreters.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use clutch_sys::lock::{Condvar, Mutex};

use super::life::Life;
use super::thread::{self, Work};
use super::{Interpreter, pool};
use crate::modwsgi::events;
use crate::python::{Attached, ThreadState};

/// How many interpreters are asked for what their garbage collectors do.
const MOST_ASKED: usize = 32;

/// The news that the process stops.
struct News {
    reason: String,
    /// Interpreters whose applications are being told.
    under_way: usize,
}

/// Written once.
static NEWS: Mutex<Option<News>> = Mutex::new(None);

/// Told when the applications of one more interpreter have been told.
static ONE_TOLD: Condvar = Condvar::new();

/// Tells the applications that the process stops, each interpreter on a thread of its own, and does not wait. Only the first
/// reason counts. The process of a service does not tell: its script ends by SIGTERM.
pub fn announce_stop(reason: &[u8]) {
    let Some(pool) = pool::pool().filter(|pool| !pool.plan().service) else {
        return;
    };
    let lives = |one: &Arc<Interpreter>| !matches!(*one.life.lock(), Life::Ended(_));
    let mut interpreters = pool.interpreters();
    interpreters.retain(lives);
    {
        let mut news = NEWS.lock();
        if news.is_some() {
            return;
        }
        *news = Some(News {
            reason: String::from_utf8_lossy(reason).into_owned(),
            under_way: interpreters.len(),
        });
    }
    for interpreter in interpreters {
        let told = Told;
        thread::spawn("clutch-stopping", move || {
            let _told = told;
            in_passing(&interpreter, |py| stops(py, &interpreter));
        });
    }
}

/// The applications of an interpreter have been told, when dropped.
struct Told;

impl Drop for Told {
    fn drop(&mut self) {
        if let Some(news) = &mut *NEWS.lock() {
            news.under_way -= 1;
        }
        ONE_TOLD.notify_all();
    }
}

/// Tells that the process stops, if that has not been told, and waits until all have heard it, at most until `deadline`.
pub(super) fn all_told(reason: &[u8], deadline: Instant) {
    announce_stop(reason);
    let mut news = NEWS.lock();
    while news.as_ref().is_some_and(|news| news.under_way > 0) {
        if ONE_TOLD.wait_until(&mut news, deadline).timed_out() {
            return;
        }
    }
}

/// Whether no thread is busy telling that the process stops.
pub(super) fn nobody_is_told() -> bool {
    NEWS.lock().as_ref().is_none_or(|news| news.under_way == 0)
}

/// Tells the applications in an interpreter that it ends, unless they know.
pub(super) fn stops(py: Attached<'_>, interpreter: &Interpreter) {
    if pool::is_service() || interpreter.knows_of_end.swap(true, Ordering::Relaxed) {
        return;
    }
    // An interpreter may end while the process goes on: then there is no reason.
    let reason = NEWS.lock().as_ref().map(|news| news.reason.clone());
    events::process_stopping(py, &interpreter.parts, &reason.unwrap_or_default());
}

/// Tells the applications of a signal, one interpreter after the other.
pub fn signal(number: i32) {
    let (Some(_work), Some(pool)) = (Work::begin(), pool::pool()) else {
        return;
    };
    for interpreter in pool.interpreters() {
        in_passing(&interpreter, |py| {
            events::process_signal(py, &interpreter.parts, number);
        });
    }
}

/// What each interpreter has to tell of its garbage collector, of at most [`MOST_ASKED`]; those that take no visitors are left out.
pub fn collections() -> Vec<String> {
    let (Some(_work), Some(pool)) = (Work::begin(), pool::pool()) else {
        return Vec::new();
    };
    let mut told = Vec::new();
    for interpreter in pool.interpreters().iter().take(MOST_ASKED) {
        in_passing(interpreter, |py| {
            let answer = interpreter.parts.collections.get(py).call([]);
            told.extend(
                answer
                    .map(|text| text.to_text())
                    .map_err(|raised| drop(raised.take(py))),
            );
        });
    }
    told
}

/// Runs `tell` in an interpreter, unless that has ended.
fn in_passing(interpreter: &Interpreter, tell: impl FnOnce(Attached<'_>)) {
    let Some(_visit) = interpreter.visit() else {
        return;
    };
    if let Some(state) = ThreadState::new(interpreter.id) {
        state.attach(tell);
        state.delete();
    }
}
