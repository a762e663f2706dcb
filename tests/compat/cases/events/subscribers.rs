//! What subscribers may do, and what it does to the others.

use crate::case::{Case, Group, ask, evals, get};
use clutch_tests::support::{Request, app};

/// `/set` runs statements that subscribe, with `told`, a list that `/told` answers with when it has taken all subscribers away.
const SUBSCRIBING: &str = r#"
import functools, mod_wsgi, sys
from urllib.parse import unquote
told = []
original = mod_wsgi.event_callbacks
def quiet(name, **event):
    pass
original.append(quiet)
def tell(word):
    return lambda name, **event: told.append((word, name))
def other(environ, start_response):
    start_response('299 Other', [('Content-Length', '5')])
    return [b'other']
def application(environ, start_response):
    path, body = environ['PATH_INFO'], b'x'
    if path == '/set':
        exec(unquote(environ['QUERY_STRING']), globals())
    elif path == '/told':
        mod_wsgi.event_callbacks = original
        original[:] = [quiet]
        body = repr(told).encode()
        told.clear()
    else:
        told.append(('application', environ.get('mine'), sorted(mod_wsgi.request_data())))
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
    return [body]
"#;

/// The groups.
pub(super) fn groups() -> Vec<Group> {
    [subscribers().in_both_modes(), lists().in_both_modes()].concat()
}

/// Subscribes, asks, and looks what was told.
fn told(name: &str, statements: &str) -> [Case; 3] {
    [
        ask(
            name,
            &Request::get(&format!("/set{}", &app::target(statements)[1..])),
        ),
        get(&format!("/go?{}", name.replace(' ', "-"))),
        get(&format!("/told?{}", name.replace(' ', "-"))),
    ]
}

fn subscribers() -> Group {
    let only = |what: &str| {
        format!(
            "def one(name, **event):\n    told.append(('one', name))\n    {what}\nmod_wsgi.event_callbacks[:] = [one, tell('two')]"
        )
    };
    let seeing = |result: &str| {
        format!(
            "def one(name, **event):\n    return {result}\n\
             def two(name, **event):\n    told.append((name, event.get('extra'), event.get('status'), type(event.get('request_id')).__name__))\n\
             mod_wsgi.event_callbacks[:] = [one, two]"
        )
    };
    Group::serving("subscribers", SUBSCRIBING).cases(
        [
            told("two", "mod_wsgi.event_callbacks[:] = [tell('one'), tell('two')]"),
            told("by the function", "mod_wsgi.subscribe_events(tell('one'))\nmod_wsgi.subscribe_events(tell('two'))"),
            told("the same twice", "mod_wsgi.event_callbacks[:] = [tell('one')] * 2"),
            told("a dict", &seeing("{'extra': 1}")),
            told("a dict with a known key", &seeing("{'request_id': 5, 'status': 'mine'}")),
            told("a dict with a key that is no str", &seeing("{5: 6}")),
            told("an empty dict", &seeing("{}")),
            told("a list", &seeing("[('extra', 1)]")),
            told("True", &seeing("True")),
            told("a subclass of dict", &seeing("type('Mine', (dict,), {})(extra=1)")),
            told("one that takes itself away", &only("mod_wsgi.event_callbacks.remove(one)")),
            told("one that adds another", &only("mod_wsgi.event_callbacks.append(tell('three'))")),
            told("one that takes the other away", &only("del mod_wsgi.event_callbacks[1:]")),
            told("one that clears", &only("mod_wsgi.event_callbacks.clear()")),
            told("one that changes what it got", &only("event['extra'] = event.clear()")),
            told("one that raises", &only("raise ValueError('mine')")),
            told("one that exits", &only("sys.exit(3)")),
            told("one that interrupts", &only("raise KeyboardInterrupt")),
            told("one that changes the environ", &only("event.get('request_environ', {})['mine'] = 'changed'")),
            told("one that keeps data", &only("event['request_data']['of ' + name] = 1")),
            told("another application", &seeing("{'application_object': other} if name == 'request_started' else None")),
            told("another application too late", &seeing("{'application_object': other} if name != 'request_started' else None")),
            told("no application", &seeing("{'application_object': None} if name == 'request_started' else None")),
            told("a number for an application", &seeing("{'application_object': 5} if name == 'request_started' else None")),
            told("an application in the event alone", &only("event['application_object'] = other")),
            told("a method", "class Mine:\n    def tell(self, name, **event):\n        told.append(name)\nmod_wsgi.event_callbacks[:] = [Mine().tell]"),
            told("a class", "class Mine:\n    def __init__(self, name, **event):\n        told.append(name)\nmod_wsgi.event_callbacks[:] = [Mine]"),
            told("a partial", "mod_wsgi.event_callbacks[:] = [functools.partial(lambda word, name, **event: told.append((word, name)), 'partial')]"),
            told("one that takes too little", "mod_wsgi.event_callbacks[:] = [lambda: None, lambda name: None, lambda name, request_id: None, tell('last')]"),
            told("one that takes what it needs", "mod_wsgi.event_callbacks[:] = [lambda name, request_id, request_data, **rest: told.append((name, type(request_id).__name__))]"),
            told("no functions", "mod_wsgi.event_callbacks[:] = [5, None, 'text', tell('last')]"),
            told("another list", "mod_wsgi.event_callbacks = [tell('another')]"),
            told("a tuple for the list", "mod_wsgi.event_callbacks = (tell('tuple'),)"),
            told("no list", "del mod_wsgi.event_callbacks"),
            told("of shutdown", "mod_wsgi.shutdown_callbacks.append(tell('shutdown'))\nmod_wsgi.shutdown_callbacks.clear()\nmod_wsgi.event_callbacks[:] = [tell('one')]"),
            told("a generator", "def one(name, **event):\n    told.append(name)\n    yield\nmod_wsgi.event_callbacks[:] = [one]"),
            told("a coroutine that is closed", "async def one(name, **event):\n    told.append(name)\ndef two(name, **event):\n    one(name).close()\nmod_wsgi.event_callbacks[:] = [two]"),
        ]
        .concat(),
    )
}

/// The functions that subscribe.
fn lists() -> Group {
    Group::serving("subscriptions", app::EVALUATING).cases(evals(&[
        "__import__('mod_wsgi').subscribe_events(print) is print",
        "__import__('mod_wsgi').subscribe_events(None)",
        "__import__('mod_wsgi').subscribe_events(len, len)",
        "__import__('mod_wsgi').subscribe_shutdown(len) is len",
        "__import__('mod_wsgi').subscribe_shutdown()",
        "__import__('mod_wsgi').subscribe_signals(len) is len",
        "__import__('mod_wsgi').subscribe_signals()",
        "__import__('mod_wsgi').subscribe_signals(callback=len)",
        "[len(getattr(__import__('mod_wsgi'), name + '_callbacks')) for name in ('event', 'shutdown', 'signal')]",
        "[type(getattr(__import__('mod_wsgi'), name + '_callbacks')).__name__ for name in ('event', 'shutdown', 'signal')]",
        "[getattr(__import__('mod_wsgi'), name + '_callbacks').clear() for name in ('event', 'shutdown', 'signal')]",
        "__import__('mod_wsgi').subscribe_events.__name__",
        "__import__('mod_wsgi').start_recording_metrics(1)",
        "__import__('mod_wsgi').request_metrics(1)",
        "__import__('mod_wsgi').process_metrics(x=1)",
        "__import__('mod_wsgi').server_metrics(1)",
        "__import__('mod_wsgi').process_metrics()",
    ]))
}
