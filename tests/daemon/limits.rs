//! Limits of requests and of processes: what the client gets, what the log says, and that neighbours go on.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use clutch_tests::support::daemons::{self, wait_for_end};
use clutch_tests::support::process::{self, Signal};
use clutch_tests::support::{Connection, Httpd, Request, app, wait};

/// What is said about a daemon that nobody has told to end.
const ENDED: &str = "of group 'shop' has ended";

/// The lines about a request that has run too long: they have its stack.
const TIMED_OUT: &str = "[wsgi:error]";

/// Statements that take so many seconds in short sleeps, where an exception can be raised.
fn busy(seconds: u32) -> String {
    format!("import time\nfor _ in range({seconds} * 50): time.sleep(0.02)\nok()\nreturn [b'done']")
}

/// Statements that no exception ends, for so many seconds.
fn stubborn(seconds: u32) -> String {
    format!(
        "import time\nend = time.monotonic() + {seconds}\nwhile time.monotonic() < end:\n    try:\n        \
         while time.monotonic() < end: time.sleep(0.02)\n    except BaseException: pass\nok()\nreturn [b'done']"
    )
}

/// Begins a request with these statements.
fn begin(httpd: &Httpd, statements: &str) -> Connection {
    let mut client = httpd.connect();
    client.send(Request::get(&app::target(statements)).bytes());
    client
}

/// How long `run` takes.
fn time<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let answer = run();
    (answer, begun.elapsed())
}

#[test]
fn request_timeout_raises_an_exception_in_the_request_which_becomes_504_and_the_process_stays() {
    let httpd = daemons::running("request-timeout=1 interrupt-timeout=5 threads=2")
        .expects_log(TIMED_OUT)
        .start();
    let before = httpd.serving_pid();
    let (response, took) = time(|| httpd.get(&app::target(&busy(20))));
    assert_eq!(response.status, 504);
    assert!(took < Duration::from_secs(6), "{took:?}");
    httpd.wait_for_log("app.wsgi\", line"); // its stack
    assert_eq!(httpd.serving_pid(), before);
    assert_eq!(httpd.log().count("CLUTCH0327"), 1);
    assert_eq!(
        httpd.log().count("CLUTCH0405"),
        0,
        "the application has not failed"
    );
    let caught = "import mod_wsgi, time\ntry:\n    for _ in range(1000): time.sleep(0.02)\n\
                  except mod_wsgi.RequestTimeout:\n    ok()\n    return [b'caught']";
    assert_eq!(httpd.get(&app::target(caught)).ok(), "caught");
    assert_eq!(httpd.serving_pid(), before);
}

#[test]
fn request_timeout_works_whatever_the_other_limits_are_set_to() {
    let httpd = daemons::running(
        "request-timeout=1 interrupt-timeout=1 deadlock-timeout=0 inactivity-timeout=0 graceful-timeout=0",
    )
    .expects_log(TIMED_OUT)
    .start();
    assert_eq!(httpd.get(&app::target(&busy(20))).status, 504);
}

#[test]
fn a_request_that_does_not_let_go_is_answered_504_in_its_threads_place_and_the_process_is_replaced()
{
    let httpd = daemons::running(
        "request-timeout=1 interrupt-timeout=1 threads=4 graceful-timeout=4 shutdown-timeout=1",
    )
    .expects_log("longer than request-timeout")
    .expects_log(TIMED_OUT)
    .allows_log(ENDED)
    .start();
    let before = httpd.serving_pid();
    let mut client = begin(&httpd, &stubborn(30));
    let stopped = Instant::now();
    let neighbours = thread::scope(|scope| {
        let neighbours = scope.spawn(|| {
            let mut served = 0;
            while stopped.elapsed() < Duration::from_secs(5) {
                httpd.serving_pid();
                served += 1;
            }
            served
        });
        let response = client.response();
        assert_eq!(response.status, 504);
        assert!(
            stopped.elapsed() < Duration::from_secs(5),
            "{:?}",
            stopped.elapsed()
        );
        neighbours.join().unwrap()
    });
    assert!(neighbours > 20, "{neighbours}");
    wait_for_end(before);
    assert_ne!(httpd.serving_pid(), before);
    let line = httpd.wait_for_log("longer than request-timeout");
    assert!(line.contains("[client "), "{line}");
    httpd.wait_for_log("request_timeout");
}

#[test]
fn the_connection_of_a_request_that_was_given_up_carries_no_other() {
    // One child with one connection to the daemon: it is the one that would be used again.
    let httpd =
        daemons::running("request-timeout=1 interrupt-timeout=1 threads=4 graceful-timeout=60")
            .expects_log("longer than request-timeout")
            .expects_log(TIMED_OUT)
            .allows_log(ENDED)
            .start();
    httpd.serving_pid();
    assert_eq!(httpd.get(&app::target(&stubborn(8))).status, 504);
    for _ in 0..5 {
        let (_, took) = time(|| httpd.serving_pid());
        assert!(took < Duration::from_secs(4), "{took:?}");
    }
}

#[test]
fn queue_timeout_answers_504_for_a_request_that_has_waited_too_long_and_does_not_run_it() {
    let httpd = daemons::running("threads=1 queue-timeout=1")
        .expects_log("WSGI0084")
        .start();
    let mut first = begin(&httpd, &busy(3));
    thread::sleep(Duration::from_millis(300));
    let late = format!(
        "open('{}', 'w')\nok()\nreturn [b'ran']",
        httpd.out("ran").display()
    );
    let mut second = begin(&httpd, &late);
    assert_eq!(second.response().status, 504);
    assert_eq!(first.response().ok(), "done");
    assert!(!httpd.out("ran").exists());
    let line = httpd.wait_for_log("WSGI0084");
    assert!(line.contains("[client "), "{line}");
    httpd.serving_pid();
}

#[test]
fn inactivity_timeout_ends_a_process_that_nobody_uses_and_never_one_that_was_not_used() {
    let httpd = daemons::running("inactivity-timeout=1").start();
    let unused = httpd.daemon();
    thread::sleep(Duration::from_millis(2_500));
    assert_eq!(httpd.serving_pid(), unused);
    wait_for_end(unused);
    httpd.wait_for_log("inactivity_timeout");
    assert_ne!(httpd.serving_pid(), unused);
    // Not while a request runs.
    let running = httpd.daemon();
    assert_eq!(httpd.get(&app::target(&busy(3))).ok(), "done");
    assert_eq!(httpd.serving_pid(), running);
}

#[test]
fn wsgi_ignore_activity_keeps_a_request_from_counting_as_activity() {
    let httpd = daemons::running("inactivity-timeout=2")
        .config("<Location /health>\nWSGIIgnoreActivity On\n</Location>")
        .start();
    let first = httpd.serving_pid();
    let begun = Instant::now();
    let health = daemons::pid().replace('/', "/health");
    wait::until_true("the process to be replaced although it is asked", || {
        thread::sleep(Duration::from_millis(100));
        httpd.get(&health).ok() != first.to_string()
    });
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn deadlock_timeout_ends_a_process_in_which_nobody_gets_the_gil() {
    let httpd = daemons::running("deadlock-timeout=2")
        .expects_log("deadlock_timeout")
        .allows_log("WSGI0146")
        .allows_log(ENDED)
        .start();
    let old = httpd.serving_pid();
    let (response, took) = time(|| {
        httpd.get(&app::target(
            "import ctypes\nctypes.PyDLL(None).sleep(60)\nok()\nreturn []",
        ))
    });
    assert_eq!(response.status, 502);
    assert!(took < Duration::from_secs(8), "{took:?}");
    let line = httpd.wait_for_log("WSGI0146");
    assert!(line.contains("status 255"), "{line}");
    assert_ne!(httpd.serving_pid(), old);
}

#[test]
fn graceful_timeout_bounds_how_long_a_replaced_process_finishes_its_requests() {
    let httpd = daemons::running("maximum-requests=2 graceful-timeout=1 shutdown-timeout=1")
        .allows_log("WSGI0146")
        .allows_log(ENDED)
        .allows_log("shutdown-timeout")
        .start();
    let old = httpd.daemon();
    let mut long = begin(
        &httpd,
        "import time\ntime.sleep(30)\nok()\nreturn [b'done']",
    );
    thread::sleep(Duration::from_millis(300));
    httpd.serving_pid();
    httpd.serving_pid();
    let (response, took) = time(|| long.response());
    assert_eq!(response.status, 502);
    assert!(took < Duration::from_secs(8), "{took:?}");
    wait_for_end(old);
}

#[test]
fn shutdown_timeout_ends_a_process_whose_exit_function_never_returns() {
    let script = format!(
        "import atexit, time, threading\natexit.register(lambda: time.sleep(60))\n{}",
        app::answering("os.getpid()")
    );
    let httpd = daemons::serving("shutdown-timeout=1 maximum-requests=1", &script)
        .allows_log("shutdown-timeout")
        .allows_log(ENDED)
        .start();
    let old: u32 = httpd.get("/").ok().parse().unwrap();
    let (_, took) = time(|| wait_for_end(old));
    assert!(took < Duration::from_secs(6), "{took:?}");
    // Python's end has the same limit as the process: whichever is seen first.
    wait::until_true("a line that says why", || {
        let log = httpd.error_log();
        log.contains("shutdown-timeout") || log.contains("CLUTCH0316")
    });
    assert_ne!(httpd.get("/").ok(), old.to_string());
}

#[test]
fn a_full_backlog_beyond_connect_timeout_is_503_with_retry_after_and_those_before_are_served() {
    let httpd = daemons::running("threads=1 listen-backlog=1 connect-timeout=1")
        .expects_log("WSGI0116")
        .start();
    let mut first = begin(&httpd, &busy(5));
    thread::sleep(Duration::from_millis(300));
    let mut others: Vec<_> = (0..8)
        .map(|_| begin(&httpd, "ok()\nreturn [b'done']"))
        .collect();
    let responses: Vec<_> = others.iter_mut().map(Connection::response).collect();
    assert_eq!(first.response().ok(), "done");
    let refused: Vec<_> = responses.iter().filter(|one| one.status == 503).collect();
    assert!(!refused.is_empty(), "nobody was turned away");
    assert!(
        refused
            .iter()
            .all(|one| one.header("Retry-After").is_some())
    );
    let served = responses.iter().filter(|one| one.status == 200).count();
    assert!(served >= 2, "{served} were served");
    assert_eq!(served + refused.len(), 8);
    let line = httpd.wait_for_log("WSGI0116");
    assert!(
        line.contains("'shop'") && line.contains("[client "),
        "{line}"
    );
}

#[test]
fn socket_timeout_answers_504_when_a_daemon_says_nothing_and_the_daemon_goes_on() {
    let httpd = daemons::running("socket-timeout=1")
        .expects_log("WSGI0145")
        .start();
    let before = httpd.serving_pid();
    let (response, took) = time(|| httpd.get(&app::target(&busy(4))));
    assert_eq!(response.status, 504);
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert_eq!(httpd.serving_pid(), before);
}

#[test]
fn a_daemon_that_is_stopped_by_a_signal_costs_504s_after_socket_timeout() {
    let httpd = daemons::running("socket-timeout=1")
        .expects_log("WSGI0145")
        .start();
    let pid = httpd.serving_pid();
    daemons::stop(pid);
    assert_eq!(httpd.get(&daemons::pid()).status, 504);
    process::signal(pid, Signal::CONT);
    assert_eq!(httpd.serving_pid(), pid);
}

#[test]
fn a_header_longer_than_header_buffer_size_is_500_and_one_that_fits_is_not() {
    let httpd = daemons::running("header-buffer-size=8192")
        .expects_log("WSGI0144")
        .start();
    let header = |length: usize| {
        let value = length - "X-Long: ".len();
        httpd.get(&app::target(&format!(
            "ok(('X-Long', 'x' * {value}))\nreturn [b'done']"
        )))
    };
    assert_eq!(header(8_190).ok(), "done");
    assert_eq!(header(8_191).status, 500);
    httpd.serving_pid();
}

#[test]
fn a_stream_arrives_block_by_block_as_it_is_made() {
    for options in ["", "response-flush-delay=0", "response-flush-delay=50"] {
        let httpd = daemons::running(options).start();
        let mut client = begin(
            &httpd,
            "import time\nok()\nfor n in range(4):\n    yield b'block %d' % n\n    time.sleep(0.4)",
        );
        assert_eq!(client.head().status, 200);
        let begun = Instant::now();
        for number in 0..4 {
            assert_eq!(
                client.chunk().unwrap(),
                format!("block {number}").as_bytes()
            );
            let soonest = Duration::from_millis(400) * number;
            assert!(begun.elapsed() + Duration::from_millis(300) >= soonest);
            assert!(
                begun.elapsed() < soonest + Duration::from_millis(900),
                "{:?}",
                begun.elapsed()
            );
        }
    }
}

#[test]
fn a_response_larger_than_response_buffer_size_is_not_kept_in_memory() {
    let httpd = daemons::running("response-buffer-size=65536 response-flush-delay=1000").start();
    let mut client = TcpStream::connect(("127.0.0.1", httpd.port())).unwrap();
    let target = app::target("ok()\nfor n in range(400):\n    yield b'x' * 100000");
    client.write_all(&Request::get(&target).bytes()).unwrap();
    thread::sleep(Duration::from_secs(1)); // nobody reads: the daemon waits
    let mut got = Vec::new();
    client.read_to_end(&mut got).unwrap();
    assert!(got.len() > 40_000_000, "{}", got.len());
}

#[test]
fn cpu_time_limit_replaces_a_process_that_has_used_it_up_and_no_request_fails() {
    let httpd = daemons::running("cpu-time-limit=1").start();
    let old = httpd.serving_pid();
    let burn = "import time\nend = time.process_time() + 1.3\nwhile time.process_time() < end: pass\nok()\nreturn [b'done']";
    assert_eq!(httpd.get(&app::target(burn)).ok(), "done");
    wait_for_end(old);
    httpd.wait_for_log("cpu_time_limit");
    assert_ne!(httpd.serving_pid(), old);
}

#[test]
fn memory_limit_is_a_memory_error_in_the_application_and_the_process_lives() {
    let httpd = daemons::running("memory-limit=600000000").start();
    let before = httpd.serving_pid();
    let greedy = "try:\n    x = bytearray(900_000_000)\n    word = b'got it'\nexcept MemoryError:\n    word = b'MemoryError'\nok()\nreturn [word]";
    assert_eq!(httpd.get(&app::target(greedy)).ok(), "MemoryError");
    assert_eq!(httpd.serving_pid(), before);
}
