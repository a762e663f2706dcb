//! What holds for a request when several sections say something: the innermost that does.

use clutch_tests::support::{Httpd, Plan, Request, app};

/// Answers with what the request's settings make visible: group, callable, and whether Authorization is passed.
fn plan(config: &str) -> Plan {
    let script = "def answer(name):\n    def app(environ, start_response):\n        start_response('200 OK', [])\n        \
                  seen = (environ['mod_wsgi.application_group'], name, 'HTTP_AUTHORIZATION' in environ)\n        \
                  return [repr(seen).encode()]\n    return app\n\
                  application, inner, innermost = map(answer, ['application', 'inner', 'innermost'])\n";
    Plan::new().script("app.wsgi", script).config(config)
}

fn seen(httpd: &Httpd, host: &str, path: &str) -> String {
    let request = Request::get(path)
        .header("Host", host)
        .header("Authorization", "Basic x");
    httpd.send(&request).ok().to_owned()
}

#[test]
fn a_virtual_host_inherits_what_it_does_not_say_itself() {
    let httpd = plan(
        "WSGIScriptAlias / ${APP}/app.wsgi\nWSGIApplicationGroup outer\nWSGIPassAuthorization On\n\
         <VirtualHost *>\nServerName first\nWSGIApplicationGroup host\n</VirtualHost>\n\
         <VirtualHost *>\nServerName second\nWSGIPassAuthorization Off\nWSGICallableObject inner\n</VirtualHost>",
    )
    .start();
    assert_eq!(seen(&httpd, "first", "/"), "('host', 'application', True)");
    assert_eq!(seen(&httpd, "second", "/"), "('outer', 'inner', False)");
}

#[test]
fn locations_beat_the_host_and_later_ones_beat_earlier_ones() {
    let httpd = plan(
        "WSGIScriptAlias / ${APP}/app.wsgi\nWSGIApplicationGroup outer\n\
         <Location /a>\nWSGIApplicationGroup a\nWSGIPassAuthorization On\n</Location>\n\
         <Location /a/b>\nWSGIApplicationGroup b\nWSGICallableObject inner\n</Location>\n\
         <LocationMatch c$>\nWSGIApplicationGroup c\n</LocationMatch>",
    )
    .start();
    for (path, expected) in [
        ("/", "('outer', 'application', False)"),
        ("/a", "('a', 'application', True)"),
        ("/a/b", "('b', 'inner', True)"),
        ("/a/b/c", "('c', 'inner', True)"),
    ] {
        assert_eq!(seen(&httpd, "localhost", path), expected, "{path}");
    }
}

#[test]
fn a_location_inside_a_virtual_host_beats_one_outside() {
    let httpd = plan(
        "WSGIScriptAlias / ${APP}/app.wsgi\n<Location /a>\nWSGIApplicationGroup outer\nWSGIPassAuthorization On\n</Location>\n\
         <VirtualHost *>\nServerName first\n<Location /a>\nWSGIApplicationGroup inner\n</Location>\n</VirtualHost>",
    )
    .start();
    assert_eq!(
        seen(&httpd, "first", "/a"),
        "('inner', 'application', True)"
    );
}

#[test]
fn htaccess_beats_directories_and_locations_beat_htaccess() {
    let httpd = plan(
        "WSGIScriptAlias / ${APP}/app.wsgi\n\
         <Directory ${APP}>\nAllowOverride All\nWSGICallableObject inner\nWSGIPassAuthorization Off\n</Directory>\n\
         <Location /off>\nWSGIPassAuthorization Off\n</Location>",
    )
    .script(".htaccess", "WSGICallableObject innermost\nWSGIPassAuthorization On\n")
    .start();
    assert_eq!(
        seen(&httpd, "localhost", "/"),
        "('localhost|', 'innermost', True)"
    );
    assert_eq!(
        seen(&httpd, "localhost", "/off"),
        "('localhost|', 'innermost', False)"
    );
}

#[test]
fn files_and_if_sections_count() {
    let httpd = plan(
        "WSGIScriptAlias / ${APP}/app.wsgi\n<Files app.wsgi>\nWSGICallableObject inner\n</Files>\n\
         <If \"%{QUERY_STRING} == 'if'\">\nWSGICallableObject innermost\n</If>",
    )
    .start();
    assert_eq!(
        seen(&httpd, "localhost", "/"),
        "('localhost|', 'inner', False)"
    );
    assert_eq!(
        seen(&httpd, "localhost", "/?if"),
        "('localhost|', 'innermost', False)"
    );
}

#[test]
fn options_of_the_alias_beat_every_section() {
    let httpd = plan(
        "WSGIScriptAlias / ${APP}/app.wsgi callable-object=innermost pass-authorization=On\n\
         <Location />\nWSGICallableObject inner\nWSGIPassAuthorization Off\nWSGIApplicationGroup location\n</Location>",
    )
    .start();
    assert_eq!(
        seen(&httpd, "localhost", "/"),
        "('location', 'innermost', True)"
    );
}

#[test]
fn aliases_of_a_virtual_host_come_before_those_of_the_server() {
    let httpd = Plan::new()
        .script("outer.wsgi", &app::answering("'outer'"))
        .script("host.wsgi", &app::answering("'host'"))
        .config("WSGIScriptAlias /a ${APP}/outer.wsgi\nWSGIScriptAlias /only ${APP}/outer.wsgi")
        .config("<VirtualHost *>\nServerName first\nWSGIScriptAlias /a ${APP}/host.wsgi\n</VirtualHost>")
        .config("<VirtualHost *>\nServerName second\n</VirtualHost>")
        .start();
    for (host, path, expected) in [
        ("first", "/a", "host"),
        ("first", "/only", "outer"),
        ("second", "/a", "outer"),
    ] {
        let response = httpd.send(&Request::get(path).header("Host", host));
        assert_eq!(response.ok(), expected, "{host}{path}");
    }
}

#[test]
fn mod_alias_and_set_handler_can_take_a_path_away() {
    let httpd = plan("WSGIScriptAlias / ${APP}/app.wsgi\nAlias /static ${ROOT}/htdocs\n<Location /default>\nSetHandler default-handler\n</Location>")
        .modules(&["alias"])
        .file("htdocs/file.txt", "static")
        .start();
    assert_eq!(httpd.get("/static/file.txt").ok(), "static");
    assert_ne!(
        httpd.get("/default").text(),
        "('localhost|', 'application', False)"
    );
    assert_eq!(
        seen(&httpd, "localhost", "/other"),
        "('localhost|', 'application', False)"
    );
}
