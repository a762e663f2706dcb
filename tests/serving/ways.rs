//! The ways on which a request comes to an application, besides aliases: actions, indexes, error documents, parts of pages.

use clutch_tests::support::environ::{self, Environ};
use clutch_tests::support::{Plan, Request, app, installation};

fn plan() -> Plan {
    Plan::new().script("app.wsgi", environ::SCRIPT)
}

#[test]
fn an_action_hands_the_file_that_was_asked_for_to_the_application_as_path_info() {
    if !installation::has_modules("an_action", &["actions", "mime"]) {
        return;
    }
    let httpd = plan()
        .modules(&["actions", "mime"])
        .file("htdocs/notes/one.note", "a note")
        .config(
            "AddHandler note .note\nAction note /reader\nWSGIScriptAlias /reader ${APP}/app.wsgi",
        )
        .start();
    let environ = Environ::of(&httpd, &Request::get("/notes/one.note?x=1"));
    assert_eq!(environ.text("SCRIPT_NAME"), Some("/reader"));
    assert_eq!(environ.text("PATH_INFO"), Some("/notes/one.note"));
    assert_eq!(environ.text("QUERY_STRING"), Some("x=1"));
    assert_eq!(environ.text("REQUEST_URI"), Some("/notes/one.note?x=1"));
    assert_eq!(environ.text("REDIRECT_URL"), Some("/notes/one.note"));
    let file = httpd.root().join("htdocs/notes/one.note");
    assert_eq!(
        environ.text("mod_wsgi.request_handler"),
        Some("wsgi-script")
    );
    assert!(file.exists());
}

#[test]
fn the_index_of_a_directory_may_be_a_script() {
    if !installation::has_modules("an_index", &["dir", "mime"]) {
        return;
    }
    let httpd = Plan::new()
        .modules(&["dir", "mime"])
        .file("htdocs/shop/index.wsgi", environ::SCRIPT)
        .config("DirectoryIndex index.wsgi\nAddHandler wsgi-script .wsgi\n<Directory ${ROOT}/htdocs>\nOptions ExecCGI\n</Directory>")
        .start();
    let environ = Environ::of(&httpd, &Request::get("/shop/?x=1"));
    assert_eq!(environ.text("SCRIPT_NAME"), Some("/shop/index.wsgi"));
    assert_eq!(environ.text("PATH_INFO"), Some(""));
    assert_eq!(environ.text("REQUEST_URI"), Some("/shop/?x=1"));
    assert_eq!(
        environ.text("mod_wsgi.application_group"),
        Some("localhost|/shop/index.wsgi")
    );
}

#[test]
fn a_part_of_a_server_parsed_page_may_be_an_application() {
    if !installation::has_modules("a_part_of_a_page", &["include", "filter", "mime"]) {
        return;
    }
    let script = app::answering(
        "(environ['SCRIPT_NAME'], environ['PATH_INFO'], environ['SERVER_PROTOCOL'])",
    );
    let httpd = Plan::new()
        .modules(&["include", "filter", "mime"])
        .script("app.wsgi", &script)
        .file(
            "htdocs/page.shtml",
            "[<!--#include virtual=\"/part/a\" -->]",
        )
        .config("WSGIScriptAlias /part ${APP}/app.wsgi\nAddOutputFilter INCLUDES .shtml")
        .config("<Directory ${ROOT}/htdocs>\nOptions Includes\n</Directory>")
        .start();
    assert_eq!(
        httpd.get("/page.shtml").ok(),
        "[('/part/a', '/a', 'INCLUDED')]"
    );
}

#[test]
fn an_error_document_may_be_an_application_and_has_the_status_that_it_says() {
    let httpd = Plan::new()
        .script(
            "app.wsgi",
            &app::answering("environ['REDIRECT_STATUS'] + ' ' + environ['REQUEST_METHOD']"),
        )
        .config("WSGIScriptAlias /error ${APP}/app.wsgi\nErrorDocument 404 /error")
        .start();
    let response = httpd.send(&Request::post("/none", "lost"));
    assert_eq!((response.status, response.text()), (200, "404 GET"));
}

#[test]
fn what_a_fixup_sets_is_known_when_groups_are_named() {
    let httpd = plan()
        .modules(&["env", "setenvif"])
        .config("WSGIScriptAlias / ${APP}/app.wsgi\nWSGIApplicationGroup %{ENV:GROUP}\nWSGICallableObject %{ENV:CALLABLE}")
        .config("SetEnv GROUP one\nSetEnvIf Request_URI ^/two CALLABLE=application\n<Location /two>\nSetEnv GROUP %{SERVER}\n</Location>")
        .start();
    let group = |path| {
        let environ = Environ::of(&httpd, &Request::get(path));
        environ
            .text("mod_wsgi.application_group")
            .unwrap()
            .to_owned()
    };
    assert_eq!(group("/"), "one");
    assert_eq!(group("/two"), "localhost");
}
