//! What `mod_wsgi.request_metrics()`, `mod_wsgi.process_metrics()` and `mod_wsgi.server_metrics()` tell.
//!
//! Nothing is measured before an application of the process has called `mod_wsgi.start_recording_metrics()`, but for the number of
//! requests of each thread.

mod histogram;
mod interval;
mod server;
mod taken;
mod tell;
pub(crate) mod threads;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use clutch_sys::lock::Mutex;
use ffi_engine::abi::Request;

use crate::python::waiting;
use crate::wsgi::Call;
use interval::Interval;
pub(crate) use server::server_metrics;
pub(crate) use taken::{Taken, process_began};
pub(crate) use tell::{process_metrics, request_metrics};
pub(crate) use threads::{Done, Serving};

/// Whether requests are recorded. Set once. Relaxed: a request more or less does no harm.
static RECORDING: AtomicBool = AtomicBool::new(false);

/// The interval since the numbers were asked for last.
static INTERVAL: OnceLock<Mutex<Interval>> = OnceLock::new();

/// When this process began, as far as applications see it. Written when Python starts.
static BEGUN: OnceLock<SystemTime> = OnceLock::new();

/// The process begins.
pub(crate) fn process_begins() {
    BEGUN.get_or_init(SystemTime::now);
}

/// Whether requests are recorded.
pub(crate) fn is_recording() -> bool {
    RECORDING.load(Ordering::Relaxed)
}

/// From now on requests are recorded.
pub(crate) fn start_recording() {
    INTERVAL.get_or_init(|| {
        waiting::measure();
        Mutex::new(Interval::begin())
    });
    if !RECORDING.swap(true, Ordering::Relaxed) {
        threads::begin_to_record();
    }
}

/// The phases of a request, for each of which there are times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Phase {
    Server,
    Queue,
    Daemon,
    Application,
    Request,
    GilWait,
    InputRead,
    OutputWrite,
}

impl Phase {
    const ALL: [(Phase, &'static str); 8] = [
        (Phase::Server, "server"),
        (Phase::Queue, "queue"),
        (Phase::Daemon, "daemon"),
        (Phase::Application, "application"),
        (Phase::Request, "request"),
        (Phase::GilWait, "gil_wait"),
        (Phase::InputRead, "input_read"),
        (Phase::OutputWrite, "output_write"),
    ];

    /// Whether only requests in daemons have it.
    pub(crate) fn is_of_daemons(self) -> bool {
        matches!(self, Phase::Queue | Phase::Daemon)
    }
}

/// When a request was where, in microseconds since the epoch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way {
    begun: i64,
    queued: i64,
    /// 0: no daemon has taken it.
    taken: i64,
}

/// The phases of a request before its application began.
pub(crate) struct Before {
    pub(crate) server: Duration,
    /// Waiting for a daemon, and in it.
    pub(crate) in_daemon: Option<(Duration, Duration)>,
}

impl Way {
    pub(crate) fn of(request: &Request<'_>) -> Self {
        Self {
            begun: request.request_start,
            queued: request.queue_start,
            taken: request.daemon_start,
        }
    }

    /// The phases of a request whose application began then.
    pub(crate) fn before(self, started: i64) -> Before {
        let Self {
            begun,
            queued,
            taken,
        } = self;
        let between = |from: i64, to: i64| Duration::from_micros((to - from).max(0).unsigned_abs());
        match taken {
            0 => Before {
                server: between(begun, started),
                in_daemon: None,
            },
            taken => Before {
                server: between(begun, queued),
                in_daemon: Some((between(queued, taken), between(taken, started))),
            },
        }
    }
}

/// Adds a call that is over to the interval, if its application was called. To be called on the thread that ran it.
pub(crate) fn record(call: &Call, request: &Request<'_>) {
    let (Some(meter), Some(interval)) = (call.meter(), INTERVAL.get()) else {
        return;
    };
    let before = Way::of(request).before(meter.started_micros());
    let application = meter.time();
    let mut times = [None; Phase::ALL.len()];
    let mut set = |phase: Phase, time| times[phase as usize] = Some(time);
    let mut whole = application + before.server;
    set(Phase::Server, before.server);
    if let Some((queue, daemon)) = before.in_daemon {
        set(Phase::Queue, queue);
        set(Phase::Daemon, daemon);
        whole += queue + daemon;
    }
    set(Phase::Application, application);
    set(Phase::Request, whole);
    let waits = call.gil_waits();
    if crate::interpreter::thread_number() > 0 {
        set(Phase::GilWait, Duration::from_nanos(waits.nanoseconds));
    }
    set(Phase::InputRead, meter.input.time());
    set(Phase::OutputWrite, meter.output.time());
    interval
        .lock()
        .add(&times, call.final_status(), meter, waits.count);
}
