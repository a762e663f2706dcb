//! Which of several values holds: server, virtual host, location, directory, file, expression, `.htaccess`.

use crate::case::{Case, Group, ask, get, host};
use clutch_tests::support::Request;

/// The groups.
pub(crate) fn groups() -> Vec<Group> {
    [sections().in_both_modes(), vec![overrides()], hosts()].concat()
}

/// Says which of its callables was chosen, and what of the headers it sees.
const CHOSEN: &str = r#"
def named(name):
    def answer(environ, start_response):
        seen = [name, environ['mod_wsgi.application_group'], str('HTTP_AUTHORIZATION' in environ), environ['REQUEST_METHOD']]
        body = '\n'.join(seen).encode()
        start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
        return [body]
    return answer
application, server, vhost, location, directory, files, iff, htaccess, inner = map(
    named, 'application server vhost location directory files iff htaccess inner'.split())
"#;

/// A request with what may be passed on.
fn asks(target: &str) -> Case {
    ask(
        target,
        &Request::get(target).header("Authorization", "Basic YTpi"),
    )
}

fn sections() -> Group {
    Group::new(
        "sections",
        "WSGIScriptAlias /app ${APP}/app.wsgi\nWSGIScriptAlias /other ${APP}/sub/other.wsgi\nWSGIScriptAlias /option ${APP}/app.wsgi callable-object=inner application-group=opt\n\
         WSGICallableObject server\nWSGIApplicationGroup server-group\n\
         <Location /app/loc>\nWSGICallableObject location\n</Location>\n\
         <Location /app/loc/in>\nWSGIApplicationGroup in-group\n</Location>\n\
         <LocationMatch ^/app/re[0-9]>\nWSGICallableObject location\nWSGIPassAuthorization On\n</LocationMatch>\n\
         <Location /app/re5>\nWSGIPassAuthorization Off\n</Location>\n\
         <Directory ${APP}/sub>\nWSGICallableObject directory\nWSGIPassAuthorization On\n</Directory>\n\
         <Location /other/loc>\nWSGICallableObject location\n</Location>\n\
         <Directory ${APP}>\n<Files deep.wsgi>\nWSGICallableObject files\n</Files>\n</Directory>\n\
         WSGIScriptAlias /deep ${APP}/deep.wsgi\n\
         <If \"%{QUERY_STRING} == 'if'\">\nWSGICallableObject iff\nWSGIPassAuthorization On\n</If>\n\
         <Location /option/loc>\nWSGICallableObject location\nWSGIApplicationGroup loc-group\n</Location>\n\
         <Location /app/head>\nWSGIMapHEADToGET On\n</Location>\n<Location /app/head/off>\nWSGIMapHEADToGET Off\n</Location>",
    )
    .script("app.wsgi", CHOSEN)
    .script("deep.wsgi", CHOSEN)
    .script("sub/other.wsgi", CHOSEN)
    .cases(
        [
            "/app", "/app/loc", "/app/loc/in", "/app/loc/in/deeper", "/app/re1", "/app/re5", "/other", "/other/loc", "/deep", "/deep/x",
            "/app?if", "/app/loc?if", "/other?if", "/deep?if", "/option", "/option/loc", "/option?if", "/app/loc%69",
        ]
        .map(asks),
    )
    .cases(["/app/head", "/app/head/off", "/app"].map(|target| ask(&format!("HEAD {target}"), &Request::new("HEAD", target))))
}

/// `.htaccess` files, with and without the right to say something.
fn overrides() -> Group {
    let places: &[(&str, &str, &str)] = &[
        (
            "fileinfo",
            "FileInfo",
            "WSGICallableObject htaccess\nWSGIPassAuthorization On",
        ),
        ("none", "None", "WSGICallableObject htaccess"),
        ("authconfig", "AuthConfig", "WSGICallableObject htaccess"),
        ("group", "All", "WSGIApplicationGroup other"),
        ("process", "All", "WSGIProcessGroup other"),
        ("alias", "All", "WSGIScriptAlias /x /y"),
        ("restrict", "All", "WSGIRestrictProcess x"),
        ("bad", "All", "WSGIPassAuthorization Maybe"),
        ("reloading", "FileInfo", "WSGIScriptReloading Off"),
        ("chunked", "FileInfo", "WSGIChunkedRequest On"),
        ("head", "FileInfo", "WSGIMapHEADToGET On"),
        ("headbad", "FileInfo", "WSGIMapHEADToGET Perhaps"),
        ("override", "FileInfo", "WSGIErrorOverride On"),
        ("sendfile", "FileInfo", "WSGIEnableSendfile On"),
        ("activity", "FileInfo", "WSGIIgnoreActivity On"),
        ("token", "FileInfo", "WSGICallableObject %{ENV:NAME}"),
        ("execcgi", "Options", "Options -ExecCGI"),
        ("handler", "FileInfo", "SetHandler wsgi-script"),
    ];
    let base = Group::new(
        "htaccess",
        "SetEnv NAME inner\n<Directory ${ROOT}/htdocs>\nOptions +ExecCGI\nRequire all granted\nAddHandler wsgi-script .wsgi\n</Directory>",
    )
    .modules(&["mime", "env"]);
    places.iter().fold(base, |group, (name, rights, text)| {
        let place = format!("htdocs/{name}");
        group
            .config(&format!(
                "<Directory ${{ROOT}}/{place}>\nAllowOverride {rights}\n</Directory>"
            ))
            .file(&format!("{place}/.htaccess"), text)
            .file(&format!("{place}/app.wsgi"), CHOSEN)
            .file(&format!("{place}/plain.txt"), CHOSEN)
            .cases([
                asks(&format!("/{name}/app.wsgi")),
                get(&format!("/{name}/plain.txt")),
            ])
    })
}

/// Virtual hosts, whose aliases come before those of the server.
fn hosts() -> Vec<Group> {
    Group::new(
        "hosts",
        "WSGIScriptAlias /server ${APP}/app.wsgi\nWSGIScriptAlias /both ${APP}/app.wsgi callable-object=server\nWSGICallableObject server\n\
         WSGIPassAuthorization On\n\
         <VirtualHost *:${PORT}>\nServerName one.example\nWSGIScriptAlias /own ${APP}/app.wsgi\nWSGICallableObject vhost\n</VirtualHost>\n\
         <VirtualHost *:${PORT}>\nServerName two.example\nWSGIScriptAlias /both ${APP}/app.wsgi callable-object=inner\nWSGIPassAuthorization Off\n\
         <Location /both/loc>\nWSGICallableObject location\n</Location>\n</VirtualHost>",
    )
    .script("app.wsgi", CHOSEN)
    .cases([
        host("one.example", "/own"),
        host("one.example", "/server"),
        host("one.example", "/both"),
        host("two.example", "/own"),
        host("two.example", "/server"),
        host("two.example", "/both"),
        host("two.example", "/both/loc"),
        host("none.example", "/own"),
        ask("passed on in one", &Request::get("/own").header("Host", "one.example").header("Authorization", "Basic YTpi")),
        ask("not passed on in two", &Request::get("/server").header("Host", "two.example").header("Authorization", "Basic YTpi")),
    ])
    .in_both_modes()
}
