//! Nothing is lost when a daemon ends, is replaced or dies; and nobody stays behind.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use clutch_tests::support::daemons::{self, kill, wait_for_end};
use clutch_tests::support::gate::Gate;
use clutch_tests::support::process::{self, Signal};
use clutch_tests::support::{Connection, Httpd, Request, app, load, wait};

/// What is said about a daemon that nobody has told to end.
const DIED: &str = "of group 'shop' has ended";

/// Begins a request that stands at a gate in a daemon, after `before`, and waits until it does.
fn standing(httpd: &Httpd, before: &str) -> (Gate, Connection) {
    let gate = httpd.gate("gate");
    let path = gate.path().display();
    let mut client = httpd.connect();
    let statements = format!("{before}\nopen('{path}').read()\nok()\nyield b'after'");
    client.send(Request::get(&app::target(&statements)).bytes());
    gate.wait_for_reader();
    (gate, client)
}

#[test]
fn a_daemon_killed_while_it_is_idle_costs_no_request() {
    let httpd = daemons::running("").allows_log(DIED).start();
    for waits in [true, false, true, false] {
        let old = httpd.serving_pid();
        process::signal(old, Signal::KILL);
        if waits {
            wait_for_end(old);
        }
        assert_ne!(httpd.serving_pid(), old);
    }
}

#[test]
fn a_daemon_killed_during_a_request_costs_that_request_a_502_whose_line_says_the_signal() {
    let httpd = daemons::running("")
        .expects_log("WSGI0146")
        .allows_log(DIED)
        .start();
    for begins_with_a_request in [false, true] {
        if begins_with_a_request {
            httpd.get(&daemons::pid()).ok();
        }
        let (gate, mut client) = standing(&httpd, "pass");
        let pid = httpd.daemon();
        kill(pid);
        assert_eq!(client.response().status, 502);
        let line = httpd.wait_for_log(&format!("process {pid} of group 'shop' has ended before"));
        assert!(line.contains("SIGKILL"), "{line}");
        assert!(line.contains("[client "), "{line}");
        fs::remove_file(gate.path()).unwrap();
    }
}

#[test]
fn an_application_that_ends_its_process_costs_one_request_and_its_line_says_how() {
    let httpd = daemons::running("")
        .expects_log("WSGI0146")
        .allows_log(DIED)
        .allows_log("Fatal Python error")
        .allows_log("")
        .start();
    for (statements, said) in [
        ("os._exit(3)", "status 3"),
        ("import ctypes\nctypes.string_at(0)", "SIGSEGV"),
        ("os.abort()", "SIGABRT"),
    ] {
        let old = httpd.serving_pid();
        assert_eq!(httpd.get(&app::target(statements)).status, 502);
        let line = httpd.wait_for_log(&format!("process {old} of group 'shop' has ended before"));
        assert!(line.contains(said), "{line}");
        if said == "SIGSEGV" {
            httpd.wait_for_log("Fatal Python error: Segmentation fault");
            httpd.wait_for_log("most recent call first");
        }
        assert_ne!(httpd.serving_pid(), old);
    }
}

#[test]
fn a_daemon_killed_after_the_first_byte_leaves_a_response_that_is_visibly_broken() {
    let httpd = daemons::running("")
        .expects_log("WSGI0146")
        .allows_log(DIED)
        .start();
    for (header, body) in [
        ("", "before"),
        ("('Content-Length', '100')", "before"),
        ("", ""),
    ] {
        let gate = httpd.gate("gate");
        let path = gate.path().display();
        let statements =
            format!("ok({header})\nyield b'{body}'\nopen('{path}').read()\nyield b'after'");
        let mut client = httpd.connect();
        client.send(Request::get(&app::target(&statements)).keep_alive().bytes());
        gate.wait_for_reader();
        if body.is_empty() {
            kill(httpd.daemon());
            assert_eq!(client.response().status, 502);
        } else {
            let head = client.head();
            assert_eq!(head.status, 200);
            kill(httpd.daemon());
            let rest = String::from_utf8_lossy(&client.until_close()).into_owned();
            assert!(rest.contains("before"), "{rest:?}");
            assert!(!rest.contains("0\r\n\r\n"), "{rest:?}");
            assert!(!rest.contains("502") && rest.len() < 100, "{rest:?}");
        }
        fs::remove_file(gate.path()).unwrap();
    }
}

#[test]
fn requests_that_wait_for_a_thread_are_served_by_the_next_daemon() {
    let httpd = daemons::running("threads=1")
        .expects_log("WSGI0146")
        .allows_log(DIED)
        .start();
    let (_gate, mut first) = standing(&httpd, "pass");
    let old = httpd.daemon();
    let mut waiting: Vec<Connection> = (0..6).map(|_| httpd.connect()).collect();
    for client in &mut waiting {
        client.send(Request::get(&daemons::pid()).bytes());
    }
    thread::sleep(Duration::from_millis(300)); // until they have come to the socket
    kill(old);
    assert_eq!(first.response().status, 502);
    for client in &mut waiting {
        assert_ne!(client.response().ok(), old.to_string());
    }
}

#[test]
fn a_graceful_restart_under_load_loses_no_request_and_finishes_one_that_runs() {
    let httpd = daemons::running("").start();
    let old = httpd.serving_pid();
    let mut client = httpd.connect();
    client.send(
        Request::get(&app::target(
            "import time\ntime.sleep(3)\nok()\nreturn [str(os.getpid()).encode()]",
        ))
        .bytes(),
    );
    let outcomes = load::during(&httpd, 50, &daemons::pid(), || {
        thread::sleep(Duration::from_millis(500));
        httpd.graceful();
        assert_eq!(client.response().ok(), old.to_string());
        wait_for_end(old);
        httpd.graceful();
        thread::sleep(Duration::from_millis(500));
    });
    load::all_ok(&outcomes, 100);
    assert_ne!(httpd.serving_pid(), old);
    wait::until_true("one daemon", || httpd.daemons().len() == 1);
}

#[test]
fn a_restart_that_is_not_graceful_leaves_one_supervisor_and_new_daemons() {
    let httpd = daemons::running("").start();
    let (supervisor, old) = (httpd.supervisor(), httpd.serving_pid());
    httpd.restart();
    assert_eq!(httpd.supervisor(), supervisor);
    wait_for_end(old);
    assert_ne!(httpd.serving_pid(), old);
}

#[test]
fn a_group_that_is_new_or_gone_after_a_restart_begins_or_ends_then() {
    let mut httpd = daemons::running("").start();
    let old = httpd.serving_pid();
    httpd
        .add_config("WSGIDaemonProcess wiki\n<Location /wiki>\nWSGIProcessGroup wiki\n</Location>");
    httpd.graceful();
    let wiki = daemons::pid().replace('/', "/wiki");
    // A child of before may take a request yet, and knows of no other group.
    wait::until_true("another process to answer", || {
        httpd.get(&wiki).ok() != old.to_string()
    });
    wait::until_true("two daemons", || httpd.daemons().len() == 2);
    assert_eq!(daemons::sockets(httpd.root()).len(), 3);
}

/// A script that takes so many seconds to import, and answers with a word.
fn slow(word: &str, seconds: f32) -> String {
    format!(
        "import time\ntime.sleep({seconds})\n{}",
        app::answering(&format!("'{word}'"))
    )
}

/// Puts another script in the place of the one that is served, in one moment.
fn replace(httpd: &Httpd, text: &str) {
    let new = httpd.script("new");
    fs::write(&new, text).unwrap();
    fs::rename(new, httpd.script("app.wsgi")).unwrap();
}

/// What became of requests while the script was touched, with a group of `options`.
fn touched_under_load(options: &str, config: &str, seconds: f32) -> Vec<load::Outcome> {
    let httpd = daemons::serving(options, &slow("old", 0.0))
        .config(config)
        .start();
    assert_eq!(httpd.get("/").ok(), "old");
    let outcomes = load::during(&httpd, 50, "/", || {
        thread::sleep(Duration::from_millis(500));
        replace(&httpd, &slow("new", seconds));
        wait::until_true("the new script to be served", || {
            httpd.get("/").ok() == "new"
        });
        thread::sleep(Duration::from_millis(500));
    });
    load::all_ok(&outcomes, 40);
    let newest = outcomes.iter().filter(|one| one.body == "new").count();
    assert!(newest > 10, "{newest} requests got the new script");
    outcomes
}

#[test]
fn a_script_touched_under_load_costs_no_request() {
    for options in ["", "threads=2 processes=2"] {
        for unit in [
            "",
            "ClutchReloadUnit interpreter",
            "ClutchReloadUnit process",
        ] {
            touched_under_load(options, &format!("ClutchReloadPolicy fresh\n{unit}"), 0.3);
        }
    }
}

#[test]
fn a_script_touched_under_load_holds_up_no_request_where_the_policy_is_seamless() {
    for options in ["", "threads=2 processes=2"] {
        // Loaded at the start, so that no process loads it for the first time when it has become slow.
        let config = "ClutchReloadPolicy seamless\nClutchReloadUnit process\n\
             WSGIImportScript ${APP}/app.wsgi process-group=shop application-group=%{GLOBAL}";
        let outcomes = touched_under_load(options, config, 3.0);
        let longest = load::longest(&outcomes);
        assert!(longest < Duration::from_secs(2), "{options}: {longest:?}");
    }
}

#[test]
fn a_process_that_has_served_its_maximum_of_requests_is_replaced_under_load_and_no_request_fails() {
    for options in [
        "maximum-requests=25",
        "maximum-requests=10 processes=2 threads=2",
    ] {
        let httpd = daemons::running(options).start();
        let outcomes = load::during(&httpd, 50, &daemons::pid(), || {
            thread::sleep(Duration::from_secs(4));
        });
        load::all_ok(&outcomes, 100);
        let pids = load::bodies(&outcomes);
        assert!(pids >= 3, "{options}: {pids}");
        httpd.wait_for_log("maximum_requests");
    }
}

#[test]
fn a_process_of_the_age_of_restart_interval_is_replaced_under_load_and_no_request_fails() {
    let httpd = daemons::running("restart-interval=1").start();
    let outcomes = load::during(&httpd, 50, &daemons::pid(), || {
        thread::sleep(Duration::from_secs(5));
    });
    load::all_ok(&outcomes, 100);
    assert!(load::bodies(&outcomes) >= 3, "{}", load::bodies(&outcomes));
    httpd.wait_for_log("restart_interval");
}

#[test]
fn a_supervisor_that_is_killed_comes_back_and_its_daemons_do_not_stay() {
    let httpd = daemons::running("processes=2")
        .expects_log("the supervisor of the daemons has ended")
        .start();
    httpd.get(&daemons::pid()).ok();
    wait::until_true("two daemons", || httpd.daemons().len() == 2);
    let (supervisor, old) = (httpd.supervisor().unwrap(), httpd.daemons());
    let outcomes = load::during(&httpd, 50, &daemons::pid(), || {
        kill(supervisor);
        wait::until_true("another supervisor with daemons", || {
            httpd.daemons().len() == 2
        });
        old.iter().copied().for_each(wait_for_end);
        thread::sleep(Duration::from_millis(500));
    });
    load::all_ok(&outcomes, 20);
    assert_ne!(httpd.supervisor(), Some(supervisor));
    httpd.graceful();
    httpd.serving_pid();
}

#[test]
fn a_parent_of_httpd_that_is_killed_takes_all_daemons_with_it() {
    let mut httpd = daemons::running("processes=3").start();
    httpd.get(&daemons::pid()).ok();
    let mut all = httpd.outside();
    all.extend(httpd.children());
    wait::until_true("three daemons", || httpd.daemons().len() == 3);
    let daemons = httpd.outside();
    httpd.signal(Signal::KILL);
    let begun = Instant::now();
    daemons.into_iter().for_each(wait_for_end);
    assert!(
        begun.elapsed() < Duration::from_secs(6),
        "{:?}",
        begun.elapsed()
    );
    process::group(httpd.pid())
        .into_iter()
        .for_each(|pid| process::signal(pid, Signal::KILL));
    httpd.stop();
}

#[test]
fn a_stop_leaves_nobody_behind_and_is_quick_even_when_a_request_runs() {
    for stands in [false, true] {
        let mut plan = daemons::running("processes=2 graceful-timeout=60 shutdown-timeout=60")
            .allows_log("AH0004")
            .allows_log("WSGI0146")
            .allows_log("AH00574");
        for number in 0..8 {
            plan = plan.config(&format!("WSGIDaemonProcess g{number}"));
        }
        let mut httpd = plan.start();
        wait::until_true("ten daemons", || httpd.daemons().len() == 10);
        httpd.get(&daemons::pid()).ok();
        let _client = stands.then(|| standing(&httpd, "pass"));
        let all = httpd.outside();
        let begun = Instant::now();
        httpd.stop();
        assert!(
            begun.elapsed() < Duration::from_secs(8),
            "{:?}",
            begun.elapsed()
        );
        assert!(!all.into_iter().any(process::is_alive));
        assert!(daemons::sockets(httpd.root()).is_empty());
    }
}

#[test]
fn a_daemon_that_ends_at_its_start_is_started_again_after_longer_and_longer_pauses() {
    let httpd = daemons::running("connect-timeout=1")
        .config("WSGIDaemonProcess bad connect-timeout=1\n<Location /bad>\nWSGIProcessGroup bad\n</Location>")
        .config("WSGIImportScript ${APP}/crash.py process-group=bad application-group=%{GLOBAL}")
        .script("crash.py", "import os\nos._exit(7)\n")
        .expects_log("of group 'bad'")
        .start();
    let bad = daemons::pid().replace('/', "/bad");
    for _ in 0..3 {
        let begun = Instant::now();
        let response = httpd.get(&bad);
        assert_eq!(response.status, 503);
        assert!(response.header("Retry-After").is_some());
        assert!(
            begun.elapsed() < Duration::from_secs(4),
            "{:?}",
            begun.elapsed()
        );
        // Other groups go on.
        let begun = Instant::now();
        httpd.serving_pid();
        assert!(
            begun.elapsed() < Duration::from_secs(1),
            "{:?}",
            begun.elapsed()
        );
    }
    let line = httpd.wait_for_log("of group 'bad' has ended");
    assert!(
        line.contains("wsgi:alert") && line.contains("status 7"),
        "{line}"
    );
    thread::sleep(Duration::from_secs(3));
    let starts = httpd.log().count("of group 'bad' has ended");
    assert!(starts <= 9, "{starts} starts");
    let alerts = httpd.log().matching("of group 'bad' has ended");
    let alerts = alerts.iter().filter(|line| line.contains(":alert")).count();
    assert_eq!(alerts, 1, "one alert, and the rest are less");
}

#[test]
fn a_daemon_that_cannot_be_what_it_is_to_be_says_why_and_its_requests_get_503_with_the_reason() {
    let httpd = daemons::running("home=/no/such/place connect-timeout=1")
        .expects_log("WSGI0009")
        .allows_log("of group 'shop'")
        .start();
    assert_eq!(httpd.get("/").status, 503);
    let line = httpd.wait_for_log("[client ");
    assert!(line.contains("/no/such/place"), "{line}");
}
