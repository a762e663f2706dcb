//! `ClutchGuard`: what reaches beyond an interpreter is logged or denied, in that interpreter only.

use clutch_tests::support::Plan;

use super::is_ours;

/// Does each thing that reaches beyond an interpreter; answers with what was denied.
const REACHING: &str = "import os, signal, sys, subprocess, resource\n\
    def application(environ, start_response):\n    start_response('200 OK', [])\n    denied = []\n    \
    here = os.getcwd()\n    limits = resource.getrlimit(resource.RLIMIT_CORE)\n    \
    deeds = dict(chdir=lambda: os.chdir(here), umask=lambda: os.umask(os.umask(0o22)), kill=lambda: os.kill(os.getpid(), 0),\n        \
    switchinterval=lambda: sys.setswitchinterval(0.005), rlimit=lambda: resource.setrlimit(resource.RLIMIT_CORE, limits),\n        \
    spawn=lambda: subprocess.run(['/bin/true']), identity=lambda: os.setuid(os.getuid()),\n        \
    environ=lambda: os.environ.__setitem__('PRIVATE', '1'))\n    \
    for name, deed in deeds.items():\n        try: deed()\n        except PermissionError as error:\n            \
    denied.append(name)\n            assert 'ClutchGuard' in str(error), error\n    \
    return [' '.join(denied).encode()]\n";

#[test]
fn clutch_guard_deny_raises_in_the_guarded_group_and_in_no_other() {
    if !is_ours("clutch_guard_deny_raises_in_the_guarded_group_and_in_no_other") {
        return;
    }
    let httpd = Plan::new()
        .script("app.wsgi", REACHING)
        .config(
            "<WSGIInterpreterOptions application-group=all>\nClutchGuard deny\n</WSGIInterpreterOptions>\n\
             <WSGIInterpreterOptions application-group=some>\nClutchGuard deny chdir umask\n</WSGIInterpreterOptions>\n\
             WSGIScriptAlias /all ${APP}/app.wsgi application-group=all\n\
             WSGIScriptAlias /some ${APP}/app.wsgi application-group=some\n\
             WSGIScriptAlias /free ${APP}/app.wsgi application-group=free",
        )
        .expects_log("CLUTCH0013")
        .start();
    let all = "chdir umask kill switchinterval rlimit spawn identity";
    for _ in 0..2 {
        assert_eq!(httpd.get("/all").ok(), all);
        assert_eq!(httpd.get("/some").ok(), "chdir umask");
        assert_eq!(httpd.get("/free").ok(), "");
    }
    assert_eq!(
        httpd.log().count("was kept from os.chdir at "),
        2,
        "once for each place and group: {}",
        httpd.error_log()
    );
}

#[test]
fn clutch_guard_log_lets_everything_happen_and_says_where() {
    if !is_ours("clutch_guard_log_lets_everything_happen_and_says_where") {
        return;
    }
    let httpd = Plan::new()
        .script("app.wsgi", REACHING)
        .config("ClutchGuard log\nWSGIScriptAlias / ${APP}/app.wsgi")
        .expects_log(" does os.chdir at ")
        .allows_log("CLUTCH0013")
        .start();
    assert_eq!(httpd.get("/").ok(), "");
}
