//! Events and metrics.

mod metrics;
mod payloads;
mod processes;
mod subscribers;
mod telemetry;

use crate::case::{Case, Check, Group, ask, run};
use clutch_tests::support::{Request, app};

/// The groups.
pub(crate) fn groups() -> Vec<Group> {
    [
        requests().in_both_modes(),
        callbacks().in_both_modes(),
        payloads::groups(),
        subscribers::groups(),
        processes::groups(),
        metrics::groups(),
        telemetry::groups(),
    ]
    .concat()
}

/// Configurations that are judged.
pub(crate) fn checks() -> Vec<Check> {
    telemetry::checks()
}

/// Keeps what events it is told of, their keys with the types of the values; `/events` gives those of the request before.
const LISTENING: &str = r#"
import mod_wsgi, sys, textwrap
from urllib.parse import unquote
VALUES = {
    'status', 'response_status', 'response_headers', 'input_length', 'output_length', 'output_writes', 'callable_object', 'daemon_restarts'}
OPTIONAL = {'cpu_time', 'cpu_user_time', 'cpu_system_time'}
seen = []
def listen(name, **event):
    shown = sorted('%s: %s' % (key, repr(value) if key in VALUES else type(value).__name__)
                   for key, value in event.items() if key not in OPTIONAL)
    seen.append('%s(%s)' % (name, ', '.join(shown)))
mod_wsgi.subscribe_events(listen)
def application(environ, start_response):
    if environ['PATH_INFO'] == '/events':
        body = '\n'.join(seen[:-1]).encode()
        seen.clear()
        start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
        return [body]
    seen[:-1] = []
    def ok(*headers):
        return start_response('200 OK', [('Content-Type', 'text/plain'), *headers])
    scope = {**globals(), **locals()}
    exec('def run(environ, start_response):\n' + textwrap.indent(unquote(environ['QUERY_STRING']), '    '), scope)
    return scope['run'](environ, start_response)
"#;

/// A request, and what was told of it.
fn told(name: &str, statements: &str) -> [Case; 2] {
    [
        ask(name, &Request::post(&app::target(statements), "one\ntwo\n")),
        ask(&format!("events of: {name}"), &Request::get("/events")),
    ]
}

fn requests() -> Group {
    Group::serving("events", LISTENING)
    .cases(
        [
            told("one block", "ok()\nreturn [b'body']"),
            told("two blocks", "ok()\nreturn [b'bo', b'dy']"),
            told("a generator", "ok()\nyield b'bo'\nyield b''\nyield b'dy'"),
            told("write", "write = ok()\nwrite(b'bo')\nwrite(b'')\nreturn [b'dy']"),
            told("nothing", "ok()\nreturn []"),
            told("read", "environ['wsgi.input'].read()\nok()\nreturn [b'x']"),
            told("read a part", "environ['wsgi.input'].readline()\nok()\nreturn [b'x']"),
            told("an exception", "raise ValueError('mine')"),
            told("an exception after start_response", "ok()\nraise ValueError('mine')"),
            told("an exception after output", "ok(('Content-Length', '9'))\nyield b'x'\nraise ValueError('mine')"),
            told("an exception in close", "class Body:\n    def __iter__(self):\n        return iter([b'x'])\n    def close(self):\n        raise ValueError('in close')\nok(('Content-Length', '1'))\nreturn Body()"),
            told("another status", "start_response('404 Not Found', [('Content-Length', '1')])\nreturn [b'x']"),
            told("a refused start_response", "try:\n    start_response('bad', [])\nexcept ValueError:\n    pass\nok()\nreturn [b'x']"),
            told("start_response twice", "ok()\nstart_response('201 Created', [])\nreturn [b'x']"),
            told("longer than its length", "ok(('Content-Length', '2'))\nreturn [b'body']"),
            told("no start_response", "return [b'x']"),
            told("a file", "import tempfile\nf = tempfile.TemporaryFile()\nf.write(b'0123456789')\nf.flush()\nf.seek(2)\nok()\nreturn environ['wsgi.file_wrapper'](f)"),
            told("SystemExit", "sys.exit(1)"),
            told("none", "ok()\nreturn None"),
        ]
        .concat(),
    )
}

/// What callbacks may do.
fn callbacks() -> Group {
    let told = |name: &str, callback: &str| {
        run(
            name,
            &format!(
                "import mod_wsgi\nmod_wsgi.event_callbacks.clear()\nfor callback in {callback}:\n    mod_wsgi.subscribe_events(callback)\n\
                 ok(('Content-Length', '1'))\nreturn [b'x']"
            ),
        )
    };
    let after = |number: u8| {
        ask(
            &format!("then {number}"),
            &Request::get(&app::target(
                "print('app: called')\nok(('Content-Length', '1'))\nreturn [b'y']",
            )),
        )
    };
    Group::serving("callbacks", app::RUNNING).cases([
        told("one that raises", "[lambda name, **event: 1 / 0 if name == 'request_started' else None]"),
        after(1),
        told("one that exits", "[lambda name, **event: sys.exit(1) if name == 'request_finished' else None]"),
        after(2),
        told("one that is no function", "[5] if not mod_wsgi.event_callbacks else []"),
        after(3),
        told(
            "one that replaces the application",
            "[lambda name, **event: {'application_object': lambda environ, start: (start('299 Replaced', [('Content-Length', '2')]), [b'no'])[1]} if name == 'request_started' else None]",
        ),
        after(4),
        after(5),
    ])
}
