//! httpd's scoreboard as a dict of Python.

use std::time::{Duration, SystemTime};

use clutch_core::scoreboard::{Process, Scoreboard, Worker};
use clutch_sys::time::seconds;

use super::tell::Filling;
use crate::host;
use crate::python::{Attached, Object, PyResult};

/// What httpd's processes and threads do; `None` if this process may not know, or nobody tells.
pub(crate) fn server_metrics(py: Attached<'_>) -> PyResult<Object<'_>> {
    match py.detached((), |()| host::scoreboard()) {
        Some(board) => server(py, &board),
        None => Ok(py.none()),
    }
}

/// Seconds since the epoch of a time in microseconds.
fn moment(microseconds: i64) -> f64 {
    microseconds as f64 / 1e6
}

fn server<'py>(py: Attached<'py>, board: &Scoreboard) -> PyResult<Object<'py>> {
    let now = SystemTime::now();
    let restarted = Duration::from_micros(board.restart_time.max(0).unsigned_abs());
    let running = now.duration_since(SystemTime::UNIX_EPOCH + restarted);
    let dict = Filling::new(py)?;
    dict.int("server_limit", board.server_limit.into())?;
    dict.int("thread_limit", board.thread_limit.into())?;
    dict.set("running_generation", py.int(board.generation)?)?;
    dict.float("restart_time", moment(board.restart_time))?;
    dict.float("current_time", seconds(now))?;
    dict.int("running_time", running.unwrap_or_default().as_secs())?;
    let processes = (0..).zip(&board.processes);
    dict.list(
        "processes",
        processes.map(|(number, one)| process(py, number, one)),
    )?;
    Ok(dict.done())
}

fn process<'py>(py: Attached<'py>, number: u64, process: &Process) -> PyResult<Object<'py>> {
    let dict = Filling::new(py)?;
    dict.int("process_num", number)?;
    dict.int("pid", process.pid.into())?;
    dict.set("generation", py.int(process.generation)?)?;
    dict.set("quiescing", py.boolean(process.quiescing))?;
    dict.list("workers", process.workers.iter().map(|one| worker(py, one)))?;
    Ok(dict.done())
}

fn worker<'py>(py: Attached<'py>, worker: &Worker) -> PyResult<Object<'py>> {
    let dict = Filling::new(py)?;
    dict.int("thread_num", worker.thread_num.into())?;
    dict.set("generation", py.int(worker.generation)?)?;
    dict.set("status", py.text(&worker.status_sign().to_string())?)?;
    dict.int("access_count", worker.access_count)?;
    dict.int("bytes_served", worker.bytes_served)?;
    dict.float("start_time", moment(worker.start_time))?;
    dict.float("stop_time", moment(worker.stop_time))?;
    dict.float("last_used", moment(worker.last_used))?;
    dict.set("client", py.latin1(&worker.client)?)?;
    dict.set("request", py.latin1(&worker.request)?)?;
    dict.set("vhost", py.latin1(&worker.vhost)?)?;
    Ok(dict.done())
}
