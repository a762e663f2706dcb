//! Requests that take long: those that have ended wait in a ring for the next report, those that run are looked for then.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use clutch_sys::lock::Mutex;
use clutch_sys::time::{microseconds, seconds};
use ffi_engine::abi::{Field, Request};

use super::record::Fields;
use super::{REPORTER, is_on};
use crate::interpreter::thread_number;
use crate::metrics::{Way, threads};
use crate::wsgi::Call;

/// Most requests that wait for the next report; those that have waited longest are lost first.
const MOST: usize = 1_024;

/// Most running requests that a report tells of, those first that run for the longest time.
const MOST_RUNNING: usize = 64;

/// Texts about a request: the field, which it is, and the most bytes of it.
const TEXTS: [(u16, Field, usize); 7] = [
    (204, Field::RequestId, 64),
    (210, Field::RequestMethod, 16),
    (211, Field::RequestScheme, 16),
    (213, Field::ScriptName, 256),
    (214, Field::PathInfo, 512),
    (215, Field::ServerProtocol, 16),
    (216, Field::RemoteAddr, 46),
];

/// Most bytes of a host's name, and of the name of a client's program.
const MOST_HOST: usize = 256;
const MOST_AGENT: usize = 512;

/// What is to be told of a request if it takes long, noted when it begins.
pub(crate) struct Facts {
    begun: SystemTime,
    since: Instant,
    way: Way,
    child: u32,
    thread: u32,
    /// Requests that ran, with this one.
    running: u64,
    texts: Fields,
}

impl Facts {
    /// The facts of `request`, which this thread begins; `None` if it is not reported even if it takes long.
    pub(crate) fn of(request: &Request<'_>) -> Option<Box<Self>> {
        if !is_on() {
            return None;
        }
        let reporter = REPORTER.get()?;
        (reporter.plan.slow_requests > 0).then(|| {
            Box::new(Self {
                begun: SystemTime::now(),
                since: Instant::now(),
                way: Way::of(request),
                child: request.server_pid,
                thread: thread_number(),
                running: threads::running() + 1,
                texts: texts(request, reporter.plan.user_agent),
            })
        })
    }
}

fn texts(request: &Request<'_>, user_agent: bool) -> Fields {
    let mut fields = Fields::default();
    for (id, field, most) in TEXTS {
        fields.text(id, request.fields[field as usize].bytes(), most);
    }
    let header = |wanted: &[u8]| {
        let mut headers = request.headers.get().iter();
        let found = headers.find(|pair| pair.name.bytes().eq_ignore_ascii_case(wanted));
        found.map(|pair| pair.value.bytes())
    };
    let server = request.fields[Field::ServerName as usize].bytes();
    let host = header(b"host").map_or(server, without_port);
    fields.text(212, host, MOST_HOST);
    if user_agent {
        fields.text(217, header(b"user-agent").unwrap_or_default(), MOST_AGENT);
    }
    fields
}

/// The name in a `Host` header.
fn without_port(host: &[u8]) -> &[u8] {
    let port = host.iter().rposition(|&byte| byte == b':');
    match port.filter(|&at| host[at + 1..].iter().all(u8::is_ascii_digit)) {
        Some(at) => &host[..at],
        None => host,
    }
}

/// Requests that have ended and have taken long.
#[derive(Default)]
pub(super) struct Ring(Mutex<VecDeque<Fields>>);

impl Ring {
    /// All of them, which are forgotten.
    pub(super) fn take(&self) -> VecDeque<Fields> {
        std::mem::take(&mut *self.0.lock())
    }
}

/// Notes a call that has ended on this thread, if it has taken long.
pub(crate) fn note(call: &Call) {
    let (Some(facts), Some(reporter)) = (call.facts(), REPORTER.get()) else {
        return;
    };
    let took = facts.since.elapsed();
    if took < Duration::from_millis(reporter.plan.slow_requests.into()) {
        return;
    }
    let mut fields = Fields::default();
    fields.count(200, 1);
    put(&mut fields, call, facts, took);
    let waits = call.gil_waits();
    fields.number(224, waits.nanoseconds as f64 / 1e9);
    fields.count(225, waits.count);
    fields.count(240, call.final_status().into());
    let cpu = call.meter().and_then(|meter| meter.cpu());
    let (user, system) = cpu.unwrap_or_default();
    fields.number(250, user.as_secs_f64());
    fields.number(251, system.as_secs_f64());
    fields.count(261, threads::running());
    let mut ring = reporter.slow.0.lock();
    if ring.len() >= MOST {
        ring.pop_front();
    }
    ring.push_back(fields);
}

/// The requests that run for longer than `limit`; none if that is 0.
pub(super) fn running(limit: Duration) -> Vec<Fields> {
    if limit.is_zero() {
        return Vec::new();
    }
    let took = |call: &Arc<Call>| call.facts().map(|facts| facts.since.elapsed());
    let mut calls: Vec<_> = threads::calls()
        .into_iter()
        .filter_map(|call| Some((took(&call).filter(|&took| took >= limit)?, call)))
        .collect();
    calls.sort_by_key(|(took, _)| std::cmp::Reverse(*took));
    calls.truncate(MOST_RUNNING);
    let tell = |(took, call): (Duration, Arc<Call>)| {
        let facts = call.facts()?;
        let mut fields = Fields::default();
        fields.count(200, 0);
        put(&mut fields, &call, facts, took);
        fields.number(224, 0.0); // what its thread waits for, it alone knows
        fields.count(225, 0);
        fields.count(240, 0);
        fields.number(250, 0.0);
        fields.number(251, 0.0);
        fields.count(261, 0);
        Some(fields)
    };
    calls.into_iter().filter_map(tell).collect()
}

/// What is the same for requests that run and that have ended.
fn put(fields: &mut Fields, call: &Call, facts: &Facts, took: Duration) {
    fields.number(201, seconds(facts.begun));
    fields.number(202, took.as_secs_f64());
    fields.count(203, facts.thread.into());
    fields.count(205, facts.child.into());
    let meter = call.meter();
    // One whose application has not been called yet is on its way to it.
    let started = meter.map_or_else(
        || microseconds(SystemTime::now()),
        |meter| meter.started_micros(),
    );
    let before = facts.way.before(started);
    let (queue, daemon) = before.in_daemon.unwrap_or_default();
    let application = meter.map(|meter| meter.time()).unwrap_or_default();
    for (id, time) in (220..).zip([before.server, queue, daemon, application]) {
        fields.number(id, time.as_secs_f64());
    }
    if let Some(meter) = meter {
        for (id, flow) in [(230, &meter.input), (232, &meter.output)] {
            fields.count(id, flow.bytes());
            fields.count(id + 1, flow.operations());
        }
        fields.number(234, meter.input.time().as_secs_f64());
        fields.number(235, meter.output.time().as_secs_f64());
    }
    fields.count(260, facts.running);
    fields.0.extend_from_slice(&facts.texts.0);
}

#[cfg(test)]
mod tests {
    use super::without_port;

    #[test]
    fn the_name_in_a_host_header_is_without_its_port() {
        for (header, name) in [
            ("example.org:8080", "example.org"),
            ("example.org", "example.org"),
            ("[::1]:80", "[::1]"),
            ("[2001:db8::a]", "[2001:db8::a]"),
            ("", ""),
        ] {
            assert_eq!(without_port(header.as_bytes()), name.as_bytes());
        }
    }
}
