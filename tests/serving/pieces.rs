//! Bodies that are read piece by piece: embedded, and where a daemon gets more of them than it has asked for.

use std::time::{Duration, Instant};

use clutch_tests::support::client::as_chunk;
use clutch_tests::support::{Httpd, Plan, Request, app, python, reference};

/// A server with this script, which takes bodies of unknown length.
fn serving(script: &str) -> Plan {
    Httpd::serving(script).config("WSGIChunkedRequest On")
}

/// Bytes that differ from each other.
fn body(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at / 7 % 251) as u8).collect()
}

/// An application that reads a body in pieces of so many bytes, and answers with the sizes that it got and what its bytes add up to.
fn adding(size: usize) -> String {
    app::answering(&format!(
        "(lambda pieces: (sorted({{len(one) for one in pieces}}), sum(map(sum, pieces))))\
         (list(iter(lambda: environ['wsgi.input'].read({size}), b'')))"
    ))
}

#[test]
fn a_body_that_is_read_in_pieces_of_any_size_arrives_whole_and_in_order() {
    let body = body(1_000_000);
    let sum: u64 = body.iter().copied().map(u64::from).sum();
    for size in [1_000, 8_000, 65_536, 100_000, 1_000_000] {
        let httpd = serving(&adding(size)).start();
        let rest = body.len() % size;
        let sizes = if rest == 0 {
            format!("[{size}]")
        } else {
            format!("[{rest}, {size}]")
        };
        let expected = format!("({sizes}, {sum})");
        let requests = [
            Request::post("/", &body),
            Request::post("/", "").chunked(&body.chunks(3_000).collect::<Vec<_>>()),
        ];
        for request in requests {
            assert_eq!(httpd.send(&request).ok(), expected, "{size}");
        }
    }
}

#[test]
fn an_application_may_leave_the_rest_of_a_body_and_the_next_request_is_whole() {
    let script = "def application(environ, start_response):
    many = int(environ['QUERY_STRING'])
    got = sum(len(environ['wsgi.input'].read(1000)) for _ in range(many))
    start_response('200 OK', [])
    return [str(got).encode()]
";
    let httpd = serving(script).start();
    let body = body(400_000);
    let mut client = httpd.connect();
    for many in (0..30).chain([200, 400, 401]) {
        let request = Request::post(&format!("/?{many}"), &body).keep_alive();
        let expected = (many * 1000).min(body.len());
        assert_eq!(client.ask(&request).ok(), expected.to_string());
    }
}

#[test]
fn client_and_application_may_take_turns_over_one_body() {
    let script = "def application(environ, start_response):
    start_response('200 OK', [])
    for turn in range(6):
        yield environ['wsgi.input'].read(100)[:10]
";
    let httpd = serving(script).start();
    let mut client = httpd.connect();
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    for turn in 0..6_u8 {
        client.send(as_chunk(&[b'a' + turn; 100]));
        if turn == 0 {
            assert_eq!(client.head().status, 200);
        }
        assert_eq!(client.chunk().unwrap(), [b'a' + turn; 10]);
    }
}

#[test]
fn an_answer_is_sent_whole_although_the_rest_of_the_request_does_not_come() {
    let name = "an_answer_is_sent_whole_although_the_rest_of_the_request_does_not_come";
    if !reference::ours_only(name, "mod_wsgi waits for the rest") {
        return;
    }
    let script = "def application(environ, start_response):
    environ['wsgi.input'].read(100)
    start_response('200 OK', [])
    return [b'answer'] if environ['PATH_INFO'] == '/list' else iter([b'ans', b'wer'])
";
    let httpd = serving(script).start();
    for path in ["/list", "/iterator"] {
        let mut client = httpd.connect();
        client.send(format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
        ));
        client.send(body(500)); // and nothing more
        let begun = Instant::now();
        assert_eq!(client.response().ok(), "answer", "{path}");
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(30), "{path}: {took:?}"); // httpd waits for a minute
    }
}

#[test]
fn an_application_that_has_seen_enough_of_a_slow_body_answers_at_once() {
    let script = "def application(environ, start_response):
    for _ in range(3):
        environ['wsgi.input'].read(1000)
    start_response('413 Enough', [])
    return [b'enough']
";
    let httpd = serving(script).start();
    let mut client = httpd.connect();
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n");
    client.send(body(3_000)); // and nothing more
    assert_eq!(client.head().status, 413);
}

#[test]
fn a_body_that_a_filter_of_httpds_unpacks_arrives_whole() {
    let Some(python) = python::executable() else {
        return;
    };
    let packing = "import gzip, random, sys\nrandom.seed(1)\n\
                   sys.stdout.buffer.write(gzip.compress(random.randbytes(300_000) + bytes(700_000)))";
    let packed = std::process::Command::new(python)
        .args(["-c", packing])
        .output()
        .unwrap();
    let httpd = serving(&adding(1_000))
        .modules(&["deflate", "filter"])
        .config("SetInputFilter DEFLATE")
        .start();
    let mut client = httpd.connect();
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n");
    for piece in packed.stdout.chunks(100_000) {
        client.send(as_chunk(piece));
        std::thread::sleep(Duration::from_millis(30)); // there is nothing for a while
    }
    client.send("0\r\n\r\n");
    let answer = client.response();
    assert!(answer.ok().starts_with("([1000], "), "{}", answer.ok());
}
