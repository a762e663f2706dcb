//! Reading the request body: every way to read, with a length and chunked.

use clutch_tests::support::{Httpd, Request, app, reference, wait};

const BODY: &[u8] = b"ab\ncd\n\nef";

/// Expressions over `i`, the input with [`BODY`], and their values.
const READS: &[(&str, &str)] = &[
    (
        "[i.read(), i.read(), i.read(5), i.readline(), i.readlines(), list(i)]",
        r"[b'ab\ncd\n\nef', b'', b'', b'', [], []]",
    ),
    ("[i.read(-1), i.read(-1)]", r"[b'ab\ncd\n\nef', b'']"),
    (
        "[i.read(3), i.read(0), i.read(1), i.read(100)]",
        r"[b'ab\n', b'', b'c', b'd\n\nef']",
    ),
    (
        "[i.readline() for _ in range(6)]",
        r"[b'ab\n', b'cd\n', b'\n', b'ef', b'', b'']",
    ),
    (
        "[i.readline(1), i.readline(100), i.readline(0), i.readline(-1)]",
        r"[b'a', b'b\n', b'', b'cd\n']",
    ),
    (
        "[i.readline(), i.read(2), i.readline(), i.read()]",
        r"[b'ab\n', b'cd', b'\n', b'\nef']",
    ),
    (
        "[i.readlines(), i.readlines()]",
        r"[[b'ab\n', b'cd\n', b'\n', b'ef'], []]",
    ),
    (
        "[i.readlines(1), i.readlines(4), i.readlines()]",
        r"[[b'ab\n'], [b'cd\n', b'\n'], [b'ef']]",
    ),
    ("[i.readlines(0)]", r"[[b'ab\n', b'cd\n', b'\n', b'ef']]"),
    ("[i.readlines(-1)]", r"[[b'ab\n', b'cd\n', b'\n', b'ef']]"),
    (
        "[iter(i) is i, next(i), i.read(1), list(i)]",
        r"[True, b'ab\n', b'c', [b'd\n', b'\n', b'ef']]",
    ),
    ("[i.close(), i.read(2)]", r"[None, b'ab']"),
    ("[i.read(2**24)]", r"[b'ab\ncd\n\nef']"),
];

#[test]
fn every_way_to_read_agrees_about_the_body() {
    let httpd = Httpd::serving(app::EVALUATING)
        .config("WSGIChunkedRequest On")
        .start();
    for (expression, value) in READS {
        let target = app::target(expression);
        assert_eq!(
            httpd.send(&Request::post(&target, BODY)).ok(),
            *value,
            "{expression}"
        );
        let chunked = Request::new("POST", &target).chunked(&[&BODY[..1], &BODY[1..4], &BODY[4..]]);
        assert_eq!(httpd.send(&chunked).ok(), *value, "{expression}, chunked");
    }
}

#[test]
fn a_request_without_a_body_is_at_its_end_at_once() {
    let httpd = Httpd::serving(app::EVALUATING).start();
    let all = "[i.read(), i.read(3), i.readline(), i.readlines(), list(i), i.read()]";
    assert_eq!(
        httpd.get(&app::target(all)).ok(),
        "[b'', b'', b'', [], [], b'']"
    );
    let empty = Request::post(&app::target(all), "");
    assert_eq!(httpd.send(&empty).ok(), "[b'', b'', b'', [], [], b'']");
}

#[test]
fn arguments_that_are_no_sizes_are_type_errors() {
    let httpd = Httpd::serving(app::EVALUATING).start();
    for call in [
        "i.read(None)",
        "i.read(1.5)",
        "i.read('1')",
        "i.read(1, 2)",
        "i.read(size=1)",
        "i.readline(None)",
        "i.readline(1.5)",
        "i.readlines(None)",
        "i.readlines('1')",
    ] {
        let response = httpd.send(&Request::post(&app::target(call), BODY));
        assert_eq!(response.ok(), "TypeError", "{call}");
    }
}

#[test]
fn a_size_beyond_any_memory_is_no_promise_to_use_it() {
    if !reference::ours_only(
        "a_size_beyond_any_memory_is_no_promise_to_use_it",
        "it allocates the size",
    ) {
        return;
    }
    let httpd = Httpd::serving(app::EVALUATING).start();
    for call in [
        "i.read(2**62)",
        "i.readline(2**62) + i.read()",
        "b''.join(i.readlines(2**62))",
    ] {
        let response = httpd.send(&Request::post(&app::target(call), BODY));
        assert_eq!(response.ok(), r"b'ab\ncd\n\nef'", "{call}");
    }
}

#[test]
fn the_input_is_no_file() {
    let httpd = Httpd::serving(app::EVALUATING).start();
    let names =
        "[n for n in ('fileno','seek','tell','readinto','closed','__enter__') if hasattr(i, n)]";
    assert_eq!(httpd.get(&app::target(names)).ok(), "[]");
}

#[test]
fn the_input_raises_after_its_request() {
    let httpd = Httpd::serving(app::EVALUATING).start();
    let keep = Request::post(&app::target("kept.append(i)"), BODY);
    assert_eq!(httpd.send(&keep).ok(), "None");
    httpd.wait_for_ended(1);
    for call in [
        "read()",
        "read(1)",
        "readline()",
        "readlines()",
        "__next__()",
    ] {
        assert_eq!(
            httpd.get(&app::target(&format!("kept[0].{call}"))).ok(),
            "RuntimeError",
            "{call}"
        );
    }
}

#[test]
fn a_line_may_be_longer_than_any_buffer() {
    let httpd = Httpd::serving(app::EVALUATING).start();
    let line = "x".repeat(300_000);
    let body = format!("{line}\n{line}y\n\n{line}");
    let lengths = app::target("[len(line) for line in i]");
    assert_eq!(
        httpd.send(&Request::post(&lengths, &body)).ok(),
        "[300001, 300002, 1, 300000]"
    );
    let parts =
        app::target("[len(i.readline(100)), len(i.read(100)), len(i.readline()), len(i.read())]");
    assert_eq!(
        httpd.send(&Request::post(&parts, &body)).ok(),
        "[100, 100, 299801, 600003]"
    );
}

#[test]
fn another_thread_may_read_while_the_request_lasts() {
    let script = app::running(
        "import threading\nseen = []\n\
         thread = threading.Thread(target=lambda: seen.append(environ['wsgi.input'].read()))\n\
         thread.start(); thread.join()\nok()\nreturn seen",
    );
    let httpd = Httpd::serving(&script).start();
    assert_eq!(httpd.send(&Request::post("/", "abc")).ok(), "abc");
}

#[test]
fn reading_goes_on_while_the_response_is_sent() {
    let script = app::running(
        "ok()\nwhile piece := environ['wsgi.input'].read(3):\n    yield piece.upper()",
    );
    let httpd = Httpd::serving(&script).start();
    let mut client = httpd.connect();
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\nabc");
    assert_eq!(client.head().status, 200);
    assert_eq!(client.chunk().unwrap(), b"ABC");
    client.send("def");
    assert_eq!(client.chunk().unwrap(), b"DEF");
    assert_eq!(client.chunk().unwrap(), b"");
}

#[test]
fn a_slow_body_holds_up_nobody_else() {
    let httpd = Httpd::serving(app::EVALUATING)
        .config("WSGIApplicationGroup %{GLOBAL}")
        .workers(2)
        .modules(&["env"])
        .config("SetEnv mine ${OUT}/begun")
        .start();
    let mut slow = httpd.connect();
    let target = app::target("[open(environ['mine'], 'w').close(), i.read()][1]");
    slow.send(format!(
        "POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nab"
    ));
    wait::until_true("the application to read", || httpd.out("begun").exists());
    for _ in 0..5 {
        assert_eq!(httpd.get(&app::target("1 + 1")).ok(), "2");
    }
    slow.send("cd");
    assert_eq!(slow.response().ok(), "b'abcd'");
}

#[test]
fn pipelined_requests_with_bodies_are_answered_in_their_order() {
    let httpd = Httpd::serving(app::EVALUATING).start();
    let mut client = httpd.connect();
    let read = app::target("i.read()");
    let unread = app::target("'unread'");
    let mut bytes = Request::post(&read, "one").keep_alive().bytes();
    bytes.extend(Request::post(&unread, "two").keep_alive().bytes());
    bytes.extend(Request::post(&read, "three").bytes());
    client.send(bytes);
    assert_eq!(client.response().ok(), "b'one'");
    assert_eq!(client.response().ok(), "'unread'");
    assert_eq!(client.response().ok(), "b'three'");
    wait::until_true("the connection to close", || client.is_closed());
}
