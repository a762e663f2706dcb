//! The environ: what the server, the request and the configuration put there.

use super::ENVIRON;
use crate::case::{Case, Group, ask, get, raw};
use clutch_tests::support::Request;

/// The groups.
pub(crate) fn groups() -> Vec<Group> {
    [
        headers().in_both_modes(),
        variables().in_both_modes(),
        passing().in_both_modes(),
        heads().in_both_modes(),
    ]
    .concat()
}

fn with(name: &str, headers: &[(&str, &str)]) -> Case {
    let request = headers
        .iter()
        .fold(Request::get("/a?b=c"), |request, (name, value)| {
            request.header(name, value)
        });
    ask(name, &request)
}

fn headers() -> Group {
    Group::serving("environ", ENVIRON)
        .modules(&["unique_id"])
        .cases([
        with("a header", &[("X-One", "1")]),
        with("two of a name", &[("X-One", "1"), ("x-one", "2")]),
        with("two cookies", &[("Cookie", "a=1"), ("Cookie", "b=2")]),
        with("an underscore", &[("X_One", "1"), ("X-Two", "2")]),
        with("a dot", &[("X.One", "1")]),
        with("odd letters", &[("X!One", "1"), ("X~Two", "2")]),
        with("empty", &[("X-Empty", "")]),
        with("blanks", &[("X-Blank", "  a  b  ")]),
        with("a tab", &[("X-Tab", "a\tb")]),
        with("Latin-1", &[("X-Latin", "caf\u{e9}")]),
        with("UTF-8", &[("X-Utf", "caf\u{c3}\u{a9}")]),
        with("Proxy", &[("Proxy", "http://evil.example")]),
        with("Authorization", &[("Authorization", "Basic YTpi")]),
        with(
            "Proxy-Authorization",
            &[("Proxy-Authorization", "Basic YTpi")],
        ),
        with("Content-Type", &[("Content-Type", "text/plain")]),
        with("Content-Length of nothing", &[("Content-Length", "0")]),
        with("Range", &[("Range", "bytes=0-3")]),
        with(
            "If-Modified-Since",
            &[("If-Modified-Since", "Sat, 29 Oct 1994 19:43:31 GMT")],
        ),
        with("If-None-Match", &[("If-None-Match", "*")]),
        with(
            "hop by hop",
            &[("TE", "trailers"), ("Keep-Alive", "5"), ("Upgrade", "h2c")],
        ),
        with(
            "forwarded",
            &[
                ("X-Forwarded-For", "1.2.3.4"),
                ("X-Forwarded-Proto", "https"),
                ("Forwarded", "for=1.2.3.4"),
            ],
        ),
        with("Referer", &[("Referer", "http://a/"), ("User-Agent", "b")]),
        with("long", &[("X-Long", &"x".repeat(7000))]),
        with(
            "like a variable",
            &[
                ("HTTPS", "on"),
                ("Path", "/x"),
                ("Script-Name", "/y"),
                ("Wsgi.Input", "z"),
            ],
        ),
        with(
            "like our own",
            &[("mod-wsgi.x-thing", "1"), ("Mod-Wsgi-Thing", "2")],
        ),
        ask("HTTP/1.0", &Request::get("/a").http10()),
        raw(
            "folded",
            b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Fold: a\r\n b\r\n\r\n",
        ),
        raw(
            "two hosts",
            b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
        ),
        raw("no host", b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"),
        raw(
            "a host with a port",
            b"GET / HTTP/1.1\r\nHost: Other.Example:1234\r\nConnection: close\r\n\r\n",
        ),
        raw(
            "a host that is none",
            b"GET / HTTP/1.1\r\nHost: <script>\r\nConnection: close\r\n\r\n",
        ),
        get("/a;b?c=d&e=%20f#g"),
        get("/%C3%A9?%C3%A9"),
        get("/?"),
        get("*"),
    ])
}

fn variables() -> Group {
    Group::serving("variables", ENVIRON)
        .modules(&["env", "setenvif", "headers"])
        .config(
            "SetEnv MINE yes\nSetEnv EMPTY \"\"\nSetEnv NOVALUE\nPassEnv PASSED\nSetEnv SCRIPT_NAME x\nSetEnv wsgi.version x\nSetEnv wsgi.multithread x\n\
             SetEnv wsgi.odd x\nSetEnv mod_wsgi.mine x\nSetEnv mod_wsgi.process_group x\nSetEnv mod_wsgi.x-secret x\nSetEnv mod_wsgi.version x\n\
             SetEnv apache.version x\nSetEnv PATH /x\nSetEnv LD_LIBRARY_PATH /x\nSetEnv PATH_TRANSLATED x\nSetEnv REMOTE_IDENT x\n\
             SetEnv HTTP_X_SET x\nSetEnv REQUEST_METHOD x\nSetEnv CONTENT_LENGTH 5\nSetEnv UTF caf\u{e9}\n\
             SetEnvIf Host (.*) HOST_WAS=$1\nUnsetEnv GONE\nSetEnv odd-name x\n\
             ServerAdmin ann@example.org\nUseCanonicalName On\n\
             RequestHeader set X-Added by-httpd\nRequestHeader unset X-Gone\n\
             <Location /https>\nSetEnv HTTPS on\n</Location>\n\
             <Location /https1>\nSetEnv HTTPS 1\n</Location>\n\
             <Location /httpsoff>\nSetEnv HTTPS off\n</Location>\n\
             <Location /httpsif>\nSetEnvIf Host . HTTPS=ON\n</Location>\n\
             <Location /gateway>\nSetEnv GATEWAY_INTERFACE x\n</Location>\n\
             <Location /signature>\nSetEnv SERVER_SIGNATURE x\n</Location>\n\
             <Location /remote>\nSetEnv REMOTE_HOST x\n</Location>\n\
             <Location /user>\nSetEnv REMOTE_USER x\nSetEnv AUTH_TYPE y\n</Location>\n\
             <Location /uri>\nCGIVar REQUEST_URI current-uri\n</Location>\n\
             <Location /original>\nCGIVar REQUEST_URI original-uri\n</Location>",
        )
        .cases(
            [
                "/", "/https", "/https1", "/httpsoff", "/httpsif", "/gateway", "/signature", "/remote", "/user",
                "/uri/a%20b?c", "/original/a%20b?c",
            ]
            .into_iter()
            .map(get),
        )
        .cases([with("headers of httpd", &[("X-Gone", "1"), ("X-Added", "mine")])])
}

fn passing() -> Group {
    let both = [
        ("Authorization", "Basic YW5uOnNlY3JldA=="),
        ("Proxy-Authorization", "Basic YTpi"),
    ];
    let to = |target: &str| {
        let request = both
            .iter()
            .fold(Request::get(target), |request, (name, value)| {
                request.header(name, value)
            });
        ask(target, &request)
    };
    Group::new(
        "authorization",
        "WSGIScriptAlias /option ${APP}/app.wsgi pass-authorization=On\nWSGIScriptAlias /optionoff ${APP}/app.wsgi pass-authorization=Off\n\
         WSGIScriptAlias / ${APP}/app.wsgi\n<Location /on>\nWSGIPassAuthorization On\n</Location>\n\
         <Location /optionoff>\nWSGIPassAuthorization On\n</Location>\n\
         <Location /cgi>\nCGIPassAuth On\n</Location>\n\
         <Location /user>\nAuthType Basic\nAuthName x\nAuthUserFile ${ROOT}/users\nRequire valid-user\n</Location>\n\
         <Location /useron>\nAuthType Basic\nAuthName x\nAuthUserFile ${ROOT}/users\nRequire valid-user\nWSGIPassAuthorization On\n</Location>",
    )
    .modules(&["auth_basic", "authn_core", "authn_file", "authz_user"])
    // "secret", as `htpasswd -nbs` writes it.
    .file("users", "ann:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n")
    .script("app.wsgi", ENVIRON)
    .cases(["/", "/on", "/option", "/optionoff", "/cgi", "/user", "/useron"].map(to))
    .cases([get("/user/nobody")])
}

/// HEAD as GET, with and without a filter that wants the body.
fn heads() -> Group {
    let ask_each = ["HEAD", "GET", "POST"].into_iter().flat_map(|method| {
        [
            "/auto",
            "/on",
            "/off",
            "/filter/auto",
            "/filter/on",
            "/filter/off",
        ]
        .into_iter()
        .map(move |target| {
            let request = Request::new(method, target).header("Accept-Encoding", "gzip");
            ask(&format!("{method} {target}"), &request)
        })
    });
    Group::serving("head", METHOD)
        .modules(&["filter", "deflate"])
        .config(
            "<Location /filter>\nSetOutputFilter DEFLATE\n</Location>\n\
             <LocationMatch on$>\nWSGIMapHEADToGET On\n</LocationMatch>\n\
             <LocationMatch off$>\nWSGIMapHEADToGET Off\n</LocationMatch>",
        )
        .cases(ask_each)
}

/// Says the method in a header.
const METHOD: &str = r#"
def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain'), ('X-Method', environ['REQUEST_METHOD']), ('Content-Length', '4000')])
    return [b'body' * 1000]
"#;
