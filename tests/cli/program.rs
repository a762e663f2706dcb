//! The program as its user has it: started in a directory of the test, watched from outside.

use std::fs::{self, File};
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use clutch_tests::support::process::{self, Signal};
use clutch_tests::support::{Connection, Request, Response, installation, python, reference, wait};
use tempfile::TempDir;

/// How often a port that somebody else took in the meantime is replaced by another.
const PORTS_TRIED: usize = 20;

/// What the program says once it serves.
const ANSWERS: &str = "answers; Ctrl-C ends it";

/// Whether the reference is under test, which has no such program; says so, and the test should return.
pub(super) fn is_absent(test: &str) -> bool {
    let absent = reference::is_under_test();
    if absent {
        installation::skipped(test, "the program is ours alone");
    }
    absent
}

/// A directory of a test, with what the program is given and what it leaves.
#[derive(Debug)]
pub(super) struct Scratch(TempDir);

impl Scratch {
    pub(super) fn new() -> Self {
        let directory = tempfile::Builder::new()
            .prefix("clutch-test-")
            .tempdir()
            .unwrap();
        open_to_all(directory.path());
        for name in ["tmp", "out"] {
            let inner = directory.path().join(name);
            fs::create_dir(&inner).unwrap();
            open_to_all(&inner);
        }
        Self(directory)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file; says where.
    pub(super) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// Names of what is left in the directory for temporary files.
    pub(super) fn left_over(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("tmp")).unwrap().flatten();
        entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect()
    }

    /// The program, to be run here, with this test's own directory for temporary files and no Python chosen by accident.
    pub(super) fn program(&self) -> Command {
        let program = installation::build_directory().join("clutch");
        assert!(
            program.exists(),
            "no {}; run `make build`",
            program.display()
        );
        let mut command = Command::new(program);
        command
            .current_dir(self.0.path())
            .env("TMPDIR", self.path("tmp"))
            .env_remove("VIRTUAL_ENV")
            .env_remove("APXS")
            .stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub(super) fn run(&self, arguments: &[&str]) -> Output {
        self.program().args(arguments).output().unwrap()
    }

    /// Serves; `arguments` are those of `clutch serve`. Returns once it says that it answers.
    pub(super) fn serve(&self, arguments: &[&str]) -> Serving<'_> {
        for _ in 0..PORTS_TRIED {
            let mut serving = self.start(free_port(), arguments);
            if serving.is_ready() {
                return serving;
            }
            let said = serving.errors();
            assert!(said.contains("in use"), "it did not start:\n{said}");
        }
        panic!("no free port after {PORTS_TRIED} attempts");
    }

    fn start(&self, port: u16, arguments: &[&str]) -> Serving<'_> {
        let python = python::executable().expect("the Python under test has an executable");
        let child = self
            .program()
            .arg("serve")
            .args(["--port", &port.to_string(), "--mpm", &installation::mpm()])
            .arg("--python")
            .arg(python)
            .args(arguments)
            .stdout(File::create(self.path("output")).unwrap())
            .stderr(File::create(self.path("errors")).unwrap())
            .spawn()
            .unwrap();
        Serving {
            scratch: self,
            child,
            port,
        }
    }
}

/// A running `clutch serve`; ended when dropped.
#[derive(Debug)]
pub(super) struct Serving<'scratch> {
    scratch: &'scratch Scratch,
    pub(super) child: Child,
    pub(super) port: u16,
}

impl Serving<'_> {
    fn is_ready(&mut self) -> bool {
        wait::until("the program to answer or to end", || {
            let ended = self.child.try_wait().unwrap().is_some();
            let ready = self.errors().contains(ANSWERS);
            (ready || ended).then_some(ready)
        })
    }

    pub(super) fn get(&self, target: &str) -> Response {
        self.connect().ask(&Request::get(target))
    }

    pub(super) fn connect(&self) -> Connection {
        Connection::open(self.port)
    }

    /// What it has shown of the access log.
    pub(super) fn output(&self) -> String {
        fs::read_to_string(self.scratch.path("output")).unwrap()
    }

    /// What it has said, and shown of the error log.
    pub(super) fn errors(&self) -> String {
        fs::read_to_string(self.scratch.path("errors")).unwrap()
    }

    pub(super) fn signal(&self, signal: Signal) {
        process::signal(self.child.id(), signal);
    }

    /// The number of httpd's first process.
    pub(super) fn httpd(&self) -> u32 {
        let children = process::children(self.child.id());
        children.into_iter().next().expect("httpd is its child")
    }

    /// Waits for its end; its exit status.
    pub(super) fn ended(&mut self) -> Option<i32> {
        let status = wait::until("the program to end", || self.child.try_wait().unwrap());
        status.code()
    }
}

impl Drop for Serving<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let (output, errors) = (self.output(), self.errors());
            let shown = format!("--- output ---\n{output}--- errors ---\n{errors}");
            let _ = std::io::stderr().write_all(shown.as_bytes());
        }
        // httpd goes with it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(super) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn open_to_all(directory: &Path) {
    fs::set_permissions(directory, fs::Permissions::from_mode(0o777)).unwrap();
}
