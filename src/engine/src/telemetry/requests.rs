//! The main record: what has happened in an interval.

use ffi_engine::abi::TelemetryPlan;

use super::record::Fields;
use crate::metrics::{Done, Phase, Taken};

/// Most threads that a record tells of.
const MOST_THREADS: usize = 128;

/// Puts the interval behind who reports.
pub(super) fn put(fields: &mut Fields, taken: &Taken, plan: &TelemetryPlan<'_>) {
    fields.number(10, taken.period);
    fields.number(11, f64::from(plan.interval) / 1e3);
    fields.number(12, f64::from(plan.slow_requests) / 1e3);
    fields.count(20, taken.requests);
    fields.number(21, taken.requests as f64 / taken.period);
    fields.number(22, taken.utilization());
    let (user, system) = taken.processor();
    fields.number(30, user);
    fields.number(31, system);
    fields.number(32, user + system);
    fields.count(40, taken.resident);
    fields.count(41, taken.most_resident);
    fields.count(50, taken.most_threads as u64);
    fields.count(51, taken.threads_started);
    fields.count(52, taken.active_threads());
    phases(fields, taken);
    let interval = &taken.interval;
    for (id, sums) in [(100, interval.input), (102, interval.output)] {
        fields.count(id, sums.bytes);
        fields.count(id + 1, sums.operations);
    }
    for (id, count) in (120..).zip(interval.statuses) {
        fields.count(id, count);
    }
    threads(fields, taken);
}

/// Phases in the order of their fields: what comes from 60, 70, 80 and 90 on.
const ORDER: [Phase; 8] = [
    Phase::Server,
    Phase::Queue,
    Phase::Daemon,
    Phase::Application,
    Phase::Request,
    Phase::GilWait,
    Phase::InputRead,
    Phase::OutputWrite,
];

fn phases(fields: &mut Fields, taken: &Taken) {
    for (at, phase) in (0..).zip(ORDER) {
        if phase.is_of_daemons() && !taken.is_daemon {
            continue;
        }
        let times = &taken.interval.times[phase as usize];
        fields.number(60 + at, times.mean(taken.interval.finished));
        if let Some((least, most)) = times.extremes {
            fields.number(70 + at, least as f64 / 1e6);
            fields.number(80 + at, most as f64 / 1e6);
        }
        fields.counts(90 + at, times.buckets.iter().copied());
    }
}

fn threads(fields: &mut Fields, taken: &Taken) {
    let places = taken.places();
    let places = &places[..places.len().min(MOST_THREADS)];
    fields.counts(110, places.iter().map(|done| done.completed));
    type Time = fn(&Done) -> std::time::Duration;
    let times: [(u16, Time); 4] = [
        (111, |done| done.busy),
        (112, |done| done.cpu),
        (113, |done| done.current),
        (114, |done| done.longest),
    ];
    for (id, of) in times {
        fields.numbers(id, places.iter().map(|done| of(done).as_secs_f64()));
    }
}
