//! Script reloading: the changed script runs at the next request, in its place, and nothing else is loaded again.

use std::fs;
use std::time::{Duration, SystemTime};

use clutch_tests::support::{Httpd, MODULE_ERROR, Plan, app, mode, wait};

fn write(httpd: &Httpd, name: &str, text: &str) {
    fs::write(httpd.script(name), text).unwrap();
}

/// Sets a file's time of modification to `now + seconds`.
fn touch(httpd: &Httpd, name: &str, seconds: i64) {
    let file = fs::File::options()
        .write(true)
        .open(httpd.script(name))
        .unwrap();
    let offset = Duration::from_secs(seconds.unsigned_abs());
    let time = if seconds < 0 {
        SystemTime::now() - offset
    } else {
        SystemTime::now() + offset
    };
    file.set_modified(time).unwrap();
}

/// A server whose processes stay when their code changes.
fn staying(script: &str) -> Plan {
    let plan = Httpd::serving(script);
    match mode::is_daemon() {
        true => plan.config("ClutchReloadUnit interpreter"),
        false => plan,
    }
}

#[test]
fn new_code_is_served_by_the_next_request_in_the_same_process() {
    let httpd = staying(&app::answering("('old', os.getpid())")).start();
    let child: String = httpd.get("/").ok().replace("'old'", "'new'");
    write(&httpd, "app.wsgi", &app::answering("('new', os.getpid())"));
    assert_eq!(httpd.get("/").ok(), child);
}

#[test]
fn a_script_is_loaded_once_per_change_and_an_older_time_is_a_change_too() {
    let httpd = staying(&format!(
        "import sys\nsys.loads = getattr(sys, 'loads', 0) + 1\n{}",
        app::answering("sys.loads")
    ))
    .start();
    let loads = || httpd.get("/").ok().to_owned();
    assert_eq!([loads(), loads()], ["1", "1"]);
    touch(&httpd, "app.wsgi", 5);
    assert_eq!([loads(), loads()], ["2", "2"]);
    touch(&httpd, "app.wsgi", -3600);
    assert_eq!([loads(), loads()], ["3", "3"]);
}

#[test]
fn the_module_is_a_new_one_and_other_modules_stay() {
    let script = |word: &str| {
        format!(
            "import sys, os\nsys.path.insert(0, os.path.dirname(__file__))\nimport other\nnew_global = '{word}'\n\
             if '{word}' == 'old':\n    only_old = 1\n{}",
            app::answering(
                "(new_global, 'only_old' in globals(), other.count(), sys.modules[__name__].new_global)"
            )
        )
    };
    let httpd = staying(&script("old"))
        .script(
            "other.py",
            "calls = 0\ndef count():\n    global calls\n    calls += 1\n    return calls\n",
        )
        .start();
    assert_eq!(httpd.get("/").ok(), "('old', True, 1, 'old')");
    write(&httpd, "app.wsgi", &script("new"));
    write(&httpd, "other.py", "def count():\n    return 'changed'\n");
    assert_eq!(httpd.get("/").ok(), "('new', False, 2, 'new')");
}

#[test]
fn every_group_that_runs_the_script_reloads_it() {
    let httpd = Plan::new()
        .script("app.wsgi", &app::answering("'old'"))
        .config("WSGIScriptAlias /a ${APP}/app.wsgi\nWSGIScriptAlias /b ${APP}/app.wsgi")
        .start();
    assert_eq!(
        ["/a", "/b"].map(|path| httpd.get(path).ok().to_owned()),
        ["old", "old"]
    );
    write(&httpd, "app.wsgi", &app::answering("'new'"));
    assert_eq!(
        ["/a", "/b"].map(|path| httpd.get(path).ok().to_owned()),
        ["new", "new"]
    );
}

#[test]
fn with_reloading_off_the_first_code_stays() {
    let httpd = Httpd::serving(&app::answering("'old'"))
        .config("WSGIScriptReloading Off")
        .start();
    assert_eq!(httpd.get("/").ok(), "old");
    write(&httpd, "app.wsgi", &app::answering("'new'"));
    assert_eq!(httpd.get("/").ok(), "old");
    fs::remove_file(httpd.script("app.wsgi")).unwrap();
    write(&httpd, "app.wsgi", &app::answering("'newest'"));
    assert_eq!(httpd.get("/").ok(), "old");
}

#[test]
fn a_failing_reload_is_500_until_the_script_is_mended() {
    let httpd = Httpd::serving(&app::answering("'old'"))
        .expects_log(MODULE_ERROR)
        .start();
    assert_eq!(httpd.get("/").ok(), "old");
    write(&httpd, "app.wsgi", "syntax error\n");
    for _ in 0..2 {
        assert_eq!(httpd.get("/").status, 500);
    }
    httpd.wait_for_log("SyntaxError");
    write(&httpd, "app.wsgi", &app::answering("'mended'"));
    assert_eq!(httpd.get("/").ok(), "mended");
}

#[test]
fn a_request_that_runs_keeps_the_code_it_began_with() {
    let script = |word: &str| {
        app::running(&format!(
            "ok()\nyield b'{word} '\nif environ['PATH_INFO'] == '/wait':\n    open(environ['gate']).read()\nyield b'{word}'"
        ))
    };
    let httpd = Httpd::serving(&script("old"))
        .modules(&["env"])
        .config("SetEnv gate ${OUT}/gate")
        .workers(2)
        .start();
    let gate = httpd.gate("gate");
    let mut client = httpd.connect();
    client.send(clutch_tests::support::Request::get("/wait").bytes());
    gate.wait_for_reader();
    write(&httpd, "app.wsgi", &script("new"));
    assert_eq!(httpd.get("/").ok(), "new new");
    gate.open();
    assert_eq!(client.response().ok(), "old old");
}

#[test]
fn reload_required_decides_beside_the_time() {
    let script = format!(
        "import os, sys\nsys.loads = getattr(sys, 'loads', 0) + 1\n\
         wanted = os.path.join(os.path.dirname(__file__), '../out/wanted')\n\
         def reload_required(path):\n    assert path == __file__, path\n    return os.path.exists(wanted)\n{}",
        app::answering("(os.getpid(), sys.loads)")
    );
    let httpd = Httpd::serving(&script).start();
    let loaded = || httpd.get("/").ok().to_owned();
    let first = loaded();
    assert_eq!(loaded(), first);
    fs::write(httpd.out("wanted"), "").unwrap();
    let [second, third] = [loaded(), loaded()];
    assert!(
        first != second && second != third,
        "{first} {second} {third}"
    );
    fs::remove_file(httpd.out("wanted")).unwrap();
    assert_eq!(loaded(), third);
}

#[test]
fn a_failing_reload_required_is_logged_and_means_no() {
    let script = format!(
        "def reload_required(path):\n    raise ValueError('mine')\n{}",
        app::answering("'served'")
    );
    let httpd = Httpd::serving(&script).expects_log(MODULE_ERROR).start();
    for _ in 0..2 {
        assert_eq!(httpd.get("/").ok(), "served");
    }
    httpd.wait_for_log("ValueError: mine");
}

#[test]
fn concurrent_requests_load_a_changed_script_once() {
    let script = |word: &str| {
        format!(
            "import sys\nsys.loads = getattr(sys, 'loads', 0) + 1\n{}",
            app::answering(&format!("('{word}', sys.loads)"))
        )
    };
    let httpd = staying(&script("old")).start();
    assert_eq!(httpd.get("/").ok(), "('old', 1)");
    for round in 2..5 {
        write(&httpd, "app.wsgi", &script(&format!("round {round}")));
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    assert_eq!(httpd.get("/").ok(), format!("('round {round}', {round})"))
                });
            }
        });
    }
}

#[test]
fn a_script_that_vanishes_is_404_and_comes_back() {
    let httpd = Httpd::serving(&app::answering("'here'"))
        .expects_log(MODULE_ERROR)
        .start();
    assert_eq!(httpd.get("/").ok(), "here");
    fs::remove_file(httpd.script("app.wsgi")).unwrap();
    assert_eq!(httpd.get("/").status, 404);
    write(&httpd, "app.wsgi", &app::answering("'back'"));
    wait::until_true("the new script", || httpd.get("/").ok() == "back");
}
