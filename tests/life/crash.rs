//! A child that dies costs its own requests, and httpd starts another.

use clutch_tests::support::process::{self, Signal};
use clutch_tests::support::{Ending, Httpd, Request, app, mode, wait};

#[test]
fn a_killed_process_is_replaced() {
    let httpd = Httpd::serving(&app::answering("os.getpid()"))
        .allows_log("was ended by signal 9")
        .start();
    let first: u32 = httpd.get("/").ok().parse().unwrap();
    process::signal(first, Signal::KILL);
    wait::until_true("the process to be gone", || !process::exists(first));
    let second: u32 = httpd.get("/").ok().parse().unwrap();
    assert_ne!(first, second);
}

#[test]
fn an_application_that_ends_its_process_costs_one_response_and_the_client_can_tell() {
    let httpd = Httpd::serving(app::RUNNING).allows_log("").start();
    for statements in [
        "os._exit(3)",
        "ok()\nyield b'first'\nos._exit(3)",
        "os.kill(os.getpid(), 11)\nwhile True: pass",
    ] {
        let old = httpd.hosts();
        let mut client = httpd.connect();
        client.send(Request::get(&app::target(statements)).bytes());
        match client.try_head() {
            Some(head) if statements.contains("first") => {
                assert_eq!(head.status, 200, "{statements}");
                assert_eq!(client.chunk().unwrap(), b"first");
                assert_eq!(client.chunk(), None, "no last chunk");
            }
            // A child takes its client's connection with it; a daemon does not.
            head => assert_eq!(
                head.map(|head| head.status),
                mode::is_daemon().then_some(502),
                "{statements}"
            ),
        }
        wait::until_true("the process to be gone", || {
            !old.iter().any(|&pid| process::exists(pid))
        });
        assert_eq!(
            httpd.get(&app::target("ok()\nreturn [b'served']")).ok(),
            "served"
        );
    }
}

#[test]
fn exhausting_the_stack_or_the_memory_of_python_is_500_and_the_process_lives() {
    let httpd = Httpd::serving(app::RUNNING)
        .expects_log("[wsgi:error]")
        .start();
    let pid = app::target("ok()\nreturn [str(os.getpid()).encode()]");
    let before = httpd.get(&pid).ok().to_owned();
    for statements in [
        "def f(n):\n    return f(n + 1)\nf(0)",
        "bytes(2**62)",
        "[0] * 2**62",
    ] {
        assert_eq!(
            httpd.get(&app::target(statements)).status,
            500,
            "{statements}"
        );
        assert_eq!(httpd.get(&pid).ok(), before, "{statements}");
    }
}

#[test]
fn a_client_that_resets_in_every_phase_harms_nobody() {
    let httpd = Httpd::serving(app::RUNNING)
        .allows_log("[wsgi:error]")
        .start();
    let pid = app::target("ok()\nreturn [str(os.getpid()).encode()]");
    let before = httpd.get(&pid).ok().to_owned();
    let stream = app::target("ok()\nfor _ in range(50):\n    yield b'x' * 100000");
    for bytes in [
        b"GET / HT".to_vec(),
        Request::post(&stream, "").header("X", "y").bytes()[..30].to_vec(),
        Request::get(&stream).bytes(),
        Request::get(&stream).keep_alive().bytes().repeat(3),
        Request::post(
            &app::target("environ['wsgi.input'].read()\nok()\nreturn []"),
            "abc",
        )
        .head_bytes(),
    ] {
        for _ in 0..5 {
            let mut client = httpd.connect();
            client.send(&bytes);
            drop(client);
        }
    }
    let after = httpd.get(&pid);
    assert_eq!(
        (after.ok(), after.ending),
        (before.as_str(), Ending::Complete)
    );
}
