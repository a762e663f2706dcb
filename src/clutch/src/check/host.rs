//! The host that an engine has in `clutch check`: it keeps the log, and carries one request.

use std::sync::{Mutex, OnceLock, PoisonError};

use clutch_core::exchange::{Exchange, Failure, FileRange, ResponseHead, Then};
use clutch_core::log::{Level, Record};
use ffi_engine::Slice;
use ffi_engine::abi::{FIELDS, Field, GroupPlan, HostTable, List, Pair, Request};
use ffi_engine::host::{Engine, Host, host_table};

/// What holds for all groups. Written before the engine starts.
static PLAN: OnceLock<GroupPlan<'static>> = OnceLock::new();

/// Lines of the log since they were taken last, with their levels.
static LOG: Mutex<Vec<(Level, String)>> = Mutex::new(Vec::new());

/// What an engine asks of this process.
pub(crate) static HOST: HostTable = host_table::<Checking>();

struct Checking;

impl Host for Checking {
    fn write(record: &Record<'_>) {
        let line = String::from_utf8_lossy(record.text).into_owned();
        let mut log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
        log.push((record.level, line));
    }

    fn level() -> Level {
        Level::Info
    }

    fn group(_: &[u8]) -> GroupPlan<'static> {
        PLAN.get().copied().unwrap_or(GroupPlan::DEFAULT)
    }

    fn retire(_: &str) {}

    fn scoreboard() -> Option<Vec<u8>> {
        None
    }
}

/// Has `plan` hold for all groups.
pub(crate) fn plan(plan: GroupPlan<'static>) {
    PLAN.get_or_init(|| plan);
}

/// The lines of the log since this was called last that are as severe as `least`, or more.
pub(crate) fn take_log(least: Level) -> Vec<String> {
    let mut log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
    let severe = log.drain(..).filter(|(level, _)| *level <= least);
    severe.map(|(_, line)| line).collect()
}

/// Has the application of `script` answer in `group`, with these variables in its environ. `None` if it does not.
pub(crate) fn ask(
    engine: Engine,
    group: &[u8],
    script: &[u8],
    variables: &[(&[u8], &[u8])],
) -> Option<Vec<u8>> {
    let mut fields = [Slice::ABSENT; FIELDS];
    for (field, value) in [
        (Field::RequestMethod, &b"GET"[..]),
        (Field::ScriptName, b""),
        (Field::PathInfo, b"/"),
        (Field::QueryString, b""),
        (Field::ServerProtocol, b"HTTP/1.1"),
        (Field::ServerName, b"localhost"),
        (Field::ServerPort, b"80"),
        (Field::ScriptFilename, script),
    ] {
        fields[field as usize] = Slice::new(value);
    }
    let env: Vec<_> = variables
        .iter()
        .map(|&(name, value)| Pair {
            name: Slice::new(name),
            value: Slice::new(value),
        })
        .collect();
    let request = Request {
        group: Slice::new(group),
        script: Slice::new(script),
        callable: Slice::new(b"application"),
        fields,
        env: List::new(&env),
        server_pid: std::process::id(),
        ..Request::EMPTY
    };
    let mut answer = Answer::default();
    let status = engine.call(&request, &mut answer);
    (status.is_none() && answer.is_complete).then_some(answer.body)
}

/// A request without a body; its response is kept.
#[derive(Debug, Default)]
struct Answer {
    body: Vec<u8>,
    is_complete: bool,
}

impl Exchange for Answer {
    fn read(&mut self, _: usize, _: bool) -> Result<&[u8], Failure> {
        Ok(&[])
    }

    fn start(&mut self, _: &ResponseHead<'_>) -> Result<(), Failure> {
        Ok(())
    }

    fn write(&mut self, data: &[u8], then: Then) -> Result<(), Failure> {
        self.body.extend_from_slice(data);
        self.is_complete |= matches!(then, Then::Finish | Then::FinishNow);
        Ok(())
    }

    fn send_file(&mut self, _: FileRange<'_>) -> Result<(), Failure> {
        Err(Failure::Internal)
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.is_complete = true;
        Ok(())
    }

    fn abort(&mut self) {
        self.is_complete = false;
    }

    fn log(&self, record: &Record<'_>) {
        Checking::write(record);
    }

    fn log_level(&self) -> Level {
        Checking::level()
    }

    fn is_https(&self) -> bool {
        false
    }

    fn tls_variable(&mut self, _: &[u8]) -> Option<&[u8]> {
        None
    }
}
