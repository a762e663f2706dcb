//! Verdicts of the isolation ladder from one process to the next, in a real Python.
#![expect(clippy::unwrap_used, reason = "a test program")]

mod support;

use std::env;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
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

/// Ends its process if it is told to, where it has a GIL of its own.
const DEADLY: &str = "
import os, sys
if sys.version_info >= (3, 13):
    from _interpreters import get_config, get_current
    can = get_config(get_current()[0]).gil == 'own'
else:
    can = False
if can and 'CLUTCH_TEST_DIES' in os.environ:
    os.kill(os.getpid(), 9)
def application(environ, start_response):
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
        let output = self.command().output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}{errors}");
        said
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env::current_exe().unwrap());
        command
            .args(["--exact", "one_process", "--nocapture"])
            .env(FOLDER, &self.0);
        command
    }

    /// Has a process die while it loads [`DEADLY`].
    fn process_that_dies(&self) {
        fs::write(self.0.join("app.wsgi"), DEADLY).unwrap();
        let output = self.command().env("CLUTCH_TEST_DIES", "1").output();
        let output = output.unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.signal(), Some(9), "{said}");
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
    println!("{}\n{}", memory.log(), server_log().join("\n")); // Panics say nothing here: the engine has its own hook.
    assert_eq!(status, None, "{} {:?}", memory.log(), server_log());
    println!("answer {}", memory.text());
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

const DIED: &str = "a process has died when it loaded the script on own-gil";

#[test]
fn the_process_after_one_that_died_of_a_script_starts_a_rung_lower() {
    let folder = Folder::new("died");
    let first = folder.process_of(DEADLY, false);
    if !first.contains("answer 1") {
        return; // This Python has no interpreters with a GIL of their own.
    }
    for file in folder.remembered() {
        fs::remove_file(file).unwrap(); // As if it had never been loaded.
    }
    folder.process_that_dies();
    for _ in 0..2 {
        let said = folder.process_of(DEADLY, false);
        assert!(said.contains("answer 0") && said.contains(DIED), "{said}");
    }
}

#[test]
fn a_script_that_was_loaded_before_is_not_to_blame_for_one_death() {
    let folder = Folder::new("died-once");
    if !folder.process_of(DEADLY, false).contains("answer 1") {
        return;
    }
    folder.process_that_dies();
    let said = folder.process_of(DEADLY, false);
    assert!(said.contains("answer 1"), "after one death: {said}");
    folder.process_that_dies();
    folder.process_that_dies();
    let said = folder.process_of(DEADLY, false);
    assert!(
        said.contains("answer 0") && said.contains(DIED),
        "after another: {said}"
    );
}

#[test]
fn a_script_is_marked_only_while_it_is_loaded() {
    let folder = Folder::new("marked");
    let first = folder.process_of(DEADLY, false);
    let names = folder.remembered();
    let marks = names
        .iter()
        .filter(|name| name.to_string_lossy().contains("loading-"));
    assert_eq!(marks.count(), 0, "{first} {names:?}");
    fs::write(folder.0.join("app.wsgi"), "1 / 0").unwrap();
    assert!(!folder.command().output().unwrap().status.success());
    assert_eq!(folder.remembered(), names, "an exception is no death");
}
