//! Names of groups and callables: tokens, ports, hosts.

use crate::case::{Case, Group, ask, get, host};
use clutch_tests::support::Request;

/// Answers with the names of its groups and of its callable.
const NAMES: &str = r#"
import mod_wsgi
def named(name):
    def answer(environ, start_response):
        seen = [name, environ['mod_wsgi.application_group'], environ['mod_wsgi.process_group'],
                environ['mod_wsgi.callable_object'], mod_wsgi.application_group, mod_wsgi.process_group]
        body = '\n'.join(seen).encode()
        start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
        return [body]
    return answer
application = named('application')
other = named('other')
third = named('third')
number = 5
"#;

/// The groups.
pub(crate) fn groups() -> Vec<Group> {
    [
        tokens().in_both_modes(),
        hosts("names-canonical-off", "UseCanonicalName Off").in_both_modes(),
        hosts("names-canonical-on", "UseCanonicalName On").in_both_modes(),
        vec![ports(), process_groups()],
        callables().in_both_modes(),
    ]
    .concat()
}

/// A location for each value.
fn locations(directive: &str, values: &[&str]) -> String {
    let sections = values.iter().enumerate().map(|(number, value)| {
        format!("<Location /{number}>\n{directive} \"{value}\"\n</Location>\n")
    });
    sections.collect()
}

/// A request to each of the locations, and one below it.
fn requests(values: &[&str]) -> Vec<Case> {
    let each = values.iter().enumerate();
    each.map(|(number, value)| {
        let target = format!("/{number}/below");
        ask(value, &Request::get(&target))
    })
    .collect()
}

const GROUPS: &[&str] = &[
    "%{GLOBAL}",
    "%{SERVER}",
    "%{HOST}",
    "%{RESOURCE}",
    "%{ENV:MINE}",
    "%{ENV:NONE}",
    "%{ENV:TOKEN}",
    "%{ENV:AGAIN}",
    "%{ENV:PATH}",
    "%{NONE}",
    "%{global}",
    "%",
    "%%",
    "plain",
    "with blank",
    "a%{GLOBAL}",
    "%{GLOBAL}a",
    "%{ENV:}",
    "%{ENV:MINE",
    "caf\u{e9}",
    "%{ENV:REQUEST_METHOD}",
];

fn tokens() -> Group {
    Group::new(
        "names",
        "WSGIScriptAlias / ${APP}/app.wsgi\nSetEnv MINE mine\nSetEnv TOKEN %{SERVER}\nSetEnv AGAIN %{ENV:MINE}",
    )
    .modules(&["env"])
    .config(&locations("WSGIApplicationGroup", GROUPS))
    .script("app.wsgi", NAMES)
    .cases(requests(GROUPS))
}

fn hosts(name: &str, canonical: &str) -> Group {
    Group::new(
        name,
        "WSGIScriptAlias / ${APP}/app.wsgi\nWSGIScriptAlias /m ${APP}/app.wsgi\n\
         <Location /server>\nWSGIApplicationGroup %{SERVER}\n</Location>\n\
         <Location /host>\nWSGIApplicationGroup %{HOST}\n</Location>\n\
         <VirtualHost *:${PORT}>\nServerName first.example\nServerAlias alias.example\n</VirtualHost>\n\
         <VirtualHost *:${PORT}>\nServerName Upper.Example:80\n</VirtualHost>\n\
         <VirtualHost *:${PORT}>\nServerName secure.example:443\n</VirtualHost>\n\
         <VirtualHost *:${PORT}>\nServerName port.example:8080\nServerAlias *.wild.example\n</VirtualHost>",
    )
    .config(canonical)
    .script("app.wsgi", NAMES)
    .cases([
        host("first.example", "/x"),
        host("first.example", "/server"),
        host("first.example", "/host"),
        host("alias.example", "/server"),
        host("alias.example", "/host"),
        host("ALIAS.example", "/host"),
        host("upper.example", "/server"),
        host("upper.example", "/host"),
        host("secure.example", "/x"),
        host("secure.example", "/host"),
        host("port.example", "/x"),
        host("port.example", "/server"),
        host("port.example", "/host"),
        host("deep.wild.example", "/server"),
        host("deep.wild.example", "/host"),
        host("unknown.example", "/host"),
        host("first.example:80", "/server"),
        host("first.example:443", "/server"),
        host("first.example:9999", "/server"),
        host("first.example:9999", "/host"),
        host("first.example:9999", "/x"),
        host("port.example:9999", "/host"),
        host("127.0.0.1", "/host"),
        host("[::1]:81", "/host"),
        ask("no host, /server", &Request::get("/server").http10()),
        ask("no host, /host", &Request::get("/host").http10()),
        ask("an absolute target", &Request::get("http://alias.example:81/host")),
    ])
}

/// Mount points in `%{RESOURCE}`.
fn ports() -> Group {
    Group::new(
        "resources",
        "WSGIScriptAlias /deep/er ${APP}/app.wsgi\nWSGIScriptAlias /dir/ ${APP}/\nWSGIScriptAliasMatch ^/re/[a-z]+ ${APP}/app.wsgi\n\
         WSGICaseSensitivity Off\nWSGIScriptAlias / ${APP}/app.wsgi",
    )
    .script("app.wsgi", NAMES)
    .cases(["/", "/x", "/deep/er", "/deep/er/x", "/deep//er//x/", "/dir/app.wsgi/y", "/dir/app.wsgi", "/re/ab/c", "/re/AB", "//"]
        .into_iter()
        .map(get))
}

const PROCESSES: &[&str] = &[
    "%{GLOBAL}",
    "one",
    "One",
    "none",
    "%{ENV:MINE}",
    "%{ENV:NONE}",
    "%{SERVER}",
    "%{HOST}",
    "%{RESOURCE}",
    "%{NONE}",
    "%",
    "%{ENV:GLOBAL}",
];

/// Process groups by token, and which of them are allowed.
fn process_groups() -> Group {
    Group::new(
        "process-groups",
        "WSGISocketPrefix ${ROOT}/run/wsgi\nWSGIDaemonProcess one\nWSGIDaemonProcess two threads=2\nWSGIDaemonProcess localhost\nWSGIDaemonProcess localhost|\n\
         WSGIScriptAlias / ${APP}/app.wsgi\nWSGIScriptAlias /alias ${APP}/app.wsgi process-group=two application-group=%{GLOBAL}\n\
         SetEnv MINE two\nSetEnv GLOBAL %{GLOBAL}\n\
         <Location /allowed>\nWSGIRestrictProcess one\nWSGIProcessGroup one\n</Location>\n\
         <Location /case>\nWSGIRestrictProcess ONE\nWSGIProcessGroup one\n</Location>\n\
         <Location /denied>\nWSGIRestrictProcess two\nWSGIProcessGroup one\n</Location>\n\
         <Location /embedded>\nWSGIRestrictProcess two\n</Location>\n\
         <Location /global>\nWSGIRestrictProcess two %{GLOBAL}\n</Location>\n\
         <Location /empty>\nWSGIRestrictProcess\n</Location>",
    )
    .modules(&["env"])
    .config(&locations("WSGIProcessGroup", PROCESSES))
    .script("app.wsgi", NAMES)
    .cases(requests(PROCESSES))
    .cases(["/alias/x", "/allowed", "/case", "/denied", "/embedded", "/global", "/empty", "/"].into_iter().map(get))
}

const CALLABLES: &[&str] = &[
    "application",
    "other",
    "third",
    "none",
    "number",
    "os.path",
    "%{GLOBAL}",
    "%{ENV:NAME}",
    "%{ENV:NONE}",
    "%{ENV:TOKEN}",
    "%{SERVER}",
    "%",
];

fn callables() -> Group {
    Group::new(
        "callables",
        "WSGIScriptAlias / ${APP}/app.wsgi\nWSGIScriptAlias /option ${APP}/app.wsgi callable-object=other\n\
         WSGIScriptAlias /token ${APP}/app.wsgi callable-object=%{ENV:NAME}\n\
         SetEnv NAME third\nSetEnv TOKEN %{ENV:NAME}\n<Location /option/third>\nWSGICallableObject third\n</Location>",
    )
    .modules(&["env"])
    .config(&locations("WSGICallableObject", CALLABLES))
    .script("app.wsgi", NAMES)
    .cases(requests(CALLABLES))
    .cases([get("/option"), get("/option/third"), get("/token"), get("/")])
}
