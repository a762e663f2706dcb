//! One of the two servers of a group: it is asked, and what is seen of it is kept.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use clutch_tests::support::response::Head;
use clutch_tests::support::{Connection, Httpd, Plan, Request, credentials};

use super::case::{Case, Step};
use super::normal::{self, Words};
use super::observation::Observation;

/// How long records of a daemon may be on their way when its response has ended.
const UNDER_WAY: Duration = Duration::from_millis(5);

/// A running server, and how much of its logs has been looked at.
#[derive(Debug)]
pub(crate) struct Server {
    httpd: Httpd,
    words: Words,
    requests: usize,
    logged: usize,
    is_daemon: bool,
}

impl Server {
    /// Starts httpd with this plan; with the peer's module if it is given.
    pub(crate) fn start(plan: Plan, peer: Option<&Path>, is_daemon: bool) -> Self {
        let plan = plan.allows_log("");
        let plan = match peer {
            Some(module) => plan.peer(module),
            None => plan,
        };
        let httpd = plan.start();
        let mut server = Self {
            words: Words::of(&httpd),
            httpd,
            requests: 0,
            logged: 0,
            is_daemon,
        };
        server.warm_up();
        server
    }

    /// Once a request has been answered the child has begun, and said what it says at that.
    fn warm_up(&mut self) {
        self.httpd.connect().ask(&Request::new("OPTIONS", "*"));
        self.wait_for_ended(1);
        self.logged = self.log().len();
    }

    fn log(&self) -> Vec<u8> {
        fs::read(self.httpd.root().join("error.log")).unwrap_or_default()
    }

    fn wait_for_ended(&mut self, count: usize) {
        self.requests += count;
        self.httpd.wait_for_ended(self.requests);
        if self.is_daemon {
            std::thread::sleep(UNDER_WAY);
        }
    }

    /// What is seen of it in this case.
    pub(crate) fn observe(&mut self, case: &Case) -> Observation {
        let mut connection = self.httpd.connect();
        let mut heads = Vec::new();
        for step in &case.steps {
            self.take(step, &mut connection, &mut heads);
        }
        let bytes = connection.until_close();
        drop(connection);
        self.wait_for_ended(case.requests);
        let mut seen = Observation::default();
        seen.responses(&case.method, heads, &bytes, &self.words);
        seen.records = self.new_records();
        seen
    }

    /// Ends it: what its scripts have told by then.
    pub(crate) fn end(mut self) -> Observation {
        self.httpd.stop();
        let mut seen = Observation::default();
        seen.seen
            .push(("told".to_owned(), self.httpd.written("told")));
        seen.records = self.new_records();
        seen
    }

    fn take(&self, step: &Step, connection: &mut Connection, heads: &mut Vec<Head>) {
        match step {
            // The server may have answered and closed already.
            Step::Send(bytes) => drop(connection.try_send(self.with_port(bytes))),
            Step::Head => heads.extend(connection.try_head()),
            Step::Digest(target) => {
                let challenge = heads
                    .last()
                    .and_then(|head| head.header("WWW-Authenticate"));
                let challenge = challenge.unwrap();
                let credentials = credentials::digest(&challenge, target, "anna", "secret");
                let request = Request::get(target).header("Authorization", &credentials);
                drop(connection.try_send(request.bytes()));
            }
            Step::Wait(long) => std::thread::sleep(*long),
            Step::HalfClose => connection.half_close(),
            Step::Write(name, text) => self.write(name, text),
        }
    }

    fn with_port(&self, bytes: &[u8]) -> Vec<u8> {
        let mark = b"${PORT}";
        match bytes.windows(mark.len()).position(|window| window == mark) {
            Some(at) => {
                let port = self.httpd.port().to_string();
                [&bytes[..at], port.as_bytes(), &bytes[at + mark.len()..]].concat()
            }
            None => bytes.to_vec(),
        }
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.httpd.script(name);
        let before = fs::metadata(&path).and_then(|meta| meta.modified());
        fs::write(&path, text).unwrap();
        let later = before.unwrap_or(SystemTime::UNIX_EPOCH) + Duration::from_secs(10);
        fs::File::open(&path).unwrap().set_modified(later).unwrap();
    }

    fn new_records(&mut self) -> Vec<String> {
        let log = self.log();
        let text = String::from_utf8_lossy(&log[self.logged..]);
        let mut records = normal::records(&text, &self.words);
        self.logged = log.len();
        if self.is_daemon {
            // What a daemon says for itself and what it says for a request come by two ways.
            records.sort_by_key(|record| !record.contains(" server "));
        }
        records
    }
}
