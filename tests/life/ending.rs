//! How interpreters end: `atexit`, destructors, threads.

use clutch_tests::support::{Httpd, MODULE_ERROR, Plan, app, reference, wait};

/// A script that writes `words` to `${OUT}/name` at exit.
fn at_exit(name: &str) -> String {
    format!(
        "import atexit, os\ndef write(word):\n    with open(os.path.join(os.path.dirname(__file__), '../out/{name}'), 'a') as file:\n        \
         file.write(word + ' ')\natexit.register(write, 'first')\natexit.register(write, 'second')\n{}",
        app::answering("1")
    )
}

fn two_groups() -> Plan {
    Plan::new()
        .script("main.wsgi", &at_exit("main"))
        .script("sub.wsgi", &at_exit("sub"))
        .config("WSGIScriptAlias /main ${APP}/main.wsgi application-group=%{GLOBAL}\nWSGIScriptAlias /sub ${APP}/sub.wsgi")
}

#[test]
fn atexit_functions_of_every_interpreter_run_at_a_stop_in_their_order() {
    let mut httpd = two_groups().start();
    assert_eq!(
        (httpd.get("/main").ok(), httpd.get("/sub").ok()),
        ("1", "1")
    );
    httpd.stop();
    for name in ["main", "sub"] {
        assert_eq!(httpd.written(name), "second first ", "{name}");
    }
}

#[test]
fn atexit_functions_run_in_the_old_child_after_a_graceful_restart() {
    let httpd = two_groups().start();
    assert_eq!(
        (httpd.get("/main").ok(), httpd.get("/sub").ok()),
        ("1", "1")
    );
    httpd.graceful();
    for name in ["main", "sub"] {
        wait::until_true("atexit", || httpd.written(name) == "second first ");
    }
}

#[test]
fn an_atexit_function_that_fails_or_prints_is_logged() {
    let script = format!(
        "import atexit\natexit.register(print, 'goodbye')\ndef fail():\n    raise ValueError('at exit')\natexit.register(fail)\n{}",
        app::answering("1")
    );
    for group in ["%{GLOBAL}", "sub"] {
        let mut httpd = Httpd::serving(&script)
            .config(&format!("WSGIApplicationGroup {group}"))
            .expects_log(MODULE_ERROR)
            .start();
        assert_eq!(httpd.get("/").ok(), "1");
        httpd.stop();
        assert_eq!(httpd.log().count("goodbye"), 1, "{}", httpd.error_log());
        assert_eq!(
            httpd.log().count("ValueError: at exit"),
            1,
            "{}",
            httpd.error_log()
        );
    }
}

#[test]
fn a_thread_that_ends_in_time_is_waited_for() {
    if !reference::ours_only(
        "a_thread_that_ends_in_time_is_waited_for",
        "it waits in the main interpreter alone",
    ) {
        return;
    }
    let script = format!(
        "import atexit, os, threading\nbegun, end = threading.Event(), threading.Event()\n\
         def work():\n    begun.set()\n    end.wait(60)\n    \
         with open(os.path.join(os.path.dirname(__file__), '../out/work'), 'w') as file:\n        file.write('done')\n\
         thread = threading.Thread(target=work, daemon=False)\nthread.start()\nbegun.wait(60)\n\
         threading._register_atexit(end.set)\n{}",
        app::answering("1")
    );
    for group in ["%{GLOBAL}", "sub"] {
        let mut httpd = Httpd::serving(&script)
            .config(&format!("WSGIApplicationGroup {group}"))
            .start();
        assert_eq!(httpd.get("/").ok(), "1");
        httpd.stop();
        assert_eq!(httpd.written("work"), "done", "{group}");
    }
}

#[test]
fn daemon_threads_do_not_disturb_the_end() {
    let script = format!(
        "import threading, itertools\ndef spin():\n    for _ in itertools.count():\n        pass\n\
         for _ in range(3):\n    threading.Thread(target=spin, daemon=True).start()\n\
         threading.Thread(target=threading.Event().wait, daemon=True).start()\n{}",
        app::answering("1")
    );
    for group in ["%{GLOBAL}", "sub"] {
        let plan = Httpd::serving(&script).config(&format!("WSGIApplicationGroup {group}"));
        // The reference's children crash here and there.
        let plan = if reference::is_under_test() {
            plan.allows_log("")
        } else {
            plan
        };
        let httpd = plan.start();
        assert_eq!(httpd.get("/").ok(), "1", "{group}");
    }
}

#[test]
fn many_interpreters_end_cleanly() {
    let httpd = Plan::new()
        .script("app.wsgi", &format!("import json, logging, threading, datetime\n{}", app::answering("'served'")))
        .config("WSGIScriptAliasMatch ^/g[0-9]+ ${APP}/app.wsgi\nWSGIScriptAlias /main ${APP}/app.wsgi application-group=%{GLOBAL}")
        .start();
    for number in 0..15 {
        assert_eq!(httpd.get(&format!("/g{number}")).ok(), "served");
    }
    assert_eq!(httpd.get("/main").ok(), "served");
}
