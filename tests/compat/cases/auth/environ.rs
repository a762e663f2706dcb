//! What the scripts see of a request.

use clutch_tests::support::{Request, credentials};

use super::{MODULES, PASSWORDS, by, place};
use crate::case::{Case, Group, ask};

/// Each function keeps the environ that it is given, and what it can find out with it.
const KEEPING: &str = r#"
import builtins

def keep(environ):
    kept = dict(environ)
    for name, arguments in [('is_https', ()), ('var_lookup', ('HTTPS',)), ('var_lookup', (b'SSL_PROTOCOL',)), ('var_lookup', ('SERVER_NAME',))]:
        try:
            kept['%s%r' % (name, arguments)] = environ['mod_ssl.' + name](*arguments)
        except Exception as error:
            kept['%s%r' % (name, arguments)] = type(error)
    builtins.asked = kept

def check_password(environ, user, password):
    keep(environ)
    return user + ' of wsgi'

def groups_for_user(environ, user):
    keep(environ)
    return ['staff']

def allow_access(environ, host):
    keep(environ)

def process_group(environ):
    keep(environ)

def callable_object(environ):
    environ['of'] = 'callable_object'
    builtins.asked['also'] = sorted(environ)
"#;

/// Answers with what was kept.
const TELLING: &str = r#"
import builtins

def shown(value):
    text = type(value).__name__ if callable(value) else repr(value)
    return text

def application(environ, start_response):
    lines = ['%s\t%s\t%s' % (key, type(value).__name__, shown(value)) for key, value in sorted(builtins.asked.items())]
    lines.append('over\tstr\t%r' % over(builtins.asked))
    body = '\n'.join(lines).encode('utf-8', 'backslashreplace').ljust(16384)
    start_response('200 OK', [('Content-Type', 'text/x-environ'), ('Content-Length', str(len(body)))])
    return [body]

def over(environ):
    if 'mod_ssl.is_https' not in environ:
        return 'no function'
    try:
        return repr(environ['mod_ssl.var_lookup']('HTTPS'))
    except Exception as error:
        return type(error).__name__
"#;

/// The groups.
pub(super) fn groups() -> Vec<Group> {
    vec![seen()]
}

fn seen() -> Group {
    let config = [
        place("/user", "AuthBasicProvider wsgi\nWSGIAuthUserScript ${APP}/keep.py\nRequire valid-user"),
        place("/group", "AuthBasicProvider file\nAuthUserFile ${ROOT}/passwords\nWSGIAuthGroupScript ${APP}/keep.py\nRequire wsgi-group staff"),
        "<Location /access>\nWSGIAccessScript ${APP}/keep.py\n</Location>\n".to_owned(),
        "<Location /dispatch>\nWSGIDispatchScript ${APP}/keep.py\n</Location>\n".to_owned(),
        "<LocationMatch \"^/[a-z]+/apache\">\nWSGIPassApacheRequest On\n</LocationMatch>\n".to_owned(),
        "<LocationMatch \"^/[a-z]+/authorization\">\nWSGIPassAuthorization On\n</LocationMatch>\n".to_owned(),
        "<LocationMatch \"^/[a-z]+/trusting\">\nWSGITrustedProxyHeaders X-Forwarded-For X-Forwarded-Proto X-Forwarded-Host\n</LocationMatch>\n".to_owned(),
        "<LocationMatch \"^/[a-z]+/(trusting/)?https\">\nSetEnv HTTPS on\n</LocationMatch>\n".to_owned(),
        "<LocationMatch \"^/[a-z]+/https/off\">\nSetEnv HTTPS off\n</LocationMatch>\n".to_owned(),
        "<LocationMatch \"^/[a-z]+/names\">\nHostnameLookups On\n</LocationMatch>\n".to_owned(),
        "SetEnv MINE yes\nSetEnvIf Request_URI . EARLY=1\nSetEnv HTTP_MADE up\nServerAdmin me@example.org\nServerSignature On\nServerTokens Prod\n".to_owned(),
    ];
    let paths = ["/user", "/group", "/access", "/dispatch"];
    let cases = paths.into_iter().flat_map(requests);
    Group::new(
        "auth-environ",
        "WSGIScriptAlias / ${APP}/app.wsgi\nWSGIScriptAlias /group/mounted ${APP}/app.wsgi\nWSGIApplicationGroup %{GLOBAL}",
    )
    .modules(MODULES)
    .modules(&["env", "setenvif"])
    .script("keep.py", KEEPING)
    .script("app.wsgi", TELLING)
    .file("passwords", PASSWORDS)
    .config(&config.concat())
    .cases(cases)
}

/// Requests for one of the places.
fn requests(path: &'static str) -> Vec<Case> {
    let to = |more: &str| by(&format!("{path}{more}"), "anna", "secret");
    let headers = to("/a")
        .header("X-One", "1")
        .header("X-One", "2")
        .header("X_Two", "2")
        .header("X-Latin", "caf\u{e9}")
        .header("Cookie", "a=1")
        .header("Cookie", "b=2")
        .header("Proxy-Authorization", "Basic YTpi")
        .header("Content-Type", "text/x-mine")
        .header("X-Forwarded-For", "1.2.3.4")
        .header("X-Forwarded-Proto", "https");
    let forwarded = to("/trusting")
        .header("X-Forwarded-For", "1.2.3.4, 5.6.7.8")
        .header("X-Forwarded-Proto", "https")
        .header("X-Forwarded-Host", "shop.example");
    let one = |name: &str, request: &Request| ask(&format!("{path}: {name}"), request);
    vec![
        one("plain", &to("")),
        one("a path and a query", &to("/a/b?c=d&e")),
        one("slashes", &to("//a///b")),
        one("escapes", &to("/caf%C3%A9/%e9/a%20b?x=%20+")),
        one(
            "the header Proxy",
            &to("").header("Proxy", "http://evil.example"),
        ),
        one("headers", &headers),
        one("proxies", &forwarded),
        one(
            "proxies, and no TLS",
            &to("/trusting").header("X-Forwarded-Proto", "http"),
        ),
        one(
            "proxies, and no scheme",
            &to("/trusting").header("X-Forwarded-Proto", "gopher"),
        ),
        one(
            "proxies above the environment",
            &to("/trusting/https").header("X-Forwarded-Proto", "http"),
        ),
        one(
            "proxies as the environment",
            &to("/trusting/https").header("X-Forwarded-Proto", "https"),
        ),
        one("proxies that say nothing", &to("/trusting/https")),
        one("HTTPS", &to("/https")),
        one("HTTPS off", &to("/https/off")),
        one("apache", &to("/apache")),
        one("authorization", &to("/authorization")),
        one("names", &to("/names")),
        one("another host", &to("").header("Host", "Shop.Example:8080")),
        one("no host", &to("").http10()),
        one(
            "a body",
            &Request::post(&format!("{path}/x"), "body")
                .header("Authorization", &credentials::basic("anna", "secret")),
        ),
        one("chunked", &to("/x").chunked(&[b"bo", b"dy"])),
        one(
            "absolute",
            &by(&format!("http://other.example{path}/x?y"), "anna", "secret"),
        ),
        one("mounted", &to("/mounted/x")),
    ]
}
