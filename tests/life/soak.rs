//! Many graceful restarts: no growth of memory, descriptors, mappings or pthread keys, and no crash.

use std::env;

use clutch_tests::support::{Httpd, Plan, app, process, reference, wait};

/// Restarts before the first measurement, in which allocators and caches reach their size.
const WARM_UP: usize = 20;

/// Each how many-th generation serves a request before the next restart. httpd takes its time to start children.
const SERVED: usize = 4;

/// Growth of the parent's memory, in KiB, that passes for noise of the allocator.
const NOISE: u64 = 1024;

/// Makes pthread keys until there are no more, and answers with their number. A child has those of its parent, so this
/// shows whether the parent loses some at each restart.
const FREE_KEYS: &str = "
import ctypes
libc = ctypes.CDLL(None)
def free_keys():
    keys, key = [], ctypes.c_uint()
    while libc.pthread_key_create(ctypes.byref(key), None) == 0:
        keys.append(key.value)
    for key in keys:
        libc.pthread_key_delete(ctypes.c_uint(key))
    return len(keys)
";

#[derive(Debug, Clone, Copy)]
struct Size {
    resident: u64,
    descriptors: usize,
    mappings: usize,
    free_keys: u32,
}

fn size(httpd: &Httpd) -> Size {
    let pid = httpd.pid();
    Size {
        resident: process::resident(pid),
        descriptors: process::descriptors(pid),
        mappings: process::mappings(pid),
        free_keys: httpd.get("/main").ok().parse().unwrap(),
    }
}

#[test]
fn graceful_restarts_neither_grow_nor_crash_the_parent() {
    let name = "graceful_restarts_neither_grow_nor_crash_the_parent";
    if !reference::ours_only(name, "it loses a pthread key at each restart") {
        return;
    }
    let rounds = env::var("CLUTCH_SOAK").map_or(100, |rounds| {
        rounds.parse().expect("CLUTCH_SOAK is a number")
    });
    let httpd = Plan::new()
        .script("app.wsgi", &format!("import json, logging, threading\n{}", app::answering("'served'")))
        .script("keys.wsgi", &format!("{FREE_KEYS}{}", app::answering("free_keys()")))
        .config("WSGIScriptAlias /main ${APP}/keys.wsgi application-group=%{GLOBAL}\nWSGIScriptAlias / ${APP}/app.wsgi")
        .start();
    let restart = |times: usize| {
        for number in 1..=times {
            httpd.graceful();
            if number % SERVED == 0 {
                assert_eq!(httpd.get("/").ok(), "served");
            }
        }
    };
    restart(WARM_UP);
    let before = size(&httpd);
    restart(rounds);
    let after = size(&httpd);
    assert!(
        after.resident <= before.resident + NOISE
            && after.descriptors <= before.descriptors
            && after.mappings <= before.mappings + 4
            && after.free_keys >= before.free_keys,
        "{before:?} became {after:?} in {rounds} restarts"
    );
    wait::until_true("old children to end", || httpd.children().len() <= 2);
}
