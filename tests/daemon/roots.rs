//! `chroot=`: daemons whose root is another directory.

use std::process::Command;

use clutch_tests::support::environ::{self, Environ};
use clutch_tests::support::{Httpd, Plan, Request, app, installation, reference, wait};

/// A server with daemons whose root is a directory that has the script, and all that they need.
fn jailed(script: &str) -> Plan {
    Httpd::with_config("WSGIDaemonProcess shop chroot=${ROOT}/jail connect-timeout=5")
        .with_jail()
        .script("app.wsgi", script)
        .config(
            "LogLevel warn wsgi:info\nWSGISocketPrefix ${ROOT}/run/wsgi\nWSGIRestrictEmbedded On",
        )
        .config("WSGIProcessGroup shop\nWSGIApplicationGroup %{GLOBAL}")
        .config("DocumentRoot ${ROOT}/jail${ROOT}/htdocs")
        .config("WSGIScriptAlias /outside ${APP}/app.wsgi")
        .config("WSGIScriptAlias / ${ROOT}/jail${APP}/app.wsgi")
}

/// Whether this machine lets root mount, as most containers do not; if not, says so on the terminal.
fn may_mount(test: &str) -> bool {
    if !installation::is_root(test) {
        return false;
    }
    let tried = Command::new("unshare").args(["--mount", "true"]).status();
    let may = tried.is_ok_and(|status| status.success());
    if !may {
        installation::skipped(test, "needs a root user who may mount");
    }
    may
}

#[test]
fn daemons_with_a_root_of_their_own_see_scripts_below_it_by_the_paths_from_there() {
    let name = "daemons_with_a_root_of_their_own_see_scripts_below_it_by_the_paths_from_there";
    if !may_mount(name) {
        return;
    }
    let httpd = jailed(environ::SCRIPT).start();
    let environ = Environ::of(&httpd, &Request::get("/some/path"));
    let path = |path: &str| format!("'{}/{path}'", httpd.root().display());
    assert_eq!(environ.repr("SCRIPT_FILENAME"), path("app/app.wsgi"));
    assert_eq!(environ.repr("DOCUMENT_ROOT"), path("htdocs"));
    assert_eq!(environ.repr("PATH_INFO"), "'/some/path'");
}

#[test]
fn daemons_with_a_root_of_their_own_see_nothing_of_what_is_above_it() {
    let name = "daemons_with_a_root_of_their_own_see_nothing_of_what_is_above_it";
    if !may_mount(name) {
        return;
    }
    // That file is hidden to httpd by what is mounted there, and is there for who has that for a root.
    let files = "[os.path.exists(os.path.join(environ['DOCUMENT_ROOT'], '..', name)) for name in ('jail/empty', 'jail/etc')]";
    let httpd = jailed(&app::answering(files)).start();
    assert_eq!(httpd.get("/").ok(), "[True, False]");
}

#[test]
fn a_script_outside_of_the_root_of_its_daemons_is_refused() {
    let name = "a_script_outside_of_the_root_of_its_daemons_is_refused";
    if !may_mount(name) {
        return;
    }
    let httpd = jailed(app::RUNNING)
        .expects_log("WSGI0081")
        .allows_log("WSGI0146")
        .start();
    let status = if reference::is_under_test() { 502 } else { 500 };
    assert_eq!(httpd.get("/outside").status, status);
}

#[test]
fn new_code_of_daemons_with_a_root_of_their_own_is_loaded() {
    let name = "new_code_of_daemons_with_a_root_of_their_own_is_loaded";
    if !may_mount(name) || !reference::ours_only(name, "mod_wsgi has no such policy") {
        return;
    }
    let plan = jailed(&app::answering("'old'"))
        .config("ClutchReload group\nClutchReloadUnit process\nClutchReloadPolicy seamless");
    let httpd = plan.start();
    assert_eq!(httpd.get("/").ok(), "old");
    httpd.save("app.wsgi", &app::answering("'new'"));
    wait::until_true("the new code", || httpd.get("/").ok() == "new");
    // The new process has loaded it before it served; the line that says so may come after its first answer.
    httpd.log().wait_for_count("of group 'shop' serves", 2);
    let log = httpd.error_log();
    let (loading, serving) = (
        log.rfind("loading script"),
        log.rfind("of group 'shop' serves"),
    );
    assert!(loading.is_some() && loading < serving, "{log}");
}
