//! Reports to the service of `WSGITelemetryService`.

use std::collections::HashMap;
use std::fs;
use std::time::{Duration, Instant};

use clutch_tests::support::app::EVALUATING;
use clutch_tests::support::process::{self, Signal};
use clutch_tests::support::{Httpd, Plan, Request, app, installation, python, reference, wait};
use tempfile::TempDir;

use super::ask;
use super::receiver::Receiver;
use crate::config::refusals;

/// A directory that every process may reach, for the socket.
pub(super) fn place() -> TempDir {
    let place = TempDir::new().unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(place.path(), mode).unwrap();
    place
}

/// Reports to the socket in `place`, from httpd's own processes and a group.
pub(super) fn reporting(place: &TempDir, words: &str) -> Plan {
    let socket = place.path().join("t");
    Httpd::with_config(
        "WSGIDaemonProcess shop threads=3\n\
         WSGIScriptAlias /own ${APP}/app.wsgi application-group=own\n\
         WSGIScriptAlias /shop ${APP}/app.wsgi process-group=shop application-group=any",
    )
    .config(&format!(
        "WSGITelemetryService unix:{} interval=0.5\n{words}",
        socket.display()
    ))
    .script("app.wsgi", EVALUATING)
}

#[test]
fn wsgi_telemetry_service_gets_reports_of_each_process_that_runs_python() {
    let place = place();
    let mut receiver = Receiver::at(&place.path().join("t"));
    let httpd = reporting(&place, "").start();
    for (alias, group) in [("/own", ""), ("/shop", "shop")] {
        for _ in 0..4 {
            ask(&httpd, alias, "__import__('time').sleep(0.002)");
        }
        let pid: u32 = ask(&httpd, alias, "os.getpid()").parse().unwrap();
        let started = receiver.wait_for("a start", |one| one.kind == 5 && one.pid == pid);
        assert_eq!((started.text(1), started.text(6)), ("6.1.1", group));
        assert_eq!(started.text(4), installation::mpm());
        assert!(
            started
                .text(2)
                .starts_with(&format!("3.{}.", python::minor()))
        );
        assert!(started.text(3).starts_with("Apache/2.4."));
        assert_eq!(started.count(7), u64::from(httpd.pid()));
        let is_main = |one: &super::receiver::Record| one.kind == 2 && one.pid == pid;
        let main = receiver.wait_for("requests", |one| is_main(one) && one.count(20) > 0);
        assert!((0.3..3.0).contains(&main.number(10)), "{main:?}");
        assert_eq!((main.number(11), main.number(13)), (0.5, 0.005));
        assert_eq!(main.list(94).0, 65);
        assert_eq!(main.has(61), group == "shop");
        let threads = match group {
            "shop" => 3,
            _ if installation::is_prefork() => 1,
            _ => 8,
        };
        assert_eq!(main.count(50), threads);
        for id in 110..=114 {
            assert_eq!(main.list(id).0 as u64, threads);
        }
        assert!(main.number(83) >= 0.0 && main.count(40) > 1_000_000);
        // One at most in a report that was lost, as below.
        wait::until_true("all requests to be told of", || {
            let all = receiver.records().iter().filter(|one| is_main(one));
            matches!(all.map(|one| one.count(20)).sum::<u64>(), 4..=5)
        });
        let collector = receiver.wait_for("a collector", |one| one.kind == 8 && one.pid == pid);
        assert!(collector.count(303) > 0 && collector.count(315) == 1);
        ask(&httpd, alias, "__import__('gc').collect()");
        let collection =
            |one: &super::receiver::Record| one.kind == 9 && one.pid == pid && one.count(322) == 2;
        assert!(receiver.wait_for("a collection", collection).number(321) < 5.0);
        let none = "[(m.start_recording_metrics(), m.request_metrics(), m.process_metrics()) for m in [__import__('mod_wsgi')]][0]";
        assert_eq!(ask(&httpd, alias, none), "(None, None, None)");
        assert_eq!(ask(&httpd, alias, "len(__import__('gc').callbacks)"), "1");
    }
    // Who sends does not wait for who receives: what finds no room in the socket is lost, and its number is missing.
    let (mut last, mut in_order): (HashMap<u32, u32>, usize) = (HashMap::new(), 0);
    for one in receiver.records() {
        let before = last.insert(one.pid, one.sequence).unwrap_or(0);
        assert!(one.sequence > before, "{before}, then {one:?}");
        in_order += usize::from(one.sequence == before + 1);
    }
    assert!(in_order * 2 > receiver.records().len(), "{in_order}");
}

#[test]
fn processes_tell_that_they_end_and_why() {
    let place = place();
    let mut receiver = Receiver::at(&place.path().join("t"));
    let mut httpd = reporting(&place, "").start();
    ask(&httpd, "/own", "1");
    let pid: u32 = ask(&httpd, "/shop", "os.getpid()").parse().unwrap();
    process::signal(pid, Signal::TERM);
    let stopping = receiver.wait_for("a decision", |one| one.kind == 6 && one.pid == pid);
    assert_eq!(stopping.text(130), "shutdown_signal");
    assert_eq!((stopping.text(6), stopping.count(133)), ("shop", 0));
    let stopped = receiver.wait_for("an end", |one| one.kind == 7 && one.pid == pid);
    assert_eq!(stopped.text(130), "shutdown_signal");
    assert_eq!(
        (stopped.count(132), stopped.count(134), stopped.count(135)),
        (1, 0, 1)
    );
    assert!(stopped.number(131) > 0.0);
    httpd.stop();
    let own = receiver.wait_for("a child's end", |one| {
        one.kind == 7 && one.text(6).is_empty()
    });
    assert_eq!((own.text(130), own.count(132)), ("", 1));
}

#[test]
fn wsgi_slow_requests_are_told_of_while_they_run_and_when_they_have_ended() {
    let place = place();
    let mut receiver = Receiver::at(&place.path().join("t"));
    let words = "WSGISlowRequests 0.4\nWSGITelemetryOptions CaptureUserAgent";
    let httpd = reporting(&place, words).start();
    for (alias, group) in [("/own", ""), ("/shop", "shop")] {
        ask(&httpd, alias, "1");
        let query = app::target("__import__('time').sleep(1.5)");
        let target = format!("{alias}/a/path{}", query.trim_start_matches('/'));
        let request = Request::get(&target).header("User-Agent", "tests/1");
        assert_eq!(httpd.send(&request).status, 200);
        let slow = |state| {
            move |one: &super::receiver::Record| {
                one.kind == 4 && one.text(213) == alias && one.count(200) == state
            }
        };
        let running = receiver.wait_for("a request that runs", slow(0));
        let ended = receiver.wait_for("a request that has ended", slow(1));
        for one in [&running, &ended] {
            assert_eq!((one.text(210), one.text(211)), ("GET", "http"));
            assert_eq!((one.text(214), one.text(215)), ("/a/path", "HTTP/1.1"));
            assert_eq!((one.text(216), one.text(217)), ("127.0.0.1", "tests/1"));
            assert!(
                !one.text(204).is_empty() && one.number(202) >= 0.4,
                "{one:?}"
            );
            assert!(
                httpd
                    .children()
                    .contains(&u32::try_from(one.count(205)).unwrap())
            );
        }
        assert_eq!((running.count(240), ended.count(240)), (0, 200));
        assert!(running.number(202) < ended.number(202));
        assert!((1.4..3.0).contains(&ended.number(223)), "{ended:?}");
        assert_eq!(ended.number(222) > 0.0, group == "shop");
        assert_eq!((ended.count(260), ended.count(261)), (1, 1));
        assert!(ended.count(232) > 0 && ended.count(233) == 1);
        let main = |one: &super::receiver::Record| one.kind == 2 && one.pid == ended.pid;
        assert_eq!(receiver.wait_for("its process", main).number(12), 0.4);
    }
    let quick = "/own/quick?1";
    assert_eq!(httpd.get(quick).status, 200);
    std::thread::sleep(Duration::from_millis(700));
    let told = receiver
        .records()
        .iter()
        .any(|one| one.text(214) == "/quick");
    assert!(!told);
}

#[test]
fn wsgi_telemetry_options_decide_whether_reports_name_the_clients_program() {
    for (words, agent) in [
        ("", ""),
        ("WSGITelemetryOptions All\nWSGITelemetryOptions None", ""),
        ("WSGITelemetryOptions +captureuseragent", "tests/1"),
    ] {
        let place = place();
        let mut receiver = Receiver::at(&place.path().join("t"));
        let words = format!("WSGISlowRequests 0.1\n{words}");
        let httpd = reporting(&place, &words).start();
        let query = app::target("__import__('time').sleep(0.3)");
        let target = format!("/own{}", query.trim_start_matches('/'));
        httpd.send(&Request::get(&target).header("User-Agent", "tests/1"));
        let slow = receiver.wait_for("a slow request", |one| one.kind == 4 && one.count(200) == 1);
        assert_eq!(slow.text(217), agent, "{words}");
    }
}

#[test]
fn slow_requests_without_a_service_are_a_warning_and_nothing_else() {
    let plan = Httpd::serving(&app::answering("'fine'")).config("WSGISlowRequests 0.1");
    let plan = match reference::is_under_test() {
        true => plan,
        false => plan.expects_log("WSGISlowRequests has no effect without WSGITelemetryService"),
    };
    assert_eq!(plan.start().get("/").ok(), "fine");
}

#[test]
fn a_service_that_is_not_there_or_takes_nothing_holds_up_nobody() {
    let name = "a_service_that_is_not_there_or_takes_nothing_holds_up_nobody";
    if !reference::ours_only(name, "its reporter waits for the receiver") {
        return;
    }
    let place = place();
    let path = place.path().join("t");
    let mut httpd = reporting(&place, "WSGISlowRequests 0.001").start();
    let requests = |count| {
        for _ in 0..count {
            assert_eq!(
                ask(&httpd, "/own", "__import__('time').sleep(0.002)"),
                "None"
            );
            assert_eq!(
                ask(&httpd, "/shop", "__import__('time').sleep(0.002)"),
                "None"
            );
        }
    };
    requests(20);
    // It takes nothing, and its queue is full at once.
    let full = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    fs::set_permissions(&path, mode).unwrap();
    requests(20);
    std::thread::sleep(Duration::from_millis(1_600));
    requests(20);
    drop(full);
    // Another one is found by itself.
    let mut receiver = Receiver::at(&path);
    receiver.wait_for("reports again", |one| {
        one.kind == 2 && one.text(6) == "shop"
    });
    drop(receiver);
    let begun = Instant::now();
    httpd.stop();
    assert!(
        begun.elapsed() < Duration::from_secs(8),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn a_path_that_is_too_long_for_a_socket_is_a_warning_and_applications_run() {
    let httpd = Httpd::serving(&app::answering("'fine'"))
        .config(&format!(
            "WSGITelemetryService unix:/tmp/{}",
            "x".repeat(150)
        ))
        .expects_log("WSGI0132")
        .start();
    assert_eq!(httpd.get("/").ok(), "fine");
}

#[test]
fn words_about_reports_that_mean_nothing_keep_httpd_from_starting() {
    for (line, value, expected) in [
        ("WSGIServerMetrics x", "x", "On or Off"),
        ("WSGITelemetryService /run/t", "/run/t", "unix:PATH"),
        ("WSGITelemetryService unix:/t 5", "5", "interval=SECONDS"),
        ("WSGITelemetryService unix:/t interval=0.4", "0.4", "0.5"),
        ("WSGITelemetryService unix:/t interval=x", "x", "0.5"),
        (
            "WSGITelemetryService unix:/t interval=1 x",
            "3",
            "unix:PATH",
        ),
        ("WSGISlowRequests -1", "-1", "0 or more"),
        ("WSGITelemetryOptions x", "x", "CaptureUserAgent"),
        ("WSGITelemetryOptions +", "+", "CaptureUserAgent"),
        ("WSGITelemetryOptions -None", "-None", "CaptureUserAgent"),
        ("WSGITelemetryOptions All +CaptureUserAgent", "", "a sign"),
    ] {
        refusals::check(line, value, expected);
    }
}
