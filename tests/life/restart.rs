//! Restarts and stops: nothing is lost, and nothing is waited for in vain.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use clutch_tests::support::{
    Connection, Ending, Httpd, Plan, Request, app, installation, mode, reference, wait,
};

#[test]
fn a_graceful_restart_loses_no_request() {
    let httpd = Httpd::serving(&app::running(
        "ok()\nyield b'x' * 1000\nyield environ['wsgi.input'].read()",
    ))
    .workers(4)
    .start();
    let (stop, served) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let response = httpd.send(&Request::post("/", "the end"));
                    assert!(response.ok().ends_with("xthe end"));
                    served.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for _ in 0..5 {
            let before = served.load(Ordering::Relaxed);
            wait::until_true("requests between two restarts", || {
                served.load(Ordering::Relaxed) > before + 10
            });
            httpd.graceful();
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert!(served.load(Ordering::Relaxed) > 50);
}

/// Begins a request that stands at a gate in the application, and waits until it does.
fn standing(plan: Plan) -> (Httpd, clutch_tests::support::gate::Gate, Connection) {
    let httpd = plan
        .modules(&["env"])
        .config("SetEnv gate ${OUT}/gate")
        .workers(2)
        .start();
    let gate = httpd.gate("gate");
    let mut client = httpd.connect();
    client.send(Request::get("/").bytes());
    gate.wait_for_reader();
    (httpd, gate, client)
}

fn waiting_app() -> Plan {
    Httpd::serving(&app::running(
        "ok()\nyield b'before '\nopen(environ['gate']).read()\nyield b'after'",
    ))
}

#[test]
fn a_request_that_runs_during_a_graceful_restart_is_finished_by_the_old_child() {
    let (httpd, gate, mut client) = standing(waiting_app());
    httpd.graceful();
    gate.open();
    assert_eq!(client.response().ok(), "before after");
}

#[test]
fn a_graceful_stop_finishes_what_runs() {
    let (mut httpd, gate, mut client) = standing(waiting_app());
    thread::scope(|scope| {
        let stopped = scope.spawn(|| httpd.stop_gracefully());
        gate.open();
        assert_eq!(client.response().ok(), "before after");
        stopped.join().unwrap();
    });
    assert!(httpd.exit_status().unwrap().success());
}

#[test]
fn a_restart_replaces_every_process_that_runs_applications() {
    let httpd = Httpd::serving(&app::answering("os.getpid()")).start();
    let before = httpd.get("/").ok().to_owned();
    httpd.restart();
    if mode::is_daemon() {
        // The old one serves until the new one can.
        wait::until_true("the new process", || httpd.get("/").ok() != before);
    }
    assert_ne!(httpd.get("/").ok(), before);
    let old: u32 = before.parse().unwrap();
    wait::until_true("the old process to end", || !httpd.hosts().contains(&old));
}

#[test]
fn a_stop_ends_a_request_that_runs_and_every_process() {
    let name = "a_stop_ends_a_request_that_runs_and_every_process";
    if installation::is_prefork() && !reference::ours_only(name, "its child crashes") {
        return;
    }
    let (mut httpd, _gate, mut client) =
        standing(waiting_app().allows_log("AH0004").allows_log("WSGI0146"));
    httpd.stop();
    assert!(httpd.exit_status().unwrap().success());
    assert_ne!(client.response().ending, Ending::Complete);
}

#[test]
fn a_thread_that_never_ends_does_not_hold_up_a_restart_or_a_stop() {
    if !reference::ours_only(
        "a_thread_that_never_ends_does_not_hold_up_a_restart_or_a_stop",
        "its child waits for ever",
    ) {
        return;
    }
    let script = format!(
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=False).start()\n{}",
        app::answering("os.getpid()")
    );
    for group in ["%{GLOBAL}", "sub"] {
        let mut httpd = Httpd::serving(&script)
            .config(&format!("WSGIApplicationGroup {group}"))
            .start();
        let old: u32 = httpd.get("/").ok().parse().unwrap();
        httpd.graceful();
        httpd.get("/").ok();
        wait::until_true("the old process to end", || !httpd.hosts().contains(&old));
        let before = Instant::now();
        httpd.stop();
        // Longer than that and httpd would have killed the child, and said so (AH00046) in the log that is judged.
        assert!(
            before.elapsed() < wait::PATIENCE / 4,
            "{:?} in group {group}",
            before.elapsed()
        );
    }
}

#[test]
fn connections_that_are_kept_alive_survive_a_graceful_restart_or_are_closed_between_requests() {
    let httpd = Httpd::serving(&app::answering("1")).workers(2).start();
    let mut kept = httpd.connect();
    assert_eq!(kept.ask(&Request::get("/").keep_alive()).ok(), "1");
    httpd.graceful();
    let request = Request::get("/").keep_alive();
    if kept.try_send(request.bytes()).is_ok() {
        // Either a whole response or none at all.
        assert!(kept.try_head().is_none_or(|head| head.status == 200));
    }
    assert_eq!(httpd.get("/").ok(), "1");
}

#[test]
fn a_stop_right_after_the_start_is_clean() {
    for _ in 0..5 {
        let mut httpd = Httpd::serving(&app::answering("1")).start();
        httpd.stop();
        assert!(httpd.exit_status().unwrap().success());
    }
}

#[test]
fn many_children_stop_cleanly() {
    let mut httpd = Httpd::serving(&app::answering("1")).children(4).start();
    for _ in 0..10 {
        assert_eq!(httpd.get("/").ok(), "1");
    }
    httpd.stop();
    assert!(httpd.exit_status().unwrap().success());
}
