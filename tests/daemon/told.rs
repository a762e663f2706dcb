//! What daemons tell their applications: signals, the end and its reason, requests.

use std::thread;
use std::time::Duration;

use clutch_tests::support::daemons::{self, wait_for_end};
use clutch_tests::support::process::{self, Signal};
use clutch_tests::support::{Httpd, Plan, Request, wait};

/// Notes all events of processes, in each of two groups.
const NOTING: &str = "
import mod_wsgi, os, threading
out = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../out/')
def note(name, **payload):
    if name.startswith('process'):
        with open(out + 'noted', 'a') as file:
            file.write(f'{mod_wsgi.application_group} {name} {sorted(payload.items())}\\n')
mod_wsgi.subscribe_events(note)
mod_wsgi.subscribe_signals(note)
stop = threading.Event()
mod_wsgi.subscribe_shutdown(lambda *_, **__: stop.set())
def application(environ, start_response):
    if environ['PATH_INFO'] == '/wait':
        assert stop.wait(60)
    start_response('200 OK', [])
    return [str(os.getpid()).encode()]
";

fn noting(options: &str) -> Plan {
    Httpd::with_config(
        "LogLevel warn wsgi:info\nWSGIRestrictEmbedded On\nWSGIProcessGroup shop\n\
         WSGIScriptAlias /main ${APP}/app.wsgi application-group=%{GLOBAL}\n\
         WSGIScriptAlias /sub ${APP}/app.wsgi application-group=sub",
    )
    .config(&format!("WSGIDaemonProcess shop {options}"))
    .script("app.wsgi", NOTING)
}

fn pid(httpd: &Httpd) -> u32 {
    let pid = httpd.get("/main").ok().to_owned();
    assert_eq!(httpd.get("/sub").ok(), pid);
    pid.parse().unwrap()
}

#[test]
fn subscribers_hear_of_sighup_and_sigusr2_in_every_interpreter() {
    let httpd = noting("").start();
    let pid = pid(&httpd);
    for (signal, name, number) in [(Signal::HUP, "SIGHUP", 1), (Signal::USR2, "SIGUSR2", 12)] {
        process::signal(pid, signal);
        let line = format!("process_signal [('signame', '{name}'), ('signum', {number})]");
        wait::until_true(name, || httpd.written("noted").matches(&line).count() == 4);
        for group in ["", "sub"] {
            let line = format!("{group} {line}\n");
            let noted = httpd.written("noted");
            let lines = noted.split_inclusive('\n').filter(|one| *one == line);
            assert_eq!(lines.count(), 2, "{noted}");
        }
    }
    assert_eq!(httpd.daemon(), pid);
}

#[test]
fn subscribers_hear_why_the_process_stops() {
    for (options, signal, reason) in [
        ("", Some(Signal::TERM), "shutdown_signal"),
        ("", Some(Signal::USR1), "graceful_signal"),
        ("maximum-requests=3", None, "maximum_requests"),
        ("inactivity-timeout=1", None, "inactivity_timeout"),
        ("restart-interval=1", None, "restart_interval"),
    ] {
        let httpd = noting(options).start();
        let pid = pid(&httpd);
        match signal {
            Some(signal) => process::signal(pid, signal),
            None if options.contains("requests") => drop(httpd.get("/main")),
            None => (),
        }
        wait_for_end(pid);
        let noted = httpd.written("noted");
        let line = format!("process_stopping [('shutdown_reason', '{reason}')]");
        assert!(noted.matches(&line).count() >= 2, "{options}: {noted}");
        assert!(noted.contains(&format!("sub {line}")), "{options}: {noted}");
    }
}

#[test]
fn a_request_that_waits_for_the_end_of_the_process_hears_of_it() {
    let httpd = noting("shutdown-timeout=30").start();
    let pid = pid(&httpd);
    let mut client = httpd.connect();
    client.send(Request::get("/sub/wait").bytes());
    thread::sleep(Duration::from_millis(300));
    process::signal(pid, Signal::TERM);
    assert_eq!(client.response().ok(), pid.to_string());
    wait_for_end(pid);
}

#[test]
fn the_events_of_a_request_know_its_way_through_the_daemon() {
    let script = "
import mod_wsgi, os
last = {}
mod_wsgi.start_recording_metrics()
def note(name, **payload):
    if name == 'request_finished':
        last.update(payload)
mod_wsgi.subscribe_events(note)
def application(environ, start_response):
    start_response('200 OK', [])
    if not last:
        return [b'']
    order = 0 < last['request_start'] <= last['queue_start'] <= last['daemon_start'] <= last['application_finish']
    metrics = mod_wsgi.request_metrics()
    phases = [metrics[name + '_time'] is not None for name in ('server', 'queue', 'daemon', 'application')]
    other = last['server_pid'] != os.getpid() and str(last['server_pid']) == environ['mod_wsgi.server_pid']
    return [repr((order, other, last['thread_id'] > 0, all(phases), metrics['request_threads_maximum'])).encode()]
";
    let httpd = daemons::serving("threads=3", script).start();
    let mut client = httpd.connect(); // so that one child of httpd's carries both
    client.ask(&Request::get("/").keep_alive());
    assert_eq!(
        client.ask(&Request::get("/")).ok(),
        "(True, True, True, True, 3)"
    );
}
