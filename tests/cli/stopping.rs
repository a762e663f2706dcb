//! How `clutch serve` ends: on request, in any state, and with nothing left behind.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use clutch_tests::support::gate::Gate;
use clutch_tests::support::process::{self, Signal};
use clutch_tests::support::{Request, app, wait};

use super::program::{Scratch, Serving, is_absent};

/// Nothing of it runs, listens or lies about any more.
fn assert_gone(scratch: &Scratch, serving: &Serving<'_>, httpd: u32) {
    assert_eq!(
        process::group(httpd).len(),
        0,
        "processes of httpd are left"
    );
    wait::until_true("the port to be closed", || {
        TcpStream::connect(("127.0.0.1", serving.port)).is_err()
    });
    assert_eq!(scratch.left_over(), Vec::<String>::new());
}

#[test]
fn ctrl_c_ends_everything() {
    if is_absent("ctrl_c_ends_everything") {
        return;
    }
    let scratch = Scratch::new();
    scratch.file("app.wsgi", &app::answering("'x'"));
    let mut serving = scratch.serve(&["app.wsgi"]);
    let httpd = serving.httpd();
    assert_eq!(serving.get("/").ok(), "x");
    serving.signal(Signal::INT);
    assert_eq!(serving.ended(), Some(0));
    assert_gone(&scratch, &serving, httpd);
}

#[test]
fn a_request_that_runs_is_finished_first() {
    if is_absent("a_request_that_runs_is_finished_first") {
        return;
    }
    let scratch = Scratch::new();
    let gate = Gate::at(scratch.path("gate"));
    let wait_there = format!("open({:?}).read()", gate.path());
    scratch.file("app.wsgi", &app::answering(&wait_there));
    let mut serving = scratch.serve(&["app.wsgi"]);
    let httpd = serving.httpd();
    let mut connection = serving.connect();
    connection.send(Request::get("/").bytes());
    gate.wait_for_reader();
    serving.signal(Signal::TERM);
    wait::until_true("the port to be closed", || {
        TcpStream::connect(("127.0.0.1", serving.port)).is_err()
    });
    gate.open();
    assert_eq!(connection.response().ok(), "open");
    assert_eq!(serving.ended(), Some(0));
    assert_gone(&scratch, &serving, httpd);
}

#[test]
fn a_request_that_never_ends_is_cut_off_by_the_third_ctrl_c() {
    if is_absent("a_request_that_never_ends_is_cut_off_by_the_third_ctrl_c") {
        return;
    }
    let scratch = Scratch::new();
    let gate = Gate::at(scratch.path("gate"));
    let wait_there = format!("open({:?}).read()", gate.path());
    scratch.file("app.wsgi", &app::answering(&wait_there));
    let mut serving = scratch.serve(&["app.wsgi"]);
    let httpd = serving.httpd();
    let mut connection = serving.connect();
    connection.send(Request::get("/").bytes());
    gate.wait_for_reader();
    for _ in 0..3 {
        serving.signal(Signal::INT);
    }
    assert_eq!(serving.ended(), Some(0));
    assert_gone(&scratch, &serving, httpd);
}

#[test]
fn httpd_does_not_outlive_a_killed_program() {
    if is_absent("httpd_does_not_outlive_a_killed_program") {
        return;
    }
    let scratch = Scratch::new();
    scratch.file("app.wsgi", &app::answering("'x'"));
    let mut serving = scratch.serve(&["app.wsgi"]);
    let httpd = serving.httpd();
    serving.signal(Signal::KILL);
    assert_eq!(serving.ended(), None);
    wait::until_true("httpd to end", || process::group(httpd).is_empty());
}

#[test]
fn the_death_of_httpd_is_said_and_leaves_nothing() {
    if is_absent("the_death_of_httpd_is_said_and_leaves_nothing") {
        return;
    }
    let scratch = Scratch::new();
    scratch.file("app.wsgi", &app::answering("'x'"));
    let mut serving = scratch.serve(&["app.wsgi"]);
    let httpd = serving.httpd();
    process::signal(httpd, Signal::KILL);
    assert_eq!(serving.ended(), Some(1));
    assert!(serving.errors().contains("httpd has ended by itself"));
    wait::until_true("the children of httpd to end", || {
        process::group(httpd).is_empty()
    });
    assert_gone(&scratch, &serving, httpd);
}

#[test]
fn a_dead_child_is_replaced() {
    if is_absent("a_dead_child_is_replaced") {
        return;
    }
    let scratch = Scratch::new();
    scratch.file("app.wsgi", &app::answering("os.getpid()"));
    let serving = scratch.serve(&["app.wsgi", "--workers", "1"]);
    let child: u32 = serving.get("/").ok().parse().unwrap();
    process::signal(child, Signal::KILL);
    // The port is open all the time; a connection that the dying one had taken is broken.
    let next = wait::until("another child to answer", || answer(serving.port));
    assert_ne!(next, child);
}

/// The number that the application answers with; `None` if the connection breaks.
fn answer(port: u16) -> Option<u32> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let (_, body) = text.split_once("\r\n\r\n")?;
    body.parse().ok()
}
