//! The numbers as dicts of Python.

use std::time::SystemTime;

use clutch_sys::time::seconds;
use clutch_sys::usage;

use super::interval::Interval;
use super::{INTERVAL, Phase, Taken, process_began, threads};
use crate::python::{Attached, Object, PyResult};
use crate::telemetry;

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

/// What has happened since this was asked last, by anyone; `None` if nothing is recorded, or this process reports it.
pub(crate) fn request_metrics(py: Attached<'_>) -> PyResult<Object<'_>> {
    let Some(taken) = (!telemetry::is_on()).then(Taken::take).flatten() else {
        return Ok(py.none());
    };
    let dict = Filling::new(py)?;
    dict.int("pid", std::process::id().into())?;
    dict.float("start_time", seconds(taken.interval.begun))?;
    dict.float("stop_time", seconds(taken.now))?;
    dict.float("sample_period", taken.period)?;
    let (user, system) = taken.processor();
    dict.cpu("utilization", user, system)?;
    dict.cpu("time", user, system)?; // The older names of the same rates.
    dict.int("memory_max_rss", taken.most_resident)?;
    dict.int("memory_rss", taken.resident)?;
    requests(&dict, &taken)?;
    phases(&dict, &taken.interval, taken.is_daemon)?;
    of_threads(&dict, &taken)?;
    Ok(dict.1)
}

fn requests(dict: &Filling<'_>, taken: &Taken) -> PyResult<()> {
    let interval = &taken.interval;
    dict.int("request_count", taken.requests)?;
    dict.float("request_throughput", taken.requests as f64 / taken.period)?;
    for (class, count) in (1..).zip(interval.statuses) {
        dict.int(&format!("status_{class}xx"), count)?;
    }
    dict.int("input_bytes", interval.input.bytes)?;
    dict.int("input_reads", interval.input.operations)?;
    dict.int("output_bytes", interval.output.bytes)?;
    dict.int("output_writes", interval.output.operations)?;
    dict.int("gil_wait_count", interval.gil_waits)
}

fn phases(dict: &Filling<'_>, interval: &Interval, is_daemon: bool) -> PyResult<()> {
    let py = dict.0;
    for ((phase, name), times) in Phase::ALL.into_iter().zip(&interval.times) {
        dict.list(
            &format!("{name}_time_buckets"),
            times.buckets.iter().map(|count| int(py, *count)),
        )?;
        let mean = match phase.is_of_daemons() && !is_daemon {
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

fn of_threads(dict: &Filling<'_>, taken: &Taken) -> PyResult<()> {
    let py = dict.0;
    dict.int("request_threads_maximum", taken.most_threads as u64)?;
    dict.int("request_threads_started", taken.threads_started)?;
    dict.int("request_threads_active", taken.active_threads())?;
    dict.float("capacity_utilization", taken.utilization())?;
    let places = taken.places();
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
    if INTERVAL.get().is_none() || telemetry::is_on() {
        return Ok(py.none());
    }
    let (begun, usage, now) = (process_began(), usage::of_process(), SystemTime::now());
    let resident = usage::resident();
    let counts = threads::counts();
    let dict = Filling::new(py)?;
    dict.int("pid", std::process::id().into())?;
    dict.float("request_busy_time", threads::busy().as_secs_f64())?;
    dict.int("request_count", threads::requests())?;
    dict.int("memory_max_rss", usage.most_resident.max(resident))?;
    dict.int("memory_rss", resident)?;
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
