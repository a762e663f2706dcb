//! Many at once: clients, groups; and clients that take nothing.

use std::thread;
use std::time::{Duration, Instant};

use clutch_tests::support::process::{self, Signal};
use clutch_tests::support::{Httpd, Request, app, daemons};

#[test]
fn response_socket_timeout_ends_a_response_that_nobody_takes() {
    let httpd = daemons::running("threads=1 response-socket-timeout=1")
        .allows_log("[wsgi:error]")
        .start();
    let endless = app::target("ok()\nfor _ in range(2000):\n    yield b'x' * 100000");
    let mut client = httpd.connect();
    client.send(Request::get(&endless).bytes());
    thread::sleep(Duration::from_millis(300));
    let begun = Instant::now();
    httpd.serving_pid();
    let waited = begun.elapsed();
    assert!(waited < Duration::from_secs(20), "{waited:?}"); // httpd's own Timeout is 60 seconds
}

#[test]
fn two_hundred_clients_are_served_by_four_threads() {
    let httpd = daemons::running("threads=4").start();
    let target = app::target("import time\ntime.sleep(0.01)\nok()\nreturn [b'served']");
    thread::scope(|scope| {
        for _ in 0..200 {
            scope.spawn(|| {
                for _ in 0..3 {
                    assert_eq!(httpd.get(&target).ok(), "served");
                }
            });
        }
    });
}

#[test]
fn eight_groups_are_eight_processes_that_know_nothing_of_each_other() {
    let mut plan = Httpd::with_config("WSGIRestrictEmbedded On")
        .script("app.wsgi", &app::answering("os.getpid()"));
    for group in 0..8 {
        plan = plan.config(&format!(
            "WSGIDaemonProcess g{group} threads=2\nWSGIScriptAlias /{group} ${{APP}}/app.wsgi process-group=g{group} application-group=%{{GLOBAL}}"
        ));
    }
    let httpd = plan.start();
    let pids: std::collections::BTreeSet<_> = (0..8)
        .map(|group| httpd.get(&format!("/{group}")).ok().to_owned())
        .collect();
    assert_eq!(pids.len(), 8);
}

#[test]
fn a_stopped_daemon_holds_up_its_own_group_and_no_other() {
    let httpd = daemons::running("threads=2 socket-timeout=2")
        .config("WSGIDaemonProcess wiki\n<Location /wiki>\nWSGIProcessGroup wiki\n</Location>")
        .expects_log("WSGI0145")
        .start();
    let pid = httpd.serving_pid();
    daemons::stop(pid);
    assert_eq!(httpd.get(&daemons::pid()).status, 504);
    let wiki = httpd.get(&format!("/wiki{}", &daemons::pid()[1..]));
    assert_ne!(wiki.ok(), pid.to_string());
    process::signal(pid, Signal::CONT);
    assert_eq!(httpd.serving_pid(), pid);
}
