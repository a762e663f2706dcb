//! The examples of this repository, copied into a directory of their own, set up as `make serve` does it, and mounted as
//! `mounts.txt` says.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use clutch_tests::support::{Httpd, Plan, installation, python, reference};
use tempfile::TempDir;

/// A script that runs another script's application under the eyes of `wsgiref.validate`.
const VALIDATING: &str = "
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from wsgiref.validate import validator

spec = spec_from_loader('example', SourceFileLoader('example', SCRIPT))
module = sys.modules['example'] = module_from_spec(spec)
spec.loader.exec_module(module)
application = validator(module.application)
";

/// How the applications are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Eyes {
    /// As they are.
    None,
    /// `wsgiref.validate` looks at what the server gives and what the application returns.
    Validator,
}

/// The served examples.
pub(super) struct ExampleSite {
    pub(super) httpd: Httpd,
    _copy: TempDir,
}

impl ExampleSite {
    /// Copies, sets up and serves the examples. `None`, with a line on the terminal, if this Python cannot have their
    /// packages.
    pub(super) fn start(test: &str, eyes: Eyes) -> Option<Self> {
        if reference::is_under_test() && python::minor() < 11 {
            // A callback of sqlite3 finds the thread's state in another interpreter and waits for its own lock.
            installation::skipped(
                test,
                "on Python 3.10 the reference stands still when SQLite is used beside another application",
            );
            return None;
        }
        let venv = python::venv(test, &["Django", "Flask"])?;
        let copy = tempfile::tempdir().unwrap();
        fs::set_permissions(copy.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let examples = copy.path().join("examples");
        copy_examples(&examples);
        set_up(&examples, &venv);
        let mut plan = Plan::new()
            .workers(16)
            .modules(&["alias", "mime"])
            .config("TypesConfig /etc/mime.types")
            .config(&format!("WSGIPythonHome {}", venv.display()));
        let mounts = fs::read_to_string(examples.join("mounts.txt")).unwrap();
        for line in mounts.lines() {
            let words: Vec<_> = line.split_whitespace().collect();
            plan = match words.as_slice() {
                [] | ["#", ..] => plan,
                ["STATIC", url, directory] => plan.config(&format!(
                    "Alias {url} {}",
                    examples.join(directory).display()
                )),
                [url, script, group] => mount(plan, url, &examples.join(script), group, eyes),
                _ => panic!("mounts.txt: {line}"),
            };
        }
        Some(Self {
            httpd: plan.start(),
            _copy: copy,
        })
    }
}

fn mount(plan: Plan, url: &str, script: &Path, group: &str, eyes: Eyes) -> Plan {
    let alias =
        |script: String| format!("WSGIScriptAlias {url} {script} application-group={group}");
    let script = script.display().to_string();
    match eyes {
        Eyes::None => plan.config(&alias(script)),
        Eyes::Validator => plan
            .script(
                &format!("{group}.wsgi"),
                &format!("SCRIPT = {script:?}{VALIDATING}"),
            )
            .config(&alias(format!("${{APP}}/{group}.wsgi"))),
    }
}

/// Copies what belongs to the repository, and nothing that an earlier set-up left behind.
fn copy_examples(to: &Path) {
    let from = installation::repository().join("examples");
    let made = [".venv*", "var", "static", "__pycache__"];
    let excluded = made.map(|name| format!("--exclude={name}"));
    fs::create_dir(to).unwrap();
    let packed = Command::new("tar")
        .arg("-C")
        .arg(from)
        .args(excluded)
        .args(["-c", "."])
        .output()
        .expect("tar runs");
    let archive = to.join("examples.tar");
    fs::write(&archive, packed.stdout).unwrap();
    run(Command::new("tar")
        .arg("-C")
        .arg(to)
        .arg("-xf")
        .arg(&archive));
    fs::remove_file(archive).unwrap();
}

fn set_up(examples: &Path, venv: &Path) {
    let mut command = Command::new(examples.join("setup"));
    command.arg(venv.join("bin/python"));
    command.env_remove("CLUTCH_EXAMPLES_STATE");
    run(command.env("CLUTCH_EXAMPLES_USER", installation::account()));
}

fn run(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|cause| panic!("{command:?}: {cause}"));
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}
