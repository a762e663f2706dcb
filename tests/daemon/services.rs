//! Services: daemons without threads for requests, which run scripts on their first thread.

use std::time::{Duration, Instant};

use clutch_tests::support::daemons::{self, wait_for_end};
use clutch_tests::support::process::{self, Signal};
use clutch_tests::support::{Httpd, Plan, wait};

/// Notes what it is, each time it runs, and what happens to it in the end. `BODY` stands for what it does meanwhile.
const SCRIPT: &str = "
import atexit, os, signal, sys, threading, time, mod_wsgi
out = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../out/')
def note(text):
    with open(out + 'noted', 'a') as file:
        file.write(f'{os.getpid()} {text}\\n')
atexit.register(note, 'exit')
mod_wsgi.subscribe_shutdown(lambda *_, **__: note('told'))
mod_wsgi.subscribe_signals(lambda *_, **__: note('signal'))
note((threading.current_thread() is threading.main_thread(), mod_wsgi.process_group, mod_wsgi.threads_per_process))
BODY
";

fn service(body: &str, options: &str) -> Plan {
    daemons::running("")
        .script("service.py", &SCRIPT.replace("BODY", body))
        .config(&format!("WSGIDaemonProcess service threads=0 {options}"))
        .config(
            "WSGIImportScript ${APP}/service.py process-group=service application-group=%{GLOBAL}",
        )
}

/// The process that noted first something that contains `text`, when one has.
fn noted(httpd: &Httpd, text: &str) -> u32 {
    wait::until(text, || {
        let noted = httpd.written("noted");
        let line = noted.lines().find(|line| line.contains(text))?;
        line.split(' ').next()?.parse().ok()
    })
}

/// What a process has noted.
fn of(httpd: &Httpd, pid: u32) -> Vec<String> {
    let prefix = format!("{pid} ");
    let noted = httpd.written("noted");
    noted
        .lines()
        .filter_map(|line| line.strip_prefix(&prefix).map(str::to_owned))
        .collect()
}

/// Sends SIGTERM until the process ends: one that the kernel hands to another thread than Python's first is heard of only when that
/// one runs again, and it may be asleep.
fn terminate(pid: u32) {
    let ends = || {
        process::signal(pid, Signal::TERM);
        wait::within(Duration::from_secs(5), || {
            (!process::is_alive(pid)).then_some(())
        })
    };
    assert!(
        (0..3).any(|_| ends().is_some()),
        "process {pid} does not end"
    );
}

const RUNS: &str = "(True, 'service', 0)";

#[test]
fn sigterm_raises_system_exit_in_a_service_and_its_exit_functions_run() {
    for body in [
        "time.sleep(600)",
        "while True: pass",
        "threading.Thread(target=time.sleep, args=(600,)).start()",
    ] {
        let body = format!(
            "threading.Timer(0.2, note, ['waits']).start()\ntry:\n    {body}\nexcept SystemExit as error:\n    note(f'raised {{error.code}}')\n    raise"
        );
        let httpd = service(&body, "shutdown-timeout=2")
            .allows_log("shutdown-timeout")
            .start();
        let pid = noted(&httpd, "waits");
        terminate(pid);
        let said = of(&httpd, pid);
        assert_eq!(said[..2], [RUNS.to_owned(), "waits".to_owned()]);
        if !body.contains("Thread(") {
            assert_eq!(said[2..], ["raised None", "exit"]);
        }
        httpd.wait_for_log(&format!("process {pid} of group 'service' has ended"));
        assert!(
            !httpd.error_log().contains("SystemExit"),
            "{}",
            httpd.error_log()
        );
    }
}

#[test]
fn a_service_that_returns_is_run_again_after_a_second_without_an_alert() {
    let httpd = service("pass", "").start();
    let begun = Instant::now();
    wait::until_true("three runs", || {
        httpd.written("noted").matches(RUNS).count() >= 4
    });
    assert!(
        begun.elapsed() >= Duration::from_millis(2_500),
        "{:?}",
        begun.elapsed()
    );
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
    let pid = noted(&httpd, RUNS);
    assert_eq!(of(&httpd, pid), [RUNS, "exit"]);
    let line = httpd.wait_for_log(&format!("process {pid} of group 'service' has ended"));
    assert!(line.contains("wsgi:info"), "{line}");
}

#[test]
fn a_service_that_fails_is_told_in_the_log_and_run_again() {
    let httpd = service("raise ValueError('no luck')", "")
        .allows_log("ValueError")
        .allows_log("Traceback")
        .allows_log("File ")
        .allows_log("raise ")
        .start();
    wait::until_true("two runs", || {
        httpd.written("noted").matches(RUNS).count() >= 2
    });
    httpd.wait_for_log("ValueError: no luck");
}

#[test]
fn threads_that_a_service_leaves_are_waited_for() {
    let httpd = service(
        "threading.Timer(1.5, note, ['later']).start()",
        "shutdown-timeout=1",
    )
    .start();
    let pid = noted(&httpd, "exit");
    assert_eq!(of(&httpd, pid), [RUNS, "later", "exit"]);
}

#[test]
fn a_service_has_the_signals_that_are_not_the_servers_and_handlers_of_its_own() {
    // Short pauses: a signal that comes just before a pause begins is handled after it.
    let body = "signal.signal(signal.SIGUSR2, lambda *_: note('handled'))\nnote('waits')\nwhile True: time.sleep(0.2)";
    let httpd = service(body, "").start();
    let pid = noted(&httpd, "waits");
    for signal in [Signal::INT, Signal::USR1, Signal::HUP, Signal::USR2] {
        process::signal(pid, signal);
    }
    assert_eq!(noted(&httpd, "handled"), pid);
    assert!(process::is_alive(pid));
    assert_eq!(of(&httpd, pid), [RUNS, "waits", "handled"]);
}

#[test]
fn a_service_ends_in_order_with_httpd_and_by_force_when_it_does_not() {
    let stubborn = "note('waits')\nwhile True:\n    try:\n        time.sleep(600)\n    except SystemExit:\n        note('stays')";
    for (body, last) in [
        ("note('waits')\ntime.sleep(600)", "exit"),
        (stubborn, "stays"),
    ] {
        let mut httpd = service(body, "shutdown-timeout=1")
            .allows_log("shutdown-timeout")
            .allows_log("of group 'service' has ended")
            .start();
        let pid = noted(&httpd, "waits");
        httpd.stop();
        wait_for_end(pid);
        assert_eq!(of(&httpd, pid), [RUNS, "waits", last]);
    }
}
