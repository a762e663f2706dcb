//! Request bodies: how they come, and how they are read.

use crate::case::{Case, Group, Step, ask, raw, steps};
use clutch_tests::support::{Request, app};

/// The groups.
pub(crate) fn groups() -> Vec<Group> {
    [
        reading().in_both_modes(),
        refused().in_both_modes(),
        chunked().in_both_modes(),
        broken().in_both_modes(),
        limited().in_both_modes(),
    ]
    .concat()
}

/// Sends three lines to each of these expressions.
fn read(expressions: &[&str]) -> Vec<Case> {
    expressions
        .iter()
        .map(|one| ask(one, &Request::post(&app::target(one), "one\ntwo\r\nthree")))
        .collect()
}

fn reading() -> Group {
    let empty = [
        "i.read()",
        "i.read(5)",
        "i.readline()",
        "i.readlines()",
        "list(i)",
        "i.read(0)",
    ];
    let empty = empty
        .iter()
        .map(|one| ask(&format!("nothing: {one}"), &Request::get(&app::target(one))));
    Group::serving("input", app::EVALUATING)
        .cases(read(&[
            "i.read()",
            "i.read(-1)",
            "i.read(4)",
            "i.read(0)",
            "i.read(100)",
            "i.read(None)",
            "i.read(1.5)",
            "i.read('1')",
            "i.read(size=1)",
            "i.read(1, 2)",
            "i.read(True)",
            "i.read(2**70)",
            "i.readline()",
            "i.readline(-1)",
            "i.readline(0)",
            "i.readline(2)",
            "i.readline(100)",
            "i.readline(None)",
            "i.readlines()",
            "i.readlines(0)",
            "i.readlines(4)",
            "i.readlines(5)",
            "i.readlines(-1)",
            "i.readlines(None)",
            "list(i)",
            "next(i)",
            "iter(i) is i",
            "i.close()",
            "(i.close(), i.read())",
            "(i.read(2), i.readline(), i.read())",
            "(i.readline(2), i.readline(), i.readlines(1), i.read())",
            "(i.read(), i.read(), i.readline(), i.readlines(), list(i))",
            "(next(i), i.read(3), next(i))",
            "[i.read(1) for _ in range(20)]",
            "hasattr(i, 'fileno')",
            "[hasattr(i, name) for name in ('seek', 'tell', 'readinto', 'closed', '__enter__', 'readable', 'mode')]",
            "type(i).__name__",
            "(environ.get('CONTENT_LENGTH'), environ.get('CONTENT_TYPE'), environ['wsgi.input_terminated'])",
            "i.readline.__name__",
            "sorted(name for name in dir(i) if not name.startswith('_'))",
        ]))
        .cases(empty)
        .cases([
            ask(
                "with a type",
                &Request::post(&app::target("environ['CONTENT_TYPE']"), "x").header("Content-Type", "a/b; c=d"),
            ),
            ask("of no length", &Request::post(&app::target("(i.read(), environ['CONTENT_LENGTH'])"), "")),
            ask(
                "large",
                &Request::post(&app::target("(len(i.read(70000)), len(i.read()))"), "x".repeat(300_000)),
            ),
            ask(
                "a long line",
                &Request::post(&app::target("[len(line) for line in i]"), format!("{}\n{}", "x".repeat(70_000), "y".repeat(9))),
            ),
            ask("of a GET", &Request::get(&app::target("i.read()")).body("body")),
            ask("of a DELETE", &Request::new("DELETE", &app::target("i.read()")).body("body")),
        ])
        .cases(kept())
}

/// Bodies and the next request on the same connection.
fn kept() -> Vec<Case> {
    let unread = Request::post(&app::target("1"), "0123456789").keep_alive();
    let next = Request::get(&app::target("2"));
    let both = [unread.bytes(), next.bytes()].concat();
    let expects = |code: &str| {
        let request = Request::new("POST", &app::target(code))
            .header("Expect", "100-continue")
            .header("Content-Length", "4");
        request.head_bytes()
    };
    vec![
        raw("an unread body, and the next request", both).requests(2),
        steps(
            "expect, and read",
            "POST",
            vec![
                Step::Send(expects("i.read()")),
                Step::Head,
                Step::Send(b"body".to_vec()),
            ],
        ),
        steps(
            "expect, and read nothing",
            "POST",
            vec![
                Step::Send(expects("1")),
                Step::Head,
                Step::Send(b"body".to_vec()),
            ],
        ),
        ask(
            "an unknown expectation",
            &Request::post(&app::target("1"), "x").header("Expect", "wonders"),
        ),
    ]
}

fn refused() -> Group {
    let with = |name: &str, headers: &str| {
        let target = app::target("(i.read(), environ.get('CONTENT_LENGTH'))");
        raw(
            name,
            format!(
                "POST {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n4\r\nbody\r\n0\r\n\r\n"
            ),
        )
    };
    Group::serving("bodies-refused", app::EVALUATING)
        .config("<Location /limited>\nLimitRequestBody 3\n</Location>")
        .cases([
            with("chunked", "Transfer-Encoding: chunked\r\n"),
            with("chunked in capitals", "Transfer-Encoding: CHUNKED\r\n"),
            with("gzip", "Transfer-Encoding: gzip\r\n"),
            with("gzip, chunked", "Transfer-Encoding: gzip, chunked\r\n"),
            with("identity", "Transfer-Encoding: identity\r\n"),
            with(
                "chunked and a length",
                "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
            ),
            with("a length of letters", "Content-Length: abc\r\n"),
            with("a negative length", "Content-Length: -1\r\n"),
            with("an empty length", "Content-Length: \r\n"),
            with("a length with a sign", "Content-Length: +4\r\n"),
            with("two lengths", "Content-Length: 4\r\nContent-Length: 5\r\n"),
            with(
                "the same length twice",
                "Content-Length: 4\r\nContent-Length: 4\r\n",
            ),
            with(
                "a huge length",
                "Content-Length: 99999999999999999999999\r\n",
            ),
            ask("above the limit", &Request::post("/limited?1", "four")),
            ask("at the limit", &Request::post("/limited?1", "thr")),
        ])
}

fn chunked() -> Group {
    let chunks: &[&[u8]] = &[b"one\nt", b"wo", b"\nthree"];
    let to = |code: &str| {
        ask(
            code,
            &Request::new("POST", &app::target(code)).chunked(chunks),
        )
    };
    let bytes = |name: &str, body: &str| {
        let target = app::target("i.read()");
        raw(
            name,
            format!(
                "POST {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n{body}"
            ),
        )
    };
    Group::serving("chunked", app::EVALUATING)
        .config("WSGIChunkedRequest On")
        .cases([
            to("i.read()"),
            to("i.read(7)"),
            to("(i.read(7), i.readline(), i.read())"),
            to("i.readlines()"),
            to("(environ.get('CONTENT_LENGTH'), environ.get('HTTP_TRANSFER_ENCODING'), environ['wsgi.input_terminated'])"),
            to("i.readline(2)"),
            to("1"),
            bytes("with extensions and trailers", "3;a=b\r\none\r\n0\r\nX-Trailer: 1\r\n\r\n"),
            bytes("of nothing", "0\r\n\r\n"),
        ])
}

/// Bodies that are no bodies, and what applications see of them.
fn broken() -> Group {
    let short = |name: &str, code: &str, then: Step| {
        let target = app::target(code);
        let head = format!(
            "POST {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 20\r\n\r\nshort\n"
        );
        steps(name, "POST", vec![Step::Send(head.into_bytes()), then])
    };
    Group::serving("bodies-broken", app::EVALUATING)
        .config("WSGIChunkedRequest On")
        .cases([
            short("too short, read whole", "i.read()", Step::HalfClose),
            short("too short, read in part", "i.read(5)", Step::HalfClose),
            short(
                "too short, by lines",
                "(i.readline(), i.readline())",
                Step::HalfClose,
            ),
            short("too short, not read", "1", Step::HalfClose),
        ])
}

fn limited() -> Group {
    Group::serving("bodies-limited", app::EVALUATING)
        .config("LimitRequestBody 8\nWSGIChunkedRequest On")
        .cases([
            ask(
                "below",
                &Request::post(&app::target("i.read()"), "12345678"),
            ),
            ask(
                "above",
                &Request::post(&app::target("i.read()"), "123456789"),
            ),
            ask(
                "above, not read",
                &Request::post(&app::target("1"), "123456789"),
            ),
            ask(
                "chunked below",
                &Request::new("POST", &app::target("i.read()")).chunked(&[b"1234", b"5678"]),
            ),
            ask(
                "chunked above, not read",
                &Request::new("POST", &app::target("1")).chunked(&[b"1234", b"56789"]),
            ),
        ])
}
