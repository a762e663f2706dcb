//! Metrics of requests and of the process. One test, because they are the whole process's.

mod support;

use support::App;

#[test]
fn metrics_are_of_the_whole_process_and_drained_by_whoever_asks() {
    let work = App::new(
        "worker",
        "
import time
def application(environ, start_response):
    environ['wsgi.input'].read()
    time.sleep(0.005)
    start_response('404 Nowhere', [])
    return [b'abc', b'de']
",
    );
    let ask = App::new(
        "asker",
        "
import mod_wsgi
def application(environ, start_response):
    question = environ['wsgi.input'].read().decode()
    start_response('200 OK', [])
    return [repr(eval(question)).encode()]
",
    );
    let answer = |question: &str| {
        let (_, memory) = ask.post(question.as_bytes());
        assert!(memory.log().is_empty(), "{}", memory.log());
        memory.text()
    };
    let nothing =
        "(mod_wsgi.request_metrics(), mod_wsgi.process_metrics(), mod_wsgi.server_metrics())";
    assert_eq!(answer(nothing), "(None, None, None)");
    assert_eq!(answer("mod_wsgi.start_recording_metrics()"), "None");
    assert_eq!(answer("mod_wsgi.request_metrics() and None"), "None");
    for _ in 0..3 {
        work.post(b"1234567");
    }
    std::thread::scope(|scope| {
        scope.spawn(|| work.post(b"")).join().unwrap();
    });
    let keys = "globals().update(m=mod_wsgi.request_metrics()) or ";
    assert_eq!(
        answer(&format!(
            "{keys}[m[k] for k in 'request_count status_2xx status_4xx status_5xx input_bytes output_bytes output_writes'.split()]"
        )),
        "[5, 1, 4, 0, 56, 24, 9]"
    );
    assert_eq!(
        answer(
            "(sum(m['application_time_buckets']), len(m['server_time_buckets']), m['application_time'] >= 0.004, m['queue_time'], m['daemon_time_min_us'])"
        ),
        "(5, 65, True, None, None)"
    );
    assert_eq!(
        answer(
            "(4000 <= m['application_time_max_us'] < 5e6, m['application_time_min_us'] < 4000, m['start_time'] < m['stop_time'], abs(m['stop_time'] - m['start_time'] - m['sample_period']) < 0.1)"
        ),
        "(True, True, True, True)"
    );
    assert_eq!(
        answer(
            "(m['request_threads_maximum'], len(m['request_threads_completed']), m['request_threads_active'] >= 1, 0 < m['capacity_utilization'] <= 1, m['memory_rss'] > 1e6 and m['memory_max_rss'] >= m['memory_rss'] / 2)"
        ),
        "(5, 5, True, True, True)"
    );
    assert_eq!(
        answer(
            "sorted(k for k in m if not k.startswith(('request_threads', 'cpu', 'status')) and 'time' not in k)"
        ),
        "['capacity_utilization', 'gil_wait_count', 'input_bytes', 'input_reads', 'memory_max_rss', 'memory_rss', \
         'output_bytes', 'output_writes', 'pid', 'request_count', 'request_throughput', 'sample_period']"
    );
    assert_eq!(
        answer(
            "globals().update(p=mod_wsgi.process_metrics()) or (p['request_count'] >= 10, p['active_requests'], p['request_busy_time'] > 0.02, sum(t['request_count'] for t in p['threads']) >= 10)"
        ),
        "(True, 1, True, True)"
    );
    assert_eq!(
        answer("sorted(p)"),
        "['active_requests', 'cpu_system_time', 'cpu_time', 'cpu_user_time', 'current_time', 'memory_max_rss', 'memory_rss', \
         'pid', 'request_busy_time', 'request_count', 'request_threads', 'restart_time', 'running_time', 'threads']"
    );
}
