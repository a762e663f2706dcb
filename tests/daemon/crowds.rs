//! Many at once: clients, groups; and clients that take nothing.

use std::thread;
use std::time::{Duration, Instant};

use clutch_tests::support::process::{self, Signal};
use clutch_tests::support::{Httpd, Request, app, daemons, wait};

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

/// A frame of HTTP/2 (RFC 9113, section 4.1).
fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let [_, length @ ..] = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let head = [&length[..], &[kind, flags, 0, 0, 0, stream]].concat();
    [&head, payload].concat()
}

/// A text of a header block, as it is (RFC 7541, section 5.2).
fn literal(text: &str) -> Vec<u8> {
    let length = text.len() - 127; // in seven bits there is no room for so many
    let length = [
        127,
        u8::try_from(length % 128 + 128).unwrap(),
        u8::try_from(length / 128).unwrap(),
    ];
    [&length, text.as_bytes()].concat()
}

#[test]
fn a_stream_of_http_2_that_its_client_resets_ends_in_the_daemon() {
    let httpd = daemons::running("threads=1")
        .modules(&["http2"])
        .config("Protocols h2c http/1.1")
        .allows_log("[wsgi:error]")
        .start();
    let endless = "ok()
try:
    while True: yield b'x' * 100000
finally: open(os.path.join(environ['DOCUMENT_ROOT'], '../out/ended'), 'w').close()";
    let target = app::target(&format!("{endless} # {}", "long".repeat(40)));
    let (settings, headers, reset, data) = (4, 1, 3, 0);
    // GET, http, and :path: members of the static table (RFC 7541, appendix A).
    let block = [&[0x82, 0x86, 0x04], &literal(&target)[..], &[0x01, 1, b'x']].concat();
    let mut client = httpd.connect();
    client.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    client.send(frame(settings, 0, 0, &[]));
    client.send(frame(headers, 0x4 | 0x1, 1, &block));
    loop {
        let head = client.exactly(9);
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        client.exactly(length as usize);
        if head[3] == data {
            break;
        }
    }
    assert_eq!(httpd.written("ended"), "");
    client.send(frame(reset, 0, 1, &8_u32.to_be_bytes()));
    wait::until_true("the end of the application", || httpd.out("ended").exists());
    httpd.serving_pid();
}

#[test]
fn five_hundred_clients_are_served_by_four_threads() {
    let httpd = daemons::running("threads=4").start();
    let target = app::target("import time\ntime.sleep(0.01)\nok()\nreturn [b'served']");
    thread::scope(|scope| {
        for _ in 0..500 {
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
