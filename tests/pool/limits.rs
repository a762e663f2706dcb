//! What bounds a group: requests at once, their time, idle time, their number, and interpreters of the process.

use std::thread;

use clutch_tests::support::{Plan, app, installation, mode, wait};

use super::is_ours;

/// An application that says that it runs and waits until it is let go.
const SLOW: &str = "import os, time\ndef application(environ, start_response):\n    start_response('200 OK', [])\n    \
                    open(os.path.join(environ['out'], 'at-' + environ['QUERY_STRING']), 'w').close()\n    \
                    while not os.path.exists(environ['out'] + '/enough'):\n        time.sleep(0.01)\n    return [b'slow']\n";

#[test]
fn one_slow_group_with_clutch_concurrency_clutch_queue_and_clutch_queue_timeout_cannot_occupy_all_threads()
 {
    let name = "one_slow_group_with_clutch_concurrency_clutch_queue_and_clutch_queue_timeout_cannot_occupy_all_threads";
    if !is_ours(name) {
        return;
    }
    if installation::is_prefork() {
        return installation::skipped(name, "needs threads");
    }
    let httpd = Plan::new()
        .modules(&["env"])
        .workers(25)
        .script("slow.wsgi", SLOW)
        .script("other.wsgi", &app::answering("'quick'"))
        .config(
            "SetEnv out ${OUT}\n<WSGIInterpreterOptions application-group=slow>\nClutchConcurrency 5\n\
             ClutchQueue 3\nClutchQueueTimeout 0.2\n</WSGIInterpreterOptions>\n\
             WSGIScriptAlias /slow ${APP}/slow.wsgi application-group=slow\n\
             WSGIScriptAlias /other ${APP}/other.wsgi application-group=other",
        )
        .expects_log("ClutchConcurrency")
        .allows_log("ClutchQueueTimeout")
        .start();
    thread::scope(|scope| {
        let running: Vec<_> = (0..5)
            .map(|number| {
                let httpd = &httpd;
                scope.spawn(move || httpd.get(&format!("/slow?{number}")))
            })
            .collect();
        for number in 0..5 {
            wait::until_true("a slow request", || {
                httpd.out(&format!("at-{number}")).exists()
            });
        }
        let more: Vec<_> = (5..20)
            .map(|number| {
                let httpd = &httpd;
                scope.spawn(move || httpd.get(&format!("/slow?{number}")))
            })
            .collect();
        for _ in 0..20 {
            assert_eq!(httpd.get("/other").ok(), "quick");
        }
        let mut refused = 0;
        for response in more.into_iter().map(|one| one.join().unwrap()) {
            assert!([503, 504].contains(&response.head.status), "{response:?}");
            if response.head.status == 503 {
                refused += 1;
                assert_eq!(response.head.header("Retry-After").as_deref(), Some("1"));
            }
        }
        assert!(refused >= 1);
        std::fs::write(httpd.out("enough"), "").unwrap();
        for response in running.into_iter().map(|one| one.join().unwrap()) {
            assert_eq!(response.ok(), "slow");
        }
    });
}

#[test]
fn clutch_request_timeout_gives_504_and_logs_the_stack() {
    if !is_ours("clutch_request_timeout_gives_504_and_logs_the_stack") {
        return;
    }
    let script = "import time\ndef application(environ, start_response):\n    if environ['QUERY_STRING']:\n        \
                  count = 0\n        end = time.monotonic() + 60\n        while time.monotonic() < end: count += 1\n    \
                  start_response('200 OK', [])\n    return [b'done']\n";
    let httpd = Plan::new()
        .script("app.wsgi", script)
        .config("ClutchRequestTimeout 0.3\nWSGIScriptAlias / ${APP}/app.wsgi")
        .expects_log("ClutchRequestTimeout")
        .allows_log("")
        .start();
    assert_eq!(httpd.get("/?stuck").head.status, 504);
    httpd.wait_for_log("in application");
    assert_eq!(httpd.get("/").ok(), "done");
}

#[test]
fn clutch_idle_timeout_ends_a_group_and_the_next_request_makes_it_again() {
    if !is_ours("clutch_idle_timeout_ends_a_group_and_the_next_request_makes_it_again") {
        return;
    }
    let script = format!(
        "import atexit, os, sys\n{}",
        app::answering("getattr(sys, 'seen', 0) or setattr(sys, 'seen', 1) or 0")
    );
    let httpd = Plan::new()
        .script("app.wsgi", &script)
        .config("LogLevel warn wsgi:info\nClutchIdleTimeout 0.3\nWSGIScriptAlias / ${APP}/app.wsgi")
        .start();
    assert_eq!(
        ["/", "/"].map(|path| httpd.get(path).ok().to_owned()),
        ["0", "1"]
    );
    httpd.wait_for_log("has ended");
    assert_eq!(httpd.get("/").ok(), "0");
}

#[test]
fn clutch_max_interpreters_has_idle_groups_make_room() {
    if !is_ours("clutch_max_interpreters_has_idle_groups_make_room") {
        return;
    }
    let script = format!(
        "import sys\nsys.loads = getattr(sys, 'loads', 0) + 1\n{}",
        app::answering("sys.loads")
    );
    let aliases: String = (0..6)
        .map(|number| {
            format!("\nWSGIScriptAlias /{number} ${{APP}}/app.wsgi application-group=g{number}")
        })
        .collect();
    let httpd = Plan::new()
        .script("app.wsgi", &script)
        .config(&format!(
            "LogLevel warn wsgi:info\nClutchMaxInterpreters 2\nClutchReload group{aliases}"
        ))
        .start();
    for _ in 0..3 {
        for number in 0..6 {
            assert_eq!(httpd.get(&format!("/{number}")).ok(), "1");
        }
    }
    httpd.wait_for_log("another group needs its place");
}

#[test]
fn clutch_max_requests_replaces_an_interpreter_without_a_pause() {
    if !is_ours("clutch_max_requests_replaces_an_interpreter_without_a_pause") {
        return;
    }
    let script = "import sys\ndef application(environ, start_response):\n    \
                  sys.calls = getattr(sys, 'calls', 0) + 1\n    start_response('200 OK', [])\n    \
                  return [str(sys.calls).encode()]\n";
    let httpd = Plan::new()
        .script("app.wsgi", script)
        .config("ClutchMaxRequests 5\nWSGIScriptAlias / ${APP}/app.wsgi")
        .start();
    let first: Vec<String> = (0..5).map(|_| httpd.get("/").ok().to_owned()).collect();
    assert_eq!(first, ["1", "2", "3", "4", "5"]);
    wait::until_true("a new interpreter", || httpd.get("/").ok() == "1");
}

#[test]
fn clutch_max_replacements_asks_for_another_process() {
    if !is_ours("clutch_max_replacements_asks_for_another_process") {
        return;
    }
    let httpd = Plan::new()
        .script("app.wsgi", &app::answering("os.getpid()"))
        .config("ClutchMaxReplacements 2\nClutchMaxRequests 1\nWSGIScriptAlias / ${APP}/app.wsgi")
        .allows_log("CLUTCH0003")
        .start();
    let first = httpd.get("/").ok().to_owned();
    let wish =
        "CLUTCH0003: this process should be replaced, because 2 interpreters have been replaced";
    // A daemon is replaced without further words.
    wait::until_true("the wish", || {
        let pid = httpd.get("/").ok().to_owned();
        match mode::is_daemon() {
            true => pid != first,
            false => httpd.log().count(wish) > 0,
        }
    });
}

#[test]
fn clutch_drain_timeout_bounds_the_end_of_a_replaced_interpreter() {
    if !is_ours("clutch_drain_timeout_bounds_the_end_of_a_replaced_interpreter") {
        return;
    }
    // A thread that swallows every exception never ends.
    let script = format!(
        "import threading, time\ndef stay():\n    while True:\n        try:\n            while True: time.sleep(0.01)\n        \
         except BaseException: pass\nthreading.Thread(target=stay).start()\n{}",
        app::answering("1")
    );
    let httpd = Plan::new()
        .script("app.wsgi", &script)
        .config("ClutchDrainTimeout 0.2\nClutchMaxRequests 1\nWSGIScriptAlias / ${APP}/app.wsgi")
        .expects_log("did not end in time; it is left as it is")
        .allows_log("")
        .start();
    httpd.get("/").ok();
    httpd.wait_for_log("did not end in time");
    httpd.wait_for_log("in stay");
    assert_eq!(httpd.get("/").ok(), "1");
}
