//! The functions of the Python module `mod_wsgi`, in a real Python.

mod support;

use support::{App, Memory, server_log};

#[test]
fn each_request_has_a_dict_of_its_own_wherever_its_thread_is() {
    let app = App::new(
        "data",
        "
import mod_wsgi, threading
mod_wsgi.request_data()['loaded'] = True    # This request loads the script.
def application(environ, start_response):
    mine = mod_wsgi.request_data()
    mine['count'] = mine.get('count', 0) + 1
    failures = []
    def elsewhere():
        try:
            mod_wsgi.request_data()
        except RuntimeError:
            failures.append(1)
    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    start_response('200 OK', [])
    same = mod_wsgi.request_data() is mine
    return [repr((mine, failures, same, list(mod_wsgi.active_requests.values()) == [mine],
                  list(mod_wsgi.active_requests) == [environ['mod_wsgi.request_id']])).encode()]
",
    );
    let (_, memory) = app.get();
    assert_eq!(
        memory.text(),
        "({'loaded': True, 'count': 1}, [1], True, True, True)",
        "{}",
        memory.log()
    );
    let (_, memory) = app.get();
    assert_eq!(
        memory.text(),
        "({'count': 1}, [1], True, True, True)",
        "{}",
        memory.log()
    );
}

#[test]
fn signals_of_a_process_of_httpds_are_not_told_and_the_subscriber_is_given_back() {
    let app = App::new(
        "signals",
        "
import mod_wsgi
def callback(name, **payload):
    pass
same = mod_wsgi.subscribe_signals(callback) is callback
def application(environ, start_response):
    start_response('200 OK', [])
    return [repr((same, mod_wsgi.signal_callbacks)).encode()]
",
    );
    let (_, memory) = app.get();
    assert_eq!(memory.text(), "(True, [])", "{}", memory.log());
    let log = server_log().join("\n");
    assert!(log.contains("subscribe_signals() has no effect"), "{log}");
    assert!(log.contains("same = mod_wsgi.subscribe_signals"), "{log}");
}

#[test]
fn functions_take_no_keywords() {
    let app = App::new(
        "keywords",
        "
import mod_wsgi
def application(environ, start_response):
    refused = 0
    for name in 'events', 'shutdown', 'signals':
        try:
            getattr(mod_wsgi, 'subscribe_' + name)(callback=None)
        except TypeError:
            refused += 1
    for name in 'request_data', 'request_metrics', 'process_metrics', 'server_metrics', 'start_recording_metrics':
        for arguments, keywords in ((), {'x': 1}), ((1,), {}):
            try:
                getattr(mod_wsgi, name)(*arguments, **keywords)
            except TypeError:
                refused += 1
    start_response('200 OK', [])
    return [b'%d' % refused]
",
    );
    let mut memory = Memory::default();
    app.serve(&mut memory);
    assert_eq!(memory.text(), "13", "{}", memory.log());
}

#[test]
fn an_interpreter_with_a_gil_of_its_own_has_events_and_data_of_its_own() {
    use ffi_engine::abi::{GroupPlan, Isolation};
    support::plan_for(
        "own",
        GroupPlan {
            isolation: Isolation::OwnGil,
            ..GroupPlan::DEFAULT
        },
    );
    let app = App::new(
        "own",
        "
import mod_wsgi
heard = []
mod_wsgi.subscribe_events(lambda name, **payload: heard.append(name))
mod_wsgi.active_requests
def application(environ, start_response):
    start_response('200 OK', [])
    ok = mod_wsgi.active_requests == {environ['mod_wsgi.request_id']: mod_wsgi.request_data()}
    return [repr((len(mod_wsgi.event_callbacks), heard[-2:], ok)).encode()]
",
    );
    for _ in 0..3 {
        let (_, memory) = app.get();
        assert_eq!(
            memory.text(),
            "(1, ['request_started', 'response_started'], True)",
            "{}",
            memory.log()
        );
    }
}
