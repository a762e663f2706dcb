//! What a process tells its applications of signals and of its end. One test, because an engine stops once.

mod support;

use std::fs;

use ffi_engine::abi::{GroupPlan, Isolation};
use support::{App, be_a_daemon, engine, plan_for, server_log};

const TOLD: &str = "
import mod_wsgi, atexit, threading
def note(text):
    with open({path:?}, 'a') as file:
        file.write(f'{mod_wsgi.application_group or \"main\"}: {text}\\n')
mod_wsgi.subscribe_shutdown(lambda name, **payload: note(f'last {name} {payload}'))
mod_wsgi.subscribe_signals(lambda name, **payload: note(f'second {name} {payload}'))
mod_wsgi.subscribe_events(lambda name, **payload: name.startswith('process') and note(f'first {name} {payload}'))
atexit.register(note, 'exit')
stop = threading.Event()
mod_wsgi.subscribe_shutdown(lambda name, **payload: stop.set())
def application(environ, start_response):
    if environ['wsgi.input'].read() == b'wait':
        assert stop.wait(60)
    start_response('200 OK', [])
    return [b'done']
";

#[test]
fn applications_hear_of_signals_and_of_the_end_once_and_requests_that_wait_for_it_end() {
    be_a_daemon(false);
    plan_for(
        "own",
        GroupPlan {
            isolation: Isolation::OwnGil,
            ..GroupPlan::DEFAULT
        },
    );
    let path = std::env::temp_dir().join(format!("clutch-told-{}", std::process::id()));
    let source = TOLD.replace("{path:?}", &format!("{path:?}"));
    let apps = ["", "sub", "own"].map(|group| App::new(group, &source));
    for app in &apps {
        let (_, memory) = app.get();
        assert_eq!(memory.text(), "done", "{}", memory.log());
    }
    engine().signal(libc_sighup());
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| apps[1].post(b"wait").1.text());
        std::thread::sleep(std::time::Duration::from_millis(200));
        engine().announce_stop("maximum_requests");
        assert_eq!(waiting.join().unwrap(), "done");
    });
    engine().stop(5000, "shutdown_signal");
    let told = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let of = |group: &str| -> Vec<&str> {
        let prefix = format!("{group}: ");
        told.lines()
            .filter_map(|line| line.strip_prefix(&prefix))
            .collect()
    };
    for group in ["main", "sub", "own"] {
        assert_eq!(
            of(group),
            [
                "first process_signal {'signame': 'SIGHUP', 'signum': 1}",
                "second process_signal {'signame': 'SIGHUP', 'signum': 1}",
                "first process_stopping {'shutdown_reason': 'maximum_requests'}",
                "last process_stopping {'shutdown_reason': 'maximum_requests'}",
                "exit",
            ],
            "{group}: {:?}",
            server_log()
        );
    }
}

/// SIGHUP.
fn libc_sighup() -> i32 {
    1
}
