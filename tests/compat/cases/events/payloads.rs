//! What events carry, and how it hangs together.

use crate::case::{Case, Group, ask};
use clutch_tests::support::{Request, app};

/// Keeps the events of the last request but those at `/look`, which answers with an expression over them.
const KEEPING: &str = r#"
import mod_wsgi
from urllib.parse import unquote
seen, environs = [], []
def keep(name, **event):
    data = event.get('request_data')
    if name == 'request_started':
        data['look'] = event['request_environ']['PATH_INFO'] == '/look'
        if not data['look']:
            seen.clear()
    if data is not None and not data['look']:
        seen.append((name, event))
mod_wsgi.subscribe_events(keep)
def look(environ, start_response):
    events = dict(seen)
    started, responded, finished = (events.get('request_' + name) or events.get(name, {}) for name in ('started', 'response_started', 'finished'))
    raised = events.get('request_exception', {})
    own = started['request_environ']
    body = repr(eval(unquote(environ['QUERY_STRING']))).encode()
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
    return [body]
def application(environ, start_response):
    if environ['PATH_INFO'] == '/look':
        return look(environ, start_response)
    environ['mine'] = mod_wsgi.request_data()
    mod_wsgi.request_data()['kept'] = 'kept'
    length = [('Content-Length', '1')]
    if environ['PATH_INFO'] == '/raise':
        raise ValueError('mine')
    if environ['PATH_INFO'] == '/again':
        start_response('201 Created', length)
        try:
            raise KeyError('mine')
        except KeyError:
            start_response('202 Accepted', length, __import__('sys').exc_info())
        return [b'x']
    if environ['PATH_INFO'] == '/iterate':
        start_response('200 OK', length)
        return (1 // number for number in [1, 0])
    if environ['PATH_INFO'] == '/read':
        length = [('Content-Length', str(len(environ['wsgi.input'].read())))]
        start_response('200 OK', length)
        return [b'x' * int(length[0][1])]
    start_response('200 OK', length)
    return [b'x']
"#;

/// The groups.
pub(super) fn groups() -> Vec<Group> {
    payloads().in_both_modes()
}

/// What is looked at after each request.
const LOOKS: &[&str] = &[
    "[name for name, event in seen]",
    "[sorted(event) for name, event in seen if name != 'request_finished']",
    "sorted(set(finished) - {'cpu_time', 'cpu_user_time', 'cpu_system_time'})",
    "len({event['request_id'] for name, event in seen}), started['request_id'] == own['mod_wsgi.request_id']",
    "len({id(event['request_data']) for name, event in seen}), started['request_data'] is own['mine']",
    "sorted(key for key in started['request_data'] if key != 'look')",
    "started['thread_id'] == own['mod_wsgi.thread_id'] == finished['thread_id']",
    "str(started['server_pid']) == own['mod_wsgi.server_pid'], started['server_pid'] == finished['server_pid']",
    "[started[key] == own['mod_wsgi.' + key] for key in ('request_start', 'queue_start', 'daemon_start', 'application_start')]",
    "[started[key] == finished[key] for key in ('request_start', 'queue_start', 'daemon_start')]",
    "[started[key] == 0.0 for key in ('request_start', 'queue_start', 'daemon_start', 'application_start')]",
    "started['request_start'] <= started['application_start'] <= finished['application_finish']",
    "abs(finished['application_finish'] - started['application_start'] - finished['application_time']) < 0.001",
    "started['application_object'].__name__, started['callable_object']",
    "started['daemon_connects'], started['daemon_restarts']",
    "finished['status'], finished['input_length'], finished['output_length'], finished['output_writes']",
    "finished['input_reads'] > 0, finished['input_time'] >= 0, finished['output_time'] >= 0",
    "finished['gil_wait_time'] >= 0, finished['gil_wait_count'] >= 0",
    "[(event['response_status'], event['response_headers']) for name, event in seen if name == 'response_started']",
    "[event['exception_info'] and event['exception_info'][0].__name__ for name, event in seen if 'exception_info' in event]",
    "[type(event['exception_info']).__name__ for name, event in seen if 'exception_info' in event]",
    "raised and (raised['exception_info'][0].__name__, type(raised['exception_info'][1]) is raised['exception_info'][0], raised['exception_info'][2] is not None)",
    "started['request_id'] in mod_wsgi.active_requests",
    "{key: type(value).__name__ for key, value in sorted(started.items())}",
];

fn payloads() -> Group {
    let mut cases: Vec<Case> = Vec::new();
    for path in ["/plain", "/raise", "/again", "/iterate", "/read"] {
        cases.push(ask(path, &Request::post(path, "0123456789")));
        cases.extend(LOOKS.iter().map(|expression| {
            let target = format!("/look{}", &app::target(expression)[1..]);
            ask(&format!("{path}: {expression}"), &Request::get(&target))
        }));
    }
    Group::serving("payloads", KEEPING).cases(cases)
}
