//! What is refused before the application runs, and when the client is told to go on.

use clutch_tests::support::{Connection, Httpd, MODULE_ERROR, Plan, Request, app};

/// Notes each call in `${OUT}/calls`.
fn counting(statements: &str) -> Plan {
    let script = app::running(&format!(
        "with open(environ['calls'], 'a') as file:\n    file.write('x')\n{statements}"
    ));
    Httpd::serving(&script)
        .modules(&["env"])
        .config("SetEnv calls ${OUT}/calls")
}

#[test]
fn a_chunked_request_without_the_operators_consent_is_411() {
    let httpd = counting("ok()\nreturn []")
        .expects_log(MODULE_ERROR)
        .start();
    let response = httpd.send(&Request::new("POST", "/").chunked(&[b"abc"]));
    assert_eq!(response.status, 411);
    assert_eq!(httpd.written("calls"), "");
    assert_eq!(httpd.log().count("[script "), 1, "{}", httpd.error_log());
}

#[test]
fn a_declared_length_over_the_limit_is_413() {
    let httpd = counting("ok()\nreturn []")
        .config("LimitRequestBody 5")
        .expects_log("AH0")
        .start();
    assert_eq!(httpd.send(&Request::post("/", "abcdef")).status, 413);
    assert_eq!(httpd.written("calls"), "");
    assert_eq!(httpd.send(&Request::post("/", "abcde")).status, 200);
    assert_eq!(httpd.written("calls"), "x");
}

#[test]
fn lengths_and_encodings_that_are_none_do_not_reach_the_application() {
    let httpd = counting("ok()\nreturn []")
        .config("WSGIChunkedRequest On")
        .expects_log("error] [pid")
        .start();
    for (header, allowed) in [
        ("Content-Length: x", &[400][..]),
        ("Content-Length: -1", &[400]),
        ("Content-Length: 1\r\nContent-Length: 2", &[400]),
        ("Content-Length: 99999999999999999999999", &[400, 413]),
        ("Transfer-Encoding: gzip", &[400, 501]),
        ("Transfer-Encoding: gzip, chunked", &[400, 501]),
    ] {
        let mut client = httpd.connect();
        client.send(format!(
            "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}\r\n\r\n"
        ));
        let status = client.response().status;
        assert!(allowed.contains(&status), "{header} gave {status}");
    }
    assert_eq!(httpd.written("calls"), "");
}

#[test]
fn chunked_wins_over_a_length() {
    let httpd = counting("ok()\nreturn [environ['wsgi.input'].read()]")
        .config("WSGIChunkedRequest On")
        .start();
    let request = Request::new("POST", "/")
        .header("Content-Length", "2")
        .chunked(&[b"abcdef"]);
    let response = httpd.send(&request);
    assert_eq!((response.status, response.text()), (200, "abcdef"));
}

fn expecting(httpd: &Httpd) -> (u16, Option<u16>) {
    let mut client = httpd.connect();
    client.send(
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n",
    );
    let first = client.head().status;
    if first != 100 {
        return (first, None);
    }
    client.send("abc");
    (first, Some(client.response().status))
}

#[test]
fn the_client_is_told_to_continue_when_the_application_reads() {
    let httpd = counting("body = environ['wsgi.input'].read()\nok()\nreturn [body]").start();
    assert_eq!(expecting(&httpd), (100, Some(200)));
}

#[test]
fn an_empty_first_read_asks_the_client_to_continue_too() {
    let httpd =
        counting("environ['wsgi.input'].read(0)\nok()\nreturn [environ['wsgi.input'].read()]")
            .start();
    assert_eq!(expecting(&httpd), (100, Some(200)));
}

#[test]
fn the_client_is_not_told_to_continue_when_the_application_does_not_read() {
    let httpd = counting("start_response('417 Expectation Failed', [])\nreturn [b'no']").start();
    assert_eq!(expecting(&httpd), (417, None));
}

#[test]
fn the_client_is_not_told_to_continue_after_the_response_has_begun() {
    let httpd = counting("ok()\nyield b'first'\nyield environ['wsgi.input'].read()").start();
    let mut client = httpd.connect();
    client.send(
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n",
    );
    let head = client.head();
    assert_eq!(head.status, 200);
    // httpd may keep the connection and send chunks, or close it at the end; the body is the same.
    let is_chunked = head.says("Transfer-Encoding", "chunked");
    let next = |client: &mut Connection, length: usize| match is_chunked {
        true => client.chunk().unwrap(),
        false => client.exactly(length),
    };
    assert_eq!(next(&mut client, 5), b"first");
    client.send("abc");
    assert_eq!(next(&mut client, 3), b"abc");
    match is_chunked {
        true => assert_eq!(client.chunk().unwrap(), b""),
        false => assert!(client.is_closed()),
    }
}
