//! `WSGIDispatchScript`: who serves a request?

use clutch_tests::support::{Request, app};

use super::FAILING;
use crate::case::{Case, Group, ask, get};

/// A dispatch script whose functions answer with the expressions in the query string, separated by `;`: one for the process group,
/// one for the application group, one for the callable. One that is empty is `None`.
const CHOOSING: &str = r#"
import sys
from urllib.parse import unquote

class Name(str):
    pass

def die(error):
    raise error

def answer(environ, number):
    parts = unquote(environ['QUERY_STRING']).split(';')
    text = parts[number] if number < len(parts) else ''
    return eval(text, {**globals(), 'environ': environ}) if text else None

def process_group(environ):
    return answer(environ, 0)

def application_group(environ):
    return answer(environ, 1)

def callable_object(environ):
    return answer(environ, 2)
"#;

/// Callables that say who they are and where they run.
const APPLICATION: &str = r#"
def served_by(name):
    def run(environ, start_response):
        words = name, environ['mod_wsgi.process_group'], environ['mod_wsgi.application_group'], environ['mod_wsgi.callable_object']
        body = repr(words).encode('utf-8', 'backslashreplace')
        start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
        return [body]
    return run

application = served_by('first')
other = served_by('second')
number = 5
"#;

/// The groups.
pub(super) fn groups() -> Vec<Group> {
    vec![embedded(), processes()]
}

fn dispatched(path: &str, expressions: &str) -> Case {
    let target = super::target(path, expressions);
    ask(&format!("{path}: {expressions}"), &Request::get(&target))
}

/// Values that each of the functions may return.
const VALUES: &[&str] = &[
    "None",
    "''",
    "b''",
    "'shop'",
    "b'shop'",
    "Name('shop')",
    "bytearray(b'shop')",
    "'caf\\xe9'",
    "'\\u20ac'",
    "'\\ud800'",
    "5",
    "True",
    "False",
    "[]",
    "['shop']",
    "object()",
    "' '",
    "'%'",
    "'%{'",
    "'%{OTHER}'",
    "'%{GLOBAL}'",
    "'%{SERVER}'",
    "'%{HOST}'",
    "'%{RESOURCE}'",
    "'%{ENV:CHOSEN}'",
    "'%{ENV:NOWHERE}'",
    "'%{ENV:TOKEN}'",
    "'x%{GLOBAL}'",
    "environ['SCRIPT_NAME']",
];

/// In httpd's own processes.
fn embedded() -> Group {
    let values = VALUES.iter().chain(FAILING);
    let mut cases: Vec<_> = values
        .flat_map(|value| {
            [format!(";{value}"), format!(";;{value}")].map(|one| dispatched("/app", &one))
        })
        .collect();
    cases.extend(
        [
            "",
            ";;'other'",
            ";;b'other'",
            ";;'number'",
            ";;'nobody'",
            ";'one';'other'",
            "'%{GLOBAL}'",
            "''",
            "'nobody'",
            "5",
            "die(ValueError('mine'))",
        ]
        .map(|one| dispatched("/app", one)),
    );
    cases.extend(
        ["/plain", "/own", "/own/in", "/app/", "/none.txt"].map(|path| dispatched(path, ";'shop'")),
    );
    cases.push(get("/parts"));
    cases.push(get("/elsewhere"));
    cases.push(get("/group"));
    let body = super::target("/app", ";'shop'");
    cases.push(ask("a body", &Request::post(&body, "body")));
    cases.push(ask("HEAD", &Request::new("HEAD", &body)));
    Group::new(
        "dispatch",
        "WSGIScriptAlias /app ${APP}/app.wsgi\nWSGIScriptAlias /own ${APP}/app.wsgi application-group=own callable-object=other\n\
         WSGIScriptAlias /parts ${APP}/app.wsgi\nWSGIScriptAlias /elsewhere ${APP}/app.wsgi\nWSGIScriptAlias /group ${APP}/app.wsgi\n\
         WSGIDispatchScript ${APP}/dispatch.py\nSetEnv CHOSEN chosen\nSetEnv TOKEN %{GLOBAL}\n\
         <Location /own/in>\nWSGIApplicationGroup inner\nWSGICallableObject application\n</Location>\n\
         <Location /parts>\nWSGIDispatchScript ${APP}/parts.py\n</Location>\n\
         <Location /group>\nWSGIDispatchScript ${APP}/group.py application-group=guards\n</Location>\n\
         <Location /elsewhere>\nWSGIDispatchScript ${APP}/elsewhere.py application-group=guards\n</Location>\n\
         Alias /plain ${ROOT}/htdocs/plain.txt",
    )
    .modules(&["env", "alias"])
    .file("htdocs/plain.txt", "plain")
    .script("app.wsgi", APPLICATION)
    .script("dispatch.py", CHOOSING)
    .script("parts.py", "def callable_object(environ):\n    return 'other'\n")
    .script("elsewhere.py", "print('app: elsewhere')\n")
    .script("group.py", "def application_group(environ):\n    return environ['mod_wsgi.application_group']\n")
    .cases(cases)
}

/// Of several groups of daemons.
fn processes() -> Group {
    let choices = VALUES.iter().chain(&[
        "'one'",
        "'two'",
        "b'two'",
        "'three'",
        "'%{ENV:GROUP}'",
        "'embedded'",
    ]);
    let mut cases: Vec<_> = choices.map(|value| dispatched("/app", value)).collect();
    cases.extend(FAILING.iter().map(|value| dispatched("/app", value)));
    cases.extend(
        [
            "'two';'shop'",
            "'two';'shop';'other'",
            "'one';5",
            "'nobody';5",
        ]
        .map(|one| dispatched("/app", one)),
    );
    cases.extend(["'one'", "'two'", "''", "None", ""].map(|one| dispatched("/bound", one)));
    let target = app::target("'two'");
    cases.push(ask(
        "a body",
        &Request::post(&format!("/app{}", &target[1..]), "body"),
    ));
    Group::new(
        "dispatch@daemon",
        "WSGISocketPrefix ${ROOT}/run/wsgi\nWSGIDaemonProcess one threads=2\nWSGIDaemonProcess two threads=2\nWSGIDaemonProcess three threads=2\n\
         WSGIScriptAlias /app ${APP}/app.wsgi process-group=one application-group=%{GLOBAL}\n\
         WSGIScriptAlias /bound ${APP}/app.wsgi process-group=one application-group=%{GLOBAL}\n\
         WSGIDispatchScript ${APP}/dispatch.py\nSetEnv GROUP two\nSetEnv CHOSEN chosen\nSetEnv TOKEN %{GLOBAL}\n\
         <Location /app>\nWSGIRestrictProcess one two %{GLOBAL}\n</Location>\n\
         <Location /bound>\nWSGIRestrictProcess one\n</Location>",
    )
    .modules(&["env"])
    .script("app.wsgi", APPLICATION)
    .script("dispatch.py", CHOOSING)
    .cases(cases)
}
