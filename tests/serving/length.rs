//! Content-Length, and responses without a body.

use clutch_tests::support::{Ending, Httpd, MODULE_ERROR, Request, app, reference, wait};

#[test]
fn a_complete_small_response_has_a_length_and_a_streamed_one_is_chunked() {
    let one = Httpd::serving(&app::running("ok()\nreturn [b'hello']")).start();
    let response = one.get("/");
    assert_eq!(response.ok(), "hello");
    // The reference never computes a length.
    let length = if reference::is_under_test() {
        None
    } else {
        Some("5".to_owned())
    };
    assert_eq!(response.header("Content-Length"), length);
    let streamed = Httpd::serving(&app::running("ok()\nyield b'hel'\nyield b'lo'")).start();
    let response = streamed.get("/");
    assert_eq!(response.ok(), "hello");
    assert_eq!(response.header("Content-Length"), None);
    assert_eq!(
        response.header("Transfer-Encoding").as_deref(),
        Some("chunked")
    );
}

#[test]
fn an_empty_response_has_length_0() {
    let httpd = Httpd::serving(&app::running("ok()\nreturn []")).start();
    let response = httpd.get("/");
    assert_eq!(
        (response.ok(), response.header("Content-Length").as_deref()),
        ("", Some("0"))
    );
}

#[test]
fn the_applications_length_holds() {
    let httpd = Httpd::serving(&app::running(
        "ok(('Content-Length', '4'))\nyield b'ab'\nyield b'cd'",
    ))
    .start();
    let response = httpd.get("/");
    assert_eq!(
        (response.ok(), response.headers("Content-Length")),
        ("abcd", vec!["4".to_owned()])
    );
    assert_eq!(response.header("Transfer-Encoding"), None);
}

#[test]
fn what_exceeds_the_length_is_dropped_and_the_iteration_goes_to_its_end() {
    let script = app::running(
        "ok(('Content-Length', '3'))\nyield b'ab'\nyield b'cdef'\nyield b'gh'\nopen(environ['mine'], 'w').close()",
    );
    let httpd = Httpd::serving(&script)
        .modules(&["env"])
        .config("SetEnv mine ${OUT}/done")
        .start();
    let mut client = httpd.connect();
    let response = client.ask(&Request::get("/").keep_alive());
    assert_eq!(response.ok(), "abc");
    wait::until_true("the application's end", || httpd.out("done").exists());
    let again = client.ask(&Request::get("/"));
    assert_eq!(again.ok(), "abc", "the connection is still in step");
}

#[test]
fn a_body_shorter_than_its_length_is_visibly_broken() {
    let httpd = Httpd::serving(&app::running(
        "ok(('Content-Length', '10'))\nreturn [b'short']",
    ))
    .start();
    let response = httpd.send(&Request::get("/"));
    assert_eq!(
        (response.text(), response.ending),
        ("short", Ending::Broken)
    );
    if reference::ours_only(
        "a_body_shorter_than_its_length_is_visibly_broken",
        "it keeps the client waiting",
    ) {
        let response = httpd.connect().ask(&Request::get("/").keep_alive());
        assert_eq!(
            (response.text(), response.ending),
            ("short", Ending::Broken)
        );
    }
}

#[test]
fn a_length_that_is_none_is_500() {
    let httpd = Httpd::serving(app::RUNNING)
        .expects_log(MODULE_ERROR)
        .start();
    for (count, length) in (1..).zip(["x", "-1", "1x", "1.0", "0x1", "1 2", "99999999999999999999"])
    {
        let statements = format!("ok(('Content-Length', '{length}'))\nreturn [b'a']");
        assert_eq!(
            httpd.get(&app::target(&statements)).status,
            500,
            "{length:?}"
        );
        httpd.log().wait_for_count("] ValueError: ", count);
    }
}

#[test]
fn an_empty_length_is_0_and_the_last_one_wins() {
    let httpd = Httpd::serving(&app::running("ok(('Content-Length', ''))\nreturn [b'']")).start();
    assert_eq!(
        httpd.get("/").header("Content-Length").as_deref(),
        Some("0")
    );
    let twice =
        app::running("ok(('Content-Length', '9'), ('content-length', '2'))\nreturn [b'ab']");
    let httpd = Httpd::serving(&twice).start();
    assert_eq!(httpd.get("/").headers("Content-Length"), ["2"]);
}

#[test]
fn head_gets_the_head_alone() {
    let script = app::running("ok(('Content-Length', '5'), ('X-Mine', '1'))\nreturn [b'hello']");
    let httpd = Httpd::serving(&script).start();
    let mut client = httpd.connect();
    let response = client.ask(&Request::new("HEAD", "/").keep_alive());
    assert_eq!((response.status, response.body.len()), (200, 0));
    assert_eq!(response.header("Content-Length").as_deref(), Some("5"));
    assert_eq!(response.header("X-Mine").as_deref(), Some("1"));
    assert_eq!(
        client.ask(&Request::get("/")).ok(),
        "hello",
        "no body bytes lie between"
    );
}

#[test]
fn statuses_without_a_body_have_none() {
    for (status, code) in [("204 No Content", 204), ("304 Not Modified", 304)] {
        let script = app::running(&format!(
            "if environ['PATH_INFO'] == '/next':\n    ok()\n    return [b'next']\n\
             start_response('{status}', [('X-Mine', '1'), ('ETag', '\"e\"')])\nreturn [b'not to be sent']"
        ));
        let httpd = Httpd::serving(&script).start();
        let mut client = httpd.connect();
        let response = client.ask(&Request::get("/").keep_alive());
        assert_eq!((response.status, response.body.len()), (code, 0));
        assert_eq!(response.header("Transfer-Encoding"), None);
        assert_eq!(
            client.ask(&Request::get("/next")).ok(),
            "next",
            "no body bytes lie between"
        );
    }
}

#[test]
fn conditional_and_range_headers_are_the_applications_business() {
    let script = app::running(
        "ok(('ETag', '\"e\"'), ('Last-Modified', 'Mon, 01 Jan 2024 00:00:00 GMT'))\nyield b'abc'\nyield b'd'",
    );
    let httpd = Httpd::serving(&script).start();
    for (name, value) in [
        ("If-None-Match", "\"e\""),
        ("If-Modified-Since", "Tue, 02 Jan 2024 00:00:00 GMT"),
        ("Range", "bytes=1-2"),
    ] {
        let response = httpd.send(&Request::get("/").header(name, value));
        assert_eq!(response.ok(), "abcd", "{name}");
        assert_eq!(
            response.header("Last-Modified").as_deref(),
            Some("Mon, 01 Jan 2024 00:00:00 GMT")
        );
    }
}

#[test]
fn an_application_may_frame_its_body_itself() {
    let script = app::running(
        "ok(('Transfer-Encoding', 'chunked'))\nreturn [b'3\\r\\nabc\\r\\n0\\r\\n\\r\\n']",
    );
    let httpd = Httpd::serving(&script).start();
    assert_eq!(httpd.get("/").ok(), "abc");
}
