//! An interpreter is created once, by the first request that needs it, and nobody else waits for that.

use std::thread;

use clutch_tests::support::{Httpd, Plan, app, installation, reference};

#[test]
fn an_interpreter_is_created_once_under_concurrency() {
    if installation::is_prefork() {
        return installation::skipped(
            "an_interpreter_is_created_once_under_concurrency",
            "needs threads",
        );
    }
    let script = format!(
        "import os\nwith open(os.path.join(os.path.dirname(__file__), '../out/loads'), 'a') as file:\n    file.write('x')\n\
         from itertools import count\ncounter = count(1)\n{}",
        app::answering("next(counter)")
    );
    let httpd = Httpd::serving(&script).workers(16).start();
    let mut seen: Vec<u32> = thread::scope(|scope| {
        let clients: Vec<_> = (0..16)
            .map(|_| scope.spawn(|| httpd.get("/").ok().parse().unwrap()))
            .collect();
        clients
            .into_iter()
            .map(|client| client.join().unwrap())
            .collect()
    });
    seen.sort_unstable();
    assert_eq!(seen, (1..=16).collect::<Vec<u32>>());
    assert_eq!(httpd.written("loads"), "x");
}

/// A script that stands at the gate `${OUT}/gate` while it is loaded.
fn slow_script() -> String {
    format!(
        "import os\nopen(os.path.join(os.path.dirname(__file__), '../out/gate')).read()\n{}",
        app::answering("'slow'")
    )
}

#[test]
fn loading_a_slow_script_holds_up_no_other_group() {
    let name = "loading_a_slow_script_holds_up_no_other_group";
    if !reference::ours_only(
        name,
        "one lock serialises its loads and its checks for changes",
    ) {
        return;
    }
    let httpd = Plan::new()
        .script("slow.wsgi", &slow_script())
        .script("fast.wsgi", &app::answering("'fast'"))
        .config("WSGIScriptAlias /slow ${APP}/slow.wsgi\nWSGIScriptAlias /ready ${APP}/fast.wsgi")
        .config("WSGIScriptAlias /new ${APP}/fast.wsgi\nWSGIScriptAlias /main ${APP}/fast.wsgi application-group=%{GLOBAL}")
        .workers(3)
        .start();
    let gate = httpd.gate("gate");
    assert_eq!(httpd.get("/ready").ok(), "fast");
    thread::scope(|scope| {
        let slow = scope.spawn(|| httpd.get("/slow").ok().to_owned());
        gate.wait_for_reader();
        for path in ["/ready", "/new", "/main", "/ready", "/new"] {
            assert_eq!(httpd.get(path).ok(), "fast", "{path}");
        }
        gate.open();
        assert_eq!(slow.join().unwrap(), "slow");
    });
}

#[test]
fn many_groups_live_side_by_side() {
    let httpd = Plan::new()
        .script(
            "app.wsgi",
            &app::answering("environ['mod_wsgi.application_group']"),
        )
        .config("WSGIScriptAliasMatch ^/g[0-9]+ ${APP}/app.wsgi")
        .start();
    for _ in 0..2 {
        for number in 0..25 {
            assert_eq!(
                httpd.get(&format!("/g{number}")).ok(),
                format!("localhost|/g{number}")
            );
        }
    }
}
