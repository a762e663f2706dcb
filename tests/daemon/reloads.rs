//! New code in daemons, where it is the process that is replaced for it (`ClutchReloadUnit process`, which holds without it).

use std::fs;
use std::thread;
use std::time::Duration;

use clutch_tests::support::daemons::{self, wait_for_end};
use clutch_tests::support::{Httpd, Plan, app, load, wait};

use super::operators::{clutch, said};

/// Application groups: the main interpreter, and another one.
const GROUPS: [&str; 2] = ["%{GLOBAL}", "other"];

/// A script that answers with this expression, and a module `other` beside it with a `word`.
fn with_module(options: &str, group: &str, config: &str) -> Plan {
    let script = format!(
        "import sys, os\nsys.path.insert(0, os.path.dirname(__file__))\nsys.dont_write_bytecode = True\nimport other\n{}",
        app::answering("f'{other.word} {os.getpid()}'")
    );
    daemons::serving(options, &script)
        .script("other.py", "word = 'old'\n")
        .config(&format!("WSGIApplicationGroup {group}\n{config}"))
}

/// The word and the process that answer.
fn answer(httpd: &Httpd) -> (String, u32) {
    let text = httpd.get("/").ok().to_owned();
    let (word, pid) = text.split_once(' ').unwrap();
    (word.to_owned(), pid.parse().unwrap())
}

#[test]
fn reload_required_replaces_the_process_and_the_request_gets_what_the_new_one_says() {
    let script = format!(
        "import os\nwanted = os.path.join(os.path.dirname(__file__), 'wanted')\nseen = os.path.exists(wanted)\n\
         def reload_required(path):\n    assert path == __file__, path\n    return os.path.exists(wanted) != seen\n{}",
        app::answering("f'{seen} {os.getpid()}'")
    );
    for group in GROUPS {
        let httpd = daemons::serving("", &script)
            .config(&format!("WSGIApplicationGroup {group}"))
            .start();
        let old = answer(&httpd);
        assert_eq!(old.0, "False", "{group}");
        assert_eq!(answer(&httpd), old, "{group}");
        fs::write(httpd.script("wanted"), "").unwrap();
        let new = answer(&httpd);
        assert_eq!(new.0, "True", "{group}");
        assert_ne!(new.1, old.1, "{group}");
        wait_for_end(old.1);
        assert_eq!(answer(&httpd), new, "{group}");
    }
}

#[test]
fn a_reload_required_that_always_says_yes_gives_each_request_a_process_and_an_answer() {
    let script = format!(
        "def reload_required(path):\n    return True\n{}",
        app::answering("os.getpid()")
    );
    let httpd = daemons::serving("", &script).start();
    let pids: Vec<String> = (0..3).map(|_| httpd.get("/").ok().to_owned()).collect();
    assert!(pids[0] != pids[1] && pids[1] != pids[2], "{pids:?}");
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| httpd.get("/").ok().to_owned());
        }
    });
}

#[test]
fn a_changed_module_replaces_the_process_and_the_request_gets_the_new_code() {
    for group in GROUPS {
        let httpd = with_module("", group, "ClutchReload modules").start();
        let mut last = answer(&httpd);
        assert_eq!((&last.0[..], answer(&httpd)), ("old", last.clone()));
        for word in ["new", "newer"] {
            httpd.save("other.py", &format!("word = '{word}'\n"));
            let new = answer(&httpd);
            assert_eq!(new.0, word, "{group}");
            assert_ne!(new.1, last.1, "{group}");
            assert_eq!(answer(&httpd), new, "{group}: it stays");
            last = new;
        }
    }
}

#[test]
fn a_changed_module_holds_up_no_request_where_the_policy_is_seamless() {
    for group in GROUPS {
        let config = "ClutchReload modules\nClutchReloadPolicy seamless";
        let httpd = with_module("threads=2", group, config).start();
        let old = answer(&httpd);
        let slow = "import time\ntime.sleep(3)\nword = 'new'\n";
        let outcomes = load::during(&httpd, 50, "/", || {
            httpd.save("other.py", slow);
            wait::until_true("the new code", || answer(&httpd).0 == "new");
        });
        load::all_ok(&outcomes, 40);
        let longest = load::longest(&outcomes);
        assert!(longest < Duration::from_secs(2), "{group}: {longest:?}");
        wait_for_end(old.1);
    }
}

/// Broken code is saved under load, then other broken code, then good code: with `name` the file that changes.
fn broken_code_leaves_the_old_process(name: &str, config: &str, code: impl Fn(&str) -> String) {
    for group in GROUPS {
        let httpd = with_module("threads=2", group, config)
            .expects_log("CLUTCH0515")
            .allows_log("[wsgi:error]")
            .start();
        let old = answer(&httpd);
        let outcomes = load::during(&httpd, 50, "/", || {
            for (number, broken) in ["broken = 1 / 0", "broken = 2 / 0"].into_iter().enumerate() {
                httpd.save(name, broken);
                httpd.log().wait_for_count("CLUTCH0515", number + 1);
                assert_eq!(answer(&httpd), old, "{group}");
                thread::sleep(Duration::from_millis(300)); // and it is not tried again and again
                assert_eq!(httpd.log().count("CLUTCH0515"), number + 1, "{group}");
                let status = said(&clutch(&httpd, &["status"]));
                assert!(status.contains("the new one does not load"), "{status}");
            }
            httpd.save(name, &code("new"));
            wait::until_true("the new code", || answer(&httpd).0 == "new");
        });
        load::all_ok(&outcomes, 30);
        wait_for_end(old.1);
    }
}

#[test]
fn a_script_that_does_not_load_leaves_the_old_process_where_the_policy_is_seamless() {
    broken_code_leaves_the_old_process("app.wsgi", "ClutchReloadPolicy seamless", |word| {
        let answer = format!("f'{word} {{os.getpid()}}'");
        format!("import os\n{}", app::answering(&answer))
    });
}

#[test]
fn a_module_that_does_not_load_leaves_the_old_process_where_the_policy_is_seamless() {
    let config = "ClutchReload modules\nClutchReloadPolicy seamless";
    broken_code_leaves_the_old_process("other.py", config, |word| format!("word = '{word}'\n"));
}

#[test]
fn a_changed_module_under_load_costs_no_request() {
    let config = "ClutchReload modules\nClutchReloadPolicy fresh";
    let httpd = with_module("threads=2 processes=2", "%{GLOBAL}", config).start();
    answer(&httpd);
    let outcomes = load::during(&httpd, 50, "/", || {
        for word in ["new", "newest"] {
            thread::sleep(Duration::from_millis(500));
            httpd.save("other.py", &format!("word = '{word}'\n"));
            assert_eq!(answer(&httpd).0, word);
        }
    });
    load::all_ok(&outcomes, 10);
}

#[test]
fn clutch_reload_off_and_script_leave_the_process_when_a_module_changes() {
    for (word, sees_script) in [("off", false), ("script", true), ("group", true)] {
        let httpd = with_module("", "%{GLOBAL}", &format!("ClutchReload {word}")).start();
        let old = answer(&httpd);
        httpd.save("other.py", "word = 'new'\n");
        assert_eq!(answer(&httpd), old, "{word}");
        httpd.save("app.wsgi", &app::answering("f'changed {os.getpid()}'"));
        let new = answer(&httpd);
        assert_eq!(new != old, sees_script, "{word}");
        assert_eq!(new.0 == "changed", sees_script, "{word}");
    }
}

#[test]
fn script_reloading_off_has_nothing_looked_at() {
    let httpd = with_module(
        "",
        "%{GLOBAL}",
        "ClutchReload modules\nWSGIScriptReloading Off",
    )
    .start();
    let old = answer(&httpd);
    httpd.save("other.py", "word = 'new'\n");
    httpd.save("app.wsgi", &app::answering("'new 1'"));
    assert_eq!(answer(&httpd), old);
}

#[test]
fn interpreters_may_be_replaced_by_an_operator_and_by_new_code_in_turns() {
    let script = |version: u32| app::answering(&format!("({version}, os.getpid())"));
    let plan = daemons::serving("", &script(0))
        .config("WSGIApplicationGroup site\nClutchReload group\nClutchReloadUnit interpreter");
    let httpd = plan.start();
    httpd.get("/").ok();
    let pid = httpd.daemon();
    for version in 1..6 {
        // The thread that the operator's request comes to makes an interpreter, and another thread sees to its end.
        let output = clutch(&httpd, &["reload", "shop", "--application-group", "site"]);
        assert!(output.status.success(), "{}", said(&output));
        let ended = |count| wait::until_true("ends", || httpd.log().count("has ended") == count);
        ended(2 * version as usize - 1);
        httpd.get("/").ok();
        httpd.save("app.wsgi", &script(version));
        assert_eq!(httpd.get("/").ok(), format!("({version}, {pid})"));
        ended(2 * version as usize);
    }
}
