//! `ClutchReload` and `ClutchReloadPolicy`: new code by a new interpreter, and no request lost.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clutch_tests::support::{Httpd, Plan, app, mode, wait};

use super::is_ours;

fn script(word: &str) -> String {
    let count = "import sys, os\nsys.path.insert(0, os.path.dirname(__file__))\nsys.dont_write_bytecode = True\n\
                 sys.loads = getattr(sys, 'loads', 0) + 1\n";
    format!(
        "{count}{}",
        app::answering(&format!("('{word}', sys.loads, os.getpid())"))
    )
}

/// A server whose processes stay when their code changes.
fn plan(config: &str) -> Plan {
    Plan::new()
        .script("app.wsgi", &script("old"))
        .config(&format!(
            "{config}\nClutchReloadUnit interpreter\nWSGIScriptAlias / ${{APP}}/app.wsgi"
        ))
}

#[test]
fn clutch_reload_group_gives_a_changed_script_a_new_interpreter_in_the_same_process() {
    if !is_ours("clutch_reload_group_gives_a_changed_script_a_new_interpreter_in_the_same_process")
    {
        return;
    }
    let httpd = plan("LogLevel warn wsgi:info\nClutchReload group").start();
    let old = httpd.get("/").ok().to_owned();
    assert_eq!(httpd.get("/").ok(), old);
    for word in ["new", "newer", "newest"] {
        httpd.save("app.wsgi", &script(word));
        assert_eq!(
            httpd.get("/").ok(),
            old.replace("'old'", &format!("'{word}'"))
        );
    }
    httpd.wait_for_log("has ended");
}

#[test]
fn clutch_reload_off_goes_on_with_the_code_it_has() {
    if !is_ours("clutch_reload_off_goes_on_with_the_code_it_has") {
        return;
    }
    for unit in ["interpreter", "process"] {
        let httpd = plan("ClutchReload off")
            .config(&format!("ClutchReloadUnit {unit}"))
            .start();
        let old = httpd.get("/").ok().to_owned();
        httpd.save("app.wsgi", &script("new"));
        assert_eq!(httpd.get("/").ok(), old, "{unit}");
    }
}

#[test]
fn clutch_reload_modules_sees_every_source_file_that_was_imported_also_later() {
    if !is_ours("clutch_reload_modules_sees_every_source_file_that_was_imported_also_later") {
        return;
    }
    let script = format!(
        "import sys, os\nsys.path.insert(0, os.path.dirname(__file__))\nsys.dont_write_bytecode = True\nimport early\n\
         {}",
        app::answering("early.word + __import__('later').word")
    );
    let httpd = Plan::new()
        .script("app.wsgi", &script)
        .script("early.py", "word = 'a'\n")
        .script("later.py", "word = 'b'\n")
        .config("ClutchReload modules")
        .config("WSGIScriptAlias / ${APP}/app.wsgi")
        .start();
    assert_eq!(httpd.get("/").ok(), "ab");
    for (file, word, both) in [
        ("early.py", "c", "cb"),
        ("later.py", "d", "cd"),
        ("early.py", "e", "ed"),
    ] {
        httpd.save(file, &format!("word = '{word}'\n"));
        assert_eq!(httpd.get("/").ok(), both);
    }
}

#[test]
fn fresh_shows_the_error_of_new_code_and_goes_on_when_it_is_mended() {
    if !is_ours("fresh_shows_the_error_of_new_code_and_goes_on_when_it_is_mended") {
        return;
    }
    let httpd = plan("ClutchReload group")
        .expects_log("SyntaxError")
        .allows_log("")
        .start();
    httpd.get("/").ok();
    httpd.save("app.wsgi", "this is no Python\n");
    assert_eq!(httpd.get("/").head.status, 500);
    httpd.save("app.wsgi", &script("mended"));
    assert!(httpd.get("/").ok().starts_with("('mended', 1,"));
}

#[test]
fn clutch_reload_policy_seamless_serves_the_old_code_until_the_new_one_loads() {
    if !is_ours("clutch_reload_policy_seamless_serves_the_old_code_until_the_new_one_loads") {
        return;
    }
    let httpd = plan("ClutchReload group\nClutchReloadPolicy seamless")
        .expects_log("cannot be loaded")
        .allows_log("")
        .start();
    let old = httpd.get("/").ok().to_owned();
    httpd.save("app.wsgi", "this is no Python\n");
    assert_eq!(httpd.get("/").ok(), old);
    httpd.wait_for_log("SyntaxError");
    for _ in 0..50 {
        assert_eq!(httpd.get("/").ok(), old);
    }
    assert_eq!(httpd.log().count("app.wsgi cannot be loaded"), 1);
    httpd.save("app.wsgi", &script("new"));
    wait::until_true("the new code", || {
        httpd.get("/").ok().starts_with("('new', 1,")
    });
}

/// Requests from four clients without pause, while the code changes every 100 ms; gives the longest wait.
fn under_load(httpd: &Httpd) -> Duration {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let (mut longest, mut last) = (Duration::ZERO, 0);
                    while !done.load(Ordering::Relaxed) {
                        let begun = Instant::now();
                        let answer = httpd.get("/").ok().to_owned();
                        longest = longest.max(begun.elapsed());
                        let version: u32 = answer.parse().unwrap();
                        assert!(version >= last, "{version} after {last}");
                        last = version;
                    }
                    longest
                })
            })
            .collect();
        for version in 2..32 {
            httpd.save("app.wsgi", &app::answering(&version.to_string()));
            thread::sleep(Duration::from_millis(100));
        }
        wait::until_true("the last code", || httpd.get("/").ok() == "31");
        done.store(true, Ordering::Relaxed);
        clients
            .into_iter()
            .map(|one| one.join().unwrap())
            .max()
            .unwrap()
    })
}

#[test]
fn no_request_fails_while_the_code_changes_all_the_time() {
    if !is_ours("no_request_fails_while_the_code_changes_all_the_time") {
        return;
    }
    let of_processes = mode::is_daemon().then_some(("process", "fresh"));
    let all = [("interpreter", "fresh"), ("interpreter", "seamless")];
    for (unit, policy) in all.into_iter().chain(of_processes) {
        let httpd = Plan::new()
            .script("app.wsgi", &app::answering("1"))
            .config(&format!(
                "ClutchReload group\nClutchReloadPolicy {policy}\nClutchReloadUnit {unit}\n\
                 WSGIScriptAlias / ${{APP}}/app.wsgi"
            ))
            .start();
        let longest = under_load(&httpd);
        println!("{unit}, {policy}: the longest request took {longest:?}");
    }
}

#[test]
fn a_module_that_is_edited_before_its_late_first_import_costs_no_replacement() {
    if !is_ours("a_module_that_is_edited_before_its_late_first_import_costs_no_replacement") {
        return;
    }
    let script = "import sys, os\nsys.path.insert(0, os.path.dirname(__file__))\nsys.dont_write_bytecode = True\n\
                  def application(environ, start_response):\n    version = None\n    \
                  if environ['PATH_INFO'] == '/late':\n        from late import version\n    \
                  start_response('200 OK', [])\n    return [str(version).encode()]\n";
    let httpd = Plan::new()
        .script("app.wsgi", script)
        .script("late.py", "version = 1\n")
        .workers(1)
        .config(
            "LogLevel warn wsgi:info\nClutchReload modules\nClutchReloadUnit interpreter\n\
             WSGIScriptAlias / ${APP}/app.wsgi",
        )
        .start();
    assert_eq!(httpd.get("/").ok(), "None");
    httpd.save("late.py", "version = 2\n");
    thread::sleep(Duration::from_millis(50)); // No kernel's file times are exact to the millisecond.
    for _ in 0..3 {
        assert_eq!(httpd.get("/late").ok(), "2");
    }
    assert_eq!(httpd.log().count("is replaced"), 0);
    httpd.save("late.py", "version = 3\n");
    assert_eq!(httpd.get("/late").ok(), "3");
    assert_eq!(httpd.log().wait_for_count("is replaced", 1).len(), 1);
}
