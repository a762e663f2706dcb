//! `os.environ`: each interpreter's own, and not the C environment of all.

use clutch_tests::support::{Httpd, Plan, app, reference};

fn plan() -> Plan {
    Plan::new()
        .script("app.wsgi", app::EVALUATING)
        .environment("GIVEN", "by the operator")
        .config("WSGIScriptAlias /main ${APP}/app.wsgi application-group=%{GLOBAL}")
        .config("WSGIScriptAlias /a ${APP}/app.wsgi\nWSGIScriptAlias /b ${APP}/app.wsgi\nWSGIScriptAlias /late ${APP}/app.wsgi")
}

fn ask(httpd: &Httpd, path: &str, expression: &str) -> String {
    httpd
        .get(&format!("{path}{}", app::target(expression)))
        .ok()
        .to_owned()
}

#[test]
fn every_interpreter_starts_with_the_servers_environment() {
    let httpd = plan().start();
    for path in ["/main", "/a"] {
        assert_eq!(
            ask(
                &httpd,
                path,
                "os.environ['GIVEN'] + ', ' + os.getenv('GIVEN')"
            ),
            "'by the operator, by the operator'"
        );
    }
}

#[test]
fn what_one_group_sets_is_not_the_setting_of_a_group_that_starts_later() {
    if !reference::ours_only(
        "what_one_group_sets_is_not_the_setting_of_a_group_that_starts_later",
        "it leaks",
    ) {
        return;
    }
    let httpd = plan().start();
    let set = "os.environ.setdefault('SETTINGS', 'of a'), os.putenv('PUT', 'of a'), os.environ.pop('GIVEN')";
    ask(&httpd, "/a", set);
    assert_eq!(
        ask(
            &httpd,
            "/a",
            "os.environ['SETTINGS'], 'GIVEN' in os.environ"
        ),
        "('of a', False)"
    );
    for path in ["/b", "/late", "/main"] {
        let seen = ask(
            &httpd,
            path,
            "os.environ.get('SETTINGS'), os.environ.get('GIVEN')",
        );
        assert_eq!(seen, "(None, 'by the operator')", "{path}");
    }
}

#[test]
fn a_program_started_by_a_group_gets_that_groups_environment() {
    // A sub-interpreter may not fork; the main interpreter shows what reaches other programs.
    let httpd = plan().start();
    ask(&httpd, "/main", "os.environ.__setitem__('MINE', 'x y')");
    let run = "__import__('subprocess').run(['/bin/sh', '-c', 'echo $MINE, $GIVEN'], capture_output=True).stdout";
    assert_eq!(ask(&httpd, "/main", run), r"b'x y, by the operator\n'");
}

#[test]
fn the_environment_behaves_like_the_mapping_that_programs_know() {
    let httpd = plan().start();
    for (expression, value) in [
        (
            "[os.environ.__setitem__('K', 'v'), os.environ['K'], os.getenv('K'), 'K' in os.environ][1:]",
            "['v', 'v', True]",
        ),
        (
            "[os.environ.__setitem__('K', 'v'), os.environb[b'K']][1]",
            "b'v'",
        ),
        (
            "[os.environ.pop('K', None), os.environ.get('K')][1]",
            "None",
        ),
        ("os.environ['NOTHING']", "KeyError"),
        ("os.environ.__setitem__('K', 1)", "TypeError"),
        ("dict(os.environ)['GIVEN']", "'by the operator'"),
        ("os.environ.copy()['GIVEN']", "'by the operator'"),
        (
            "[os.environ.update(A='1', B='2'), os.environ['A'] + os.environ['B']][1]",
            "'12'",
        ),
        ("type(os.environ | {}).__name__", "'dict'"),
        (
            "[os.environ.__setitem__('U', 'J\u{fc}'), os.environ['U']][1]",
            "'J\u{fc}'",
        ),
        ("type(os.environ).__name__", "'_Environ'"),
    ] {
        assert_eq!(ask(&httpd, "/a", expression), value, "{expression}");
    }
}
