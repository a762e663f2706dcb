//! `ClutchPythonHome`: groups of one process with packages of their own.

use std::fs;
use std::process::Command;

use clutch_tests::support::{Plan, app, python};

use super::is_ours;

#[test]
fn clutch_python_home_gives_two_groups_different_versions_of_a_package_side_by_side() {
    if !is_ours("clutch_python_home_gives_two_groups_different_versions_of_a_package_side_by_side")
    {
        return;
    }
    let Some(python) = python::executable() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut config = String::new();
    for version in ["1", "2"] {
        let home = folder.path().join(format!("venv{version}"));
        let made = Command::new(&python)
            .args(["-m", "venv", "--without-pip"])
            .arg(&home)
            .status()
            .unwrap();
        assert!(made.success());
        let library = fs::read_dir(home.join("lib"))
            .unwrap()
            .next()
            .unwrap()
            .unwrap();
        let package = library.path().join("site-packages/package_of_tests.py");
        fs::write(package, format!("version = {version}\n")).unwrap();
        config += &format!(
            "<WSGIInterpreterOptions application-group=g{version}>\nClutchPythonHome {}\n</WSGIInterpreterOptions>\n\
             WSGIScriptAlias /{version} ${{APP}}/app.wsgi application-group=g{version}\n",
            home.display()
        );
    }
    let mut mode = fs::metadata(folder.path()).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o755);
    fs::set_permissions(folder.path(), mode).unwrap();
    let script = format!(
        "import sys, package_of_tests\n{}",
        app::answering("(package_of_tests.version, sys.prefix.rpartition('/')[2])")
    );
    let httpd = Plan::new()
        .script("app.wsgi", &script)
        .config(&config)
        .start();
    for _ in 0..2 {
        assert_eq!(httpd.get("/1").ok(), "(1, 'venv1')");
        assert_eq!(httpd.get("/2").ok(), "(2, 'venv2')");
    }
}
