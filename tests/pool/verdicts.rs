//! What the isolation ladder has taught one child is known to the next.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use clutch_tests::support::{
    Connection, Httpd, Plan, Request, app, installation, mode, python, wait,
};

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
    let home = folder.path().join("venv");
    let home = home.display();
    let httpd = Plan::new()
        .script("app.wsgi", &script)
        .daemon_options(&format!("python-home={home}"))
        .config(&format!(
            "LogLevel warn wsgi:info\nClutchIsolation auto\nClutchPythonHome {home}\n\
             WSGIScriptAlias / ${{APP}}/app.wsgi application-group=g"
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

/// A server whose application is in the group `g`, with these words, and a virtual environment with these modules.
struct Served {
    httpd: Httpd,
    packages: PathBuf,
    _folder: tempfile::TempDir,
}

/// Nothing, and a line on the terminal, if this is not about `test`.
fn served(test: &str, words: &str, script: &str, fill: impl Fn(&Path) -> bool) -> Option<Served> {
    if !is_ours(test) || !mode::embedded_only("the isolation ladder leads there") {
        return None;
    }
    let python = python::executable();
    let Some(python) = python.filter(|_| python::minor() >= 13) else {
        installation::skipped(test, "needs Python 3.13");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let packages = environment(&python, &folder.path().join("venv"));
    if !fill(&packages) {
        installation::skipped(test, "the extension module cannot be compiled");
        return None;
    }
    let httpd = Plan::new()
        .script("app.wsgi", script)
        .config(&format!(
            "LogLevel warn wsgi:info\n{words}\nWSGIPythonHome {}\n\
             WSGIScriptAlias / ${{APP}}/app.wsgi application-group=g",
            folder.path().join("venv").display()
        ))
        .allows_log("exit signal Abort")
        .allows_log("cannot be loaded")
        .allows_log("[script ")
        .start();
    Some(Served {
        httpd,
        packages,
        _folder: folder,
    })
}

/// Answers with `main` in the main interpreter, else with the kind of its GIL.
const WHERE: &str = "from _interpreters import get_config, get_current
me = get_current()[0]
kind = 'main' if me == 0 else get_config(me).gil
";

/// The body of the answer; `None` if the connection ended without one.
fn answer(httpd: &Httpd) -> Option<String> {
    let mut connection = Connection::open(httpd.port());
    connection.try_send(Request::get("/").bytes()).ok()?;
    let (status, _, body) = connection.try_response()?;
    assert_eq!(status, 200, "{}", httpd.error_log());
    Some(String::from_utf8(body).unwrap())
}

/// Compiles `aborts.c` into a directory of packages. Whether there is a compiler.
fn compile_aborts(packages: &Path) -> bool {
    let source = installation::repository().join("tests/pool/aborts.c");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-w", "-o"])
        .args([&packages.join("aborts.so"), &source])
        .status();
    compiled.is_ok_and(|status| status.success())
}

#[test]
fn a_script_that_ends_its_process_is_loaded_a_rung_lower_by_the_next() {
    let name = "a_script_that_ends_its_process_is_loaded_a_rung_lower_by_the_next";
    let script = format!("import aborts\n{WHERE}{}", app::answering("kind"));
    let Some(served) = served(name, "ClutchIsolation auto", &script, compile_aborts) else {
        return;
    };
    let httpd = &served.httpd;
    let died = |rung: &str| format!("a process has died when it loaded the script on {rung}");
    assert_eq!(answer(httpd), None, "on own-gil");
    assert_eq!(answer(httpd), None, "on shared-gil");
    httpd.wait_for_log(&died("own-gil"));
    assert_eq!(answer(httpd).as_deref(), Some("main"));
    httpd.wait_for_log(&died("shared-gil"));
    httpd.restart();
    for _ in 0..3 {
        assert_eq!(answer(httpd).as_deref(), Some("main"));
    }
    assert_eq!(httpd.log().count("exit signal Abort"), 2);
    assert_eq!(httpd.log().count("goes to shared-gil"), 1);
}

#[test]
fn what_a_package_raises_in_sub_interpreters_takes_the_application_to_a_process() {
    let name = "what_a_package_raises_in_sub_interpreters_takes_the_application_to_a_process";
    let package = format!("{WHERE}if kind != 'main':\n    raise RuntimeError('not here')\n");
    let script = format!("import fussy\n{WHERE}{}", app::answering("kind"));
    let fill = |packages: &Path| fs::write(packages.join("fussy.py"), &package).is_ok();
    let Some(served) = served(name, "", &script, fill) else {
        return;
    };
    let httpd = &served.httpd;
    assert_eq!(answer(httpd).as_deref(), Some("main"));
    let down = "from shared-gil to process, because the module fussy";
    assert!(
        httpd
            .wait_for_log(down)
            .contains("raises RuntimeError: not here")
    );
    httpd.restart();
    for _ in 0..3 {
        assert_eq!(answer(httpd).as_deref(), Some("main"));
    }
    assert_eq!(httpd.log().count(down), 1, "it is remembered");
}

#[test]
fn what_a_package_raises_everywhere_is_shown_and_neither_remembered_nor_tried_again() {
    let name = "what_a_package_raises_everywhere_is_shown_and_neither_remembered_nor_tried_again";
    let fill = |packages: &Path| {
        fs::write(
            packages.join("broken.py"),
            "raise RuntimeError('nowhere')\n",
        )
        .is_ok()
    };
    let words = "ClutchIsolation auto";
    let Some(served) = served(name, words, "import broken\n", fill) else {
        return;
    };
    let httpd = &served.httpd;
    for _ in 0..4 {
        assert_eq!(httpd.get("/").head.status, 500);
    }
    httpd.wait_for_log("RuntimeError: nowhere");
    assert_eq!(httpd.log().count("made the sub-interpreter 'g'"), 2);
    assert_eq!(httpd.daemons().len(), 1);

    // Another script begins at the top again.
    let good = format!("{WHERE}{}", app::answering("kind"));
    fs::write(httpd.script("app.wsgi"), good).unwrap();
    assert_eq!(answer(httpd).as_deref(), Some("own"));

    fs::write(httpd.script("app.wsgi"), "import broken\n").unwrap();
    assert_eq!(httpd.get("/").head.status, 500);
    fs::remove_file(served.packages.join("broken.py")).unwrap();
    fs::write(served.packages.join("broken.py"), "").unwrap();
    httpd.restart();
    let good = format!("import broken\n{WHERE}{}", app::answering("kind"));
    fs::write(httpd.script("app.wsgi"), good).unwrap();
    assert_eq!(
        answer(httpd).as_deref(),
        Some("own"),
        "nothing was remembered"
    );
}

#[test]
fn an_applications_own_exceptions_take_it_nowhere() {
    let name = "an_applications_own_exceptions_take_it_nowhere";
    let fill = |packages: &Path| {
        fs::write(packages.join("needy.py"), "import no_such_module\n").is_ok()
            && fs::write(packages.join("helper.py"), "def call(work): work()\n").is_ok()
    };
    let own = [
        "1 / 0\n",
        "this is no Python\n",
        "import no_such_module\n",
        "import needy\n",
        "import json\njson.loads('{')\n",
        "import helper\ndef fail(): raise ValueError('mine')\nhelper.call(fail)\n",
        "raise SystemExit\n",
    ];
    let Some(served) = served(name, "ClutchIsolation auto", own[0], fill) else {
        return;
    };
    for script in own {
        fs::write(served.httpd.script("app.wsgi"), script).unwrap();
        assert_eq!(served.httpd.get("/").head.status, 500, "{script}");
    }
    assert_eq!(served.httpd.log().count("from own-gil to"), 0);
    assert!(served.httpd.daemons().is_empty());
}

#[test]
fn a_module_that_is_mended_is_loaded_although_a_package_had_raised() {
    let name = "a_module_that_is_mended_is_loaded_although_a_package_had_raised";
    let fill = |packages: &Path| {
        let text = "def check(number):\n    if not number: raise ValueError('zero')\n";
        fs::write(packages.join("strict.py"), text).is_ok()
    };
    let script = format!("import settings\n{WHERE}{}", app::answering("kind"));
    let words = "ClutchIsolation auto\nClutchReload modules\nWSGIPythonPath ${APP}";
    let Some(served) = served(name, words, &script, fill) else {
        return;
    };
    let httpd = &served.httpd;
    let settings = httpd.script("settings.py");
    fs::write(&settings, "import strict\nstrict.check(0)\n").unwrap();
    for _ in 0..2 {
        assert_eq!(httpd.get("/").head.status, 500);
    }
    fs::write(&settings, "import strict\nstrict.check(100)\n").unwrap();
    wait::until_true("the mended module", || httpd.get("/").head.status == 200);
    assert_ne!(answer(httpd).as_deref(), Some("main"));
}
