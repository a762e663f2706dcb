//! What bounds a group: requests at once, their time, idle time, their number, and interpreters of the process.

use std::thread;

use clutch_tests::support::{Plan, app, installation, wait};

use super::is_ours;

/// An application that says that it runs and waits until it is let go.
const SLOW: &str = "import os, time\ndef application(environ, start_response):\n    start_response('200 OK', [])\n    \
                    open(os.path.join(environ['out'], 'at-' + environ['QUERY_STRING']), 'w').close()\n    \
                    while not os.path.exists(environ['out'] + '/enough'):\n        time.sleep(0.01)\n    return [b'slow']\n";

#[test]
fn one_slow_group_cannot_occupy_all_threads() {
    let name = "one_slow_group_cannot_occupy_all_threads";
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
fn a_request_that_runs_too_long_gets_504_and_its_stack_is_logged() {
    if !is_ours("a_request_that_runs_too_long_gets_504_and_its_stack_is_logged") {
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
fn an_idle_group_is_ended_and_made_again_when_it_is_wanted() {
    if !is_ours("an_idle_group_is_ended_and_made_again_when_it_is_wanted") {
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
fn no_process_has_more_interpreters_than_it_may() {
    if !is_ours("no_process_has_more_interpreters_than_it_may") {
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
