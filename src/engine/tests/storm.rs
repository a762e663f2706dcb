//! Many interpreters made, used and ended at the same time, while another serves; and what one has to do with the main one's lock.

mod support;

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use ffi_engine::abi::{GroupPlan, Isolation, Reload};
use support::files::{until, write};
use support::{App, plan_for, server_log};

const GROUPS: [&str; 6] = ["storm1", "storm2", "storm3", "storm4", "storm5", "storm6"];
/// Fewer where each end is slow because all share one GIL.
const CYCLES: usize = if cfg!(Py_3_14) { 40 } else { 10 };

fn source(cycle: usize) -> String {
    format!(
        "
import datetime, decimal, json, logging, re, threading, sqlite3
def application(environ, start_response):
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    start_response('200 OK', [])
    return [json.dumps([{cycle}, str(datetime.date(2020, 1, 1))]).encode()]
"
    )
}

/// Own GILs where this Python can end them, else one that all share.
fn plan() -> GroupPlan<'static> {
    GroupPlan {
        isolation: if cfg!(Py_3_14) {
            Isolation::OwnGil
        } else {
            Isolation::SharedGil
        },
        reload: Reload::Group,
        ..GroupPlan::DEFAULT
    }
}

#[test]
fn interpreters_come_and_go_in_parallel_while_another_serves() {
    for group in GROUPS {
        plan_for(group, plan());
    }
    plan_for("steady", plan());
    let steady = App::new("steady", &source(0));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let serving = scope.spawn(|| {
            let mut served = 0;
            while !done.load(Ordering::Relaxed) {
                assert_eq!(steady.get().1.text(), "[0, \"2020-01-01\"]");
                served += 1;
            }
            served
        });
        let cycles = GROUPS.map(|group| {
            scope.spawn(move || {
                let app = App::new(group, &source(0));
                for cycle in 0..CYCLES {
                    write(&app.path, &source(cycle));
                    let (status, memory) = app.get();
                    assert_eq!(
                        memory.text(),
                        format!("[{cycle}, \"2020-01-01\"]"),
                        "{status:?} {}",
                        memory.log()
                    );
                }
            })
        });
        let outcomes = cycles.map(|one| one.join());
        done.store(true, Ordering::Relaxed);
        assert!(outcomes.iter().all(Result::is_ok), "{:?}", server_log());
        assert!(serving.join().unwrap() > 0);
    });
    let ended = || {
        let told = server_log();
        let odd = told
            .iter()
            .find(|line| line.contains("left as it is") || line.contains("panic"));
        assert!(odd.is_none(), "{odd:?}");
        let ended = told.iter().filter(|line| line.ends_with("has ended"));
        (ended.count() >= GROUPS.len() * (CYCLES - 1)).to_string()
    };
    until("true", ended);
}

/// Resident memory of this process in KiB.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number
        .and_then(|number| number.parse().ok())
        .expect("Linux tells the resident memory of a process")
}

#[test]
#[ignore = "slow: a look at the memory of 1,000 replacements; run it with --ignored --nocapture"]
fn a_thousand_replacements_keep_the_memory_flat() {
    plan_for("flat", plan());
    let app = App::new("flat", &source(0));
    let mut after_warm_up = 0;
    for cycle in 0..1_000 {
        write(&app.path, &source(cycle));
        assert!(app.get().1.text().starts_with(&format!("[{cycle},")));
        if cycle == 200 {
            after_warm_up = resident();
        }
    }
    let each = resident().saturating_sub(after_warm_up) as f64 / 800.0;
    println!("resident memory grows by {each:.1} KiB with each replacement");
    let allowed = if cfg!(Py_3_14) { 20.0 } else { 1_500.0 };
    assert!(each < allowed, "{each} KiB");
}

/// Keeps its GIL for three seconds, and says when it has begun to.
const KEEPING_THE_GIL: &str = "
import ctypes, pathlib
def application(environ, start_response):
    pathlib.Path(__file__ + '.begun').touch()
    ctypes.PyDLL(None).usleep(3_000_000)
    start_response('200 OK', [])
    return [b'kept']
";

#[test]
fn a_call_with_a_lock_of_its_own_does_not_wait_for_who_has_that_of_the_main_interpreter() {
    let version = env!("CLUTCH_PYTHON_VERSION");
    if !["3.13", "3.14"].contains(&version) {
        return eprintln!(
            "SKIPPED: locks of their own, and a way around the main one: not in Python {version}"
        );
    }
    plan_for(
        "apart",
        GroupPlan {
            isolation: Isolation::OwnGil,
            ..plan()
        },
    );
    let apart = App::new("apart", &source(0));
    let keeping = App::new("", KEEPING_THE_GIL);
    assert_eq!(apart.get().0, None); // It is there, and so is this thread's state in it.
    thread::scope(|scope| {
        let kept = scope.spawn(|| keeping.get().1.text());
        let begun = format!("{}.begun", keeping.path.display());
        until("true", || fs::exists(&begun).unwrap().to_string());
        for _ in 0..10 {
            assert_eq!(apart.get().0, None);
        }
        assert!(!kept.is_finished(), "the calls have waited for the GIL");
        assert_eq!(kept.join().unwrap(), "kept");
    });
}
