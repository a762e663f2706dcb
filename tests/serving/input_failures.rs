//! Request bodies that do not arrive: the application is told, and nothing passes for the whole body.

use clutch_tests::support::{Connection, Httpd, Plan, Request, app, installation, reference, wait};

/// Reads until it fails, twice, and writes down what it saw.
const SCRIPT: &str = r#"
def application(environ, start_response):
    seen = []
    for _ in range(2):
        try:
            seen.append(repr(environ['wsgi.input'].read()))
        except Exception as error:
            seen.append(type(error).__name__)
    with open(environ['mine'], 'w') as file:
        file.write(' '.join(seen))
    start_response('200 OK', [('Content-Length', '7')])
    return [b'read it']
"#;

fn plan() -> Plan {
    Httpd::serving(SCRIPT)
        .modules(&["env"])
        .config("SetEnv mine ${OUT}/seen\nWSGIChunkedRequest On")
}

fn begin(httpd: &Httpd, framing: &str, start_of_body: &str) -> Connection {
    let mut client = httpd.connect();
    client.send(format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\n{framing}\r\n\r\n{start_of_body}"
    ));
    client
}

fn seen(httpd: &Httpd) -> String {
    wait::until("the application's findings", || {
        Some(httpd.written("seen")).filter(|seen| !seen.is_empty())
    })
}

#[test]
fn a_body_that_ends_early_is_an_os_error_again_and_again() {
    let httpd = plan().start();
    let mut client = begin(&httpd, "Content-Length: 10", "abc");
    client.half_close();
    assert_eq!(seen(&httpd), "OSError OSError");
}

#[test]
fn a_client_that_goes_away_while_sending_is_an_os_error() {
    let httpd = plan().start();
    drop(begin(&httpd, "Content-Length: 10", "abc"));
    assert_eq!(seen(&httpd), "OSError OSError");
}

#[test]
fn a_chunked_body_that_ends_early_is_an_os_error() {
    let httpd = plan().start();
    let mut client = begin(&httpd, "Transfer-Encoding: chunked", "3\r\nabc\r\n5\r\nde");
    client.half_close();
    assert_eq!(seen(&httpd), "OSError OSError");
}

#[test]
fn malformed_chunks_are_400_and_nothing_of_the_application_follows() {
    let httpd = plan().start();
    let mut client = begin(
        &httpd,
        "Transfer-Encoding: chunked",
        "3\r\nabc\r\nnonsense\r\n",
    );
    assert_eq!(client.response().status, 400);
    assert_eq!(seen(&httpd), "OSError OSError");
    let rest = client.until_close();
    assert!(
        reference::is_under_test() || rest.is_empty(),
        "{}",
        String::from_utf8_lossy(&rest)
    );
}

#[test]
fn a_chunked_body_over_the_limit_is_413_and_nothing_of_the_application_follows() {
    let httpd = plan().config("LimitRequestBody 5").start();
    let response = httpd.send(&Request::new("POST", "/").chunked(&[b"abcdef"]));
    assert_eq!(response.status, 413);
    assert_eq!(seen(&httpd), "OSError OSError");
    assert!(
        reference::is_under_test() || !response.text().contains("read it"),
        "{response:?}"
    );
}

#[test]
fn a_connection_is_closed_after_a_body_that_failed() {
    if !reference::ours_only(
        "a_connection_is_closed_after_a_body_that_failed",
        "it waits for more",
    ) {
        return;
    }
    let httpd = plan().start();
    let mut client = begin(&httpd, "Transfer-Encoding: chunked", "zz\r\n");
    client.response();
    assert!(client.is_closed());
}

#[test]
fn a_body_that_comes_too_slowly_is_an_os_error() {
    if !installation::has_modules(
        "a_body_that_comes_too_slowly_is_an_os_error",
        &["reqtimeout"],
    ) {
        return;
    }
    let httpd = plan()
        .modules(&["reqtimeout"])
        .config("RequestReadTimeout body=1")
        .start();
    let _client = begin(&httpd, "Content-Length: 10", "abc");
    assert_eq!(seen(&httpd), "OSError OSError");
}

#[test]
fn the_server_serves_on_after_every_kind_of_failed_body() {
    let httpd = Httpd::serving(app::EVALUATING)
        .config("WSGIChunkedRequest On")
        .start();
    let read = app::target("i.read()");
    for (framing, body) in [
        ("Content-Length: 10", "abc"),
        ("Transfer-Encoding: chunked", "5\r\nab"),
        ("Transfer-Encoding: chunked", "5"),
        ("Transfer-Encoding: chunked", "ffffffffffffffffff\r\n"),
        ("Content-Length: 1", ""),
    ] {
        let mut client = httpd.connect();
        client.send(format!(
            "POST {read} HTTP/1.1\r\nHost: localhost\r\n{framing}\r\n\r\n{body}"
        ));
        client.half_close();
        client.until_close();
        assert_eq!(
            httpd.send(&Request::post(&read, "fine")).ok(),
            "b'fine'",
            "after {framing} {body:?}"
        );
    }
}
