//! Scripts that are handlers: `WSGIHandlerScript`.

use clutch_tests::support::environ::{self, Environ};
use clutch_tests::support::{MODULE_ERROR, Plan, Request, app, mode, reference};

/// The script `name` as a handler script: `handle_request` in place of `application`.
fn handler(script: &str) -> String {
    script.replace("def application(", "def handle_request(")
}

/// A server with the handler `page`, which answers with the environ, for everything below `/page`.
fn plan(options: &str) -> Plan {
    Plan::new()
        .script("page.py", &handler(environ::SCRIPT))
        .config(&format!(
            "WSGIHandlerScript page ${{APP}}/page.py {options}"
        ))
        .config("<Location /page>\nSetHandler page\n</Location>")
}

#[test]
fn wsgi_handler_script_serves_the_files_that_have_its_handler() {
    let httpd = plan("")
        .modules(&["mime"])
        .file("htdocs/note.txt", "a note")
        .file("htdocs/plain.html", "plain")
        .config("AddHandler page .txt")
        .start();
    let environ = Environ::of(&httpd, &Request::get("/note.txt/more?x=1"));
    let (resource, script) = (
        httpd.root().join("htdocs/note.txt"),
        httpd.script("page.py"),
    );
    for (key, value) in [
        ("SCRIPT_FILENAME", resource.to_str().unwrap()),
        ("SCRIPT_NAME", "/note.txt"),
        ("PATH_INFO", "/more"),
        ("QUERY_STRING", "x=1"),
        ("mod_wsgi.handler_script", script.to_str().unwrap()),
        ("mod_wsgi.request_handler", "page"),
        ("mod_wsgi.callable_object", "handle_request"),
        ("mod_wsgi.process_group", mode::process_group()),
        ("mod_wsgi.application_group", "localhost|/note.txt"),
    ] {
        assert_eq!(environ.text(key), Some(value), "{key}");
    }
    assert_eq!(httpd.get("/plain.html").ok(), "plain");
}

#[test]
fn a_handler_script_needs_neither_a_file_nor_exec_cgi() {
    let httpd = plan("")
        .config("<Directory ${ROOT}/htdocs>\nOptions None\n</Directory>")
        .start();
    let environ = Environ::of(&httpd, &Request::get("/page/a/b"));
    assert_eq!(environ.text("mod_wsgi.request_handler"), Some("page"));
    assert_eq!(environ.text("SCRIPT_NAME"), Some("/page"));
    assert_eq!(environ.text("PATH_INFO"), Some("/a/b"));
}

#[test]
fn a_request_for_a_handler_script_has_a_body_and_an_environ_of_its_own() {
    let script = handler(&app::running(
        "ok()\nreturn [environ['wsgi.input'].read(), environ['MINE'].encode()]",
    ));
    let httpd = plan("")
        .script("page.py", &script)
        .modules(&["env"])
        .config("SetEnv MINE mine")
        .start();
    assert_eq!(
        httpd.send(&Request::post("/page", "body ")).ok(),
        "body mine"
    );
}

#[test]
fn options_of_a_handler_beat_every_section_and_the_callable_is_always_its_own() {
    let httpd = plan("application-group=%{SERVER} pass-authorization=On")
        .config("WSGIApplicationGroup outer\nWSGIPassAuthorization Off\nWSGICallableObject other")
        .config("<Location /page/in>\nWSGIApplicationGroup inner\nWSGICallableObject other\n</Location>")
        .start();
    for path in ["/page", "/page/in"] {
        let environ = Environ::of(
            &httpd,
            &Request::get(path).header("Authorization", "Basic x"),
        );
        assert_eq!(
            environ.text("mod_wsgi.application_group"),
            Some("localhost")
        );
        assert_eq!(
            environ.text("mod_wsgi.callable_object"),
            Some("handle_request")
        );
        assert_eq!(environ.text("HTTP_AUTHORIZATION"), Some("Basic x"));
    }
}

#[test]
fn what_a_handler_does_not_say_is_said_by_its_section() {
    let httpd = plan("")
        .config("WSGIApplicationGroup outer\n<Location /page/in>\nWSGIApplicationGroup %{GLOBAL}\nWSGIPassAuthorization On\n</Location>")
        .start();
    let seen = |path| {
        let environ = Environ::of(
            &httpd,
            &Request::get(path).header("Authorization", "Basic x"),
        );
        let group = environ
            .text("mod_wsgi.application_group")
            .unwrap()
            .to_owned();
        (group, environ.has("HTTP_AUTHORIZATION"))
    };
    assert_eq!(seen("/page"), ("outer".into(), false));
    assert_eq!(seen("/page/in"), (String::new(), true));
}

#[test]
fn handlers_of_several_sections_add_up_and_the_innermost_of_a_name_holds() {
    let script = |word: &str| handler(&app::answering(&format!("'{word}'")));
    let httpd = Plan::new()
        .script("one.py", &script("one"))
        .script("two.py", &script("two"))
        .script("three.py", &script("three"))
        .config("WSGIHandlerScript a ${APP}/one.py\nWSGIHandlerScript b ${APP}/one.py\nWSGIHandlerScript b ${APP}/two.py")
        .config("<Location /a>\nSetHandler a\n</Location>\n<Location /b>\nSetHandler b\n</Location>")
        .config("<LocationMatch /in$>\nWSGIHandlerScript b ${APP}/three.py\nWSGIHandlerScript c ${APP}/three.py\n</LocationMatch>")
        .config("<Location /c>\nSetHandler c\n</Location>")
        .start();
    for (path, expected) in [
        ("/a", "one"),
        ("/b", "two"),
        ("/a/in", "one"),
        ("/b/in", "three"),
        ("/c/in", "three"),
    ] {
        assert_eq!(httpd.get(path).ok(), expected, "{path}");
    }
    // Without the handler there is nothing but httpd's own.
    assert_eq!(httpd.get("/c").status, 404);
}

#[test]
fn handler_names_are_compared_with_case_and_wsgi_script_stays_what_it_is() {
    // httpd makes the names that SetHandler takes lower case.
    let httpd = plan("")
        .script("good.wsgi", &app::answering("'application'"))
        .config(
            "WSGIHandlerScript wsgi-script ${APP}/page.py\nWSGIScriptAlias /good ${APP}/good.wsgi",
        )
        .config("WSGIHandlerScript Upper ${APP}/page.py\n<Location /case>\nSetHandler Upper\n</Location>")
        .start();
    assert_eq!(httpd.get("/case").status, 404);
    assert_eq!(httpd.get("/good").ok(), "application");
}

#[test]
fn an_alias_whose_place_has_a_handler_is_served_by_the_handler() {
    let httpd = plan("")
        .script("good.wsgi", &app::answering("'application'"))
        .config("WSGIScriptAlias /page/good ${APP}/good.wsgi callable-object=other application-group=alias pass-authorization=On")
        .start();
    let environ = Environ::of(
        &httpd,
        &Request::get("/page/good").header("Authorization", "Basic x"),
    );
    let resource = httpd.script("good.wsgi");
    assert_eq!(environ.text("SCRIPT_FILENAME"), resource.to_str());
    assert_eq!(
        environ.text("mod_wsgi.application_group"),
        Some("localhost|/page/good")
    );
    assert!(!environ.has("HTTP_AUTHORIZATION"));
}

#[test]
fn a_handler_script_that_has_changed_is_loaded_again() {
    let httpd = plan("")
        .script("page.py", &handler(&app::answering("'old'")))
        .start();
    assert_eq!(httpd.get("/page").ok(), "old");
    httpd.save("page.py", &handler(&app::answering("'new'")));
    assert_eq!(httpd.get("/page").ok(), "new");
}

#[test]
fn a_handler_script_stays_as_it_is_without_script_reloading() {
    let httpd = plan("")
        .script("page.py", &handler(&app::answering("'old'")))
        .config("WSGIScriptReloading Off")
        .start();
    assert_eq!(httpd.get("/page").ok(), "old");
    httpd.save("page.py", &handler(&app::answering("'new'")));
    assert_eq!(httpd.get("/page").ok(), "old");
}

#[test]
fn reload_required_of_a_handler_script_is_asked_about_the_resource() {
    let script = format!(
        "asked = []\ndef reload_required(path):\n    asked.append(path)\n    return False\n{}",
        handler(&app::answering("asked"))
    );
    let httpd = plan("")
        .script("page.py", &script)
        .file("htdocs/page/note.txt", "")
        .start();
    assert_eq!(httpd.get("/page/note.txt").ok(), "[]");
    let resource = httpd.root().join("htdocs/page/note.txt");
    assert_eq!(
        httpd.get("/page/note.txt").ok(),
        format!("['{}']", resource.display())
    );
}

#[test]
fn a_handler_script_that_is_missing_or_broken_is_500() {
    let httpd = plan("")
        .script("broken.py", "raise ValueError('mine')\n")
        .config("WSGIHandlerScript missing ${APP}/none.py\n<Location /missing>\nSetHandler missing\n</Location>")
        .config("WSGIHandlerScript broken ${APP}/broken.py\n<Location /broken>\nSetHandler broken\n</Location>")
        .expects_log(MODULE_ERROR)
        .expects_log("ValueError: mine")
        .start();
    assert_eq!(httpd.get("/missing").status, 500);
    assert_eq!(httpd.get("/broken").status, 500);
    httpd.save("broken.py", &handler(&app::answering("'mended'")));
    assert_eq!(httpd.get("/broken").ok(), "mended");
}

#[test]
fn a_handler_script_without_handle_request_is_500() {
    let httpd = plan("")
        .script("page.py", &app::answering("'application'"))
        .expects_log(MODULE_ERROR)
        .start();
    let status = httpd.get("/page").status;
    let embedded = reference::is_under_test() && !mode::is_daemon();
    assert_eq!(status, if embedded { 404 } else { 500 });
}

#[test]
fn accept_path_info_holds_for_handler_scripts() {
    let httpd = plan("")
        .file("htdocs/page/note.txt", "")
        .config("<Location /page>\nAcceptPathInfo Off\n</Location>")
        .allows_log("WSGI0137")
        .start();
    assert_eq!(httpd.get("/page/note.txt").status, 200);
    assert_eq!(httpd.get("/page/note.txt/more").status, 404);
}

#[test]
fn a_handler_script_may_name_its_daemons() {
    let httpd = plan("process-group=shop application-group=%{GLOBAL}")
        .config("WSGISocketPrefix ${ROOT}/run/wsgi\nWSGIDaemonProcess shop")
        .config("<Location /page/none>\nWSGIRestrictProcess wiki\n</Location>")
        .expects_log("WSGI0149")
        .start();
    let environ = Environ::of(&httpd, &Request::get("/page"));
    assert_eq!(environ.text("mod_wsgi.process_group"), Some("shop"));
    assert_eq!(
        environ.text("mod_wsgi.handler_script"),
        httpd.script("page.py").to_str()
    );
    assert_eq!(httpd.get("/page/none").status, 500);
    httpd.save(
        "page.py",
        &handler(&app::answering(
            "environ['mod_wsgi.process_group'] + ' new'",
        )),
    );
    assert_eq!(httpd.get("/page").ok(), "shop new");
}

#[test]
fn a_handler_scripts_group_that_does_not_exist_is_500() {
    let httpd = plan("process-group=none").expects_log(MODULE_ERROR).start();
    assert_eq!(httpd.get("/page").status, 500);
}

#[test]
fn a_handler_script_is_not_for_htaccess() {
    let httpd = Plan::new()
        .file("htdocs/.htaccess", "WSGIHandlerScript page /srv/page.py\n")
        .config("<Directory ${ROOT}/htdocs>\nAllowOverride All\n</Directory>")
        .expects_log("WSGIHandlerScript not allowed here")
        .start();
    assert_eq!(httpd.get("/").status, 500);
}
