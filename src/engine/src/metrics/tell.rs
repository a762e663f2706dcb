//! The numbers as dicts of Python.

use std::time::SystemTime;

use clutch_sys::time::seconds;
use clutch_sys::usage;

use super::interval::Interval;
use super::{BEGUN, INTERVAL, Phase, threads};
use crate::interpreter::{is_daemon, threads_per_process};
use crate::python::{Attached, Object, PyResult};

/// Shortest interval that rates are computed for, in seconds.
const SHORTEST: f64 = 1e-6;

/// A dict that is being filled.
pub(super) struct Filling<'py>(Attached<'py>, Object<'py>);

impl<'py> Filling<'py> {
    pub(super) fn new(py: Attached<'py>) -> PyResult<Self> {
        Ok(Self(py, py.dict()?))
    }

    pub(super) fn set(&self, name: &str, value: Object<'py>) -> PyResult<()> {
        self.1.set_item(&self.0.text(name)?, &value)
    }

    pub(super) fn int(&self, name: &str, value: u64) -> PyResult<()> {
        self.set(name, int(self.0, value)?)
    }

    pub(super) fn float(&self, name: &str, value: f64) -> PyResult<()> {
        self.set(name, self.0.float(value)?)
    }

    /// The dict.
    pub(super) fn done(self) -> Object<'py> {
        self.1
    }

    pub(super) fn list(
        &self,
        name: &str,
        items: impl Iterator<Item = PyResult<Object<'py>>>,
    ) -> PyResult<()> {
        let list = self.0.list()?;
        for item in items {
            list.append(&item?)?;
        }
        self.set(name, list)
    }

    /// Processor time, under the names of `what`: user, system, both.
    fn cpu(&self, what: &str, user: f64, system: f64) -> PyResult<()> {
        self.float(&format!("cpu_user_{what}"), user)?;
        self.float(&format!("cpu_system_{what}"), system)?;
        self.float(&format!("cpu_{what}"), user + system)
    }
}

fn int(py: Attached<'_>, value: u64) -> PyResult<Object<'_>> {
    py.int(i64::try_from(value).unwrap_or(i64::MAX))
}

/// What has happened since this was asked last, by anyone; `None` if nothing is recorded.
pub(crate) fn request_metrics(py: Attached<'_>) -> PyResult<Object<'_>> {
    let Some(interval) = INTERVAL.get() else {
        return Ok(py.none());
    };
    // Both at once, as far as that goes; no Python code runs while the lock is held.
    let (interval, threads) = {
        let mut current = interval.lock();
        (
            std::mem::replace(&mut *current, Interval::begin()),
            threads::take_done(),
        )
    };
    let now = SystemTime::now();
    let period = interval.since.elapsed().as_secs_f64().max(SHORTEST);
    let dict = Filling::new(py)?;
    dict.int("pid", std::process::id().into())?;
    dict.float("start_time", seconds(interval.begun))?;
    dict.float("stop_time", seconds(now))?;
    dict.float("sample_period", period)?;
    resources(&dict, &interval, period)?;
    requests(&dict, &interval, period)?;
    phases(&dict, &interval)?;
    of_threads(&dict, &threads, period)?;
    Ok(dict.1)
}

fn resources(dict: &Filling<'_>, interval: &Interval, period: f64) -> PyResult<()> {
    let usage = usage::of_process();
    let user = usage.user.saturating_sub(interval.usage.user).as_secs_f64() / period;
    let system = usage
        .system
        .saturating_sub(interval.usage.system)
        .as_secs_f64()
        / period;
    dict.cpu("utilization", user, system)?;
    dict.cpu("time", user, system)?; // The older names of the same rates.
    dict.int("memory_max_rss", usage.most_resident)?;
    dict.int("memory_rss", usage::resident())
}

fn requests(dict: &Filling<'_>, interval: &Interval, period: f64) -> PyResult<()> {
    let count = threads::requests() - interval.requests_before;
    dict.int("request_count", count)?;
    dict.float("request_throughput", count as f64 / period)?;
    for (class, count) in (1..).zip(interval.statuses) {
        dict.int(&format!("status_{class}xx"), count)?;
    }
    dict.int("input_bytes", interval.input.bytes)?;
    dict.int("input_reads", interval.input.operations)?;
    dict.int("output_bytes", interval.output.bytes)?;
    dict.int("output_writes", interval.output.operations)?;
    dict.int("gil_wait_count", interval.gil_waits)
}

fn phases(dict: &Filling<'_>, interval: &Interval) -> PyResult<()> {
    let py = dict.0;
    for ((phase, name), times) in Phase::ALL.into_iter().zip(&interval.times) {
        dict.list(
            &format!("{name}_time_buckets"),
            times.buckets.iter().map(|count| int(py, *count)),
        )?;
        let mean = match phase.is_of_daemons() && !is_daemon() {
            true => py.none(),
            false => py.float(times.mean(interval.finished))?,
        };
        dict.set(&format!("{name}_time"), mean)?;
        let (least, most) = times.extremes.unzip();
        for (end, value) in [("min", least), ("max", most)] {
            let value = value.map_or_else(|| Ok(py.none()), |value| int(py, value))?;
            dict.set(&format!("{name}_time_{end}_us"), value)?;
        }
    }
    Ok(())
}

fn of_threads(dict: &Filling<'_>, threads: &[(u32, threads::Done)], period: f64) -> PyResult<()> {
    let py = dict.0;
    let most = threads_per_process().max(1) as usize;
    let is_active = |done: &threads::Done| done.completed > 0 || !done.current.is_zero();
    let active = threads.iter().filter(|(_, done)| is_active(done)).count();
    let busy: f64 = threads
        .iter()
        .map(|(_, done)| done.busy.as_secs_f64())
        .sum();
    dict.int("request_threads_maximum", most as u64)?;
    dict.int("request_threads_started", threads::started())?;
    dict.int("request_threads_active", active as u64)?;
    dict.float("capacity_utilization", busy / period / most as f64)?;
    let mut places = vec![threads::Done::default(); most];
    for (number, done) in threads {
        let place = (*number as usize).checked_sub(1); // The process's first thread has none.
        if let Some(place) = place.and_then(|place| places.get_mut(place)) {
            *place = *done;
        }
    }
    for name in ["request_threads_completed", "request_threads_buckets"] {
        dict.list(name, places.iter().map(|done| int(py, done.completed)))?;
    }
    type Time = fn(&threads::Done) -> std::time::Duration;
    let times: [(&str, Time); 4] = [
        ("request_threads_busy_time", |done| done.busy),
        ("request_threads_cpu_time", |done| done.cpu),
        ("request_threads_current_elapsed", |done| done.current),
        ("request_threads_max_duration", |done| done.longest),
    ];
    for (name, of) in times {
        dict.list(
            name,
            places.iter().map(|done| py.float(of(done).as_secs_f64())),
        )?;
    }
    Ok(())
}

/// What this process has done since it began; `None` if nothing is recorded.
pub(crate) fn process_metrics(py: Attached<'_>) -> PyResult<Object<'_>> {
    if INTERVAL.get().is_none() {
        return Ok(py.none());
    }
    let (usage, now) = (usage::of_process(), SystemTime::now());
    let begun = *BEGUN.get_or_init(|| now);
    let counts = threads::counts();
    let dict = Filling::new(py)?;
    dict.int("pid", std::process::id().into())?;
    dict.float("request_busy_time", threads::busy().as_secs_f64())?;
    dict.int("request_count", threads::requests())?;
    dict.int("memory_max_rss", usage.most_resident)?;
    dict.int("memory_rss", usage::resident())?;
    dict.cpu("time", usage.user.as_secs_f64(), usage.system.as_secs_f64())?;
    dict.float("restart_time", seconds(begun))?;
    dict.float("current_time", seconds(now))?;
    dict.int(
        "running_time",
        now.duration_since(begun).unwrap_or_default().as_secs(),
    )?;
    dict.int("request_threads", threads::started())?;
    let active = counts.iter().filter(|(_, _, runs)| *runs).count();
    dict.int("active_requests", active as u64)?;
    let of_thread = |(number, count, _): &(u32, u64, bool)| {
        let one = Filling::new(py)?;
        one.int("thread_id", (*number).into())?;
        one.int("request_count", *count)?;
        Ok(one.1)
    };
    dict.list("threads", counts.iter().map(of_thread))?;
    Ok(dict.1)
}
