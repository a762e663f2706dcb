//! Signals to daemons: what they do, how the process ends, and what the log says.

use std::thread;
use std::time::{Duration, Instant};

use clutch_tests::support::daemons::{self, wait_for_end};
use clutch_tests::support::process::{self, Signal};
use clutch_tests::support::{Connection, Httpd, Request, app, wait};

/// A script that notes the reason of the end in `${OUT}/ended`, which it finds in the query string of its first request.
const NOTING: &str = r#"
import os, sys, time, mod_wsgi
from urllib.parse import unquote
def note(event=None, **words):
    with open(place, 'a') as out: out.write(str(words.get('shutdown_reason', 'end')) + '\n')
place = None
mod_wsgi.subscribe_shutdown(note)
def application(environ, start_response):
    global place
    place = unquote(environ['QUERY_STRING'])
    if environ['PATH_INFO'] == '/long': time.sleep(1.5)
    start_response('200 OK', [('Content-Type', 'text/plain')])
    return [str(os.getpid()).encode()]
"#;

fn noting(options: &str) -> Httpd {
    daemons::serving(options, NOTING).start()
}

fn get(httpd: &Httpd, path: &str) -> u32 {
    let target = format!("{path}?{}", httpd.out("ended").display());
    httpd.get(&target).ok().parse().unwrap()
}

/// A request that runs for a while; returns once it does.
fn long(httpd: &Httpd) -> Connection {
    let mut client = httpd.connect();
    let target = format!("/long?{}", httpd.out("ended").display());
    client.send(Request::get(&target).bytes());
    thread::sleep(Duration::from_millis(500));
    client
}

#[test]
fn sigterm_and_sigint_end_a_daemon_in_order_and_another_takes_its_place() {
    for signal in [Signal::TERM, Signal::INT] {
        let httpd = noting("");
        let old = get(&httpd, "/");
        process::signal(old, signal);
        wait_for_end(old);
        assert_ne!(get(&httpd, "/"), old);
        let line = httpd.wait_for_log(&format!("process {old} of group 'shop' has ended"));
        assert!(
            line.contains("shutdown_signal") && line.contains("wsgi:info"),
            "{line}"
        );
        assert_eq!(
            httpd.written("ended").lines().count(),
            1,
            "the application is told"
        );
    }
}

#[test]
fn sigterm_gives_requests_that_run_the_time_of_shutdown_timeout() {
    let httpd = noting("shutdown-timeout=10");
    let old = get(&httpd, "/");
    let mut client = long(&httpd);
    process::signal(old, Signal::TERM);
    assert_eq!(client.response().ok(), old.to_string());
    wait_for_end(old);
}

#[test]
fn sigusr1_replaces_a_daemon_gracefully_and_no_request_fails() {
    for (options, reason) in [
        ("", "graceful_signal"),
        ("eviction-timeout=20", "eviction_signal"),
    ] {
        let httpd = noting(options);
        let old = get(&httpd, "/");
        let mut client = long(&httpd);
        process::signal(old, Signal::USR1);
        // Another is ready before this one takes no more.
        let begun = Instant::now();
        get(&httpd, "/");
        assert!(
            begun.elapsed() < Duration::from_secs(3),
            "{:?}",
            begun.elapsed()
        );
        assert_eq!(client.response().ok(), old.to_string());
        wait_for_end(old);
        httpd.wait_for_log(&format!("{reason} (it ended by itself)"));
        assert_ne!(get(&httpd, "/"), old);
    }
}

#[test]
fn eviction_timeout_bounds_the_requests_that_run_after_sigusr1() {
    let httpd = daemons::running("eviction-timeout=1 shutdown-timeout=1 graceful-timeout=60")
        .allows_log("of group 'shop'")
        .allows_log("shutdown-timeout")
        .start();
    let old = httpd.serving_pid();
    let mut client = httpd.connect();
    client.send(Request::get(&app::target("import time\ntime.sleep(40)\nok()\nreturn []")).bytes());
    thread::sleep(Duration::from_millis(500));
    let begun = Instant::now();
    process::signal(old, Signal::USR1);
    assert_eq!(client.response().status, 502);
    wait_for_end(old);
    assert!(
        begun.elapsed() < Duration::from_secs(8),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn sighup_and_sigusr2_change_nothing_for_requests() {
    let httpd = noting("");
    let pid = get(&httpd, "/");
    for signal in [Signal::HUP, Signal::USR2, Signal::HUP] {
        process::signal(pid, signal);
        assert_eq!(get(&httpd, "/"), pid);
    }
    assert_eq!(httpd.daemon(), pid);
}

#[test]
fn sigkill_and_exit_codes_stand_in_the_line_about_the_end() {
    let httpd = daemons::running("")
        .expects_log("of group 'shop' has ended")
        .start();
    let old = httpd.serving_pid();
    daemons::kill(old);
    let line = httpd.wait_for_log(&format!("process {old} of group 'shop' has ended"));
    assert!(
        line.contains("SIGKILL") && line.contains("wsgi:error"),
        "{line}"
    );
    for status in [1, 3, 255] {
        let old = httpd.serving_pid();
        assert_eq!(
            httpd
                .get(&app::target(&format!("os._exit({status})")))
                .status,
            502
        );
        let line = httpd.wait_for_log(&format!("process {old} of group 'shop' has ended:"));
        assert!(line.contains(&format!("status {status}")), "{line}");
    }
}

#[test]
fn a_process_that_an_application_forks_takes_no_signals_for_the_daemon() {
    let httpd = daemons::running("").start();
    let statements = "pid = os.fork()\nif pid == 0:\n    import time\n    time.sleep(20)\n    os._exit(0)\n\
                      import signal, time\ntime.sleep(0.2)\nos.kill(pid, signal.SIGTERM)\n\
                      status = os.waitpid(pid, 0)[1]\nok()\nreturn [str(os.getpid()).encode()]";
    let pid: u32 = httpd.get(&app::target(statements)).ok().parse().unwrap();
    assert_eq!(httpd.serving_pid(), pid);
}

#[test]
fn the_supervisor_takes_no_signal_of_a_terminal() {
    let httpd = daemons::running("").start();
    let (supervisor, daemon) = (httpd.supervisor().unwrap(), httpd.serving_pid());
    for signal in [
        Signal::TERM,
        Signal::INT,
        Signal::HUP,
        Signal::USR1,
        Signal::USR2,
    ] {
        process::signal(supervisor, signal);
    }
    thread::sleep(Duration::from_millis(300));
    assert_eq!(httpd.supervisor(), Some(supervisor));
    assert_eq!(httpd.serving_pid(), daemon);
}

#[test]
fn a_service_runs_its_script_over_and_over_and_ends_with_httpd_and_with_the_supervisor() {
    let script = "import os, time\nhere = os.path.dirname(os.path.abspath(__file__))\n\
                  with open(here + '/../out/runs', 'a') as runs:\n    runs.write(str(os.getpid()) + '\\n')\n\
                  time.sleep(float(os.environ['PAUSE']))\n";
    for (pause, least) in [("0", 3), ("600", 1)] {
        let mut httpd = daemons::running("")
            .script("service.py", script)
            .config("WSGIDaemonProcess service threads=0")
            .config("WSGIImportScript ${APP}/service.py process-group=service application-group=%{GLOBAL}")
            .environment("PAUSE", pause)
            .allows_log("the supervisor of the daemons has ended")
            .start();
        wait::until_true("the script to run", || {
            httpd.written("runs").lines().count() >= least
        });
        httpd.serving_pid();
        let last: u32 = httpd
            .written("runs")
            .lines()
            .last()
            .unwrap()
            .parse()
            .unwrap();
        httpd.graceful();
        wait_for_end(last);
        wait::until_true("the script to run again", || {
            httpd.written("runs").lines().count() > least
        });
        let all = httpd.outside();
        daemons::kill(httpd.supervisor().unwrap());
        all.into_iter().for_each(wait_for_end);
        httpd.stop();
        for pid in httpd.written("runs").lines() {
            wait_for_end(pid.parse().unwrap());
        }
    }
}
