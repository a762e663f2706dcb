//! What `start_response` takes, and how the head of a response goes out.

use crate::case::{Case, Group, ask, run};
use clutch_tests::support::{Request, app};

/// The groups.
pub(crate) fn groups() -> Vec<Group> {
    let all = Group::serving("heads", app::RUNNING)
        .cases(statuses())
        .cases(arguments())
        .cases(headers())
        .cases(twice());
    all.in_both_modes()
}

/// Answers with this status and these headers, or with the exception's name.
fn start(name: &str, arguments: &str) -> Case {
    run(
        name,
        &format!(
            "try:\n    start_response({arguments})\nexcept BaseException as error:\n    body = type(error).__name__.encode()\n    \
             start_response('299 Refused', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])\n    return [body]\n\
             return [b'body']"
        ),
    )
}

fn statuses() -> Vec<Case> {
    let text = [
        "200 OK",
        "200",
        "200 ",
        "200  two blanks",
        "201 Created",
        "203 Own words",
        "204 No Content",
        "205 Reset",
        "206 Partial",
        "300 Many",
        "304 Not Modified",
        "399 Odd",
        "401 Unauthorized",
        "404 Not Found",
        "418 Teapot",
        "451 Law",
        "499 Odd",
        "500 Broken",
        "503 Later",
        "599 Odd",
        "600 More",
        "999 Most",
        "099 Few",
        "000 None",
        "100 Continue",
        "102 Processing",
        "103 Early",
        "20 OK",
        "2000 OK",
        "abc",
        "",
        " 200 OK",
        "200OK",
        "200\\tOK",
        "200 OK\\n",
        "200 OK\\r\\nX-Split: 1",
        "200 caf\u{e9}",
        "200 \u{20ac}",
        "200 OK\\x7f",
        "200 OK\\x01",
        "-20 OK",
        "2.0 OK",
        "200 Error",
    ];
    let with_length = "[('Content-Type', 'text/plain'), ('Content-Length', '4')]";
    text.iter()
        .map(|status| {
            start(
                &format!("status {status:?}"),
                &format!("'{status}', {with_length}"),
            )
        })
        .chain([
            start("status as bytes", "b'200 OK', []"),
            start("status as a number", "200, []"),
            start("no status", "None, []"),
        ])
        .collect()
}

fn arguments() -> Vec<Case> {
    vec![
        start("nothing", ""),
        start("a status alone", "'200 OK'"),
        start("four arguments", "'200 OK', [], None, None"),
        start("by keyword", "status='200 OK', headers=[]"),
        start("headers as a tuple", "'200 OK', (('Content-Length', '4'),)"),
        start("headers as a dict", "'200 OK', {'Content-Length': '4'}"),
        start("headers as a generator", "'200 OK', (x for x in [])"),
        start("headers as none", "'200 OK', None"),
        start(
            "a subclass of list",
            "'200 OK', type('Mine', (list,), {})([('Content-Length', '4')])",
        ),
        start("exc_info as a list", "'200 OK', [], []"),
        start(
            "exc_info as none",
            "'200 OK', [('Content-Length', '4')], None",
        ),
        start(
            "exc_info of two",
            "'200 OK', [('Content-Length', '4')], (1, 2)",
        ),
        start("a header as a list", "'200 OK', [['X-One', '1']]"),
        start("a header of three", "'200 OK', [('X-One', '1', '2')]"),
        start("a header of one", "'200 OK', [('X-One',)]"),
        start("a header as text", "'200 OK', ['ab']"),
        start("a name as bytes", "'200 OK', [(b'X-One', '1')]"),
        start("a value as bytes", "'200 OK', [('X-One', b'1')]"),
        start("a value as a number", "'200 OK', [('X-One', 1)]"),
        start("a value as none", "'200 OK', [('X-One', None)]"),
        run(
            "what it returns",
            "write = start_response('200 OK', [('Content-Length', '2')])\nwrite(str(callable(write))[:2].encode())\nreturn []",
        ),
    ]
}

fn header(name: &str, header: &str) -> Case {
    start(
        name,
        &format!("'200 OK', [('Content-Length', '4'), {header}]"),
    )
}

fn headers() -> Vec<Case> {
    vec![
        header("an empty name", "('', '1')"),
        header("a blank in a name", "('X One', '1')"),
        header("a colon in a name", "('X:One', '1')"),
        header("a tab in a name", "('X\\tOne', '1')"),
        header("a line break in a name", "('X\\nOne', '1')"),
        header("Latin-1 in a name", "('X-\u{e9}', '1')"),
        header("a euro in a name", "('X-\u{20ac}', '1')"),
        header("an underscore in a name", "('X_One', '1')"),
        header("slashes in a name", "('X/One', '1')"),
        header("an empty value", "('X-One', '')"),
        header("blanks around a value", "('X-One', '  a  ')"),
        header("a line break in a value", "('X-One', 'a\\nb')"),
        header("a return in a value", "('X-One', 'a\\rb')"),
        header("a split value", "('X-One', 'a\\r\\nX-Two: b')"),
        header("a tab in a value", "('X-One', 'a\\tb')"),
        header("a bell in a value", "('X-One', 'a\\x07b')"),
        header("a delete in a value", "('X-One', 'a\\x7fb')"),
        header("Latin-1 in a value", "('X-One', 'caf\u{e9}')"),
        header("a euro in a value", "('X-One', '\u{20ac}')"),
        header("NUL in a value", "('X-One', 'a\\0b')"),
        header("a long value", "('X-One', 'x' * 7000)"),
        header(
            "many headers",
            "*[('X-%d' % n, str(n)) for n in range(150)]",
        ),
        header("the same name twice", "('X-One', '1'), ('X-One', '2')"),
        header(
            "the same name in two cases",
            "('X-One', '1'), ('x-one', '2')",
        ),
        header(
            "two cookies",
            "('Set-Cookie', 'a=1'), ('Set-Cookie', 'b=2')",
        ),
        header(
            "two challenges",
            "('WWW-Authenticate', 'Basic realm=a'), ('WWW-Authenticate', 'Digest realm=b')",
        ),
        header(
            "two types",
            "('Content-Type', 'text/plain'), ('Content-Type', 'text/html')",
        ),
        header("two locations", "('Location', '/a'), ('Location', '/b')"),
        header(
            "a type in capitals",
            "('Content-Type', 'Text/PLAIN; Charset=UTF-8')",
        ),
        header(
            "a type of a charset",
            "('Content-Type', 'text/plain; charset=utf-8')",
        ),
        header("an empty type", "('Content-Type', '')"),
        header("a type that is none", "('Content-Type', 'nonsense')"),
        header("Status", "('Status', '404 Not Found')"),
        header("Date", "('Date', 'Thu, 01 Jan 1970 00:00:00 GMT')"),
        header("Server", "('Server', 'mine')"),
        header("Connection", "('Connection', 'X-Odd')"),
        header("Keep-Alive", "('Keep-Alive', 'timeout=5')"),
        header("Upgrade", "('Upgrade', 'h2c')"),
        header("Trailer", "('Trailer', 'X-T')"),
        header("Location", "('Location', 'http://example.org/')"),
        header(
            "Last-Modified",
            "('Last-Modified', 'Thu, 01 Jan 1970 00:00:00 GMT')",
        ),
        header(
            "Last-Modified of the future",
            "('Last-Modified', 'Thu, 01 Jan 2099 00:00:00 GMT')",
        ),
        header(
            "Last-Modified that is none",
            "('Last-Modified', 'yesterday')",
        ),
        header("ETag", "('ETag', '\"tag\"')"),
        header("Content-Encoding", "('Content-Encoding', 'gzip')"),
        header("Content-Language", "('Content-Language', 'de')"),
        header(
            "Cache-Control",
            "('Cache-Control', 'no-cache'), ('Expires', '0')",
        ),
        header("Content-Range", "('Content-Range', 'bytes 0-3/10')"),
        header("X-Sendfile", "('X-Sendfile', '/etc/hosts')"),
        run(
            "no type",
            "start_response('200 OK', [('Content-Length', '1')])\nreturn [b'x']",
        ),
        run(
            "a header changed after the call",
            "headers = [('Content-Length', '1'), ('X-One', '1')]\nstart_response('200 OK', headers)\nheaders.append(('X-Two', '2'))\nreturn [b'x']",
        ),
        run(
            "a local location",
            "start_response('200 OK', [('Location', '/other'), ('Content-Length', '4')])\nreturn [b'body']",
        ),
        run(
            "a redirect",
            "start_response('302 Found', [('Location', '/other'), ('Content-Length', '4')])\nreturn [b'body']",
        ),
        conditional("a condition that holds", "If-None-Match", "\"tag\""),
        conditional(
            "a time condition",
            "If-Modified-Since",
            "Sat, 01 Jan 2050 00:00:00 GMT",
        ),
        conditional("a range", "Range", "bytes=0-1"),
    ]
}

/// A response that has what a condition could be about.
fn conditional(name: &str, header: &str, value: &str) -> Case {
    let statements = "start_response('200 OK', [('ETag', '\"tag\"'), ('Last-Modified', 'Sat, 01 Jan 2000 00:00:00 GMT'), ('Content-Length', '4')])\nreturn [b'body']";
    ask(
        name,
        &Request::get(&app::target(statements)).header(header, value),
    )
}

/// `start_response` called again.
fn twice() -> Vec<Case> {
    let error = "try:\n    1 / 0\nexcept ZeroDivisionError:\n    info = sys.exc_info()\n";
    vec![
        run(
            "again, before anything",
            "ok()\nstart_response('201 Created', [('Content-Length', '1')])\nreturn [b'x']",
        ),
        run(
            "again, with an exception",
            &format!(
                "{error}ok()\nstart_response('500 Failed', [('Content-Length', '1')], info)\nreturn [b'x']"
            ),
        ),
        run(
            "again, after output",
            "write = ok(('Content-Length', '1'))\nwrite(b'x')\ntry:\n    start_response('201 Created', [])\nexcept RuntimeError:\n    print('app: RuntimeError')\nreturn []",
        ),
        run(
            "again, after output, with an exception",
            &format!(
                "{error}write = ok(('Content-Length', '1'))\nwrite(b'x')\ntry:\n    start_response('500 Failed', [], info)\nexcept ZeroDivisionError:\n    print('app: raised again')\nreturn []"
            ),
        ),
        run(
            "a refused one after a good one",
            "ok(('Content-Length', '1'), ('X-One', '1'))\ntry:\n    start_response('bad', [])\nexcept ValueError:\n    pass\nreturn [b'x']",
        ),
        run(
            "late, in a generator",
            "def body():\n    start_response('202 Accepted', [('Content-Length', '1')])\n    yield b'x'\nreturn body()",
        ),
        run(
            "after an empty block",
            "def body():\n    yield b''\n    start_response('202 Accepted', [('Content-Length', '1')])\n    yield b'x'\nreturn body()",
        ),
        run(
            "too late, in a generator",
            "def body():\n    yield b'x'\n    start_response('202 Accepted', [('Content-Length', '1')])\nreturn body()",
        ),
        run("never", "return [b'x']"),
        run("never, and nothing", "return []"),
    ]
}
