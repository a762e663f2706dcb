//! Threads that come and go. One test, because it counts what a whole process has.
#![expect(clippy::unwrap_used, reason = "a test program")]

mod support;

use std::fs;
use std::thread;

use ffi_engine::abi::{GroupPlan, Isolation, Reload};
use support::files::{counting, until, write};
use support::{App, engine, plan_for, server_log};

/// What the threads call.
const QUICK: &str = "
def application(environ, start_response):
    start_response('200 OK', [])
    return [b'quick']
";

/// Answers with the number of thread states that its interpreter has, as the interpreter itself has listed them. To be called while
/// no other thread comes or goes: the list is walked without its lock.
const COUNTING_STATES: &str = "
import ctypes
python = ctypes.pythonapi
for name in ('PyInterpreterState_Get', 'PyInterpreterState_ThreadHead', 'PyThreadState_Next'):
    getattr(python, name).restype = ctypes.c_void_p
def states():
    state = python.PyInterpreterState_ThreadHead(ctypes.c_void_p(python.PyInterpreterState_Get()))
    while state:
        yield state
        state = python.PyThreadState_Next(ctypes.c_void_p(state))
def application(environ, start_response):
    start_response('200 OK', [])
    return [b'%d' % sum(1 for _ in states())]
";

/// Threads in all, and at a time.
const THREADS: usize = 10_000;
const AT_A_TIME: usize = 50;

/// Growth, in KiB, that passes for the allocator's. A lost thread state has at least the 16 KiB of its first frames: 160 MB.
const NOISE: u64 = 4 * 1024;

/// Interpreters whose threads keep their state from call to call, and, up to 3.13, ones whose threads make one for each.
const GROUPS: [&str; 2] = ["stays", "is replaced"];

/// So many threads make one call each, and end.
fn pass(app: &App, threads: usize) {
    for _ in 0..threads / AT_A_TIME {
        thread::scope(|scope| {
            for _ in 0..AT_A_TIME {
                scope.spawn(|| assert_eq!(app.get().0, None));
            }
        });
    }
}

fn states(app: &App) -> usize {
    let (_, memory) = app.get();
    let text = memory.text();
    text.parse().unwrap_or_else(|_| panic!("{}", memory.log()))
}

/// The thread states of both interpreters and the resident memory in KiB, once the process has as few threads as before: a thread
/// gives its states up in its last moments, when its result is there already.
fn settled(main: &App, app: &App, threads_before: usize) -> (usize, usize, u64) {
    until("true", || (threads() <= threads_before).to_string());
    (states(main), states(app), resident())
}

/// Threads of this process, as the kernel counts them.
fn threads() -> usize {
    fs::read_dir("/proc/self/task").unwrap().count()
}

/// Resident memory of this process, in KiB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.unwrap().trim().trim_end_matches(" kB");
    number.parse().unwrap()
}

#[test]
fn ten_thousand_short_lived_threads_leave_no_thread_state_behind() {
    plan_for(
        "is replaced",
        GroupPlan {
            reload: Reload::Group,
            isolation: Isolation::SharedGil,
            ..GroupPlan::DEFAULT
        },
    );
    let main = App::new("", COUNTING_STATES);
    let apps = GROUPS.map(|group| App::new(group, COUNTING_STATES));
    for app in &apps {
        let quick = App::new(app.group, QUICK);
        quick.get();
        let threads_before = threads();
        pass(&quick, 500);
        let before = settled(&main, app, threads_before);
        pass(&quick, THREADS);
        let after = settled(&main, app, threads_before);
        println!("{}: {before:?}, {after:?}", app.group);
        assert_eq!((before.0, before.1), (after.0, after.1), "{}", app.group);
        assert!(before.1 <= 3, "{}: {before:?}", app.group);
        assert!(
            after.2 <= before.2 + NOISE,
            "{}: {before:?}, {after:?}",
            app.group
        );
    }
    write(&apps[1].path, &counting(2));
    assert_eq!(apps[1].get().1.text(), "version 2, seen 1");
    until("true", || {
        let ended = |line: &String| line.contains("'is replaced'") && line.contains("has ended");
        server_log().iter().any(ended).to_string()
    });
    engine().stop(5000, "shutdown_signal");
    let told = server_log();
    assert!(
        !told.iter().any(|line| line.contains("left as it is")),
        "{told:#?}"
    );
}
