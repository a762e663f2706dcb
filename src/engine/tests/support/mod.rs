//! An engine in this process, and requests that are carried by memory.
#![expect(
    unreachable_pub,
    clippy::unwrap_used,
    reason = "a module of a test program"
)]

#[allow(dead_code, reason = "not every test changes files")]
pub mod files;

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};

use clutch_core::exchange::{Exchange, Failure, FileRange, ResponseHead, Then};
use clutch_core::log::{Level, Record};
use ffi_engine::Slice;
use ffi_engine::abi::{FIELDS, Field, GroupPlan, HostTable, List, Pair, Plan, Request};
use ffi_engine::host::{Engine, Host, host_table};

static SERVER_LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// What holds for the groups that a test has planned.
static PLANS: Mutex<Vec<(&'static str, GroupPlan<'static>)>> = Mutex::new(Vec::new());

/// Has `plan` hold for a group that has not been used yet.
#[allow(dead_code, reason = "not every test plans")]
pub fn plan_for(group: &'static str, plan: GroupPlan<'static>) {
    PLANS.lock().unwrap().push((group, plan));
}

/// Where the engine of this process remembers.
static STATE: OnceLock<&'static [u8]> = OnceLock::new();

/// Has the engine remember in `directory`, if it has not been started yet.
#[allow(dead_code, reason = "not every test remembers")]
pub fn remember_in(directory: &str) {
    STATE.get_or_init(|| directory.to_owned().leak().as_bytes());
}

thread_local! {
    /// When this thread's requests begin, in microseconds since the epoch.
    static BEGUN: Cell<i64> = const { Cell::new(1_000_000) };
}

/// Has this thread's requests begin at this time, in microseconds since the epoch.
#[allow(dead_code, reason = "not every test is about time")]
pub fn requests_begin(at: i64) {
    BEGUN.set(at);
}

/// Whether the engine of this process is a daemon's, and a service's.
static DAEMON: OnceLock<bool> = OnceLock::new();

/// Has the engine be that of a daemon, if it has not been started yet; with `service` of one that runs scripts.
#[allow(dead_code, reason = "not every test is about daemons")]
pub fn be_a_daemon(service: bool) {
    DAEMON.get_or_init(|| service);
}

struct Kept;

impl Host for Kept {
    fn write(record: &Record<'_>) {
        SERVER_LOG
            .lock()
            .unwrap()
            .push(String::from_utf8_lossy(record.text).into_owned());
    }
    fn level() -> Level {
        Level::Info
    }
    fn group(name: &[u8]) -> GroupPlan<'static> {
        let plans = PLANS.lock().unwrap();
        let found = plans.iter().find(|(group, _)| group.as_bytes() == name);
        found.map_or(GroupPlan::DEFAULT, |(_, plan)| *plan)
    }
    fn scoreboard() -> Option<Vec<u8>> {
        None
    }

    fn retire(why: &str) {
        SERVER_LOG.lock().unwrap().push(format!("retire: {why}"));
    }
}

static HOST: HostTable = host_table::<Kept>();

/// The lines that were logged for no request so far.
pub fn server_log() -> Vec<String> {
    SERVER_LOG.lock().unwrap().clone()
}

/// The engine of this test process, started once.
pub fn engine() -> Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    *ENGINE.get_or_init(|| {
        let engine = Engine::linked(&clutch_engine::TABLE);
        assert!(engine.start(&plan()), "{:?}", server_log());
        engine
    })
}

fn plan() -> Plan<'static> {
    Plan {
        dont_write_bytecode: true,
        state_directory: Slice::maybe(STATE.get().copied()),
        service: DAEMON.get() == Some(&true),
        threads_per_process: 5,
        process_group: Slice::new(if DAEMON.get().is_some() {
            b"group"
        } else {
            b""
        }),
        apache_description: Slice::new(b"memory"),
        apache_mpm: Slice::new(b"none"),
        apache_build_date: Slice::new(b"never"),
        ..Plan::of(&HOST)
    }
}

/// What a carrier in memory was told.
#[derive(Debug, Default)]
pub struct Memory {
    pub input: Vec<u8>,
    pub lent: Vec<u8>,
    pub status: Option<String>,
    pub headers: Vec<(String, String)>,
    pub blocks: Vec<(Vec<u8>, Option<Then>)>,
    pub finished: bool,
    pub aborted: bool,
    pub log: Mutex<Vec<String>>,
    pub client_gone: bool,
}

impl Memory {
    pub fn body(&self) -> Vec<u8> {
        self.blocks
            .iter()
            .flat_map(|(block, _)| block.clone())
            .collect()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body()).into_owned()
    }

    #[allow(dead_code, reason = "not every test reads the log")]
    pub fn log(&self) -> String {
        self.log.lock().unwrap().join("\n")
    }
}

fn string(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Exchange for Memory {
    fn read(&mut self, most: usize, _: bool) -> Result<&[u8], Failure> {
        let count = most.min(self.input.len());
        self.lent = self.input.drain(..count).collect();
        Ok(&self.lent)
    }

    fn start(&mut self, head: &ResponseHead<'_>) -> Result<(), Failure> {
        assert!(
            self.status.replace(string(head.status_line)).is_none(),
            "started twice"
        );
        self.headers = head
            .headers
            .iter()
            .map(|(name, value)| (string(name), string(value)))
            .collect();
        Ok(())
    }

    fn write(&mut self, data: &[u8], then: Then) -> Result<(), Failure> {
        if self.client_gone {
            return Err(Failure::ClientGone);
        }
        self.blocks.push((data.to_vec(), Some(then)));
        self.finished |= matches!(then, Then::Finish | Then::FinishNow);
        Ok(())
    }

    fn send_file(&mut self, range: FileRange<'_>) -> Result<(), Failure> {
        use std::os::unix::fs::FileExt;
        let file = std::fs::File::from(range.file.try_clone_to_owned().unwrap());
        let mut data = vec![0; range.length as usize];
        file.read_exact_at(&mut data, range.offset).unwrap();
        self.blocks.push((data, None));
        self.finished = true;
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.finished = true;
        Ok(())
    }

    fn abort(&mut self) {
        self.aborted = true;
    }

    fn log(&self, record: &Record<'_>) {
        self.log.lock().unwrap().push(string(record.text));
    }

    fn log_level(&self) -> Level {
        Level::Info
    }

    fn is_https(&self) -> bool {
        false
    }

    fn tls_variable(&mut self, _: &[u8]) -> Option<&[u8]> {
        None
    }
}

/// An application of a test: its script, in a file of its own.
pub struct App {
    pub path: PathBuf,
    pub group: &'static str,
}

impl App {
    #[allow(dead_code, reason = "not every test leaves the place to us")]
    pub fn new(group: &'static str, source: &str) -> Self {
        static NUMBER: Mutex<u32> = Mutex::new(0);
        let mut number = NUMBER.lock().unwrap();
        *number += 1;
        let path =
            std::env::temp_dir().join(format!("clutch-{}-{}.wsgi", std::process::id(), *number));
        std::fs::write(&path, source).unwrap();
        Self { path, group }
    }

    /// Serves one request. Gives the status that the host was left with, and what the carrier was told.
    #[allow(dead_code, reason = "not every test sends nothing")]
    pub fn get(&self) -> (Option<u16>, Memory) {
        self.post(b"")
    }

    pub fn post(&self, input: &[u8]) -> (Option<u16>, Memory) {
        let mut memory = Memory {
            input: input.to_vec(),
            ..Memory::default()
        };
        (self.serve(&mut memory), memory)
    }

    pub fn serve(&self, memory: &mut Memory) -> Option<u16> {
        let path = self.path.to_str().unwrap();
        let mut fields = [Slice::ABSENT; FIELDS];
        static REQUESTS: Mutex<u32> = Mutex::new(0);
        let number = {
            let mut requests = REQUESTS.lock().unwrap();
            *requests += 1;
            format!("id{requests}")
        };
        fields[Field::RequestId as usize] = Slice::new(number.as_bytes());
        fields[Field::RequestMethod as usize] = Slice::new(b"GET");
        fields[Field::ScriptName as usize] = Slice::new(b"/app");
        fields[Field::PathInfo as usize] = Slice::new("/\u{fc}".as_bytes());
        fields[Field::ScriptFilename as usize] = Slice::new(path.as_bytes());
        let pair = |name, value| Pair {
            name: Slice::new(name),
            value: Slice::new(value),
        };
        let headers = [
            pair(b"X-One", b"1"),
            pair(b"X_Two", b"2"),
            pair(b"Proxy", b"evil"),
        ];
        let env = [
            pair(b"FROM_ENV", b"e"),
            pair(b"wsgi.version", b"fake"),
            pair(b"REQUEST_METHOD", b"fake"),
        ];
        let request = Request {
            group: Slice::new(self.group.as_bytes()),
            script: Slice::new(path.as_bytes()),
            callable: Slice::new(b"application"),
            reload: true,
            fields,
            env: List::new(&env),
            headers: List::new(&headers),
            content_length: memory.input.len() as i64,
            server_pid: 77,
            request_start: BEGUN.get(),
            ..Request::EMPTY
        };
        engine().call(&request, memory)
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}
