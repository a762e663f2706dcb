//! `mod_wsgi.server_metrics()`: httpd's scoreboard, for applications of httpd's own processes and of daemons, if they may see it.

use std::thread;

use clutch_tests::support::app::EVALUATING;
use clutch_tests::support::{Httpd, Plan, Response, app, reference, wait};

/// Evaluates in httpd's own processes, in a group that may see the scoreboard, and in one that may not.
fn everywhere(metrics: &str) -> Plan {
    Httpd::with_config(
        "ExtendedStatus On\n\
         WSGIDaemonProcess sees threads=2 server-metrics=On\n\
         WSGIDaemonProcess blind threads=2\n\
         WSGIScriptAlias /own ${APP}/app.wsgi\n\
         WSGIScriptAlias /sees ${APP}/app.wsgi process-group=sees application-group=any\n\
         WSGIScriptAlias /blind ${APP}/app.wsgi process-group=blind application-group=any",
    )
    .config(metrics)
    .script("app.wsgi", EVALUATING)
}

/// What the application at `place` says of this Python expression, in which `m` is what `server_metrics()` gives.
fn asked(httpd: &Httpd, place: &str, expression: &str) -> Response {
    let query = app::target(&format!(
        "[{expression} for m in [__import__('mod_wsgi').server_metrics()]][0]"
    ));
    httpd.get(&format!("{place}{}", query.trim_start_matches('/')))
}

#[test]
fn wsgi_server_metrics_and_the_option_of_a_group_let_applications_see_the_scoreboard() {
    for (directive, own) in [
        ("WSGIServerMetrics On", "dict"),
        ("WSGIServerMetrics Off", "NoneType"),
        ("", "NoneType"),
    ] {
        let httpd = everywhere(directive).start();
        let kind = |place| asked(&httpd, place, "type(m).__name__").ok().to_owned();
        assert_eq!(kind("/own"), format!("'{own}'"), "{directive}");
        assert_eq!(kind("/sees"), "'dict'", "{directive}");
        assert_eq!(kind("/blind"), "'NoneType'", "{directive}");
    }
}

#[test]
fn the_scoreboard_has_a_place_for_each_process_and_thread_and_the_keys_of_mod_wsgi() {
    let httpd = everywhere("WSGIServerMetrics On").start();
    for place in ["/own", "/sees"] {
        let keys =
            "[sorted(one) for one in (m, m['processes'][0], m['processes'][0]['workers'][0])]";
        assert_eq!(
            asked(&httpd, place, keys).ok(),
            "[['current_time', 'processes', 'restart_time', 'running_generation', 'running_time', 'server_limit', 'thread_limit'], \
             ['generation', 'pid', 'process_num', 'quiescing', 'workers'], \
             ['access_count', 'bytes_served', 'client', 'generation', 'last_used', 'request', 'start_time', 'status', 'stop_time', \
             'thread_num', 'vhost']]"
        );
        let places = "(len(m['processes']) == m['server_limit'] >= 1, \
             all(len(p['workers']) == m['thread_limit'] for p in m['processes']), \
             [p['process_num'] for p in m['processes']] == list(range(m['server_limit'])))";
        assert_eq!(asked(&httpd, place, places).ok(), "(True, True, True)");
        let kinds = "[{type(v).__name__ for v in one.values()} == set(kinds.split()) for one, kinds in \
             ((m, 'float list int'), (m['processes'][0], 'int bool list'), (m['processes'][0]['workers'][0], 'int float str'))]";
        assert_eq!(asked(&httpd, place, kinds).ok(), "[True, True, True]");
        let times = "(0 <= m['current_time'] - m['restart_time'] < 600, abs(__import__('time').time() - m['current_time']) < 5, \
             m['running_time'] == int(m['current_time'] - m['restart_time']))";
        assert_eq!(asked(&httpd, place, times).ok(), "(True, True, True)");
        let pids = asked(
            &httpd,
            place,
            "sorted(p['pid'] for p in m['processes'] if p['pid'])",
        );
        let children: Vec<_> = httpd.children().into_iter().collect();
        let shown = format!("{children:?}");
        if !reference::is_under_test() {
            assert_eq!(pids.ok(), shown); // of which the reference's daemons are some
        }
    }
}

#[test]
fn a_request_that_runs_stands_in_the_scoreboard_with_its_client() {
    let httpd = everywhere("WSGIServerMetrics On").start();
    for place in ["/own", "/sees"] {
        let mine = format!(
            "[(w['status'], w['client'], w['request'][:len('GET {place}?')], 0 < w['start_time'] <= m['current_time']) \
             for p in m['processes'] for w in p['workers'] if w['status'] == 'W']"
        );
        // A request before it may still be on its way out.
        let alone = format!("[('W', '127.0.0.1', 'GET {place}?', True)]");
        wait::until_true("one request to stand there", || {
            asked(&httpd, place, &mine).ok() == alone
        });
    }
    let served = "sum(w['access_count'] for p in m['processes'] for w in p['workers'])";
    let served = |place| asked(&httpd, place, served).ok().parse::<u32>().unwrap();
    wait::until_true("requests to be counted", || served("/sees") >= 3);
    assert!(served("/own") >= 3);
}

#[test]
fn a_thread_without_a_request_sees_the_scoreboard_too() {
    let script = "
import mod_wsgi, threading
seen = []
def look():
    seen.append(mod_wsgi.server_metrics())
threading.Thread(target=look).start()
def application(environ, start_response):
    start_response('200 OK', [])
    return [str([m and len(m['processes']) > 0 for m in seen]).encode()]
";
    let httpd = everywhere("WSGIServerMetrics On")
        .script("app.wsgi", script)
        .start();
    for (place, answer) in [
        ("/own", "[True]"),
        ("/sees", "[True]"),
        ("/blind", "[None]"),
    ] {
        wait::until_true(place, || httpd.get(place).ok() == answer);
    }
}

#[test]
fn a_service_without_requests_sees_the_scoreboard() {
    let script = "
import mod_wsgi, os, time
out = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../out/seen')
for _ in range(50):
    metrics = mod_wsgi.server_metrics()
    if metrics and any(p['pid'] for p in metrics['processes']):
        with open(out, 'w') as file:
            file.write(repr(sorted(p['pid'] for p in metrics['processes'] if p['pid'])))
        break
    time.sleep(0.1)
while True:
    time.sleep(1)
";
    let httpd = Httpd::with_config(
        "WSGIDaemonProcess job threads=0 server-metrics=On\n\
         WSGIImportScript ${APP}/job.py process-group=job application-group=%{GLOBAL}",
    )
    .script("job.py", script)
    .allows_log("SystemExit")
    .start();
    wait::until_true("a service that sees", || !httpd.written("seen").is_empty());
    let children: Vec<_> = httpd.children().into_iter().collect();
    assert_eq!(httpd.written("seen"), format!("{children:?}"));
}

#[test]
fn the_scoreboard_is_seen_after_a_graceful_restart_and_a_supervisors_death() {
    if !reference::ours_only(
        "the_scoreboard_is_seen_after_a_graceful_restart_and_a_supervisors_death",
        "it has no supervisor",
    ) {
        return;
    }
    let httpd = everywhere("WSGIServerMetrics On")
        .allows_log("supervisor")
        .allows_log("WSGI01")
        .start();
    let generation = || {
        asked(&httpd, "/sees", "m and m['running_generation']")
            .ok()
            .to_owned()
    };
    assert_eq!(generation(), "0");
    httpd.graceful();
    wait::until_true("the next generation", || generation() == "1");
    clutch_tests::support::daemons::kill(httpd.supervisor().unwrap());
    wait::until_true("daemons of a new supervisor", || {
        let answer = asked(&httpd, "/sees", "m and m['running_generation']");
        answer.status == 200 && answer.text() == "1"
    });
}

#[test]
fn many_who_ask_at_once_are_answered() {
    let httpd = everywhere("WSGIServerMetrics On").workers(16).start();
    thread::scope(|scope| {
        for place in ["/own", "/sees", "/sees", "/own"] {
            let httpd = &httpd;
            scope.spawn(move || {
                for _ in 0..25 {
                    let answer = asked(httpd, place, "len(m['processes']) == m['server_limit']");
                    assert_eq!(answer.ok(), "True");
                }
            });
        }
    });
}
