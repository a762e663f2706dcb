//! What `start_response` accepts and refuses, and what becomes of status and headers.

use clutch_tests::support::{Httpd, Response, app, reference};

/// Evaluates the call in the query string and answers with the exception's type, or lets the response stand.
const SCRIPT: &str = r#"
import sys
from urllib.parse import unquote
class Text(str): pass
class Headers(list): pass
def application(environ, start_response):
    try:
        eval(unquote(environ['QUERY_STRING']), {**globals(), 'start': start_response})
    except Exception as error:
        start_response('200 OK', [('X-Raised', type(error).__name__)])
    return [b'body']
"#;

fn call(httpd: &Httpd, expression: &str) -> Response {
    httpd.get(&app::target(expression))
}

fn raised(httpd: &Httpd, expression: &str) -> Option<String> {
    call(httpd, expression).header("X-Raised")
}

#[test]
fn arguments_that_are_not_what_pep_3333_says_are_refused() {
    let httpd = Httpd::serving(SCRIPT).start();
    for (expression, exception) in [
        ("start()", "TypeError"),
        ("start('200 OK')", "TypeError"),
        ("start('200 OK', [], None, 1)", "TypeError"),
        ("start(status='200 OK', headers=[])", "TypeError"),
        ("start('200 OK', ())", "TypeError"),
        ("start('200 OK', {})", "TypeError"),
        ("start('200 OK', None)", "TypeError"),
        ("start('200 OK', [], 1)", "RuntimeError"),
        ("start('200 OK', [], [])", "RuntimeError"),
        ("start(200, [])", "TypeError"),
        ("start(b'200 OK', [])", "TypeError"),
        ("start('200 \u{20ac}', [])", "UnicodeEncodeError"),
        ("start('', [])", "ValueError"),
        ("start('20', [])", "ValueError"),
        ("start('2000', [])", "ValueError"),
        ("start('20x OK', [])", "ValueError"),
        ("start('200OK', [])", "ValueError"),
        ("start('200\\tOK', [])", "ValueError"),
        ("start(' 200 OK', [])", "ValueError"),
        ("start('-20 OK', [])", "ValueError"),
        ("start('200 O\\nK', [])", "ValueError"),
        ("start('200 O\\rK', [])", "ValueError"),
        ("start('200 O\\x01K', [])", "ValueError"),
    ] {
        assert_eq!(
            raised(&httpd, expression).as_deref(),
            Some(exception),
            "{expression}"
        );
    }
}

#[test]
fn headers_that_are_not_what_http_says_are_refused() {
    let httpd = Httpd::serving(SCRIPT).start();
    for (headers, exception) in [
        ("['A: b']", "TypeError"),
        ("[['A', 'b']]", "TypeError"),
        ("[None]", "TypeError"),
        ("[('A',)]", "ValueError"),
        ("[('A', 'b', 'c')]", "ValueError"),
        ("[()]", "ValueError"),
        ("[(b'A', 'b')]", "TypeError"),
        ("[('A', b'b')]", "TypeError"),
        ("[('A', 1)]", "TypeError"),
        ("[('A', None)]", "TypeError"),
        ("[('\u{20ac}', 'b')]", "UnicodeEncodeError"),
        ("[('A', '\u{20ac}')]", "UnicodeEncodeError"),
        ("[('', 'b')]", "ValueError"),
        ("[('A B', 'b')]", "ValueError"),
        ("[('A\\n', 'b')]", "ValueError"),
        ("[('A\\r\\nX: y', 'b')]", "ValueError"),
        ("[('A\\x7f', 'b')]", "ValueError"),
        ("[('A', 'b\\n')]", "ValueError"),
        ("[('A', 'b\\r')]", "ValueError"),
        ("[('A', 'b\\r\\nX: y')]", "ValueError"),
        ("[('Fine', 'x'), ('A', 'b\\nc')]", "ValueError"),
    ] {
        let expression = format!("start('200 OK', {headers})");
        let response = call(&httpd, &expression);
        assert_eq!(
            response.header("X-Raised").as_deref(),
            Some(exception),
            "{expression}"
        );
        assert_eq!(
            response.header("Fine"),
            None,
            "a refused call leaves nothing behind"
        );
    }
}

#[test]
fn an_embedded_nul_is_refused() {
    if !reference::ours_only(
        "an_embedded_nul_is_refused",
        "it drops the text behind the NUL",
    ) {
        return;
    }
    let httpd = Httpd::serving(SCRIPT).start();
    for expression in [
        "start('200 O\\0K', [])",
        "start('200 OK', [('A\\0B', 'b')])",
        "start('200 OK', [('A', 'b\\0c')])",
    ] {
        assert_eq!(
            raised(&httpd, expression).as_deref(),
            Some("ValueError"),
            "{expression}"
        );
    }
}

#[test]
fn unusual_but_legal_calls_are_accepted() {
    let httpd = Httpd::serving(SCRIPT).start();
    for (expression, status) in [
        ("start('200', [])", 200),
        ("start('200 ', [])", 200),
        ("start('200 OK', [], None)", 200),
        ("start('200 OK', [], (None, None, None))", 200),
        (
            "start(Text('299 Mine'), Headers([(Text('A'), Text('b'))]))",
            299,
        ),
        ("start('404 Not here', [])", 404),
        ("start('503 Sch\u{f6}n', [])", 503),
        ("start('451 Unavailable For Legal Reasons', [])", 451),
        ("start('599 x', [])", 599),
    ] {
        let response = call(&httpd, expression);
        assert_eq!(response.header("X-Raised"), None, "{expression}");
        assert_eq!(
            (response.status, response.text()),
            (status, "body"),
            "{expression}"
        );
    }
}

#[test]
fn the_reason_of_the_application_reaches_the_client() {
    let httpd = Httpd::serving(SCRIPT).start();
    for (status, reason) in [
        ("200 Fine", "Fine"),
        ("404 Gone fishing", "Gone fishing"),
        ("299 So so", "So so"),
    ] {
        assert_eq!(
            call(&httpd, &format!("start('{status}', [])")).reason,
            reason
        );
    }
}

#[test]
fn headers_keep_their_order_and_repetition() {
    let httpd = Httpd::serving(SCRIPT).start();
    let headers = "[('X-B', '1'), ('Set-Cookie', 'a=1'), ('X-A', 'J\u{fc}'), ('x-b', '2'), ('Set-Cookie', 'b=2'), \
                   ('Status', '404 x'), ('X-Tab', 'a\\tb'), ('X-Empty', '')]";
    let response = call(&httpd, &format!("start('200 OK', {headers})"));
    assert_eq!(response.status, 200);
    assert_eq!(response.headers("X-B"), ["1", "2"]);
    assert_eq!(response.headers("Set-Cookie"), ["a=1", "b=2"]);
    assert_eq!(response.headers("Status"), ["404 x"]);
    assert_eq!(response.headers("X-Tab"), ["a\tb"]);
    assert_eq!(response.headers("X-Empty"), [""]);
    let own: Vec<_> = response
        .head
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    let at = |name: &str| own.iter().position(|own| *own == name).unwrap();
    assert!(at("X-B") < at("X-A") && at("X-A") < at("x-b"), "{own:?}");
}

#[test]
fn a_response_without_a_content_type_gets_none_or_the_one_of_the_scripts_name() {
    let httpd = Httpd::serving(SCRIPT).start();
    assert_eq!(
        call(&httpd, "start('200 OK', [])").header("Content-Type"),
        None
    );
    let typed = call(
        &httpd,
        "start('200 OK', [('Content-Type', 'text/x'), ('content-type', 'Text/Y; a=b')])",
    );
    assert_eq!(typed.headers("Content-Type"), ["Text/Y; a=b"]);
}

#[test]
fn a_second_call_before_the_first_byte_replaces_the_first() {
    let httpd = Httpd::serving(SCRIPT).start();
    let again = "[start('404 No', [('X-One', '1')]), start('200 OK', [('X-Two', '2')])]";
    let response = call(&httpd, again);
    assert_eq!(
        (
            response.status,
            response.header("X-One"),
            response.header("X-Two")
        ),
        (200, None, Some("2".into()))
    );
    let with_exception = "[start('200 OK', [('X-One', '1')]), start('500 No', [], (ValueError, ValueError(), None))]";
    let response = call(&httpd, with_exception);
    assert_eq!(
        (
            response.status,
            response.header("X-One"),
            response.header("X-Raised")
        ),
        (500, None, None)
    );
}

#[test]
fn after_the_first_byte_exc_info_is_raised_and_a_plain_call_is_refused() {
    let httpd = Httpd::serving(
        r#"
import sys
def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain')])
    yield b'first '
    try:
        start_response('200 OK', [])
    except Exception as error:
        yield type(error).__name__.encode() + b' '
    try:
        raise KeyError('mine')
    except KeyError:
        info = sys.exc_info()
    try:
        start_response('500 No', [], info)
    except Exception as error:
        yield repr((error is info[1], error.__traceback__ is not None)).encode()
"#,
    )
    .start();
    assert_eq!(httpd.get("/").ok(), "first RuntimeError (True, True)");
}

#[test]
fn www_authenticate_survives_and_hop_by_hop_headers_are_not_filtered() {
    let httpd = Httpd::serving(SCRIPT).start();
    let response = call(
        &httpd,
        "start('401 No', [('WWW-Authenticate', 'Basic realm=a'), ('Via', '1.1 x')])",
    );
    assert_eq!((response.status, response.text()), (401, "body"));
    assert_eq!(response.headers("WWW-Authenticate"), ["Basic realm=a"]);
    assert_eq!(response.headers("Via"), ["1.1 x"]);
}

#[test]
fn start_response_may_be_called_from_another_thread_and_raises_after_the_request() {
    let script = app::running(
        "import threading\n\
         if environ['PATH_INFO'] == '/after':\n    try:\n        kept[0]('200 OK', [])\n    \
         except RuntimeError as error:\n        ok()\n        return [b'RuntimeError']\n\
         thread = threading.Thread(target=start_response, args=('200 OK', []))\nthread.start(); thread.join()\n\
         kept.append(start_response)\nreturn [b'threaded']",
    );
    let httpd = Httpd::serving(&format!("kept = []\n{script}")).start();
    assert_eq!(httpd.get("/").ok(), "threaded");
    httpd.wait_for_ended(1);
    assert_eq!(httpd.get("/after").ok(), "RuntimeError");
}

#[test]
fn a_header_that_http_forbids_is_500_and_not_sent() {
    let httpd = Httpd::serving(SCRIPT).expects_log("[").start();
    let response = call(&httpd, "start('200 OK', [('X-Bad:Name', 'v')])");
    assert_eq!(response.status, 500, "{response:?}");
    assert_eq!(response.header("X-Bad"), None);
}
