//! Groups whose interpreters are limited, replaced and ended, in a real Python.

mod support;

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use ffi_engine::abi::{GroupPlan, Isolation, Reload, ReloadPolicy};
use support::files::{counting, until, write};
use support::{App, plan_for, server_log};

#[test]
fn a_changed_script_gets_a_new_interpreter() {
    plan_for(
        "fresh",
        GroupPlan {
            reload: Reload::Group,
            ..GroupPlan::DEFAULT
        },
    );
    let app = App::new("fresh", &counting(1));
    assert_eq!(app.get().1.text(), "version 1, seen 1");
    for version in 2..6 {
        write(&app.path, &counting(version));
        assert_eq!(
            app.get().1.text(),
            format!("version {version}, seen 1"),
            "{:?}",
            server_log()
        );
        assert_eq!(app.get().1.text(), format!("version {version}, seen 1"));
    }
}

#[test]
fn a_changed_module_gets_a_new_interpreter_before_the_next_request() {
    plan_for(
        "modules",
        GroupPlan {
            reload: Reload::Modules,
            ..GroupPlan::DEFAULT
        },
    );
    let folder = std::env::temp_dir().join(format!("clutch-pool-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let helper = folder.join("helper_of_modules.py");
    write(&helper, "VALUE = 1\n");
    let app = App::new(
        "modules",
        &format!(
            "
import sys
sys.path.insert(0, {:?})
sys.dont_write_bytecode = True
def application(environ, start_response):
    import helper_of_modules
    start_response('200 OK', [])
    return [b'%d' % helper_of_modules.VALUE]
",
            folder.to_str().unwrap()
        ),
    );
    for value in 1..6 {
        write(&helper, &format!("VALUE = {value}\n"));
        assert_eq!(app.get().1.text(), value.to_string(), "{:?}", server_log());
    }
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn seamless_keeps_the_old_code_until_the_new_one_loads() {
    plan_for(
        "seamless",
        GroupPlan {
            reload: Reload::Group,
            reload_policy: ReloadPolicy::Seamless,
            ..GroupPlan::DEFAULT
        },
    );
    let app = App::new("seamless", &counting(1));
    assert_eq!(app.get().1.text(), "version 1, seen 1");
    write(&app.path, "this is no Python\n");
    for _ in 0..20 {
        assert_eq!(app.get().1.text(), "version 1, seen 1");
        thread::sleep(Duration::from_millis(10));
    }
    let told = server_log();
    let failures = told.iter().filter(|line| {
        line.contains(app.path.to_str().unwrap()) && line.contains("cannot be loaded")
    });
    assert_eq!(failures.count(), 1, "{told:#?}");
    write(&app.path, &counting(2));
    until("version 2, seen 1", || app.get().1.text());
}

#[test]
fn an_interpreter_is_replaced_after_as_many_requests_as_it_may_serve() {
    plan_for(
        "limited",
        GroupPlan {
            max_requests: 3,
            ..GroupPlan::DEFAULT
        },
    );
    let app = App::new(
        "limited",
        "
import sys
def application(environ, start_response):
    sys.calls = getattr(sys, 'calls', 0) + 1
    start_response('200 OK', [])
    return [b'%d' % sys.calls]
",
    );
    for call in ["1", "2", "3"] {
        assert_eq!(app.get().1.text(), call);
    }
    until("1", || app.get().1.text());
}

#[test]
fn a_full_group_answers_503_and_a_long_wait_504() {
    for (group, queue) in [("full", 0), ("queue", 1)] {
        plan_for(
            group,
            GroupPlan {
                concurrency: 1,
                queue,
                queue_timeout: 50,
                ..GroupPlan::DEFAULT
            },
        );
    }
    let source = "
import time
def application(environ, start_response):
    start_response('200 OK', [])
    time.sleep(1)
    return [b'slept']
";
    for (group, status) in [("full", 503), ("queue", 504)] {
        let app = App::new(group, source);
        thread::scope(|scope| {
            let slow = scope.spawn(|| app.get().1.text());
            thread::sleep(Duration::from_millis(300));
            let (answer, memory) = app.get();
            assert_eq!(answer, Some(status), "{}", memory.log());
            assert_eq!(slow.join().unwrap(), "slept");
        });
    }
}

#[test]
fn a_request_that_runs_too_long_is_interrupted_with_504() {
    plan_for(
        "stuck",
        GroupPlan {
            request_timeout: 200,
            ..GroupPlan::DEFAULT
        },
    );
    let app = App::new(
        "stuck",
        "
import time
def application(environ, start_response):
    if environ['wsgi.input'].read() == b'loop':
        end = time.monotonic() + 30
        while time.monotonic() < end:
            pass
    start_response('200 OK', [])
    return [b'done']
",
    );
    let begun = Instant::now();
    let (status, memory) = app.post(b"loop");
    assert_eq!(status, Some(504), "{}", memory.log());
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert!(memory.log().contains("in application"), "{}", memory.log());
    assert_eq!(app.get().1.text(), "done");
}

#[test]
fn an_idle_interpreter_is_ended_and_made_again() {
    plan_for(
        "idle",
        GroupPlan {
            idle_timeout: 200,
            ..GroupPlan::DEFAULT
        },
    );
    let app = App::new("idle", &counting(1));
    assert_eq!(app.get().1.text(), "version 1, seen 1");
    let gone = || {
        server_log()
            .iter()
            .any(|line| line.contains("'idle'") && line.contains("ClutchIdleTimeout"))
            .to_string()
    };
    until("true", gone);
    assert_eq!(app.get().1.text(), "version 1, seen 1");
}

#[test]
#[cfg_attr(not(Py_3_14), ignore = "own GILs that are ended need 3.14")]
fn several_interpreters_serve_one_group() {
    plan_for(
        "several",
        GroupPlan {
            isolation: Isolation::OwnGil,
            interpreters: 3,
            ..GroupPlan::DEFAULT
        },
    );
    let app = App::new(
        "several",
        "
import time
KEY = object()
def application(environ, start_response):
    start_response('200 OK', [])
    time.sleep(0.2)
    return [str(id(KEY)).encode()]
",
    );
    let begun = Instant::now();
    loop {
        let mut seen: Vec<String> = thread::scope(|scope| {
            let threads: Vec<_> = (0..3).map(|_| scope.spawn(|| app.get().1.text())).collect();
            threads.into_iter().map(|one| one.join().unwrap()).collect()
        });
        seen.sort();
        seen.dedup();
        if seen.len() == 3 {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{seen:?}");
    }
}

#[test]
#[cfg_attr(
    Py_3_13,
    ignore = "from 3.13 on interpreters hand the GIL over to each other"
)]
fn a_request_that_starves_behind_another_group_is_told_once() {
    let greedy = App::new(
        "greedy",
        "
import time
def application(environ, start_response):
    end = time.monotonic() + 2.5
    while time.monotonic() < end:
        pass
    start_response('200 OK', [])
    return [b'done']
",
    );
    let modest = App::new("modest", &counting(1));
    modest.get();
    thread::scope(|scope| {
        scope.spawn(|| greedy.get());
        thread::sleep(Duration::from_millis(300));
        modest.get();
    });
    let told = server_log();
    let lines = told.iter().filter(|line| line.contains("s for the GIL"));
    assert_eq!(lines.count(), 1, "{told:#?}");
}
