//! Requests at a steady pace, while something happens to the server.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::{Connection, Ending, Httpd, Request};

/// Threads that send: so many requests may be under way at once.
const SENDERS: usize = 24;

/// What became of one request.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The status; 0 if there was no response.
    pub status: u16,
    /// All of the response came.
    pub is_complete: bool,
    /// From the first byte sent to the last one received.
    pub took: Duration,
    /// The body.
    pub body: String,
}

/// Sends GET requests for `target`, `per_second` of them, while `happening` runs; says what became of each.
pub fn during(
    httpd: &Httpd,
    per_second: u32,
    target: &str,
    happening: impl FnOnce(),
) -> Vec<Outcome> {
    let (stop, next) = (AtomicBool::new(false), AtomicU32::new(0));
    let outcomes = Mutex::new(Vec::new());
    let begin = Instant::now();
    thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let at = begin + Duration::from_secs(1) * number / per_second;
                    thread::sleep(at.saturating_duration_since(Instant::now()));
                    let outcome = one(httpd.port(), target);
                    outcomes.lock().unwrap().push(outcome);
                }
            });
        }
        let happened = std::panic::catch_unwind(std::panic::AssertUnwindSafe(happening));
        stop.store(true, Ordering::Relaxed);
        if let Err(panic) = happened {
            std::panic::resume_unwind(panic);
        }
    });
    outcomes.into_inner().unwrap()
}

fn one(port: u16, target: &str) -> Outcome {
    let began = Instant::now();
    let mut outcome = Outcome {
        status: 0,
        is_complete: false,
        took: Duration::ZERO,
        body: String::new(),
    };
    if let Ok(mut connection) = Connection::try_open(port)
        && connection.try_send(Request::get(target).bytes()).is_ok()
        && let Some((status, ending, body)) = connection.try_response()
    {
        outcome.status = status;
        outcome.is_complete = ending == Ending::Complete;
        outcome.body = String::from_utf8_lossy(&body).into_owned();
    }
    outcome.took = began.elapsed();
    outcome
}

/// Checks that every request got a complete response with status 200, and that there were at least `least`.
///
/// # Panics
///
/// If not; the message shows what was wrong, and how many.
pub fn all_ok(outcomes: &[Outcome], least: usize) {
    let is_bad = |one: &&Outcome| one.status != 200 || !one.is_complete;
    let bad: Vec<_> = outcomes.iter().filter(is_bad).collect();
    assert!(
        bad.is_empty(),
        "{} of {} requests failed, the first: {:?}",
        bad.len(),
        outcomes.len(),
        bad.first()
    );
    assert!(outcomes.len() >= least, "only {} requests", outcomes.len());
}

/// The longest time that a request took.
pub fn longest(outcomes: &[Outcome]) -> Duration {
    outcomes
        .iter()
        .map(|one| one.took)
        .max()
        .unwrap_or_default()
}

/// How many different bodies there were.
pub fn bodies(outcomes: &[Outcome]) -> usize {
    let bodies: std::collections::BTreeSet<_> = outcomes.iter().map(|one| &one.body).collect();
    bodies.len()
}
