//! Groups do not see each other's modules, and requests of one group share one interpreter.

use clutch_tests::support::{MODULE_ERROR, Plan, app, reference};

/// Two groups and the main interpreter, each with a directory of modules of its own and a counter.
fn plan() -> Plan {
    let script = |directory: &str| {
        format!(
            "import os, sys\nsys.path.insert(0, os.path.join(os.path.dirname(__file__), '{directory}'))\nimport same\n{}",
            app::answering(
                "(same.NAME, same.count(), len([m for m in sys.modules if m == 'same']))"
            )
        )
    };
    let module = |name: &str| {
        format!(
            "NAME = '{name}'\ncalls = 0\ndef count():\n    global calls\n    calls += 1\n    return calls\n"
        )
    };
    Plan::new()
        .script("a.wsgi", &script("a"))
        .script("b.wsgi", &script("b"))
        .script("a/same.py", &module("of a"))
        .script("b/same.py", &module("of b"))
}

#[test]
fn two_groups_see_each_their_own_module_of_the_same_name() {
    let httpd = plan()
        .config("WSGIScriptAlias /a ${APP}/a.wsgi\nWSGIScriptAlias /b ${APP}/b.wsgi")
        .start();
    for count in 1..=3 {
        assert_eq!(httpd.get("/a").ok(), format!("('of a', {count}, 1)"));
        assert_eq!(httpd.get("/b").ok(), format!("('of b', {count}, 1)"));
    }
}

#[test]
fn scripts_of_one_group_share_their_modules() {
    let httpd = plan()
        .config("WSGIApplicationGroup shared\nWSGIScriptAlias /a ${APP}/a.wsgi\nWSGIScriptAlias /b ${APP}/b.wsgi")
        .start();
    assert_eq!(httpd.get("/a").ok(), "('of a', 1, 1)");
    assert_eq!(httpd.get("/b").ok(), "('of a', 2, 1)");
}

#[test]
fn the_same_script_in_two_groups_is_two_modules() {
    let httpd = Plan::new()
        .script(
            "app.wsgi",
            &format!(
                "calls = []\n{}",
                app::answering("[calls.append(1), len(calls)][1]")
            ),
        )
        .config("WSGIScriptAlias /a ${APP}/app.wsgi\nWSGIScriptAlias /b ${APP}/app.wsgi")
        .start();
    assert_eq!(
        ["/a", "/a", "/b", "/a"].map(|path| httpd.get(path).ok().to_owned()),
        ["1", "2", "1", "3"]
    );
}

/// What an interpreter can change in itself, and what another sees of it.
const CHANGES: &[(&str, &str)] = &[
    ("setattr(sys, 'mine', 1)", "hasattr(sys, 'mine')"),
    (
        "setattr(__import__('builtins'), 'mine', 1)",
        "hasattr(__import__('builtins'), 'mine')",
    ),
    (
        "setattr(__import__('json'), 'mine', 1)",
        "hasattr(__import__('json'), 'mine')",
    ),
    ("sys.path.append('/mine')", "'/mine' in sys.path"),
    (
        "os.environ.__setitem__('MINE', '1')",
        "'MINE' in os.environ",
    ),
    (
        "setattr(__import__('mod_wsgi'), 'mine', 1)",
        "hasattr(__import__('mod_wsgi'), 'mine')",
    ),
    (
        "setattr(__import__('apache'), 'mine', 1)",
        "hasattr(__import__('apache'), 'mine')",
    ),
    (
        "__import__('warnings').simplefilter('error')",
        "__import__('warnings').filters[0][0] == 'error'",
    ),
    ("setattr(sys, 'stdout', None)", "sys.stdout is None"),
];

#[test]
fn what_one_group_changes_in_its_interpreter_no_other_sees() {
    let httpd = Plan::new()
        .script("app.wsgi", app::EVALUATING)
        .config("WSGIScriptAlias /a ${APP}/app.wsgi\nWSGIScriptAlias /b ${APP}/app.wsgi\nWSGIScriptAlias /main ${APP}/app.wsgi application-group=%{GLOBAL}")
        .start();
    let ask = |path: &str, expression: &str| {
        httpd
            .get(&format!("{path}{}", app::target(expression)))
            .ok()
            .to_owned()
    };
    for (change, look) in CHANGES {
        assert_eq!(ask("/b", look), "False", "before {change}");
        ask("/a", change);
        if change.contains("environ") && reference::is_under_test() {
            continue; // its interpreters share the C environment
        }
        assert_eq!(ask("/a", look), "True", "{change} holds where it was made");
        assert_eq!(
            ask("/b", look),
            "False",
            "{change} is not seen by another group"
        );
        if reference::is_under_test() {
            continue; // its main interpreter sees changes to builtins now and then
        }
        assert_eq!(
            ask("/main", look),
            "False",
            "{change} is not seen by the main interpreter"
        );
    }
}

#[test]
fn global_is_the_main_interpreter_and_every_other_name_is_not() {
    let script = "import sys, threading\ntry:\n    import _interpreters as i\nexcept ImportError:\n    import _xxsubinterpreters as i\n";
    let own = app::answering(
        "getattr(i.get_current(), '__int__', lambda: i.get_current()[0])() == getattr(i.get_main(), '__int__', lambda: i.get_main()[0])()",
    );
    let httpd = Plan::new()
        .script("app.wsgi", &format!("{script}{own}"))
        .config("WSGIScriptAlias /main ${APP}/app.wsgi application-group=%{GLOBAL}\nWSGIScriptAlias /sub ${APP}/app.wsgi")
        .start();
    assert_eq!(httpd.get("/main").ok(), "True");
    assert_eq!(httpd.get("/sub").ok(), "False");
}

#[test]
fn what_fails_in_one_group_leaves_the_other_alone() {
    let httpd = Plan::new()
        .script(
            "bad.wsgi",
            "import sys\nsys.modules.clear()\nraise ValueError('mine')\n",
        )
        .script("good.wsgi", &app::answering("'good'"))
        .config("WSGIScriptAlias /bad ${APP}/bad.wsgi\nWSGIScriptAlias /good ${APP}/good.wsgi")
        .expects_log(MODULE_ERROR)
        .start();
    for _ in 0..3 {
        assert_eq!(httpd.get("/bad").status, 500);
        assert_eq!(httpd.get("/good").ok(), "good");
    }
}
