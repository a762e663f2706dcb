//! `request_metrics()`, `process_metrics()`, `server_metrics()`: keys and types, and numbers that are the same each time.

use crate::case::{Case, Group, ask, get, gets};
use clutch_tests::support::{Request, app};

/// The groups.
pub(super) fn groups() -> Vec<Group> {
    [
        metrics().in_both_modes(),
        numbers().in_both_modes(),
        vec![scoreboard(), scoreboard_of_daemons()],
    ]
    .concat()
}

fn metrics() -> Group {
    let script = r#"
import mod_wsgi
def shape(value):
    if isinstance(value, dict):
        return {key: shape(one) for key, one in sorted(value.items())}
    if isinstance(value, list):
        return [shape(value[0]) if value else None, 'more' if len(value) in (64, 65) else 'some']
    return type(value).__name__
def application(environ, start_response):
    what = environ['PATH_INFO'].strip('/')
    if what == 'start':
        seen = mod_wsgi.start_recording_metrics()
    elif what:
        seen = shape(getattr(mod_wsgi, what)())
    else:
        seen = None
    body = repr(seen).encode()
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
    return [body]
"#;
    Group::serving("metrics", script).cases(
        [
            "/request_metrics",
            "/process_metrics",
            "/server_metrics",
            "/start",
            "/request_metrics?2",
            "/",
            "/request_metrics?3",
            "/process_metrics?2",
            "/start?2",
            "/server_metrics?2",
        ]
        .into_iter()
        .map(get),
    )
}

/// Answers with the expression in the query string, at `/look`; `m` is what was drained last at `/drain`, when so many requests as
/// its query says have ended since the last one.
const COUNTING: &str = r#"
import mod_wsgi, time
from urllib.parse import unquote
m, before = {}, 0
mod_wsgi.start_recording_metrics()
def application(environ, start_response):
    global m, before
    path, query = environ['PATH_INFO'], unquote(environ['QUERY_STRING'])
    status, body = '200 OK', b'x'
    if path == '/look':
        body = repr(eval(query)).encode()
    elif path == '/drain':
        until = time.time() + 3
        while mod_wsgi.process_metrics()['request_count'] < before + int(query) and time.time() < until:
            time.sleep(0.01)
        m = mod_wsgi.request_metrics()
        before = mod_wsgi.process_metrics()['request_count']
    elif path == '/read':
        body = environ['wsgi.input'].read()
    elif path == '/raise':
        raise ValueError('mine')
    elif path.isdigit() or path[1:].isdigit():
        status = path[1:] + ' Mine'
    start_response(status, [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
    return [body]
"#;

/// What is counted of so many requests.
fn numbers() -> Group {
    let look = |expression: &str| {
        ask(
            expression,
            &Request::get(&format!("/look{}", &app::target(expression)[1..])),
        )
    };
    let looks = [
        "m['request_count']",
        "[m['status_%dxx' % number] for number in range(1, 6)]",
        "m['input_bytes'], m['input_reads'] > 0, m['output_bytes'], m['output_writes']",
        "[sum(m[key]) for key in sorted(m) if key.endswith('_time_buckets')]",
        "[len(m[key]) for key in sorted(m) if key.endswith('_time_buckets')]",
        "sorted(key for key in m if m[key] is None)",
        "[type(m[key]).__name__ for key in sorted(m)]",
        "m['request_threads_maximum'], len(m['request_threads_completed']), len(m['request_threads_busy_time'])",
        "sum(m['request_threads_completed']), sum(m['request_threads_buckets'])",
        "len(m['request_threads_cpu_time']), len(m['request_threads_current_elapsed']), len(m['request_threads_max_duration'])",
        "0 <= m['capacity_utilization'] <= 1, m['sample_period'] > 0, m['request_throughput'] > 0",
        "m['memory_rss'] > 1000000, m['memory_max_rss'] > 1000000",
        "m['pid'] == __import__('os').getpid()",
        "m['cpu_utilization'] == m['cpu_time'], m['cpu_user_utilization'] == m['cpu_user_time']",
        "m['application_time_min_us'] <= m['application_time_max_us'], m['request_time_max_us'] >= m['application_time_max_us']",
        "m['application_time'] <= m['request_time']",
        "mod_wsgi.request_metrics()['status_5xx'], mod_wsgi.request_metrics()['request_count']",
        "mod_wsgi.start_recording_metrics()",
        "[type(value).__name__ for key, value in sorted(mod_wsgi.process_metrics().items())]",
        "mod_wsgi.process_metrics()['active_requests']",
        "sorted(mod_wsgi.process_metrics()['threads'][-1])",
        "mod_wsgi.process_metrics()['pid'] == __import__('os').getpid()",
        "mod_wsgi.server_metrics()",
    ];
    let mut cases: Vec<Case> = vec![
        get("/"),
        get("/drain?1"),
        get("/again"),
        ask("a body", &Request::post("/read", "0123456789")),
        get("/raise"),
    ];
    cases.extend(gets(&[
        "/201", "/304", "/404", "/410", "/503", "/599", "/600",
    ]));
    cases.push(get("/drain?11"));
    cases.extend(looks.map(look));
    Group::serving("metrics-numbers", COUNTING).cases(cases)
}

/// Shows what the scoreboard has of the one request that is served.
const BOARD: &str = r#"
import mod_wsgi
from urllib.parse import unquote
def application(environ, start_response):
    s = mod_wsgi.server_metrics()
    workers = [worker for process in s['processes'] for worker in process['workers']] if s else []
    mine = [worker for worker in workers if 'look' in worker['request'] and worker['status'] == 'W']
    body = repr(eval(unquote(environ['QUERY_STRING']))).encode()
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
    return [body]
"#;

fn looks() -> Vec<Case> {
    [
        "s is None",
        "{key: type(value).__name__ for key, value in sorted(s.items())}",
        "s['server_limit'], s['thread_limit'], s['running_generation'], len(s['processes']), len(workers)",
        "{key: type(value).__name__ for key, value in sorted(s['processes'][0].items())}",
        "{key: type(value).__name__ for key, value in sorted(workers[0].items())}",
        "[process['process_num'] for process in s['processes']] == list(range(s['server_limit']))",
        "{worker['thread_num'] for worker in workers} == set(range(s['thread_limit']))",
        "[(process['generation'], process['quiescing']) for process in s['processes']]",
        "[process['pid'] > 0 for process in s['processes']]",
        "len(mine)",
        "[(worker['status'], worker['client'], worker['request'][:10], worker['vhost'].split(':')[0], worker['generation']) for worker in mine]",
        "sorted({worker['status'] for worker in workers} - {'K', 'C', 'L'})",
        "[worker['bytes_served'] >= 0 and worker['access_count'] >= 0 for worker in mine]",
        "[0 < worker['start_time'] <= s['current_time'] + 1 for worker in mine]",
        "s['restart_time'] <= s['current_time'], s['running_time'] >= 0",
    ]
    .iter()
    .map(|expression| ask(expression, &Request::get(&format!("/look{}", &app::target(expression)[1..]))))
    .collect()
}

fn scoreboard() -> Group {
    Group::serving("scoreboard", BOARD)
        .config("WSGIServerMetrics On\nExtendedStatus On")
        .cases(looks())
}

fn scoreboard_of_daemons() -> Group {
    let config = "WSGISocketPrefix ${ROOT}/run/wsgi\nWSGIServerMetrics On\nExtendedStatus On\nWSGIDaemonProcess seeing threads=2 server-metrics=On\n\
                  WSGIDaemonProcess blind threads=2\nWSGIProcessGroup seeing\n<Location /blind>\nWSGIProcessGroup blind\n</Location>";
    Group::serving("scoreboard@daemon", BOARD)
        .config(config)
        .cases(looks())
        .cases([get("/blind?s")])
}
