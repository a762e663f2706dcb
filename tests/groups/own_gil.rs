//! `WSGIPerInterpreterGIL`: groups with a lock of their own run Python at the same time.

use std::thread;

use clutch_tests::support::{
    MODULE_ERROR, Plan, Request, app, installation, python, reference, wait,
};

/// A module without which no test here makes sense: interpreters with a lock of their own came with 3.12, and are
/// usable from 3.13 on.
fn is_supported(test: &str) -> bool {
    if python::minor() < 13 {
        installation::skipped(test, "needs Python 3.13");
    }
    python::minor() >= 13
}

/// Groups that answer with the kind of their lock, `own` or `shared`.
fn plan(own_gil: &str) -> Plan {
    let script = "import sys\nfrom _interpreters import get_config, get_current\n";
    let gil = app::answering("get_config(get_current()[0]).gil");
    Plan::new()
        .script("app.wsgi", &format!("{script}{gil}"))
        .config(&format!(
            "WSGIPerInterpreterGIL {own_gil}\nWSGIScriptAlias /a ${{APP}}/app.wsgi\nWSGIScriptAlias /b ${{APP}}/app.wsgi\n\
             WSGIScriptAlias /main ${{APP}}/app.wsgi application-group=%{{GLOBAL}}"
        ))
}

#[test]
fn wsgi_per_interpreter_gil_gives_every_group_but_the_main_a_lock_of_its_own() {
    if !is_supported("wsgi_per_interpreter_gil_gives_every_group_but_the_main_a_lock_of_its_own") {
        return;
    }
    let httpd = plan("On").start();
    assert_eq!(
        ["/a", "/b"].map(|path| httpd.get(path).ok().to_owned()),
        ["own", "own"]
    );
    let shared = plan("Off").start();
    assert_eq!(
        ["/a", "/b"].map(|path| shared.get(path).ok().to_owned()),
        ["shared", "shared"]
    );
}

#[test]
fn two_groups_with_their_own_locks_compute_at_the_same_time() {
    let name = "two_groups_with_their_own_locks_compute_at_the_same_time";
    if !is_supported(name) {
        return;
    }
    if installation::is_prefork() {
        return installation::skipped(name, "needs threads");
    }
    // With a switch interval of an hour a thread that computes never gives the lock away, so the second group can
    // only answer if it has a lock of its own.
    let busy = "import os, sys\nsys.setswitchinterval(3600)\n\
                def application(environ, start_response):\n    start_response('200 OK', [])\n    \
                open(environ['out'] + '/busy', 'w').close()\n    \
                count = 0\n    exists = os.path.exists\n    \
                while not exists(environ['out'] + '/enough'):\n        count += sum(range(100000))\n    return [b'busy']\n";
    let httpd = Plan::new()
        .modules(&["env"])
        .script("busy.wsgi", busy)
        .script("other.wsgi", &app::answering("sum(range(1000))"))
        .config("WSGIPerInterpreterGIL On\nSetEnv out ${OUT}\nWSGIScriptAlias /busy ${APP}/busy.wsgi\nWSGIScriptAlias /other ${APP}/other.wsgi")
        .start();
    assert_eq!(httpd.get("/other").ok(), "499500");
    thread::scope(|scope| {
        let busy = scope.spawn(|| httpd.get("/busy").ok().to_owned());
        wait::until_true("the busy group", || httpd.out("busy").exists());
        for _ in 0..20 {
            assert_eq!(httpd.get("/other").ok(), "499500");
        }
        std::fs::write(httpd.out("enough"), "").unwrap();
        assert_eq!(busy.join().unwrap(), "busy");
    });
}

#[test]
fn everything_an_application_does_works_with_a_lock_of_its_own() {
    let name = "everything_an_application_does_works_with_a_lock_of_its_own";
    if !is_supported(name) {
        return;
    }
    let script = format!(
        "import datetime, decimal, json, logging, threading, sqlite3, re\n{}",
        app::running(
            "print('to the log')\ndata = environ['wsgi.input'].read()\nseen = []\n\
             thread = threading.Thread(target=lambda: seen.append(json.dumps(str(datetime.datetime(2024, 1, 1)))))\n\
             thread.start(); thread.join()\n\
             total = sqlite3.connect(':memory:').execute('select 1 + 1').fetchone()[0]\nok()\n\
             yield data\nyield seen[0].encode()\nyield str(total).encode()"
        )
    );
    let plan = Plan::new()
        .script("app.wsgi", &script)
        .config("WSGIPerInterpreterGIL On\nWSGIScriptAlias /a ${APP}/app.wsgi\nWSGIScriptAlias /b ${APP}/app.wsgi")
        .expects_log(MODULE_ERROR);
    // The reference's children crash when they end after this.
    let plan = if reference::is_under_test() {
        plan.allows_log("")
    } else {
        plan
    };
    let httpd = plan.start();
    for path in ["/a", "/b", "/a", "/b"] {
        let request = Request::post(path, "abc");
        assert_eq!(httpd.send(&request).ok(), "abc\"2024-01-01 00:00:00\"2");
    }
}
