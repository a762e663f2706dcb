//! `WSGIAuthUserScript` for Basic: what `check_password` may say, and what it is told.

use clutch_tests::support::Request;
use clutch_tests::support::credentials::{base64, basic};

use super::{FAILING, all, answered, by, group, place, target};
use crate::case::{Case, Group, Step, ask, steps};

const WSGI: &str = "AuthBasicProvider wsgi\nWSGIAuthUserScript ${APP}/auth.py\nRequire valid-user";

/// The groups.
pub(super) fn groups() -> Vec<Group> {
    let users = group("auth-users", &place("/", WSGI))
        .cases(all("/", OUTCOMES))
        .cases(all("/", FAILING))
        .cases(credentials());
    let requests = group("auth-requests", &place("/", WSGI))
        .config("ErrorDocument 401 /error\n<Location /error>\nAuthType None\nRequire all granted\n</Location>")
        .config("<Location /named>\nRequire user carl\n</Location>\n<Location /options>\nAllowMethods GET\n</Location>")
        .modules(&["allowmethods"])
        .cases(requests());
    [
        users.in_both_modes(),
        requests.in_both_modes(),
        vec![reload()],
    ]
    .concat()
}

/// What the function returns.
const OUTCOMES: &[&str] = &[
    "True",
    "False",
    "None",
    "1",
    "0",
    "1.0",
    "b'carl'",
    "b''",
    "''",
    "'carl'",
    "' '",
    "'carl smith'",
    "'caf\\u00e9'",
    "'\\u20ac'",
    "'\\ud800'",
    "'a\\nb'",
    "'a' * 5000",
    "Name('carl')",
    "Name('')",
    "bytearray(b'carl')",
    "[]",
    "['carl']",
    "('carl',)",
    "{}",
    "object()",
    "NotImplemented",
    "...",
    "float('nan')",
    "first",
    "second",
    "first.upper()",
];

/// What the client says of itself.
fn credentials() -> Vec<Case> {
    let shown = target("/", "ascii((first, second))");
    let plain =
        |name: &str, value: &str| ask(name, &Request::get(&shown).header("Authorization", value));
    let mut cases = vec![
        ask("no credentials", &Request::get(&shown)),
        plain("another scheme", "Bearer abc"),
        plain("the scheme alone", "Basic"),
        plain("the scheme and a blank", "Basic "),
        plain("not base64", "Basic !!!"),
        plain(
            "in lower case",
            &format!("basic {}", base64(b"anna:secret")),
        ),
        plain(
            "several blanks",
            &format!("Basic   {}", base64(b"anna:secret")),
        ),
        plain("no colon", &format!("Basic {}", base64(b"anna"))),
        plain("nothing in it", &format!("Basic {}", base64(b":"))),
        plain("a NUL", &format!("Basic {}", base64(b"an\0na:sec\0ret"))),
        plain("Latin-1", &format!("Basic {}", base64(b"caf\xe9:\xfc\xff"))),
    ];
    let pairs = [
        ("no user", "", "secret"),
        ("no password", "anna", ""),
        ("a colon in the password", "anna", "a:b:c"),
        ("UTF-8", "caf\u{e9}", "\u{20ac}"),
        ("blanks", " anna ", " secret "),
        ("quotes", "\"an'na\"", "\\\"'"),
    ];
    cases.extend(pairs.map(|(name, user, password)| ask(name, &by(&shown, user, password))));
    let long = "x".repeat(3000);
    cases.push(ask("long", &by(&shown, &long, &long)));
    cases
}

/// Other requests than GET, other places.
fn requests() -> Vec<Case> {
    let with_body = |request: Request| request.header("Content-Type", "text/plain").body("body");
    let authorized = |method: &str, path: &str| {
        Request::new(method, path).header("Authorization", &basic("anna", "secret"))
    };
    let told = |expression: &str| target("/", expression);
    vec![
        ask("a POST that is let in", &with_body(authorized("POST", "/"))),
        ask(
            "a POST that is not",
            &with_body(authorized("POST", &told("False"))),
        ),
        ask(
            "a POST whose script fails",
            &with_body(authorized("POST", &told("5"))),
        ),
        ask("a HEAD that is let in", &authorized("HEAD", "/")),
        ask("a HEAD that is not", &authorized("HEAD", &told("False"))),
        ask("OPTIONS", &authorized("OPTIONS", "/")),
        ask(
            "a method that is not allowed",
            &authorized("PUT", "/options"),
        ),
        ask(
            "expect, and refused",
            &with_body(authorized("POST", &told("False"))).header("Expect", "100-continue"),
        ),
        ask("the page of a refusal", &Request::get("/error")),
        answered("/named", "True"),
        answered("/named", "'carl'"),
        answered("/named", "'Carl'"),
        answered("/named", "False"),
    ]
}

/// A script that is written anew.
fn reload() -> Group {
    let saying =
        |value: &str| format!("def check_password(environ, user, password):\n    return {value}\n");
    let written = |name: &str, text: String| {
        let bytes = by("/", "anna", "secret").bytes();
        steps(
            name,
            "GET",
            vec![Step::Write("guard.py", text), Step::Send(bytes)],
        )
    };
    let words = "AuthBasicProvider wsgi\nWSGIAuthUserScript ${APP}/guard.py\nRequire valid-user";
    let off = format!("WSGIScriptReloading Off\n{words}");
    group("auth-reload", &place("/", words))
        .config(&place("/off", &off))
        .script("guard.py", &saying("True"))
        .cases([
            ask("first", &by("/", "anna", "secret")),
            written("another answer", saying("False")),
            written("a name", saying("'carl'")),
            written("no Python", "def".to_owned()),
            ask("no Python, again", &by("/", "anna", "secret")),
            written("no function", "x = 1\n".to_owned()),
            written("an exception", "raise ValueError('mine')\n".to_owned()),
            written("well again", saying("True")),
            written("state of before", "kept = globals().get('kept', 0) + 1\ndef check_password(*_):\n    return str(kept)\n".to_owned()),
        ])
}
