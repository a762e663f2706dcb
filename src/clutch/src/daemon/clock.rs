//! Time limits of a daemon: of its requests, of its life, of what its Python may keep to itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use clutch_core::code;
use clutch_core::transport::{Encoder, Frame, Kind};
use clutch_sys::process;
use ffi_engine::host::Engine;

use super::log;
use super::state::{Running, State};

/// How long a request goes on after its exception if the operator says nothing.
const GRACE: Duration = Duration::from_secs(5);

/// The pause between two looks at the GIL.
const BEAT: Duration = Duration::from_secs(1);

/// The exit status of a process that could not end in time.
pub(crate) const FORCED: i32 = 255;

/// Milliseconds of the process's life at the last time that the GIL was had.
static HAD_THE_GIL: AtomicU64 = AtomicU64::new(0);

/// Ends the process if what this returns has not been dropped within `limit`; never if that is 0. For scripts that are loaded
/// before requests come: as long as they are not, the process serves nobody.
pub(super) fn limit_start(limit: Duration) -> Option<Sender<()>> {
    if limit.is_zero() {
        return None;
    }
    let (loaded, is_loaded) = mpsc::channel();
    let wait = move || {
        if is_loaded.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
            let text = "the scripts of its start are not loaded within startup-timeout; the process ends: startup_timeout";
            log::fault(&code::NOT_LOADED.says(text));
            process::exit_now(FORCED);
        }
    };
    // Without the thread, a start that hangs is not seen.
    let _ = thread::Builder::new()
        .name("wsgi-startup".into())
        .spawn(wait);
    Some(loaded)
}

/// Looks at all limits. To be called several times a second.
pub(super) fn look(state: &State) {
    let group = &state.spec.group;
    let over = |limit: Duration, time: Duration| !limit.is_zero() && time >= limit;
    let age = state.started.elapsed();
    if over(group.restart_interval, age) {
        state.wish("restart_interval");
    }
    let inactive = state.inactive_for();
    if inactive.is_some_and(|time| state.is_idle() && over(group.inactivity_timeout, time)) {
        state.wish("inactivity_timeout");
    }
    let first = state.first.load(Ordering::Relaxed);
    let since_first = age.saturating_sub(Duration::from_millis(first));
    let loaded = state.loaded_one.load(Ordering::Relaxed);
    if first != 0 && !loaded && over(group.startup_timeout, since_first) {
        state.wish("startup_timeout");
    }
    let had = Duration::from_millis(HAD_THE_GIL.load(Ordering::Relaxed));
    if had > Duration::ZERO && over(group.deadlock_timeout, age.saturating_sub(had)) {
        let text = "nobody could get the GIL for as long as deadlock-timeout allows; the process ends: deadlock_timeout";
        log::fault(&code::DEADLOCK.says(text));
        process::exit_now(FORCED);
    }
    requests(state);
}

/// Answers for requests that run on although they were interrupted.
fn requests(state: &State) {
    let group = &state.spec.group;
    if group.request_timeout.is_zero() {
        return;
    }
    let grace = match group.interrupt_timeout {
        Duration::ZERO => GRACE,
        given => given,
    };
    let running = state.running.lock();
    let late = running
        .iter()
        .filter(|one| one.since.elapsed() >= group.request_timeout + grace);
    for one in late {
        if !one.given_up.swap(true, Ordering::Relaxed) {
            give_up(one);
            state.wish("request_timeout");
        }
    }
}

/// Answers in the place of a thread that does not come back.
fn give_up(request: &Running) {
    let text = "the request has run longer than request-timeout and interrupt-timeout let it; the process is replaced";
    let mut frames = Vec::new();
    Frame::put_fault(&mut frames, &code::GIVEN_UP.says(text));
    Frame::put(&mut frames, Kind::Answer, 0, |bytes| {
        Encoder(bytes).put_u16(504);
    });
    request.turn.answer_instead(&request.socket, &frames);
}

/// Takes the main interpreter's GIL once a second, so that it is seen when that cannot be had.
pub(super) fn watch_the_gil(state: &Arc<State>, engine: Engine) {
    if state.spec.group.deadlock_timeout.is_zero() {
        return;
    }
    let started = state.started;
    let beat = move || {
        loop {
            engine.beat();
            let age = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            HAD_THE_GIL.store(age.max(1), Ordering::Relaxed);
            thread::sleep(BEAT);
        }
    };
    // Without the thread, a deadlock is not seen.
    let _ = thread::Builder::new().name("wsgi-beat".into()).spawn(beat);
}

/// Ends the process when Python has not ended within `limit`; never if that is 0.
pub(super) fn end_in_any_case(limit: Duration) {
    if limit.is_zero() {
        return;
    }
    let until = Instant::now() + limit;
    let reap = move || {
        thread::sleep(until.saturating_duration_since(Instant::now()));
        let text = "the process did not end within shutdown-timeout and is made to";
        log::fault(&code::NOT_ENDED.says(text));
        process::exit_now(FORCED);
    };
    let _ = thread::Builder::new()
        .name("wsgi-reaper".into())
        .spawn(reap);
}
