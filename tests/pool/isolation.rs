//! What a group's interpreters share, and how many they are.

use std::collections::BTreeSet;
use std::thread;

use clutch_tests::support::{Plan, app, installation, mode, python, wait};

use super::is_ours;

const KIND: &str = "import sys\nfrom _interpreters import get_config, get_current\n";

#[test]
fn clutch_isolation_in_wsgi_interpreter_options_decides_for_each_group() {
    let name = "clutch_isolation_in_wsgi_interpreter_options_decides_for_each_group";
    if !is_ours(name) {
        return;
    }
    if python::minor() < 13 {
        return installation::skipped(name, "needs Python 3.13");
    }
    let script = format!(
        "{KIND}{}",
        app::answering("get_config(get_current()[0]).gil")
    );
    let httpd = Plan::new()
        .script("app.wsgi", &script)
        .config(
            "ClutchIsolation own-gil\n<WSGIInterpreterOptions application-group=b>\nClutchIsolation shared-gil\n\
             </WSGIInterpreterOptions>\n<WSGIInterpreterOptions application-group=c>\nClutchIsolation auto\n\
             </WSGIInterpreterOptions>\nWSGIScriptAlias /a ${APP}/app.wsgi application-group=a\n\
             WSGIScriptAlias /b ${APP}/app.wsgi application-group=b\nWSGIScriptAlias /c ${APP}/app.wsgi application-group=c",
        )
        .start();
    assert_eq!(
        ["/a", "/b", "/c"].map(|path| httpd.get(path).ok().to_owned()),
        ["own", "shared", "own"]
    );
}

#[test]
fn clutch_isolation_process_gives_each_group_a_process_of_its_own() {
    if !is_ours("clutch_isolation_process_gives_each_group_a_process_of_its_own") {
        return;
    }
    if !mode::embedded_only("a daemon gives its application groups no processes") {
        return;
    }
    let httpd = Plan::new()
        .script("app.wsgi", &app::answering("os.getpid()"))
        .config(
            "ClutchIsolation process\nWSGIScriptAlias /a ${APP}/app.wsgi application-group=a\n\
             WSGIScriptAlias /b ${APP}/app.wsgi application-group=b",
        )
        .start();
    let processes = ["/a", "/b", "/a"].map(|path| httpd.get(path).ok().parse::<u32>().unwrap());
    assert_eq!(processes[0], processes[2]);
    assert_ne!(processes[0], processes[1]);
    assert_eq!(
        httpd.daemons(),
        BTreeSet::from([processes[0], processes[1]])
    );
}

#[test]
fn clutch_interpreters_of_one_group_compute_at_the_same_time() {
    let name = "clutch_interpreters_of_one_group_compute_at_the_same_time";
    if !is_ours(name) {
        return;
    }
    if python::minor() < 13 || installation::is_prefork() {
        return installation::skipped(name, "needs Python 3.13, and threads");
    }
    // With a switch interval of an hour a thread that computes keeps its lock: others answer only with locks of their own.
    let script = "import os, sys\nsys.setswitchinterval(3600)\nfrom _interpreters import get_current\n\
         def application(environ, start_response):\n    me = str(get_current()[0])\n    start_response('200 OK', [])\n    \
         exists = os.path.exists\n    out = environ['out']\n    \
         if environ['QUERY_STRING']:\n        open(out + '/busy', 'w').close()\n        \
         while not exists(out + '/enough'): pass\n    return [me.encode()]\n";
    let httpd = Plan::new()
        .modules(&["env"])
        .script("app.wsgi", script)
        .config("LogLevel warn wsgi:info\nClutchIsolation own-gil\nClutchInterpreters 3\nSetEnv out ${OUT}\nWSGIScriptAlias / ${APP}/app.wsgi")
        .start();
    httpd.get("/").ok();
    wait::until_true("three interpreters", || {
        httpd.log().count("made the sub-interpreter") == 3
    });
    httpd.wait_for_log("made the sub-interpreter");
    thread::scope(|scope| {
        let busy = scope.spawn(|| httpd.get("/?busy").ok().to_owned());
        wait::until_true("the busy one", || httpd.out("busy").exists());
        let others: BTreeSet<String> = (0..20).map(|_| httpd.get("/").ok().to_owned()).collect();
        std::fs::write(httpd.out("enough"), "").unwrap();
        let busy = busy.join().unwrap();
        assert!(!others.contains(&busy), "{busy} {others:?}");
    });
}
