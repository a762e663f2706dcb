//! A real httpd of one test, alone in a private directory; stopped, and its error log judged, when dropped.

use std::collections::BTreeSet;
use std::env;
use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::error_log::ErrorLog;
use super::process::{self, Signal};
use super::{Connection, Plan, Request, Response, mode, wait};

/// What httpd logs whenever a configuration has begun to serve.
const SERVING: &str = "resuming normal operations";

/// How often a port that somebody else took in the meantime is replaced by another.
const PORTS_TRIED: usize = 20;

/// A running server.
#[derive(Debug)]
pub struct Httpd {
    root: TempDir,
    port: u16,
    plan: Plan,
    parent: Child,
    ended: Option<ExitStatus>,
    log: ErrorLog,
}

impl Httpd {
    /// A plan for a server that answers everything with this WSGI script.
    pub fn serving(script: &str) -> Plan {
        Plan::new()
            .script("app.wsgi", script)
            .config("WSGIScriptAlias / ${APP}/app.wsgi")
    }

    /// A plan for a server with this configuration.
    pub fn with_config(text: &str) -> Plan {
        Plan::new().config(text)
    }

    pub(super) fn start(plan: Plan) -> Self {
        let root = plan.lay_out();
        let log = ErrorLog::at(root.path().join("error.log"));
        for _ in 0..PORTS_TRIED {
            let port = free_port();
            plan.write_config(root.path(), port);
            let mut parent = spawn(&plan, root.path());
            match ready(&plan, root.path(), &log, port, &mut parent) {
                Ready::Serves => {
                    return Self {
                        root,
                        port,
                        plan,
                        parent,
                        ended: None,
                        log,
                    };
                }
                Ready::PortTaken => continue,
                Ready::Ended(why) => panic!("httpd did not start:\n{why}"),
            }
        }
        panic!("no free port after {PORTS_TRIED} attempts");
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The private directory, `${ROOT}`.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// Sends a GET request on a connection of its own.
    pub fn get(&self, target: &str) -> Response {
        self.send(&Request::get(target))
    }

    /// Sends a request on a connection of its own.
    pub fn send(&self, request: &Request) -> Response {
        self.connect().ask(request)
    }

    /// A new connection.
    pub fn connect(&self) -> Connection {
        Connection::open(self.port)
    }

    /// The error log.
    pub fn log(&self) -> &ErrorLog {
        &self.log
    }

    /// The text of the error log.
    pub fn error_log(&self) -> String {
        self.log.text()
    }

    /// Waits for a line of the error log that contains `pattern`.
    pub fn wait_for_log(&self, pattern: &str) -> String {
        self.log.wait_for(pattern)
    }

    /// The lines of the access log: status, `X` for an aborted connection, request line.
    pub fn access_log(&self) -> Vec<String> {
        let text = fs::read_to_string(self.root().join("access.log")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Waits until `count` requests have ended in the server. Clients may have their responses before that.
    pub fn wait_for_ended(&self, count: usize) {
        wait::until_true("requests to end", || self.access_log().len() >= count);
    }

    /// Process id of the parent.
    pub fn pid(&self) -> u32 {
        self.parent.id()
    }

    /// Process ids of the living children, without the supervisor of daemons.
    pub fn children(&self) -> BTreeSet<u32> {
        let mut all = process::children(self.pid());
        all.retain(|&pid| !process::is_supervisor(pid));
        all
    }

    /// Process id of the supervisor, if there are daemons.
    pub fn supervisor(&self) -> Option<u32> {
        let all = process::children(self.pid());
        all.into_iter().find(|&pid| process::is_supervisor(pid))
    }

    /// Process ids of the living daemons.
    pub fn daemons(&self) -> BTreeSet<u32> {
        self.supervisor().map(process::children).unwrap_or_default()
    }

    /// Process ids of the living processes in which applications run: children, or in daemon mode daemons.
    pub fn hosts(&self) -> BTreeSet<u32> {
        if mode::is_daemon() {
            self.daemons()
        } else {
            self.children()
        }
    }

    /// All living processes of this server, without the parent when that has ended.
    fn processes(&self) -> BTreeSet<u32> {
        let mut all = process::group(self.parent.id());
        all.extend(process::of_program_in("clutch", self.root()));
        all
    }

    /// Sends a signal to the parent.
    pub fn signal(&self, signal: Signal) {
        process::signal(self.pid(), signal);
    }

    /// Restarts gracefully and returns when the new generation has been started.
    pub fn graceful(&self) {
        self.restart_by(Signal::USR1);
    }

    /// Restarts at once and returns when the new generation has been started.
    pub fn restart(&self) {
        self.let_connections_end();
        self.restart_by(Signal::HUP);
    }

    /// Adds the module under test and `text` to the configuration; they hold from the next restart on.
    pub fn enable_module(&mut self, text: &str) {
        self.plan.enable_module(text);
        self.plan.write_config(self.root.path(), self.port);
    }

    /// Loads this module in place of the one under test, or that again; it holds from the next restart on.
    pub fn change_module(&mut self, peer: Option<&Path>) {
        self.plan.change_module(peer);
        self.plan.write_config(self.root.path(), self.port);
    }

    /// Adds text to the configuration; it holds from the next restart on.
    pub fn add_config(&mut self, text: &str) {
        self.plan = self.plan.clone().config(text);
        self.plan.write_config(self.root.path(), self.port);
    }

    /// Stops it with SIGTERM and waits until it and all its processes are gone.
    ///
    /// # Panics
    ///
    /// If some process does not end.
    pub fn stop(&mut self) {
        self.stop_by(Signal::TERM);
    }

    /// Stops it gracefully (SIGWINCH) and waits as [`Httpd::stop`].
    ///
    /// # Panics
    ///
    /// As [`Httpd::stop`].
    pub fn stop_gracefully(&mut self) {
        self.stop_by(Signal::WINCH);
    }

    /// How the parent ended.
    pub fn exit_status(&self) -> Option<ExitStatus> {
        self.ended
    }

    fn restart_by(&self, signal: Signal) {
        let before = self.log.count(SERVING);
        self.signal(signal);
        self.log.wait_for_count(SERVING, before + 1);
    }

    fn stop_by(&mut self, signal: Signal) {
        if self.ended.is_some() {
            return;
        }
        self.let_connections_end();
        self.signal(signal);
        let parent = &mut self.parent;
        self.ended = wait::within(wait::PATIENCE, || parent.try_wait().unwrap());
        let empty = || self.processes().is_empty().then_some(());
        let left_nothing = wait::within(wait::PATIENCE / 4, empty).is_some();
        if self.ended.is_none() || !left_nothing {
            let left = self.processes();
            left.iter()
                .for_each(|&pid| process::signal(pid, Signal::KILL));
            self.ended = self.parent.wait().ok();
            panic!(
                "httpd stopped, but processes {left:?} did not end:\n{}",
                self.log.text()
            );
        }
    }

    /// Waits until the server has done with clients that are gone.
    ///
    /// A stop closes the sockets of busy workers under their hands (event MPM, `close_worker_sockets`), and the child
    /// crashes if a worker has just freed its own. That is httpd's race and not what these tests are about. A test that
    /// holds a connection open, or whose application computes on, waits in vain, and shortly.
    fn let_connections_end(&self) {
        wait::within(Duration::from_millis(300), || {
            let is_quiet = process::has_no_connections(self.port)
                && self.children().into_iter().all(process::is_asleep)
                && (!mode::is_daemon() || self.daemons().into_iter().all(process::is_asleep));
            is_quiet.then_some(())
        });
    }

    /// Leaves the directory of a failed test where it is, if somebody wants to look at it.
    fn keep_if(&mut self, failed: bool) {
        self.root
            .disable_cleanup(failed && env::var_os("CLUTCH_KEEP").is_some());
    }

    /// What is wrong with the error log: unexpected complaints, and expected lines that are missing.
    fn verdict(&self) -> Vec<String> {
        let Plan {
            expected, allowed, ..
        } = &self.plan;
        let missing = expected
            .iter()
            .filter(|pattern| self.log.count(pattern) == 0);
        let missing = missing.map(|pattern| format!("missing: {pattern}"));
        let excused = [expected.as_slice(), allowed].concat();
        self.log
            .complaints(&excused)
            .into_iter()
            .chain(missing)
            .collect()
    }
}

impl Drop for Httpd {
    fn drop(&mut self) {
        if thread::panicking() {
            // A second panic would end the whole run, so the processes are just made to end.
            self.signal(Signal::TERM);
            let parent = &mut self.parent;
            wait::within(wait::PATIENCE / 4, || parent.try_wait().ok().flatten());
            self.processes()
                .iter()
                .for_each(|&pid| process::signal(pid, Signal::KILL));
            let _ = self.parent.wait();
            #[expect(
                clippy::print_stderr,
                reason = "the log of a failed test, shown by the harness"
            )]
            {
                eprintln!("--- error.log ---\n{}", self.log.text());
            }
            self.keep_if(true);
            return;
        }
        self.stop();
        let verdict = self.verdict();
        self.keep_if(!verdict.is_empty());
        assert!(
            verdict.is_empty(),
            "error.log:\n{}\n--- all of it ---\n{}",
            verdict.join("\n"),
            self.log.text()
        );
    }
}

enum Ready {
    Serves,
    PortTaken,
    Ended(String),
}

fn spawn(plan: &Plan, root: &Path) -> Child {
    let terminal = File::create(root.join("terminal.log")).unwrap();
    let mut command = plan.command(root);
    command.arg(if plan.single_process {
        "-X"
    } else {
        "-DFOREGROUND"
    });
    command
        .stdout(terminal.try_clone().unwrap())
        .stderr(terminal)
        .process_group(0);
    command.spawn().expect("httpd runs")
}

/// Waits until httpd serves: it has written its process id, and said so in the log (with `-X`: accepts connections).
fn ready(plan: &Plan, root: &Path, log: &ErrorLog, port: u16, parent: &mut Child) -> Ready {
    let own = format!("{}\n", parent.id());
    wait::until("httpd to serve or to end", || {
        if parent.try_wait().unwrap().is_some() {
            let terminal = fs::read_to_string(root.join("terminal.log")).unwrap_or_default();
            let taken = terminal.contains("could not bind to address");
            let why = format!("{terminal}\n--- error.log ---\n{}", log.text());
            return Some(if taken {
                Ready::PortTaken
            } else {
                Ready::Ended(why)
            });
        }
        let is_up = fs::read_to_string(root.join("httpd.pid")).is_ok_and(|pid| pid == own)
            && match plan.single_process {
                true => Connection::try_open(port).is_ok(),
                false => log.count(SERVING) > 0,
            };
        is_up.then_some(Ready::Serves)
    })
}

/// A port nobody listens on, below the range from which the system takes ports of clients.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    const RANGE: u16 = 20_000;
    let start = u16::try_from(std::process::id() * 61 % u32::from(RANGE)).expect("below the range");
    loop {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = 10_000 + start.wrapping_add(step) % RANGE;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
