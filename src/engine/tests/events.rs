//! Events that applications subscribe to, in a real Python.

mod support;

use support::{App, server_log};

/// An application that notes all its events; the one for the next request answers with what was noted before.
fn noting(group: &'static str, body: &str) -> App {
    App::new(
        group,
        &format!(
            "
import mod_wsgi, sys
noted = []
@mod_wsgi.subscribe_events
def note(name, **payload):
    noted.append((name, payload))
def told():
    said, noted[:] = repr([(name, sorted(payload)) for name, payload in noted]), []
    return said.encode()
def application(environ, start_response):
    if environ.get('wsgi.input').read(4) == b'told':
        mod_wsgi.event_callbacks.remove(note)
        start_response('200 OK', [])
        return [told()]
{body}
"
        ),
    )
}

fn told(app: &App) -> String {
    let (_, memory) = app.post(b"told");
    memory.text()
}

const WAY: &str =
    "'daemon_start', 'queue_start', 'request_data', 'request_id', 'request_start', 'server_pid'";

#[test]
fn a_request_is_told_from_its_start_to_its_end() {
    let app = noting(
        "events",
        "
    start_response('201 Made', [])
    return [b'abc']
",
    );
    let (_, memory) = app.post(b"12345");
    assert_eq!(memory.text(), "abc", "{}", memory.log());
    let said = told(&app);
    let first = said.split("('request_started'").nth(2).map(|_| ());
    assert_eq!(first, Some(()), "the second request is told, too: {said}");
    assert!(
        said.contains(
            "('request_started', ['application_object', 'application_start', 'callable_object', 'daemon_connects', \
             'daemon_restarts', 'daemon_start', 'queue_start', 'request_data', 'request_environ', 'request_id', \
             'request_start', 'server_pid', 'thread_id'])"
        ),
        "{said}"
    );
    assert!(
        said.contains(
            "('response_started', ['exception_info', 'request_data', 'request_id', 'response_headers', 'response_status'])"
        ),
        "{said}"
    );
    let finished = said.split("('request_finished', ").nth(1).unwrap();
    for key in WAY.split(", ").chain([
        "'application_finish'",
        "'application_time'",
        "'gil_wait_count'",
        "'gil_wait_time'",
        "'input_length'",
        "'input_reads'",
        "'input_time'",
        "'output_length'",
        "'output_time'",
        "'output_writes'",
        "'status'",
        "'thread_id'",
    ]) {
        assert!(finished.contains(key), "{key} in {finished}");
    }
    assert!(
        !finished
            .split(']')
            .next()
            .unwrap()
            .contains("application_start")
    );
}

#[test]
fn the_end_of_a_request_tells_what_it_took() {
    let app = App::new(
        "measures",
        "
import mod_wsgi, time
last = {}
def note(name, **payload):
    if name == 'request_finished':
        last.update(payload)
mod_wsgi.subscribe_events(note)
def application(environ, start_response):
    if last:
        keys = 'status input_length input_reads output_length output_writes server_pid request_start queue_start'
        start_response('200 OK', [])
        sane = 0.02 <= last['application_time'] < 5 and last['application_finish'] > 1e9 and last['output_time'] > 0
        return [repr([last[key] for key in keys.split()] + [sane]).encode()]
    read = environ['wsgi.input']
    assert read.read(2) == b'12' and read.read() == b'345'
    start_response('201 Made', [])
    time.sleep(0.02)
    return iter([b'abc', b'', b'de'])
",
    );
    app.post(b"12345");
    let (_, memory) = app.get();
    assert_eq!(
        memory.text(),
        "[201, 5, 3, 5, 2, 77, 1.0, 0.0, True]",
        "{} {:?}",
        memory.log(),
        server_log()
    );
}

#[test]
fn an_exception_of_the_application_is_told_and_the_status_stays() {
    let app = App::new(
        "exceptions",
        "
import mod_wsgi
noted = []
@mod_wsgi.subscribe_events
def note(name, **payload):
    noted.append((name, payload))
def application(environ, start_response):
    if len(noted) > 1:
        said = [name for name, _ in noted]
        kind, value, trace = noted[2][1]['exception_info']
        status = noted[3][1]['status']
        start_response('200 OK', [])
        return [repr((said, kind is ValueError, str(value), trace is value.__traceback__, status)).encode()]
    start_response('201 Made', [])
    raise ValueError('no luck')
",
    );
    assert_eq!(app.get().0, Some(500));
    let (_, memory) = app.get();
    assert_eq!(
        memory.text(),
        "(['request_started', 'response_started', 'request_exception', 'request_finished', 'request_started'], True, \
         'no luck', True, 201)",
        "{}",
        memory.log()
    );
}

#[test]
fn a_call_without_a_status_is_told_as_500() {
    let app = noting("statusless", "    raise SystemExit(1)\n");
    app.get();
    let app = App::new(
        "statusless",
        "
import mod_wsgi
def application(environ, start_response):
    note = mod_wsgi.event_callbacks[0]
    finished = [p for n, p in note.__globals__['noted'] if n == 'request_finished']
    start_response('200 OK', [])
    return [repr(finished[0]['status']).encode()]
",
    );
    let (_, memory) = app.get();
    assert_eq!(memory.text(), "500", "{}", memory.log());
}

#[test]
fn a_subscriber_may_put_another_application_in_its_place_and_add_to_what_others_get() {
    let app = App::new(
        "replacing",
        "
import mod_wsgi
def first(name, **payload):
    if name == 'request_started':
        payload['request_environ']['added'] = 'live'
        return {'application_object': other, 'extra': 1}
    return 7
def second(name, **payload):
    if name == 'request_started':
        payload['request_data']['seen'] = (payload['extra'], payload['application_object'] is other)
assert mod_wsgi.subscribe_events(first) is first
mod_wsgi.subscribe_events(second)
def other(environ, start_response):
    start_response('200 OK', [])
    return [repr((mod_wsgi.request_data()['seen'], environ['added'])).encode()]
def application(environ, start_response):
    raise RuntimeError('not me')
",
    );
    let (_, memory) = app.get();
    assert_eq!(memory.text(), "((1, True), 'live')", "{}", memory.log());
}

#[test]
fn what_a_callback_raises_is_logged_for_the_server_and_harms_nobody() {
    let app = App::new(
        "raising",
        "
import mod_wsgi
def bad(name, **payload):
    if name == 'request_started':
        raise ValueError('bad callback')
    raise SystemExit
mod_wsgi.event_callbacks.append(bad)
heard = []
mod_wsgi.subscribe_events(lambda name, **payload: heard.append(name))
def application(environ, start_response):
    start_response('200 OK', [])
    return [repr(heard).encode()]
",
    );
    let (status, memory) = app.get();
    assert_eq!(
        (status, memory.text().as_str(), memory.log().as_str()),
        (None, "['request_started', 'response_started']", "")
    );
    let log = server_log().join("\n");
    assert!(
        log.contains("WSGI0112: ValueError was raised by a callback for the event request_started")
            && log.contains("ValueError: bad callback")
            && log.contains("in bad"),
        "{log}"
    );
    assert!(log.contains("WSGI0190: SystemExit was raised"), "{log}");
}

#[test]
fn an_answer_that_is_refused_is_told_before_it_is_checked() {
    let app = App::new(
        "unchecked",
        "
import mod_wsgi
heard = []
mod_wsgi.subscribe_events(lambda name, **payload: heard.append((name, payload.get('response_status'))))
def application(environ, start_response):
    try:
        start_response('nonsense', [])
    except ValueError:
        pass
    start_response('200 OK', [])
    return [repr(heard[1:]).encode()]
",
    );
    let (_, memory) = app.get();
    assert_eq!(
        memory.text(),
        "[('response_started', 'nonsense'), ('response_started', '200 OK')]",
        "{}",
        memory.log()
    );
}

#[test]
fn a_call_that_ran_out_of_time_is_told_as_504_and_not_as_an_exception() {
    use ffi_engine::abi::GroupPlan;
    support::plan_for(
        "slow",
        GroupPlan {
            request_timeout: 200,
            ..GroupPlan::DEFAULT
        },
    );
    let app = App::new(
        "slow",
        "
import mod_wsgi
heard = []
mod_wsgi.subscribe_events(lambda name, **payload: heard.append((name, payload.get('status'))))
def application(environ, start_response):
    start_response('200 OK', [])
    if len(heard) > 2:
        return [repr(heard[:3]).encode()]
    while True:
        pass
",
    );
    assert_eq!(app.get().0, Some(504), "{:?}", server_log());
    let (_, memory) = app.get();
    assert_eq!(
        memory.text(),
        "[('request_started', None), ('response_started', None), ('request_finished', 504)]",
        "{}",
        memory.log()
    );
}
