//! Scripts that cannot be loaded, and applications that raise.

use crate::case::{Case, Group, get, raw, run};
use clutch_tests::support::app;

/// The groups.
pub(crate) fn groups() -> Vec<Group> {
    [
        scripts().in_both_modes(),
        applications().in_both_modes(),
        pages().in_both_modes(),
        protocol().in_both_modes(),
    ]
    .concat()
}

/// Scripts, by name.
const SCRIPTS: &[(&str, &str)] = &[
    ("syntax", "def application(:\n"),
    (
        "indentation",
        "def application(environ, start_response):\nreturn 1\n",
    ),
    ("raises", "raise ValueError('mine')\n"),
    ("imports", "import no_such_module_anywhere\n"),
    ("deep", "def inner():\n    return 1 / 0\ninner()\n"),
    (
        "chained",
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('second') from error\n",
    ),
    ("exits", "import sys\nsys.exit(1)\n"),
    ("exits-silently", "raise SystemExit\n"),
    ("interrupted", "raise KeyboardInterrupt\n"),
    ("generator-exit", "raise GeneratorExit\n"),
    ("empty", ""),
    ("none", "application = None\n"),
    ("text", "application = 'text'\n"),
    ("one-argument", "def application(environ):\n    return []\n"),
    ("no-arguments", "def application():\n    return []\n"),
    (
        "class",
        "class application:\n    def __init__(self, environ, start_response):\n        start_response('200 OK', [('Content-Length', '5')])\n    def __iter__(self):\n        return iter([b'class'])\n",
    ),
    (
        "instance",
        "class App:\n    def __call__(self, environ, start_response):\n        start_response('200 OK', [('Content-Length', '8')])\n        return [b'instance']\napplication = App()\n",
    ),
    (
        "lambda",
        "application = lambda environ, start: (start('200 OK', [('Content-Length', '6')]), [b'lambda'])[1]\n",
    ),
    (
        "encoded",
        "# -*- coding: latin-1 -*-\nTEXT = 'plain'\ndef application(environ, start_response):\n    start_response('200 OK', [('Content-Length', '5')])\n    return [TEXT.encode()]\n",
    ),
    ("bad-encoding", "# -*- coding: no-such -*-\n"),
    (
        "partial",
        "import functools\ndef any(what, environ, start_response):\n    start_response('200 OK', [('Content-Length', '7')])\n    return [what]\napplication = functools.partial(any, b'partial')\n",
    ),
    (
        "coroutine",
        "async def application(environ, start_response):\n    start_response('200 OK', [])\n    return [b'x']\n",
    ),
];

fn scripts() -> Group {
    let base = Group::new("scripts", "WSGIScriptAlias /s/ ${APP}/");
    let group = SCRIPTS.iter().fold(base, |group, (name, text)| {
        group.script(&format!("{name}.wsgi"), text)
    });
    group
        .cases(
            SCRIPTS
                .iter()
                .map(|(name, _)| get(&format!("/s/{name}.wsgi"))),
        )
        .cases([get("/s/none-such.wsgi"), get("/s/")])
}

fn applications() -> Group {
    let raise = |name: &str, what: &str| run(name, &format!("raise {what}"));
    Group::serving("applications", app::RUNNING)
        .cases([
            raise("ValueError", "ValueError('mine')"),
            raise("an exception without text", "ValueError"),
            raise("an exception of two lines", "ValueError('one\\ntwo')"),
            raise("SystemExit", "SystemExit(3)"),
            raise("KeyboardInterrupt", "KeyboardInterrupt"),
            raise("GeneratorExit", "GeneratorExit"),
            raise("StopIteration", "StopIteration"),
            raise("MemoryError", "MemoryError"),
            raise("RecursionError", "RecursionError('mine')"),
            raise("UnicodeError", "UnicodeDecodeError('utf-8', b'x', 0, 1, 'mine')"),
            raise("an exception of non-ASCII text", "ValueError('caf\u{e9} \u{20ac}')"),
            raise("a group of exceptions", "ExceptionGroup('some', [ValueError('a'), KeyError('b')])"),
            raise("no exception", "5"),
            run("a chain", "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('second') from error"),
            run("an exception while another is handled", "try:\n    1 / 0\nexcept ZeroDivisionError:\n    {}['key']"),
            run("a suppressed cause", "try:\n    1 / 0\nexcept ZeroDivisionError:\n    raise ValueError('alone') from None"),
            run("an exception with a note", "error = ValueError('mine')\nerror.add_note('a note')\nraise error"),
            run("an exception whose text raises", "class Odd(Exception):\n    def __str__(self):\n        raise RuntimeError('no')\nraise Odd()"),
            run("deep recursion", "def f():\n    return f()\nf()"),
        ])
        .cases(outputs())
}

/// Exceptions when something has happened already.
fn outputs() -> Vec<Case> {
    [
        ("after start_response", "ok()\nraise ValueError('mine')"),
        ("after start_response with a length", "ok(('Content-Length', '10'))\nraise ValueError('mine')"),
        ("after write of nothing", "ok()(b'')\nraise ValueError('mine')"),
        ("after write", "ok()(b'abc')\nraise ValueError('mine')"),
        ("after write with a length", "ok(('Content-Length', '10'))(b'abc')\nraise ValueError('mine')"),
        ("after all of the length", "ok(('Content-Length', '3'))(b'abc')\nraise ValueError('mine')"),
        ("in a generator, at once", "ok()\nraise ValueError('mine')\nyield b'x'"),
        ("in a generator, before start_response", "raise ValueError('mine')\nyield b'x'"),
        ("in a generator, after a block", "ok()\nyield b'abc'\nraise ValueError('mine')"),
        ("in a generator, after an empty block", "ok()\nyield b''\nraise ValueError('mine')"),
        ("in a generator, after a block with a length", "ok(('Content-Length', '10'))\nyield b'abc'\nraise ValueError('mine')"),
        ("in a generator, after all of the length", "ok(('Content-Length', '3'))\nyield b'abc'\nraise ValueError('mine')"),
        ("in a generator, after write of nothing", "ok()(b'')\nraise ValueError('mine')\nyield b'x'"),
        ("SystemExit in a generator", "ok()\nyield b'abc'\nsys.exit(1)"),
        ("in iter", "class Body:\n    def __iter__(self):\n        raise ValueError('in iter')\nok()\nreturn Body()"),
        ("in next", "class Body:\n    def __iter__(self):\n        return self\n    def __next__(self):\n        raise ValueError('in next')\nok()\nreturn Body()"),
        ("after printing", "print('app: printed')\nraise ValueError('mine')"),
        ("after printing a fragment", "print('app: printed', end='')\nraise ValueError('mine')"),
        ("of a 404 with cookies", "start_response('404 Not Found', [('Set-Cookie', 'a=1'), ('WWW-Authenticate', 'Basic')])\nraise ValueError('mine')"),
    ]
    .iter()
    .map(|(name, statements)| run(name, statements))
    .collect()
}

/// Error pages of httpd, and `WSGIErrorOverride`.
fn pages() -> Group {
    let script = "def application(environ, start_response):\n    what = environ['PATH_INFO'].rsplit('/', 1)[-1]\n    \
                  if what == 'raise':\n        raise ValueError('mine')\n    \
                  start_response(what + ' Mine', [('Content-Type', 'text/plain'), ('X-Mine', '1'), ('Content-Length', '4')])\n    return [b'mine']\n";
    let targets = ["200", "302", "400", "401", "404", "500", "503", "raise"];
    let cases = targets
        .iter()
        .flat_map(|what| [get(&format!("/{what}")), get(&format!("/over/{what}"))]);
    Group::serving("pages", script)
        .config(
            "ErrorDocument 404 \"own 404\"\nErrorDocument 500 \"own 500\"\nErrorDocument 503 /static/503.txt\nAlias /static ${ROOT}/htdocs\n\
             <Directory ${ROOT}/htdocs>\nRequire all granted\n</Directory>\n<Location /over>\nWSGIErrorOverride On\n</Location>",
        )
        .modules(&["alias"])
        .file("htdocs/503.txt", "own 503")
        .cases(cases)
}

/// Bytes that are no HTTP, or old HTTP.
fn protocol() -> Group {
    Group::serving("protocol", "def application(environ, start_response):\n    start_response('200 OK', [('Content-Length', '4')])\n    return [b'body']\n")
        .cases([
            raw("HTTP/0.9", b"GET /a\r\n"),
            raw("HTTP/1.0", b"GET /a HTTP/1.0\r\n\r\n"),
            raw("HTTP/1.0, kept alive", b"GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
            raw("HTTP/1.1, kept alive", b"GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            raw("a version that is none", b"GET /a HTTP/9.9\r\nHost: localhost\r\n\r\n"),
            raw("bare line feeds", b"GET /a HTTP/1.1\nHost: localhost\nConnection: close\n\n"),
            raw("a header without a colon", b"GET /a HTTP/1.1\r\nHost: localhost\r\nnonsense\r\n\r\n"),
            raw("a target without a slash", b"GET a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
            raw("three requests at once", b"GET /a HTTP/1.1\r\nHost: localhost\r\n\r\nGET /b HTTP/1.1\r\nHost: localhost\r\n\r\nGET /c HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").requests(3),
        ])
}
