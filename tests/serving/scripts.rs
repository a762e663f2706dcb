//! Scripts that are missing, forbidden or broken, and what is and is not the application.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use clutch_tests::support::{
    Httpd, MODULE_ERROR, Plan, Request, app, installation, python, reference,
};

fn directory(config: &str) -> Plan {
    Plan::new()
        .script("good.wsgi", &app::answering("'good'"))
        .config(config)
        .expects_log(MODULE_ERROR)
}

#[test]
fn a_missing_script_is_404() {
    let httpd = directory("WSGIScriptAlias /d/ ${APP}/").start();
    assert_eq!(httpd.get("/d/none.wsgi").status, 404);
    let line = httpd.wait_for_log("[script ");
    assert!(line.contains("/app/none.wsgi"), "{line}");
    assert_eq!(httpd.get("/d/good.wsgi").ok(), "good");
}

#[test]
fn a_directory_is_403() {
    let httpd = directory("WSGIScriptAlias /d ${APP}").start();
    assert_eq!(httpd.get("/d").status, 403);
    assert_eq!(httpd.get("/d/good.wsgi").ok(), "good");
}

#[test]
fn an_unreadable_script_is_an_error_that_names_it() {
    if !installation::is_root("an_unreadable_script_is_an_error_that_names_it") {
        return;
    }
    let httpd = directory("WSGIScriptAlias /d/ ${APP}/")
        .script("secret.wsgi", &app::answering("1"))
        .start();
    let file = httpd.script("secret.wsgi");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let status = httpd.get("/d/secret.wsgi").status;
    // The reference finds out while loading it.
    assert_eq!(status, if reference::is_under_test() { 500 } else { 403 });
    httpd.wait_for_log("secret.wsgi");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(httpd.get("/d/secret.wsgi").ok(), "1");
}

#[test]
fn a_script_in_the_document_root_needs_exec_cgi() {
    let httpd = Plan::new()
        .modules(&["mime"])
        .file("htdocs/no/app.wsgi", app::answering("'ran'"))
        .file("htdocs/yes/app.wsgi", app::answering("'ran'"))
        .config("AddHandler wsgi-script .wsgi\n<Directory ${ROOT}/htdocs/yes>\nOptions ExecCGI\n</Directory>")
        .config("<Directory ${ROOT}/htdocs/no>\nOptions None\n</Directory>")
        .expects_log(MODULE_ERROR)
        .start();
    assert_eq!(httpd.get("/yes/app.wsgi").ok(), "ran");
    assert_eq!(httpd.get("/no/app.wsgi").status, 403);
    assert!(httpd.wait_for_log("[script ").contains("/no/app.wsgi"));
}

#[test]
fn every_handler_name_serves_a_script() {
    for handler in [
        "SetHandler wsgi-script",
        "SetHandler application/x-httpd-wsgi",
        "AddType application/x-httpd-wsgi .py",
    ] {
        let httpd = Plan::new()
            .modules(&["mime"])
            .file(
                "htdocs/app.py",
                app::answering("environ['mod_wsgi.request_handler']"),
            )
            .config(&format!(
                "<Directory ${{ROOT}}/htdocs>\nOptions ExecCGI\n{handler}\n</Directory>"
            ))
            .start();
        let name = handler.split(' ').nth(1).unwrap();
        assert_eq!(httpd.get("/app.py").ok(), name);
    }
}

#[test]
fn path_info_can_be_forbidden() {
    let httpd =
        directory("WSGIScriptAlias /d/ ${APP}/\n<Location /d>\nAcceptPathInfo Off\n</Location>")
            .start();
    assert_eq!(httpd.get("/d/good.wsgi").ok(), "good");
    assert_eq!(httpd.get("/d/good.wsgi/more").status, 404);
}

#[test]
fn access_control_of_the_scripts_directory_holds() {
    let httpd = Httpd::serving(&app::answering("1"))
        .config("<Directory ${APP}>\nRequire all denied\n</Directory>")
        .expects_log("AH01630")
        .start();
    assert_eq!(httpd.get("/").status, 403);
}

#[test]
fn a_syntax_error_is_500_with_its_place() {
    let httpd = Httpd::serving("def application(environ, start_response)\n    pass\n")
        .expects_log(MODULE_ERROR)
        .start();
    assert_eq!(httpd.get("/").status, 500);
    httpd.wait_for_log("SyntaxError");
    let log = httpd.error_log();
    if !reference::is_under_test() || python::minor() >= 12 {
        assert!(log.contains("app.wsgi\", line 1"), "{log}");
    }
}

#[test]
fn a_broken_script_is_logged_once_per_change() {
    if !reference::ours_only(
        "a_broken_script_is_logged_once_per_change",
        "it logs each request",
    ) {
        return;
    }
    let httpd = Httpd::serving("import nothing_of_this_name\n")
        .expects_log(MODULE_ERROR)
        .start();
    for _ in 0..3 {
        assert_eq!(httpd.get("/").status, 500);
    }
    // Each request has a line; the traceback is there once.
    let traceback = "Traceback (most recent call last)";
    assert_eq!(httpd.log().count(traceback), 1, "{}", httpd.error_log());
    fs::write(httpd.script("app.wsgi"), "\nimport nothing_of_this_name\n").unwrap();
    assert_eq!(httpd.get("/").status, 500);
    httpd.log().wait_for_count(traceback, 2);
}

#[test]
fn a_script_that_fails_is_tried_again() {
    let script = format!(
        "import os\nif not os.path.exists(os.environ['MINE']):\n    raise RuntimeError('not yet')\n{}",
        app::answering("'at last'")
    );
    let ready = std::env::temp_dir().join(format!("clutch-test-ready-{}", std::process::id()));
    let httpd = Httpd::serving(&script)
        .environment("MINE", ready.to_str().unwrap())
        .expects_log(MODULE_ERROR)
        .start();
    assert_eq!(httpd.get("/").status, 500);
    fs::write(&ready, "").unwrap();
    assert_eq!(httpd.get("/").ok(), "at last");
    fs::remove_file(&ready).unwrap();
}

#[test]
fn system_exit_while_loading_is_500_and_the_process_lives() {
    let httpd = directory("WSGIScriptAlias /d/ ${APP}/")
        .script("exit.wsgi", "import sys\nsys.exit(3)\n")
        .start();
    let before = httpd.children();
    assert_eq!(httpd.get("/d/exit.wsgi").status, 500);
    assert_eq!(httpd.get("/d/good.wsgi").ok(), "good");
    assert_eq!(httpd.children(), before);
}

#[test]
fn a_script_without_the_callable_is_404() {
    let httpd = Httpd::serving("app = None\n")
        .expects_log(MODULE_ERROR)
        .start();
    assert_eq!(httpd.get("/").status, 404);
    assert!(httpd.wait_for_log("[script ").contains("application"));
}

#[test]
fn what_is_not_callable_or_takes_other_arguments_is_500() {
    for script in [
        "application = 5\n",
        "def application():\n    pass\n",
        "application = None\n",
    ] {
        let httpd = Httpd::serving(script)
            .expects_log("TypeError")
            .expects_log(MODULE_ERROR)
            .start();
        assert_eq!(httpd.get("/").status, 500, "{script}");
    }
}

#[test]
fn a_script_is_a_module_with_a_name_of_its_own() {
    let script = app::answering(
        "[__name__ == '_mod_wsgi_' + hashlib.md5(__file__.encode()).hexdigest(), sys.modules[__name__].__dict__ is globals(), \
         __file__ == environ['SCRIPT_FILENAME'], type(__mtime__).__name__, __mtime__ == os.stat(__file__).st_mtime_ns // 1000, \
         __package__, type(__loader__).__name__, __spec__.origin == __file__, os.listdir(os.path.dirname(__file__))]",
    );
    let httpd = Httpd::serving(&format!("import hashlib\n{script}")).start();
    let expected = "[True, True, True, 'int', True, None, 'SourceFileLoader', True, ['app.wsgi']]";
    assert_eq!(httpd.get("/").ok(), expected);
}

#[test]
fn a_script_declares_its_own_encoding_and_a_doc_string() {
    let httpd = Plan::new()
        .file(
            "app/latin.wsgi",
            [
                b"# -*- coding: latin-1 -*-\n'doc'\ntext = '\xfc'\n".as_slice(),
                app::answering("[ascii(text), __doc__]").as_bytes(),
            ]
            .concat(),
        )
        .config("WSGIScriptAlias / ${APP}/latin.wsgi")
        .start();
    assert_eq!(httpd.send(&Request::get("/")).ok(), r#"["'\\xfc'", 'doc']"#);
}
