//! `<WSGIInterpreterOptions>` and the words in it: where they hold, and what is refused.

use clutch_tests::support::{Plan, app, mode, reference};

use super::is_ours;
use crate::config::refusals;

/// Lines that are refused, the value that must be named, and what was expected.
const REFUSED: &[(&str, &str, &str)] = &[
    ("ClutchConcurrency -1", "-1", "whole number"),
    ("ClutchDrainTimeout soon", "soon", "seconds"),
    ("ClutchGuard maybe", "maybe", "off, log or deny"),
    ("ClutchGuard deny sleep", "sleep", "chdir, umask"),
    ("ClutchIdleTimeout -1", "-1", "seconds"),
    ("ClutchInterpreters 0", "0", "1 to 64"),
    ("ClutchInterpreters 65", "65", "1 to 64"),
    (
        "ClutchIsolation none",
        "none",
        "auto, own-gil, shared-gil or process",
    ),
    ("ClutchMaxInterpreters x", "x", "whole number"),
    ("ClutchMaxReplacements 1.5", "1.5", "whole number"),
    ("ClutchMaxRequests many", "many", "whole number"),
    ("ClutchPreload /a.wsgi shop", "shop", "name=value"),
    (
        "ClutchPreload /a.wsgi colour=red",
        "colour",
        "application-group",
    ),
    ("ClutchPythonHome venv", "venv", "absolute"),
    ("ClutchQueue x", "x", "whole number"),
    ("ClutchQueueTimeout 1h", "1h", "seconds"),
    (
        "ClutchReload always",
        "always",
        "off, script, group or modules",
    ),
    ("ClutchReloadPolicy slow", "slow", "fresh or seamless"),
    ("ClutchRequestTimeout inf", "inf", "seconds"),
    (
        "WSGIImportScript /a.wsgi application-group=x",
        "process-group",
        "missing",
    ),
];

#[test]
fn a_bad_word_about_interpreters_is_refused_with_the_value_and_what_is_expected() {
    if !is_ours("a_bad_word_about_interpreters_is_refused_with_the_value_and_what_is_expected") {
        return;
    }
    for (line, value, expected) in REFUSED {
        refusals::check(line, value, expected);
    }
}

#[test]
fn wsgi_interpreter_options_refuses_what_is_no_selector_and_blocks_in_blocks() {
    for inside in [
        "<WSGIInterpreterOptions application-group=a application-group=b>\n</WSGIInterpreterOptions>",
        "<WSGIInterpreterOptions colour=red>\n</WSGIInterpreterOptions>",
        "<WSGIInterpreterOptions shop>\n</WSGIInterpreterOptions>",
        "<WSGIInterpreterOptions>\nWSGIRestrictStdin maybe\n</WSGIInterpreterOptions>",
        "<VirtualHost *:1>\n<WSGIInterpreterOptions>\n</WSGIInterpreterOptions>\n</VirtualHost>",
    ] {
        assert!(Plan::new().config(inside).check().is_err(), "{inside}");
    }
    if !reference::is_under_test() {
        let nested = "<WSGIInterpreterOptions>\n<WSGIInterpreterOptions>\n</WSGIInterpreterOptions>\n</WSGIInterpreterOptions>";
        assert!(Plan::new().config(nested).check().is_err());
    }
}

#[test]
fn in_wsgi_interpreter_options_the_more_specific_block_and_then_the_later_one_holds() {
    let script = "import sys\ndef application(environ, start_response):\n    start_response('200 OK', [])\n    \
                  try:\n        sys.stdin.read\n        word = 'open'\n    except OSError:\n        word = 'restricted'\n    \
                  return [word.encode()]\n";
    let httpd = Plan::new()
        .script("app.wsgi", script)
        .config(&format!(
            "WSGIRestrictStdin Off\n\
             <WSGIInterpreterOptions application-group=a>\nWSGIRestrictStdin On\n</WSGIInterpreterOptions>\n\
             <WSGIInterpreterOptions application-group=b>\nWSGIRestrictStdin Off\n</WSGIInterpreterOptions>\n\
             <WSGIInterpreterOptions application-group=b process-group={}>\nWSGIRestrictStdin On\n</WSGIInterpreterOptions>\n\
             <WSGIInterpreterOptions application-group=b>\nWSGIRestrictStdin Off\n</WSGIInterpreterOptions>\n\
             <WSGIInterpreterOptions application-group=c>\nWSGIRestrictStdin On\n</WSGIInterpreterOptions>\n\
             <WSGIInterpreterOptions application-group=c>\nWSGIRestrictStdin Off\n</WSGIInterpreterOptions>\n\
             WSGIScriptAlias /a ${{APP}}/app.wsgi application-group=a\nWSGIScriptAlias /b ${{APP}}/app.wsgi application-group=b\n\
             WSGIScriptAlias /c ${{APP}}/app.wsgi application-group=c\nWSGIScriptAlias /d ${{APP}}/app.wsgi application-group=d",
            mode::group_word()
        ))
        .start();
    assert_eq!(
        ["/a", "/b", "/c", "/d"].map(|path| httpd.get(path).ok().to_owned()),
        ["restricted", "restricted", "open", "open"]
    );
}

#[test]
fn wsgi_switch_interval_holds_for_the_process_and_not_for_a_group_that_shares_its_gil() {
    let script = format!("import sys\n{}", app::answering("sys.getswitchinterval()"));
    let plan = Plan::new()
        .script("app.wsgi", &script)
        .config(
            "WSGISwitchInterval 0.25\n\
             <WSGIInterpreterOptions application-group=b>\nWSGISwitchInterval 0.5\n</WSGIInterpreterOptions>\n\
             WSGIScriptAlias /a ${APP}/app.wsgi application-group=a\nWSGIScriptAlias /b ${APP}/app.wsgi application-group=b",
        )
        .daemon_options("switch-interval=0.25")
        .expects_log("WSGI0199");
    let httpd = plan.start();
    assert_eq!(httpd.get("/a").ok(), "0.25");
    assert_eq!(httpd.get("/b").ok(), "0.25");
}

#[test]
fn wsgi_free_threading_is_accepted_by_every_python() {
    let httpd = Plan::new()
        .script("app.wsgi", &app::answering("1"))
        .config("WSGIFreeThreading Off\nWSGIScriptAlias / ${APP}/app.wsgi")
        .start();
    assert_eq!(httpd.get("/").ok(), "1");
}

#[test]
fn wsgi_import_script_and_clutch_preload_load_scripts_when_a_process_starts() {
    if !is_ours("wsgi_import_script_and_clutch_preload_load_scripts_when_a_process_starts") {
        return;
    }
    let script = |name: &str| format!("print('{name} is loaded')\n{}", app::answering("1"));
    let httpd = Plan::new()
        .script("one.wsgi", &script("one"))
        .script("two.wsgi", &script("two"))
        .script("three.wsgi", &script("three"))
        .config(
            "WSGIImportScript ${APP}/one.wsgi process-group=%{GLOBAL} application-group=one\n\
             ClutchPreload ${APP}/two.wsgi application-group=two\nClutchPreload ${APP}/three.wsgi application-group=three",
        )
        .expects_log("is loaded")
        .start();
    for name in ["one", "two", "three"] {
        httpd.wait_for_log(&format!("{name} is loaded"));
    }
}
