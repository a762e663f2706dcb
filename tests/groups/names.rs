//! The name of a request's application group: every token, and the rows of the reference's table.

use clutch_tests::support::{Httpd, MODULE_ERROR, Plan, Request, app, reference};

const GROUP: &str = "environ['mod_wsgi.application_group']";

/// A plan whose scripts answer with their group.
fn plan(config: &str) -> Plan {
    Plan::new()
        .script("app.wsgi", &app::answering(GROUP))
        .script("dir/x.wsgi", &app::answering(GROUP))
        .config(config)
}

fn group(httpd: &Httpd, host: &str, path: &str) -> String {
    httpd
        .send(&Request::get(path).header("Host", host))
        .ok()
        .to_owned()
}

#[test]
fn without_a_directive_the_group_is_server_and_mount_point() {
    let httpd = plan("WSGIScriptAlias /foo ${APP}/app.wsgi\nWSGIScriptAlias /apps/ ${APP}/dir/\nWSGIScriptAlias / ${APP}/app.wsgi").start();
    for (path, name) in [
        ("/", "localhost|"),
        ("/any/thing", "localhost|"),
        ("/foo", "localhost|/foo"),
        ("/foo/a/b", "localhost|/foo"),
        ("//foo///a", "localhost|/foo"),
        ("/foo/", "localhost|/foo"),
        ("/apps/x.wsgi/y", "localhost|/apps/x.wsgi"),
        ("/apps/x.wsgi", "localhost|/apps/x.wsgi"),
    ] {
        assert_eq!(group(&httpd, "localhost", path), name, "{path}");
    }
}

/// Two virtual hosts of which the second has an alias name.
fn hosts(directives: &str) -> String {
    format!(
        "WSGIScriptAlias / ${{APP}}/app.wsgi\n{directives}\n\
         <VirtualHost *>\nServerName First.example.com\n</VirtualHost>\n\
         <VirtualHost *>\nServerName www.example.com\nServerAlias alias.example.com\n</VirtualHost>"
    )
}

#[test]
fn the_server_token_is_the_configured_name_and_a_port_that_is_not_usual() {
    let httpd = plan(&hosts("WSGIApplicationGroup %{SERVER}")).start();
    for (host, name) in [
        ("www.example.com", "www.example.com"),
        ("alias.example.com", "www.example.com"),
        ("WWW.EXAMPLE.COM", "www.example.com"),
        ("unknown.example.com", "First.example.com"),
        ("www.example.com:80", "www.example.com"),
        ("www.example.com:443", "www.example.com"),
    ] {
        assert_eq!(group(&httpd, host, "/x"), name, "{host}");
    }
}

#[test]
fn a_client_cannot_make_groups_by_the_port_it_names() {
    let httpd = plan(&hosts("WSGIApplicationGroup %{SERVER}")).start();
    let name = group(&httpd, "www.example.com:8080", "/x");
    match reference::is_under_test() {
        true => assert_eq!(name, "www.example.com:8080"),
        false => assert_eq!(name, "www.example.com"),
    }
}

#[test]
fn the_host_token_is_the_name_the_client_used() {
    let httpd = plan(&hosts("WSGIApplicationGroup %{HOST}")).start();
    for (host, name) in [
        ("www.example.com", "www.example.com"),
        ("alias.example.com", "alias.example.com"),
        ("Alias.Example.com", "alias.example.com"),
        ("alias.example.com:9999", "alias.example.com:9999"),
    ] {
        assert_eq!(group(&httpd, host, "/x"), name, "{host}");
    }
    let without_host = httpd.send(&Request::get("/x").http10());
    assert_eq!(without_host.text(), "First.example.com");
}

#[test]
fn the_resource_token_joins_server_and_script_name() {
    let config = hosts("WSGIApplicationGroup %{RESOURCE}").replace("Alias / ", "Alias /m ");
    let httpd = plan(&config).start();
    for (host, path, name) in [
        ("www.example.com", "/m/a", "www.example.com|/m"),
        ("alias.example.com", "/m", "www.example.com|/m"),
        ("www.example.com:80", "/m//", "www.example.com|/m"),
    ] {
        assert_eq!(group(&httpd, host, path), name, "{host}{path}");
    }
}

#[test]
fn with_canonical_names_the_clients_port_does_not_count() {
    let httpd = plan("UseCanonicalName On\nServerName www.example.com:8080\nWSGIScriptAlias / ${APP}/app.wsgi\nWSGIApplicationGroup %{SERVER}").start();
    assert_eq!(
        group(&httpd, "www.example.com:9", "/"),
        "www.example.com:8080"
    );
    assert_eq!(
        group(&httpd, "www.example.com", "/"),
        "www.example.com:8080"
    );
}

#[test]
fn tokens_and_literals_can_be_set_per_location() {
    let httpd = plan("WSGIScriptAlias / ${APP}/app.wsgi")
        .modules(&["env", "setenvif"])
        .environment("FROM_PROCESS", "process-value")
        .config("SetEnv CHOSEN from-setenv\nSetEnv TO_TOKEN %{GLOBAL}\nSetEnv TO_ENV %{ENV:CHOSEN}\nSetEnvIf Host . BY_HOST=host-value")
        .config(&[
            ("global", "%{GLOBAL}"), ("literal", "plain name"), ("unknown", "%{NONE}"), ("percent", "%"),
            ("env", "%{ENV:CHOSEN}"), ("token", "%{ENV:TO_TOKEN}"), ("again", "%{ENV:TO_ENV}"),
            ("missing", "%{ENV:NOTHING}"), ("process", "%{ENV:FROM_PROCESS}"), ("setenvif", "%{ENV:BY_HOST}"),
            ("part", "x%{GLOBAL}"), ("lower", "%{global}"),
        ]
        .map(|(location, value)| format!("<Location /{location}>\nWSGIApplicationGroup \"{value}\"\n</Location>\n"))
        .concat())
        .start();
    for (path, name) in [
        ("/global", ""),
        ("/literal", "plain name"),
        ("/unknown", "%{NONE}"),
        ("/percent", "%"),
        ("/env", "from-setenv"),
        ("/token", ""),
        ("/again", "%{ENV:CHOSEN}"),
        ("/missing", "%{ENV:NOTHING}"),
        ("/process", "process-value"),
        ("/setenvif", "host-value"),
        ("/part", "x%{GLOBAL}"),
        ("/lower", "%{global}"),
    ] {
        assert_eq!(group(&httpd, "localhost", path), name, "{path}");
    }
}

#[test]
fn an_alias_option_beats_the_directives() {
    let httpd = plan(
        "WSGIApplicationGroup from-server\n\
         WSGIScriptAlias /one ${APP}/app.wsgi application-group=from-alias\n\
         WSGIScriptAlias /two ${APP}/app.wsgi application-group=%{GLOBAL}\n\
         WSGIScriptAlias /three ${APP}/app.wsgi application-group=%{SERVER}\n\
         WSGIScriptAliasMatch ^/four/.* ${APP}/app.wsgi application-group=matched\n\
         WSGIScriptAlias / ${APP}/app.wsgi\n\
         <Location /one>\nWSGIApplicationGroup from-location\n</Location>\n\
         <Location /other>\nWSGIApplicationGroup from-location\n</Location>",
    )
    .start();
    for (path, name) in [
        ("/one", "from-alias"),
        ("/two", ""),
        ("/three", "localhost"),
        ("/four/x", "matched"),
        ("/other", "from-location"),
        ("/", "from-server"),
    ] {
        assert_eq!(group(&httpd, "localhost", path), name, "{path}");
    }
}

#[test]
fn with_case_sensitivity_off_the_script_name_is_lower_case() {
    let httpd = plan("WSGICaseSensitivity Off\nWSGIScriptAlias /Foo ${APP}/app.wsgi").start();
    assert_eq!(group(&httpd, "localhost", "/Foo/Bar"), "localhost|/foo");
    let sensitive = plan("WSGIScriptAlias /Foo ${APP}/app.wsgi").start();
    assert_eq!(group(&sensitive, "localhost", "/Foo/Bar"), "localhost|/Foo");
}

#[test]
fn the_callable_can_be_named_literally_by_variable_and_by_alias_option() {
    let script = "def answer(name):\n    def app(environ, start_response):\n        start_response('200 OK', [])\n        \
                  return [repr((name, environ['mod_wsgi.callable_object'])).encode()]\n    return app\n\
                  application, other, third = map(answer, ['application', 'other', 'third'])\n";
    let httpd = Plan::new()
        .modules(&["env"])
        .script("app.wsgi", script)
        .config("SetEnv WHICH third\nWSGIScriptAlias /alias ${APP}/app.wsgi callable-object=third\nWSGIScriptAlias / ${APP}/app.wsgi")
        .config(
            &[("literal", "other"), ("env", "%{ENV:WHICH}"), ("none", "%{ENV:NONE}"), ("global", "%{GLOBAL}"), ("unknown", "%{X}"), ("missing", "nothing")]
                .map(|(location, value)| format!("<Location /{location}>\nWSGICallableObject \"{value}\"\n</Location>\n"))
                .concat(),
        )
        .expects_log(MODULE_ERROR)
        .start();
    for (path, name) in [
        ("/", "application"),
        ("/literal", "other"),
        ("/env", "third"),
        ("/none", "application"),
        ("/global", "application"),
        ("/unknown", "application"),
        ("/alias", "third"),
    ] {
        assert_eq!(
            httpd.get(path).ok(),
            format!("('{name}', '{name}')"),
            "{path}"
        );
    }
    assert_eq!(httpd.get("/missing").status, 404);
}
