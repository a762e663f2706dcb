//! What a replaced interpreter leaves in the memory of its process.

use clutch_tests::support::{
    Connection, Httpd, Plan, Request, installation, mode, process, python, wait,
};

use super::is_ours;

/// Requests that are served at once, each by a thread of its own.
const THREADS: u32 = 16;

/// Reloads before the first measurement, in which allocators reach their size.
const WARM_UP: u32 = 25;
const RELOADS: u32 = 40;

/// A server with one process whose application is replaced when its script changes.
fn started(config: &str, script: &str) -> Httpd {
    Plan::new()
        .script("app.wsgi", script)
        .workers(THREADS)
        .config(&format!(
            "LogLevel warn wsgi:info\nClutchReload group\nClutchReloadUnit interpreter\n{config}\n\
             ClutchMaxReplacements 1000000\nWSGIScriptAlias / ${{APP}}/app.wsgi"
        ))
        .start()
}

/// Asks as many times at once as there are threads; the process that has answered.
fn ask_all(httpd: &Httpd) -> u32 {
    let mut connections: Vec<_> = (0..THREADS).map(|_| httpd.connect()).collect();
    let request = Request::get("/");
    connections
        .iter_mut()
        .for_each(|one| one.send(request.bytes()));
    let answer = |one: &mut Connection| one.response().ok().parse().expect("a number");
    let pids: Vec<u32> = connections.iter_mut().map(answer).collect();
    assert!(
        pids.iter().all(|pid| *pid == pids[0]),
        "one process: {pids:?}"
    );
    pids[0]
}

/// KiB that the process grows by with each of many replacements.
fn kept(httpd: &Httpd, script: impl Fn(u32) -> String) -> f64 {
    let (mut pid, mut before) = (ask_all(httpd), 0);
    for version in 1..=WARM_UP + RELOADS {
        httpd.save("app.wsgi", &script(version));
        pid = ask_all(httpd);
        if version == WARM_UP {
            httpd.log().wait_for_count("has ended", WARM_UP as usize);
            before = process::resident(pid);
        }
    }
    httpd
        .log()
        .wait_for_count("has ended", (WARM_UP + RELOADS) as usize);
    let grown = process::resident(pid).cast_signed() - before.cast_signed();
    grown as f64 / f64::from(RELOADS)
}

/// Whether `test` is about this Python and this MPM.
fn gives_memory_back(test: &str) -> bool {
    let why = match () {
        () if python::minor() < 14 => "interpreters of this Python keep memory",
        () if installation::is_prefork() => "a process of prefork has one thread",
        () => return is_ours(test),
    };
    installation::skipped(test, why);
    false
}

#[test]
fn an_interpreter_with_its_own_gil_gives_its_memory_back_also_if_its_application_uses_threads() {
    let test = "an_interpreter_with_its_own_gil_gives_its_memory_back_also_if_its_application_uses_threads";
    if !gives_memory_back(test) {
        return;
    }
    // `threading` keeps the stream for errors until the interpreter's last collection of garbage.
    let script = |version: u32| {
        format!(
            "import os, threading\ndef application(environ, start_response):\n    start_response('200 OK', [])\n    \
             return [b'%d' % os.getpid()]  # {version}\n"
        )
    };
    let httpd = started("ClutchIsolation own-gil", &script(0));
    let each = kept(&httpd, script);
    println!("{each:.0} KiB a replacement");
    assert!(each < 500.0, "{each} KiB"); // It has 2.3 MB.
}

#[test]
fn threads_that_have_served_a_replaced_interpreter_leave_nothing_in_it() {
    let test = "threads_that_have_served_a_replaced_interpreter_leave_nothing_in_it";
    if !gives_memory_back(test) {
        return;
    }
    // Each thread is in a call when the others come, and needs room for its frames.
    let script = |version: u32| {
        format!(
            "import os, time\ndef deep(n):\n    a = b = c = d = e = f = g = h = n\n    return deep(n - 1) if n else n\n\
             def application(environ, start_response):\n    deep(60)\n    time.sleep(0.1)\n    \
             start_response('200 OK', [])\n    return [b'%d' % os.getpid()]  # {version}\n"
        )
    };
    let httpd = started("ClutchIsolation shared-gil", &script(0));
    let each = kept(&httpd, script);
    println!("{each:.0} KiB a replacement");
    assert!(each < f64::from(THREADS) * 10.0, "{each} KiB"); // The frames of a thread have 16 KiB.
}

/// An application that takes memory of the process's with each interpreter, as some extension modules do, and `count` MiB of
/// it; nobody gives that back.
fn losing(count: u32) -> String {
    format!(
        "import ctypes, os\nlibc = ctypes.CDLL(None)\nlibc.malloc.restype = ctypes.c_void_p\nsize = {count} << 20\n\
         size and ctypes.memset(libc.malloc(ctypes.c_size_t(size)), 1, size)\n\
         def application(environ, start_response):\n    start_response('200 OK', [])\n    \
         return [b'%d' % os.getpid()]\n"
    )
}

/// A server with an application that is replaced after each request, and loses so many MiB each time.
fn replaced_always(count: u32) -> Httpd {
    Plan::new()
        .script("app.wsgi", &losing(count))
        .workers(1)
        .config("LogLevel warn wsgi:info\nClutchMaxRequests 1\nWSGIScriptAlias / ${APP}/app.wsgi")
        .allows_log("CLUTCH0003")
        .allows_log("restarting gracefully")
        .start()
}

/// Asks once, and waits until the interpreter that has answered has ended; the process.
fn have_replaced(httpd: &Httpd, count: usize) -> u32 {
    let pid = httpd.get("/").ok().parse().expect("a number");
    httpd.log().wait_for_count("has ended", count);
    pid
}

#[test]
fn a_process_whose_replaced_interpreters_have_kept_too_much_memory_is_replaced_without_a_lost_request()
 {
    let test = "a_process_whose_replaced_interpreters_have_kept_too_much_memory_is_replaced_without_a_lost_request";
    if !is_ours(test) {
        return;
    }
    let httpd = replaced_always(16);
    let first = httpd.get("/").ok().to_owned();
    let told = || httpd.log().count("CLUTCH0003") > 0;
    wait::until_true("another process, or the wish for one", || {
        httpd.get("/").ok() != first || told()
    });
    // 128 MiB are 8 times 16, and the measure lags a little behind.
    assert!(httpd.log().count("has ended") >= 8);
    wait::until_true("another process", || httpd.get("/").ok() != first);
    if !mode::is_daemon() {
        let line = httpd.log().matching("CLUTCH0003").swap_remove(0);
        assert!(
            line.contains("interpreters have been replaced, and have kept 1"),
            "{line}"
        );
    }
}

#[test]
fn a_process_whose_replaced_interpreters_keep_little_goes_on() {
    if !is_ours("a_process_whose_replaced_interpreters_keep_little_goes_on") {
        return;
    }
    let httpd = replaced_always(0);
    let first = have_replaced(&httpd, 1);
    for count in 2..=40 {
        assert_eq!(have_replaced(&httpd, count), first);
    }
    assert_eq!(httpd.log().count("CLUTCH0003"), 0);
}
