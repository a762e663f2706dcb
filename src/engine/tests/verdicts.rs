//! Verdicts of the isolation ladder from one process to the next, in a real Python.
#![expect(clippy::unwrap_used, reason = "a test program")]

mod support;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ffi_engine::Slice;
use ffi_engine::abi::{GroupPlan, Isolation};
use support::{App, plan_for, remember_in, server_log};

/// Names the directory of the test to the process that plays a child of httpd's.
const FOLDER: &str = "CLUTCH_TEST_VERDICTS";

/// Imports a module that no interpreter with a GIL of its own takes, from Python 3.13 on. Answers with what this Python can.
const SCRIPT: &str = "
import sys
try:
    import _curses
except ModuleNotFoundError:
    _curses = None
can = sys.version_info >= (3, 13) and getattr(sys, '_is_gil_enabled', bool)() and _curses is not None
def application(environ, start_response):
    start_response('200 OK', [])
    return [b'%d %d' % (can, sys.version_info[1])]
";

/// Loads in any interpreter.
const OTHER: &str = "
def application(environ, start_response):
    start_response('200 OK', [])
    return [b'other']
";

/// As [`SCRIPT`], and imports the module when it is called.
const LATE: &str = "
import sys
from importlib.util import find_spec
can = sys.version_info >= (3, 13) and getattr(sys, '_is_gil_enabled', bool)() and find_spec('_curses') is not None
def application(environ, start_response):
    if can:
        import _curses
    start_response('200 OK', [])
    return [b'%d %d' % (can, sys.version_info[1])]
";

/// A directory of a test; gone when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let name = format!("clutch-verdicts-{}-{name}", std::process::id());
        let folder = env::temp_dir().join(name);
        fs::create_dir_all(folder.join("state")).unwrap();
        fs::create_dir_all(folder.join("home")).unwrap();
        fs::write(folder.join("home/pyvenv.cfg"), "home = /usr/bin\n").unwrap();
        Self(folder)
    }

    /// Has a process of its own serve a request. Gives what it said.
    fn process(&self) -> String {
        self.process_of(SCRIPT, false)
    }

    /// As [`Self::process`], with this script; after another one of the group, if that is `beside`.
    fn process_of(&self, script: &str, beside: bool) -> String {
        fs::write(self.0.join("app.wsgi"), script).unwrap();
        if beside {
            fs::write(self.0.join("other.wsgi"), OTHER).unwrap();
        }
        let output = Command::new(env::current_exe().unwrap())
            .args(["--exact", "one_process", "--nocapture"])
            .env(FOLDER, &self.0)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}{errors}");
        said
    }

    fn remembered(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.0.join("state")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    /// The directory of packages that the virtual environment has for this Python.
    fn packages(&self, said: &str) -> PathBuf {
        let minor = said.split("answer 1 ").nth(1).unwrap();
        let minor = minor.split_whitespace().next().unwrap();
        let place = format!("home/lib/python3.{minor}/site-packages");
        self.0.join(place)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What a process does that another test has started.
#[test]
fn one_process() {
    let Some(folder) = env::var_os(FOLDER) else {
        return;
    };
    let folder = Path::new(&folder);
    let text = |name: &str| -> &'static str {
        let path = folder.join(name);
        path.to_str().unwrap().to_owned().leak()
    };
    remember_in(text("state"));
    let plan = GroupPlan {
        isolation: Isolation::Auto,
        python_home: Slice::new(text("home").as_bytes()),
        ..GroupPlan::DEFAULT
    };
    plan_for("remembered", plan);
    let app = |name| App {
        path: folder.join(name),
        group: "remembered",
    };
    if folder.join("other.wsgi").exists() {
        assert_eq!(app("other.wsgi").get().1.text(), "other");
    }
    if folder.join("late").exists() {
        app("app.wsgi").get(); // May fail: what is learned from it counts for the next.
        fs::write(folder.join("app.wsgi"), LATE).unwrap();
    }
    let app = app("app.wsgi");
    let (status, memory) = app.get();
    assert_eq!(status, None, "{} {:?}", memory.log(), server_log());
    let (answer, log) = (memory.text(), server_log().join("\n"));
    println!("answer {answer}\n{log}\n{}", memory.log());
}

const DOWN: &str = "goes from own-gil to shared-gil";
const REMEMBERED: &str = "starts on shared-gil, because it is remembered";
const FORGOTTEN: &str = "forgets that _curses has taken it to shared-gil";

#[test]
fn a_verdict_is_remembered_by_the_next_process_and_forgotten_when_packages_change() {
    let folder = Folder::new("next");
    let first = folder.process();
    if !first.contains("answer 1") {
        return; // This Python has no interpreters with a GIL of their own, or no module that refuses them.
    }
    let packages = folder.packages(&first);
    fs::create_dir_all(&packages).unwrap();
    fs::remove_file(folder.remembered().remove(0)).unwrap(); // Learned when the virtual environment was not whole yet.
    let first = folder.process();
    assert!(first.contains(DOWN), "{first}");
    assert_eq!(folder.remembered().len(), 1);

    let second = folder.process();
    assert!(second.contains(REMEMBERED), "{second}");
    assert!(!second.contains(DOWN), "{second}");

    fs::create_dir(packages.join("new-1.dist-info")).unwrap();
    let third = folder.process();
    assert!(third.contains(FORGOTTEN) && third.contains(DOWN), "{third}");
    assert!(folder.process().contains(REMEMBERED));
}

#[test]
fn what_is_not_a_verdict_is_ignored_and_replaced() {
    let folder = Folder::new("garbage");
    if !folder.process().contains("answer 1") {
        return;
    }
    let file = folder.remembered().remove(0);
    fs::write(&file, "garbage").unwrap();
    let said = folder.process();
    assert!(said.contains(DOWN), "{said}");
    assert!(folder.process().contains(REMEMBERED));
}

#[test]
fn a_directory_that_cannot_be_written_costs_the_memory_alone() {
    let folder = Folder::new("no-state");
    fs::remove_dir_all(folder.0.join("state")).unwrap();
    let said = folder.process();
    assert!(
        !said.contains("answer 1") || (said.contains(DOWN) && said.contains("is not remembered")),
        "{said}"
    );
}

#[test]
fn a_verdict_is_remembered_for_a_script_beside_others_of_its_group() {
    let folder = Folder::new("beside");
    let first = folder.process_of(SCRIPT, true);
    if !first.contains("answer 1") {
        return;
    }
    assert!(first.contains(DOWN), "{first}");
    let second = folder.process_of(SCRIPT, true);
    assert!(
        second.contains("own_gil=true"),
        "for the other script: {second}"
    );
    assert!(second.contains(REMEMBERED), "{second}");
    assert!(!second.contains(DOWN), "{second}");
}

#[test]
fn what_a_late_import_has_taught_is_remembered() {
    let folder = Folder::new("late");
    fs::write(folder.0.join("late"), "").unwrap();
    let first = folder.process_of(LATE, false);
    if !first.contains("answer 1") {
        return;
    }
    assert!(first.contains(DOWN), "{first}");
    fs::remove_file(folder.0.join("late")).unwrap();
    let second = folder.process_of(LATE, false);
    assert!(second.contains(REMEMBERED), "{second}");
    assert!(!second.contains(DOWN), "{second}");
}
