//! How httpd starts with the module, and who runs Python.

use clutch_tests::support::{Httpd, Plan, Request, app, mode, process, python, reference, wait};

#[test]
fn the_configuration_is_checked_without_starting_anything() {
    Httpd::serving(&app::answering("1"))
        .config("WSGIPythonOptimize 1")
        .check()
        .unwrap();
}

#[test]
fn the_banner_names_module_and_python_as_far_as_server_tokens_allow() {
    let script = app::answering("environ['SERVER_SOFTWARE']");
    let own = if reference::is_under_test() {
        "mod_wsgi/6.1.1".to_owned()
    } else {
        format!("mod_clutch/{}", env!("CARGO_PKG_VERSION"))
    };
    let expected = format!(" {own} Python/{}", python::version());
    let httpd = Httpd::serving(&script).config("ServerTokens Full").start();
    let banner = httpd.get("/").header("Server").unwrap();
    assert!(banner.contains(&expected), "{banner}");
    assert_eq!(httpd.get("/").ok(), banner);
    httpd.wait_for_log(&format!(
        "{expected} configured -- resuming normal operations"
    ));
    let quiet = Httpd::serving(&script).config("ServerTokens Prod").start();
    assert_eq!(quiet.get("/").header("Server").unwrap(), "Apache");
}

#[test]
fn the_banner_is_not_repeated_by_restarts() {
    let httpd = Httpd::serving(&app::answering("1"))
        .config("ServerTokens Full")
        .start();
    let before = httpd.get("/").header("Server").unwrap();
    httpd.graceful();
    httpd.graceful();
    assert_eq!(httpd.get("/").header("Server").unwrap(), before);
}

#[test]
fn the_parent_maps_no_libpython_and_the_process_that_runs_python_does() {
    if !reference::ours_only(
        "the_parent_maps_no_libpython_and_the_process_that_runs_python_does",
        "it is linked to it",
    ) {
        return;
    }
    let httpd = Httpd::serving(&app::answering("os.getpid()")).start();
    let host = httpd.get("/").ok().parse().unwrap();
    assert!(httpd.hosts().contains(&host));
    for name in ["libpython", "libclutch_engine"] {
        assert!(
            process::maps(host, name),
            "{name} in the process that runs it"
        );
        assert!(!process::maps(httpd.pid(), name), "{name} in the parent");
    }
    assert!(process::maps(httpd.pid(), "libclutch_module.so"));
    httpd.graceful();
    httpd.get("/").ok();
    assert!(!process::maps(httpd.pid(), "libpython"), "after a restart");
}

#[test]
fn with_embedded_mode_restricted_no_process_maps_libpython() {
    if !reference::ours_only(
        "with_embedded_mode_restricted_no_process_maps_libpython",
        "it is linked to it",
    ) {
        return;
    }
    let httpd = Plan::new()
        .config("WSGIRestrictEmbedded On")
        .file("htdocs/file.txt", "static")
        .start();
    assert_eq!(httpd.get("/file.txt").ok(), "static");
    let children = httpd.children();
    assert!(!children.is_empty());
    for pid in children.into_iter().chain([httpd.pid()]) {
        assert!(
            !process::maps(pid, "libpython") && !process::maps(pid, "libclutch_engine"),
            "{pid}"
        );
    }
}

#[test]
fn one_process_alone_serves_and_stops() {
    let mut httpd = Httpd::serving(&app::answering("os.getpid()"))
        .single_process()
        .start();
    for _ in 0..3 {
        let pid = httpd.get("/").ok().to_owned();
        match mode::is_daemon() {
            true => assert!(httpd.daemons().contains(&pid.parse().unwrap()), "{pid}"),
            false => assert_eq!(pid, httpd.pid().to_string()),
        }
    }
    assert_eq!(httpd.children().len(), 0);
    httpd.stop();
    assert!(httpd.exit_status().unwrap().success());
}

#[test]
fn one_process_alone_leaves_stdout_to_a_debugger() {
    if !mode::embedded_only("a daemon has no terminal, and is never alone") {
        return;
    }
    let script = app::answering("(sys.stdout is sys.__stdout__, sys.stderr is sys.__stderr__)");
    for group in ["%{GLOBAL}", "sub"] {
        let httpd = Httpd::serving(&script)
            .config(&format!("WSGIApplicationGroup {group}"))
            .single_process()
            .start();
        assert_eq!(httpd.get("/").ok(), "(True, False)", "{group}");
    }
}

#[test]
fn the_module_can_be_enabled_by_a_graceful_restart() {
    let mut httpd = Plan::new()
        .without_module()
        .script("app.wsgi", &app::answering("'served'"))
        .file("htdocs/file.txt", "static")
        .start();
    assert_eq!(httpd.get("/file.txt").ok(), "static");
    httpd.enable_module("WSGIScriptAlias /app ${APP}/app.wsgi");
    httpd.graceful();
    // An old child may take a last connection.
    wait::until_true("the new generation", || httpd.get("/app").status == 200);
    for _ in 0..3 {
        assert_eq!(httpd.get("/app").ok(), "served");
        assert_eq!(httpd.get("/file.txt").ok(), "static");
    }
    httpd.graceful();
    assert_eq!(httpd.get("/app").ok(), "served");
}

#[test]
fn httpd_without_an_application_serves_other_content() {
    let httpd = Plan::new().file("htdocs/file.txt", "static").start();
    assert_eq!(httpd.get("/file.txt").ok(), "static");
    assert_eq!(httpd.get("/none").status, 404);
}

#[test]
fn new_configuration_holds_after_a_graceful_restart() {
    let mut httpd =
        Httpd::serving(&app::answering("environ['mod_wsgi.application_group']")).start();
    assert_eq!(httpd.get("/").ok(), "localhost|");
    httpd.add_config("WSGIApplicationGroup other\nWSGIScriptAlias /second ${APP}/app.wsgi");
    httpd.graceful();
    wait::until_true("the new configuration", || httpd.get("/").ok() == "other");
    assert_eq!(httpd.send(&Request::get("/second/x")).ok(), "other");
}

#[test]
fn a_module_without_its_library_beside_it_is_refused_with_the_reason() {
    let name = "a_module_without_its_library_beside_it_is_refused_with_the_reason";
    if !reference::ours_only(name, "mod_wsgi is one file") {
        return;
    }
    let alone = tempfile::tempdir().unwrap();
    let module = alone.path().join("mod_clutch.so");
    std::fs::copy(reference::module_file(), &module).unwrap();
    let said = Plan::new().peer(&module).check().unwrap_err();
    let reason = "libclutch_module.so, which belongs beside it, cannot be used: ";
    assert!(said.contains(reason), "{said}");
    assert!(said.contains("cannot open shared object file"), "{said}");
}
