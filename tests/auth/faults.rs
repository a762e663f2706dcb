//! Nothing fails open: scripts that are missing, broken, changed or without end.

use std::fs;
use std::time::{Duration, Instant};

use clutch_tests::support::{Httpd, MODULE_ERROR, Plan, mode, reference};

use super::{EVALUATING, SECRET, answer, asking, protected};

/// Everything that a script may decide, each at its own place.
fn everything(script: &str) -> Plan {
    let basic = "AuthType Basic\nAuthName Tests\nAuthBasicProvider wsgi\n";
    let script_words = format!("${{APP}}/auth.py {}", super::place());
    let granting = format!("${{APP}}/granting.py {}", super::place());
    protected(script, "")
        .script(
            "granting.py",
            "def check_password(environ, user, password):\n    return True\n",
        )
        .config(&format!(
            "<Location /access>\nWSGIAccessScript {script_words}\n</Location>\n\
             <Location /user>\n{basic}WSGIAuthUserScript {script_words}\nRequire valid-user\n</Location>\n\
             <Location /group>\n{basic}WSGIAuthUserScript {granting}\nWSGIAuthGroupScript {script_words}\n\
             Require wsgi-group staff\n</Location>\n\
             <Location /dispatch>\nWSGIDispatchScript {script_words}\n</Location>\n\
             WSGIScriptAlias /dispatch/app ${{APP}}/app.wsgi"
        ))
        .script("app.wsgi", &clutch_tests::support::app::answering("'served'"))
        .allows_log("[auth_basic:error]")
        .allows_log("[authz_core:error]")
}

/// The statuses of the four places, as anna.
fn statuses(httpd: &Httpd) -> [u16; 4] {
    ["/access", "/user", "/group", "/dispatch/app"]
        .map(|target| httpd.send(&super::by(target, "anna", "x")).status)
}

/// The statuses when a script cannot be used. mod_wsgi's dispatch script fails open, and it takes an error as being in no group.
fn refused(dispatch_of_reference: u16) -> [u16; 4] {
    match reference::is_under_test() {
        true => [403, 500, 401, dispatch_of_reference],
        false => [403, 500, 500, 500],
    }
}

#[test]
fn a_script_that_is_good_lets_in() {
    let good = "def allow_access(environ, host):\n    return True\n\
                def check_password(environ, user, password):\n    return True\n\
                def groups_for_user(environ, user):\n    return ['staff']\n";
    let httpd = everything(good).start();
    // Let in; the first three have nothing there.
    assert_eq!(statuses(&httpd), [404, 404, 404, 200]);
}

#[test]
fn a_missing_script_lets_nobody_in() {
    let httpd = everything("").expects_log(MODULE_ERROR).start();
    fs::remove_file(httpd.script("auth.py")).unwrap();
    assert_eq!(statuses(&httpd), refused(200));
    httpd.wait_for_log("auth.py");
}

#[test]
fn a_broken_script_lets_nobody_in() {
    for script in [
        "def allow_access(environ, host)\n    return True\n",
        "raise ValueError('of no use')\n",
        "raise SystemExit(0)\n",
        "import a_module_that_is_not_there\n",
    ] {
        let httpd = everything(script).expects_log(MODULE_ERROR).start();
        assert_eq!(statuses(&httpd), refused(200), "{script}");
    }
}

#[test]
fn a_script_without_the_function_lets_nobody_in() {
    let httpd = everything("x = 1\n").expects_log(MODULE_ERROR).start();
    let [access, user, group, dispatch] = statuses(&httpd);
    // A dispatch script may be silent.
    assert_eq!([access, user, group], refused(200)[..3]);
    assert_eq!(dispatch, 200);
    for id in ["WSGI0056", "WSGI0043", "WSGI0052"] {
        httpd.wait_for_log(id);
    }
}

#[test]
fn what_has_the_functions_name_and_is_no_function_lets_nobody_in() {
    let script = "allow_access = check_password = groups_for_user = process_group = 5\n";
    let httpd = everything(script)
        .expects_log("TypeError")
        .expects_log(MODULE_ERROR)
        .start();
    assert_eq!(statuses(&httpd), refused(500));
}

#[test]
fn a_changed_script_is_loaded_again() {
    let httpd = everything("def allow_access(environ, host):\n    return True\n")
        .expects_log(MODULE_ERROR)
        .start();
    let status = || httpd.get("/access").status;
    assert_eq!(status(), 404);
    let write = |answer: &str| {
        let text = format!("def allow_access(environ, host):\n    return {answer}\n");
        fs::write(httpd.script("auth.py"), text).unwrap();
    };
    write("False");
    assert_eq!(status(), 403);
    write("True and");
    assert_eq!(status(), 403);
    write("True");
    assert_eq!(status(), 404);
}

#[test]
fn a_script_without_end_is_ended() {
    if !reference::ours_only(
        "a_script_without_end_is_ended",
        "mod_wsgi has no limit for them",
    ) {
        return;
    }
    let httpd = protected(EVALUATING, "WSGIAccessScript SCRIPT\n")
        .config("ClutchRequestTimeout 1")
        .expects_log(MODULE_ERROR)
        .start();
    let begun = Instant::now();
    let endless = asking("[0 for x in iter(int, 1)]");
    let status = httpd.get(&endless).status;
    assert_eq!(status, 504);
    assert!(
        begun.elapsed() < Duration::from_secs(8),
        "{:?}",
        begun.elapsed()
    );
    httpd.wait_for_log("ClutchRequestTimeout");
    assert_eq!(httpd.get(&asking("True")).ok(), SECRET);
}

#[test]
fn a_user_script_without_end_is_ended() {
    if !reference::ours_only(
        "a_user_script_without_end_is_ended",
        "mod_wsgi has no limit for them",
    ) {
        return;
    }
    let httpd = protected(
        EVALUATING,
        "AuthType Basic\nAuthName Tests\nAuthBasicProvider wsgi\nWSGIAuthUserScript SCRIPT\nRequire valid-user",
    )
    .config("ClutchRequestTimeout 1")
    .expects_log(MODULE_ERROR)
    .start();
    assert_eq!(
        answer(&httpd, "anna", "[0 for x in iter(int, 1)]").status,
        500
    );
    assert_eq!(answer(&httpd, "anna", "True").ok(), SECRET);
}

#[test]
fn a_panic_of_ours_lets_nobody_in() {
    if mode::is_daemon() || reference::is_under_test() {
        return; // the engine's panic is the same in a daemon
    }
    // Variables of SetEnvIf are there when access is judged; those of SetEnv are not.
    let httpd = everything("def process_group(environ):\n    return None\n")
        .modules(&["env"])
        .config("<Location /dispatch>\nSetEnv clutch.panic engine\n</Location>")
        .expects_log("please report this")
        .expects_log(MODULE_ERROR)
        .start();
    assert_eq!(httpd.get("/dispatch/app").status, 500);
}
