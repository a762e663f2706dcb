//! What the isolation ladder has taught one child is known to the next.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use clutch_tests::support::{Plan, app, installation, python};

use super::is_ours;

/// Makes a virtual environment at `home` that httpd's children may use. Gives its directory of packages.
fn environment(python: &Path, home: &Path) -> PathBuf {
    let made = Command::new(python)
        .args(["-m", "venv", "--without-pip"])
        .arg(home)
        .status()
        .unwrap();
    assert!(made.success());
    let library = fs::read_dir(home.join("lib")).unwrap().next();
    library.unwrap().unwrap().path().join("site-packages")
}

#[test]
fn a_verdict_is_remembered_by_the_next_child_and_forgotten_when_packages_change() {
    let name = "a_verdict_is_remembered_by_the_next_child_and_forgotten_when_packages_change";
    if !is_ours(name) {
        return;
    }
    let python = python::executable();
    let Some(python) = python.filter(|_| python::minor() >= 13) else {
        return installation::skipped(name, "needs Python 3.13");
    };
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let packages = environment(&python, &folder.path().join("venv"));
    // No interpreter with a GIL of its own takes this module of the standard library.
    let script = format!("import _curses\n{}", app::answering("1"));
    let httpd = Plan::new()
        .script("app.wsgi", &script)
        .config(&format!(
            "LogLevel warn wsgi:info\nClutchIsolation auto\nClutchPythonHome {}\nWSGIScriptAlias / ${{APP}}/app.wsgi application-group=g",
            folder.path().join("venv").display()
        ))
        .start();
    let count = |words| httpd.log().count(words);
    let (learned, remembered) = ("from own-gil to shared-gil", "starts on shared-gil");
    assert_eq!(httpd.get("/").ok(), "1");
    httpd.wait_for_log(learned);
    let first = count(learned);

    httpd.restart();
    assert_eq!(httpd.get("/").ok(), "1");
    httpd.wait_for_log(remembered);
    assert_eq!(count(learned), first);
    assert_eq!(count("forgets that _curses"), 0);

    fs::create_dir(packages.join("new-1.dist-info")).unwrap();
    httpd.restart();
    assert_eq!(httpd.get("/").ok(), "1");
    httpd.wait_for_log("forgets that _curses has taken it to shared-gil");
    httpd.log().wait_for_count(learned, first + 1);
}
