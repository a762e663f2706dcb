//! The iterable that an application returns: what may be in it, and when the client sees it.

use clutch_tests::support::{Ending, Httpd, MODULE_ERROR, Request, app, wait};

#[test]
fn any_iterable_of_bytes_is_a_body() {
    let httpd = Httpd::serving(app::RUNNING).start();
    for (statements, body) in [
        ("ok()\nreturn [b'a', b'', b'bc']", "abc"),
        ("ok()\nreturn (b'a', b'b')", "ab"),
        ("ok()\nreturn iter([b'a', b'b'])", "ab"),
        ("ok()\nreturn {b'a': 1}", "a"),
        ("ok()\nreturn []", ""),
        ("ok()\nreturn [b'', b'']", ""),
        ("class Mine(bytes): pass\nok()\nreturn [Mine(b'a')]", "a"),
        (
            "class Old:\n    def __getitem__(self, at):\n        return [b'a', b'b'][at]\nok()\nreturn Old()",
            "ab",
        ),
        ("yield b''\nok()\nyield b'a'\nyield b'b'", "ab"),
        ("ok()\nyield from (b'a', b'b')", "ab"),
    ] {
        assert_eq!(
            httpd.get(&app::target(statements)).ok(),
            body,
            "{statements}"
        );
    }
}

#[test]
fn the_client_sees_each_item_before_the_next_is_made() {
    let httpd = Httpd::serving(&app::running(
        "ok()\nfor number in range(3):\n    yield b'%d' % number\n    environ['wsgi.input'].read(1)",
    ))
    .start();
    let mut client = httpd.connect();
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n");
    assert_eq!(client.head().status, 200);
    for number in ["0", "1", "2"] {
        assert_eq!(client.chunk().unwrap(), number.as_bytes());
        client.send("x");
    }
    assert_eq!(client.chunk().unwrap(), b"");
}

#[test]
fn each_item_passes_a_compressing_filter_before_the_next_is_made() {
    let httpd = Httpd::serving(&app::running(
        "ok()\nyield b'first'\nenviron['wsgi.input'].read(1)\nyield b'second'",
    ))
    .modules(&["filter", "deflate"])
    .config("SetOutputFilter DEFLATE")
    .start();
    let mut client = httpd.connect();
    client.send(
        "POST / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\nContent-Length: 1\r\n\r\n",
    );
    assert_eq!(
        client.head().header("Content-Encoding").as_deref(),
        Some("gzip")
    );
    // The header of the compressed stream alone has 10 bytes; "first" needs more.
    let mut seen = Vec::new();
    while seen.len() <= 12 {
        seen.extend(client.chunk().unwrap());
    }
    client.send("x");
    while client.chunk().is_some_and(|chunk| !chunk.is_empty()) {}
}

#[test]
fn what_is_no_iterable_of_bytes_is_500_with_a_type_error() {
    let httpd = Httpd::serving(app::RUNNING)
        .expects_log(MODULE_ERROR)
        .start();
    let results = [
        "None",
        "5",
        "b'bare bytes'",
        "'text'",
        "['text']",
        "[None]",
        "[bytearray(b'x')]",
        "[memoryview(b'x')]",
    ];
    for (count, result) in (1..).zip(results) {
        let response = httpd.get(&app::target(&format!(
            "ok(('X-Mine', '1'))\nreturn {result}"
        )));
        assert_eq!(
            (response.status, response.header("X-Mine")),
            (500, None),
            "{result}"
        );
        httpd.log().wait_for_count("] TypeError: ", count);
    }
}

#[test]
fn a_response_that_was_never_started_is_500() {
    let httpd = Httpd::serving(app::RUNNING)
        .expects_log(MODULE_ERROR)
        .start();
    for (count, statements) in (1..).zip(["return [b'x']", "return []", "yield b'x'", "yield b''"])
    {
        assert_eq!(
            httpd.get(&app::target(statements)).status,
            500,
            "{statements}"
        );
        httpd.log().wait_for_count("] RuntimeError: ", count);
    }
}

#[test]
fn any_callable_is_an_application() {
    let script = "import functools\n\
        function = lambda environ, start: [start('200 OK', []), [b'ok']][1]\n\
        class Class:\n    def __init__(self, environ, start):\n        start('200 OK', [])\n    \
        def __iter__(self):\n        yield b'ok'\n\
        class Callable:\n    def __call__(self, environ, start):\n        start('200 OK', [])\n        return [b'ok']\n\
        instance = Callable()\nmethod = instance.__call__\n\
        partial = functools.partial(lambda extra, environ, start: function(environ, start), 1)\n";
    let names = ["function", "Class", "instance", "method", "partial"];
    let locations =
        names.map(|name| format!("<Location /{name}>\nWSGICallableObject {name}\n</Location>\n"));
    let httpd = Httpd::serving(script).config(&locations.concat()).start();
    for name in names {
        assert_eq!(httpd.get(&format!("/{name}")).ok(), "ok", "{name}");
    }
}

#[test]
fn a_client_that_goes_away_ends_the_iteration_quietly() {
    let script = app::running(
        "class Endless:\n    def __iter__(self):\n        return self\n    def __next__(self):\n        return b'x' * 65536\n    \
         def close(self):\n        open(environ['mine'], 'w').close()\nok()\nreturn Endless()",
    );
    let httpd = Httpd::serving(&script)
        .modules(&["env"])
        .config("SetEnv mine ${OUT}/closed")
        .start();
    let mut client = httpd.connect();
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.exactly(100_000);
    drop(client);
    wait::until_true("close() to be called", || httpd.out("closed").exists());
    let line = wait::until("the access log", || httpd.access_log().pop());
    assert!(line.starts_with("200 X"), "{line}");
}

#[test]
fn a_large_response_arrives_byte_for_byte() {
    let script =
        app::running("ok()\nblock = bytes(range(256)) * 256\nreturn (block for _ in range(320))");
    let httpd = Httpd::serving(&script).start();
    let response = httpd.get("/");
    assert_eq!((response.status, response.ending), (200, Ending::Complete));
    let block: Vec<u8> = (0..=255).collect::<Vec<u8>>().repeat(256);
    assert_eq!(response.body.len(), 320 * block.len());
    assert!(
        response
            .body
            .chunks(block.len())
            .all(|chunk| chunk == block)
    );
}

#[test]
fn every_method_reaches_the_application_but_trace() {
    let script = app::answering("environ['REQUEST_METHOD']");
    let httpd = Httpd::serving(&script).start();
    for method in [
        "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "MERGE", "BREW",
    ] {
        assert_eq!(httpd.send(&Request::new(method, "/")).ok(), method);
    }
    let trace = httpd.send(&Request::new("TRACE", "/"));
    assert_ne!(trace.text(), "TRACE");
}

#[test]
fn keep_alive_and_pipelined_requests_are_answered_in_order_on_one_connection() {
    let httpd = Httpd::serving(&app::answering("environ['PATH_INFO']")).start();
    let mut client = httpd.connect();
    for number in 0..20 {
        let path = format!("/{number}");
        assert_eq!(client.ask(&Request::get(&path).keep_alive()).ok(), path);
    }
    let paths: Vec<String> = (0..10).map(|number| format!("/p{number}")).collect();
    let bytes: Vec<u8> = paths
        .iter()
        .flat_map(|path| Request::get(path).keep_alive().bytes())
        .collect();
    client.send(bytes);
    for path in &paths {
        assert_eq!(client.response().ok(), path);
    }
}

#[test]
fn an_http_1_0_client_gets_the_whole_body_and_then_the_end() {
    let httpd = Httpd::serving(&app::running("ok()\nyield b'a'\nyield b'b'")).start();
    let response = httpd.send(&Request::get("/").http10());
    assert_eq!(
        (response.status, response.text(), response.ending),
        (200, "ab", Ending::Closed)
    );
    assert_eq!(response.header("Transfer-Encoding"), None);
}
