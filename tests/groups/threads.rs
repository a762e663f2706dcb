//! Request threads: what lives as long as a thread, and that requests run side by side.

use std::collections::HashMap;
use std::thread;

use clutch_tests::support::{Httpd, Plan, app, installation, python, reference};

#[test]
fn thread_locals_live_as_long_as_the_thread() {
    let script = format!(
        "import threading\nlocal = threading.local()\ndef count():\n    local.count = getattr(local, 'count', 0) + 1\n    return local.count\n{}",
        app::answering("(environ['mod_wsgi.thread_id'], threading.get_ident(), count())")
    );
    let httpd = Httpd::serving(&script).start();
    let mut expected: HashMap<String, u32> = HashMap::new();
    for _ in 0..30 {
        let response = httpd.get("/");
        let answer = response.ok();
        let (thread, count) = answer.trim_matches(['(', ')']).rsplit_once(", ").unwrap();
        let calls = expected.entry(thread.to_owned()).or_default();
        *calls += 1;
        assert_eq!(count, calls.to_string(), "{answer}");
    }
    assert!(expected.len() <= 8, "{expected:?}");
}

#[test]
fn context_variables_of_a_request_thread_persist_and_do_not_mix() {
    let script = format!(
        "import contextvars, threading\nmine = contextvars.ContextVar('mine', default=None)\n\
         def swap():\n    old = mine.get()\n    mine.set(threading.get_ident())\n    return old in (None, threading.get_ident())\n{}",
        app::answering("swap()")
    );
    let httpd = Httpd::serving(&script).start();
    for _ in 0..20 {
        assert_eq!(httpd.get("/").ok(), "True");
    }
}

#[test]
fn requests_of_one_group_run_side_by_side() {
    if installation::is_prefork() {
        return installation::skipped("requests_of_one_group_run_side_by_side", "needs threads");
    }
    // Each waits for the others: nobody passes unless all four are in the application.
    let script = format!(
        "import threading\nbarrier = threading.Barrier(4)\n{}",
        app::answering("barrier.wait(60) in range(4)")
    );
    let httpd = Httpd::serving(&script).start();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(httpd.get("/").ok(), "True"));
        }
    });
}

#[test]
fn requests_of_two_groups_run_side_by_side() {
    let wait = |mine: &str, other: &str| {
        let statements = format!(
            "with open(environ['out'] + '/{mine}', 'w') as file:\n    file.write('here')\n\
             text = open(environ['out'] + '/{other}').read()\nok()\nreturn [text.encode()]"
        );
        app::running(&statements)
    };
    // Two named pipes: each side opens one to write and the other to read, so each waits for the other.
    let httpd = Plan::new()
        .modules(&["env"])
        .script("a.wsgi", &wait("a", "b"))
        .script(
            "b.wsgi",
            &wait("a", "b")
                .replace("'/a', 'w'", "'/a'")
                .replace("file.write('here')", "file.read()")
                .replace(
                    "open(environ['out'] + '/b').read()",
                    "[open(environ['out'] + '/b', 'w').close(), 'b'][1]",
                ),
        )
        .config(
            "SetEnv out ${OUT}\nWSGIScriptAlias /a ${APP}/a.wsgi\nWSGIScriptAlias /b ${APP}/b.wsgi",
        )
        .workers(2)
        .start();
    let _pipes = ["a", "b"].map(|name| httpd.gate(name));
    thread::scope(|scope| {
        let first = scope.spawn(|| httpd.get("/a").ok().to_owned());
        let second = scope.spawn(|| httpd.get("/b").ok().to_owned());
        assert_eq!(
            (
                first.join().unwrap().as_str(),
                second.join().unwrap().as_str()
            ),
            ("", "b")
        );
    });
}

#[test]
fn application_threads_run_on_between_requests() {
    let script = format!(
        "import threading, queue\nasked, answered = queue.Queue(), queue.Queue()\n\
         def work():\n    while True:\n        answered.put(asked.get() * 2)\n\
         threading.Thread(target=work, daemon=True).start()\n{}",
        app::answering("[asked.put(21), answered.get(timeout=60)][1]")
    );
    for group in ["%{GLOBAL}", "sub"] {
        let httpd = Httpd::serving(&script)
            .config(&format!("WSGIApplicationGroup {group}"))
            .start();
        for _ in 0..3 {
            assert_eq!(httpd.get("/").ok(), "42", "{group}");
        }
    }
}

#[test]
fn a_fork_in_a_sub_interpreter_is_refused() {
    let name = "a_fork_in_a_sub_interpreter_is_refused";
    if python::minor() < 12 {
        return installation::skipped(name, "CPython can refuse it from 3.12 on");
    }
    if !reference::ours_only(name, "it lets the child run in half an interpreter") {
        return;
    }
    let httpd = Httpd::serving(app::EVALUATING).start();
    assert_eq!(httpd.get(&app::target("os.fork()")).ok(), "RuntimeError");
    assert_eq!(httpd.get(&app::target("os.getpid() > 0")).ok(), "True");
}

#[test]
fn a_program_can_be_started_from_the_main_interpreter() {
    let script = app::answering(
        "__import__('subprocess').run(['/bin/echo', 'hi'], capture_output=True).stdout",
    );
    let httpd = Httpd::serving(&script)
        .config("WSGIApplicationGroup %{GLOBAL}")
        .start();
    assert_eq!(httpd.get("/").ok(), r"b'hi\n'");
}
