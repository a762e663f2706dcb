//! Reports of this process to who the operator says (`WSGITelemetryService`): a Unix datagram socket, such as that of the program
//! `mod_wsgi-telemetry`.
//!
//! ```text
//! mod.rs         the reporter: when something is sent, and how
//! record.rs      a record as bytes
//! identity.rs    who reports
//! requests.rs    what has happened in an interval
//! slow.rs        requests that take long
//! collections.rs what the garbage collector does
//! ```
//!
//! A thread of its own sends; it takes no GIL, and nothing ever waits for who receives: what that has no room for is lost. Another
//! thread asks the interpreters for what their garbage collectors have done.

mod collections;
mod identity;
mod record;
mod requests;
mod slow;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use clutch_core::code;
use clutch_sys::datagram::Datagrams;
use clutch_sys::lock::{Condvar, Mutex};
use ffi_engine::abi::{Plan, TelemetryPlan};

use crate::{host, interpreter, metrics};
use identity::Identity;
use record::{Fields, Kind};
pub(crate) use slow::{Facts, note};

/// Whether this process reports, so that its applications do not. Written before there are requests.
static IS_ON: AtomicBool = AtomicBool::new(false);

/// Written once.
static REPORTER: OnceLock<Reporter> = OnceLock::new();

/// Who reports.
struct Reporter {
    plan: TelemetryPlan<'static>,
    identity: Identity,
    way: Mutex<Way>,
    slow: slow::Ring,
    /// Why the process ends, once that has been decided. Held for a moment.
    leaving: Mutex<Option<String>>,
    /// Told when the process ends.
    told: Condvar,
}

/// The way to the receiver.
struct Way {
    datagrams: Datagrams,
    sequence: u32,
    /// Records that were not taken, since one was.
    lost: u64,
}

/// Whether this process reports, so that its applications do not.
pub(crate) fn is_on() -> bool {
    IS_ON.load(Ordering::Relaxed)
}

/// Begins to report, if the operator wants that. To be called when Python has started.
pub(crate) fn start(plan: &'static Plan<'static>) {
    let Some(path) = plan.telemetry.socket.get() else {
        return;
    };
    IS_ON.store(true, Ordering::Relaxed);
    let datagrams = match Datagrams::to(Path::new(OsStr::from_bytes(path))) {
        Ok(datagrams) => datagrams,
        Err(error) => {
            let text = format!("WSGITelemetryService has no effect: {error}");
            return host::fault(&code::TELEMETRY_UNUSABLE.says(text));
        }
    };
    metrics::start_recording();
    let reporter = REPORTER.get_or_init(|| Reporter {
        plan: plan.telemetry,
        identity: Identity::of(plan),
        way: Mutex::new(Way {
            datagrams,
            sequence: 0,
            lost: 0,
        }),
        slow: slow::Ring::default(),
        leaving: Mutex::default(),
        told: Condvar::new(),
    });
    let mut fields = Fields::default();
    reporter.identity.whole(&mut fields);
    reporter.send(Kind::Started, metrics::process_began(), &fields);
    let both = interpreter::spawn("clutch-telemetry", || reporter.report())
        && interpreter::spawn("clutch-collected", || reporter.report_collections());
    if !both {
        let text = "WSGITelemetryService gets no thread to report with";
        host::fault(&code::TELEMETRY_NO_THREAD.says(text));
    }
}

/// The process takes no more requests, for this reason, which is empty in httpd's own processes. Only the first one counts.
pub(crate) fn leaves(reason: &[u8]) {
    let Some(reporter) = REPORTER.get() else {
        return;
    };
    {
        let mut leaving = reporter.leaving.lock();
        if leaving.is_some() {
            return;
        }
        *leaving = Some(String::from_utf8_lossy(reason).into_owned());
    }
    let mut fields = Fields::default();
    reporter.identity.place(&mut fields);
    fields.text(130, reason, 64);
    fields.count(133, metrics::threads::running());
    reporter.send(Kind::Stopping, SystemTime::now(), &fields);
}

/// Python has ended, as far as it does, and the process is about to.
pub(crate) fn stopped() {
    let Some(reporter) = REPORTER.get() else {
        return;
    };
    let reason = reporter.leaving.lock().clone().unwrap_or_default();
    reporter.told.notify_all();
    reporter.report_requests();
    let now = SystemTime::now();
    let lived = now.duration_since(metrics::process_began());
    let running = metrics::threads::running();
    let mut fields = Fields::default();
    reporter.identity.place(&mut fields);
    fields.text(130, reason.as_bytes(), 64);
    fields.number(131, lived.unwrap_or_default().as_secs_f64());
    fields.count(132, metrics::threads::requests());
    fields.count(134, running);
    fields.count(135, u64::from(running == 0));
    reporter.send(Kind::Stopped, now, &fields);
}

impl Reporter {
    /// Sends a record, or loses it.
    fn send(&self, kind: Kind, stamp: SystemTime, fields: &Fields) {
        let mut way = self.way.lock();
        way.sequence = way.sequence.wrapping_add(1);
        let header = record::header(kind, way.sequence, stamp);
        match way.datagrams.send(&[&header[..], &fields.0].concat()) {
            Ok(()) => way.lost = 0,
            Err(error) => {
                way.lost += 1;
                if way.lost == 1 {
                    tracing::debug!(%error, "nobody takes reports");
                }
            }
        }
    }

    /// Waits until the next report is due. `false` if the process ends.
    fn next(&self, due: &mut Instant) -> bool {
        let interval = Duration::from_millis(self.plan.interval.into());
        *due = (*due + interval).max(Instant::now());
        let mut leaving = self.leaving.lock();
        while interpreter::is_running() {
            if self.told.wait_until(&mut leaving, *due).timed_out() {
                return interpreter::is_running();
            }
        }
        false
    }

    /// Reports until the process ends.
    fn report(&self) {
        let mut due = Instant::now();
        while self.next(&mut due) {
            self.report_requests();
        }
    }

    /// Reports what has happened since it was reported last.
    fn report_requests(&self) {
        let mut fields = Fields::default();
        self.identity.whole(&mut fields);
        if let Some(taken) = metrics::Taken::take() {
            requests::put(&mut fields, &taken, &self.plan);
            self.send(Kind::Requests, taken.now, &fields);
        }
        let limit = Duration::from_millis(self.plan.slow_requests.into());
        for one in self.slow.take().into_iter().chain(slow::running(limit)) {
            self.send(Kind::Slow, SystemTime::now(), &one);
        }
    }

    /// Reports what garbage collectors do, until the process ends.
    fn report_collections(&self) {
        let mut due = Instant::now();
        while self.next(&mut due) {
            let collected = collections::of_all();
            self.send(Kind::Collector, SystemTime::now(), &collected.snapshot());
            for one in &collected.events {
                self.send(Kind::Collection, SystemTime::now(), &one.fields());
            }
        }
    }
}
