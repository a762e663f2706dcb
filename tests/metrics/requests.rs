//! `mod_wsgi.request_metrics()` and `process_metrics()`, and the counts of events, as a server that runs shows them.

use std::fs;

use clutch_tests::support::app::EVALUATING;
use clutch_tests::support::{Httpd, Plan, installation, reference};

use super::ask;

/// Evaluates in httpd's own processes and in a group.
fn both() -> Plan {
    Httpd::with_config(
        "WSGIDaemonProcess shop threads=3\n\
         WSGIScriptAlias /own ${APP}/app.wsgi application-group=%{GLOBAL}\n\
         WSGIScriptAlias /shop ${APP}/app.wsgi process-group=shop application-group=%{GLOBAL}",
    )
    .script("app.wsgi", EVALUATING)
}

/// Names of all keys of request_metrics().
const KEYS: &str = "sorted({'pid', 'start_time', 'stop_time', 'sample_period', 'memory_max_rss', 'memory_rss', 'capacity_utilization', \
     'request_count', 'request_throughput', 'input_bytes', 'input_reads', 'output_bytes', 'output_writes', 'gil_wait_count'} \
     | {f'cpu_{a}{b}' for a in ('user_', 'system_', '') for b in ('utilization', 'time')} \
     | {f'status_{n}xx' for n in range(1, 6)} \
     | {f'request_threads_{a}' for a in 'maximum started active completed buckets busy_time cpu_time current_elapsed max_duration'.split()} \
     | {f'{p}_time{e}' for p in 'server queue daemon application request gil_wait input_read output_write'.split() \
     for e in ('', '_buckets', '_min_us', '_max_us')})";

#[test]
fn request_metrics_has_the_keys_units_and_buckets_that_are_documented() {
    let httpd = both().start();
    let own = if installation::is_prefork() { "1" } else { "8" };
    for (place, threads, in_daemon) in [("/own", own, "False"), ("/shop", "3", "True")] {
        let start = "[(m := __import__('mod_wsgi')), m.request_metrics(), m.process_metrics(), m.start_recording_metrics(), \
                     kept.append(m)][1:4]";
        assert_eq!(ask(&httpd, place, start), "[None, None, None]");
        ask(&httpd, place, "kept[0].request_metrics() and None");
        for _ in 0..3 {
            ask(&httpd, place, "__import__('time').sleep(0.003)");
        }
        let drain = format!("kept.append(kept[0].request_metrics()) or sorted(kept[1]) == {KEYS}");
        assert_eq!(ask(&httpd, place, &drain), "True");
        let looks = [
            ("kept[1]['request_count'] in (3, 4)", "True"),
            ("sum(kept[1]['application_time_buckets']) in (3, 4)", "True"),
            (
                "{len(v) for k, v in kept[1].items() if k.endswith('_time_buckets')}",
                "{65}",
            ),
            ("sum(kept[1]['application_time_buckets'][6:]) >= 3", "True"),
            ("kept[1]['application_time_max_us'] >= 3000", "True"),
            ("0.0005 < kept[1]['application_time'] < 5", "True"),
            ("kept[1]['request_threads_maximum']", threads),
            ("len(kept[1]['request_threads_completed'])", threads),
            ("len(kept[1]['request_threads_busy_time'])", threads),
            (
                "sum(kept[1]['request_threads_completed']) in (3, 4)",
                "True",
            ),
            ("kept[1]['queue_time'] is not None", in_daemon),
            ("kept[1]['daemon_time_max_us'] is not None", in_daemon),
            (
                "kept[1]['status_2xx'] in (3, 4) and kept[1]['status_5xx']",
                "0",
            ),
            ("0 < kept[1]['capacity_utilization'] < 1", "True"),
            ("kept[1]['memory_rss'] > 1e6", "True"),
        ];
        for (expression, answer) in looks {
            assert_eq!(
                ask(&httpd, place, expression),
                answer,
                "{place} {expression}"
            );
        }
    }
}

#[test]
fn process_metrics_adds_up_and_is_not_drained() {
    let httpd = both().start();
    for place in ["/own", "/shop"] {
        let start = "(kept.append(__import__('mod_wsgi')), kept[0].start_recording_metrics())[1]";
        ask(&httpd, place, start);
        let keys = "sorted(kept[0].process_metrics()) == sorted('pid request_busy_time request_count memory_max_rss memory_rss \
                    cpu_user_time cpu_system_time cpu_time restart_time current_time running_time request_threads active_requests \
                    threads'.split())";
        assert_eq!(ask(&httpd, place, keys), "True");
        let count = || ask(&httpd, place, "kept[0].process_metrics()['request_count']");
        let (first, second): (u32, u32) = (count().parse().unwrap(), count().parse().unwrap());
        assert!((1..=2).contains(&(second - first)), "{first} {second}");
        let rest = "[(p['active_requests'], type(p['running_time']).__name__, sorted(p['threads'][0]), 0 <= p['current_time'] - p['restart_time'] < 600) \
                    for p in [kept[0].process_metrics()]][0]";
        assert_eq!(
            ask(&httpd, place, rest),
            "(1, 'int', ['request_count', 'thread_id'], True)"
        );
    }
}

#[test]
fn events_count_connections_to_daemons_and_daemons_that_sent_the_request_elsewhere() {
    let script = "
import mod_wsgi
seen = []
def note(name, **payload):
    if name == 'request_started':
        seen.append((payload['daemon_connects'], payload['daemon_restarts']))
mod_wsgi.subscribe_events(note)
def application(environ, start_response):
    start_response('200 OK', [])
    return [repr(seen[-1]).encode()]
";
    let httpd = both().script("app.wsgi", script).start();
    assert_eq!(httpd.get("/own").ok(), "(0, 0)");
    for _ in 0..3 {
        assert_eq!(httpd.get("/shop").ok(), "(1, 0)");
    }
    fs::write(httpd.script("app.wsgi"), format!("{script}# new\n")).unwrap();
    if reference::is_under_test() {
        assert_eq!(httpd.get("/shop").ok(), "(2, 1)");
        return;
    }
    // The process says so itself and goes; how often the request had to ask until the next one was there, varies.
    let answer = httpd.get("/shop").ok().to_owned();
    let numbers: Vec<u32> = answer
        .trim_matches(['(', ')'])
        .split(", ")
        .map(|number| number.parse().unwrap())
        .collect();
    assert!(numbers[0] >= 1 && numbers[0] > numbers[1], "{answer}");
}

#[test]
fn the_module_apache_tells_of_httpd_in_daemons_too() {
    let httpd = both().workers(8).start();
    let shape = "[(a.maximum_processes, a.threads_per_process, a.mpm_name) for a in [__import__('apache')]][0]";
    assert_eq!(ask(&httpd, "/own", shape), ask(&httpd, "/shop", shape));
    let own = "[(m.maximum_processes, m.threads_per_process) for m in [__import__('mod_wsgi')]][0]";
    assert_eq!(ask(&httpd, "/shop", own), "(1, 3)");
    let names =
        "{'LogHandler', 'active_requests', 'server_metrics'} <= set(dir(__import__('mod_wsgi')))";
    assert_eq!(ask(&httpd, "/shop", names), "True");
}
