//! `WSGIAuthGroupScript` for `Require wsgi-group`: which groups has a user?

use clutch_tests::support::Request;

use super::{FAILING, all, answered, by, group, place, target};
use crate::case::{Case, Group, ask};

/// What stands before each requirement: users come from a file.
const USERS: &str =
    "AuthBasicProvider file\nAuthUserFile ${ROOT}/passwords\nWSGIAuthGroupScript ${APP}/auth.py\n";

/// The groups.
pub(super) fn groups() -> Vec<Group> {
    [answers().in_both_modes(), rules().in_both_modes()].concat()
}

fn answers() -> Group {
    group(
        "auth-groups",
        &place(
            "/",
            &format!("{USERS}Require wsgi-group staff \"two words\" caf\u{e9}"),
        ),
    )
    .cases(all("/", OUTCOMES))
    .cases(all("/", FAILING))
    .cases(users())
}

/// What the function returns.
const OUTCOMES: &[&str] = &[
    "['staff']",
    "['other']",
    "['other', 'staff']",
    "['STAFF']",
    "['sta', 'ff']",
    "['staff ']",
    "['two words']",
    "['two', 'words']",
    "['two words', 'staff']",
    "['caf\\u00e9']",
    "['caf\\u00c3\\u00a9']",
    "['caf\\u00e9'.encode()]",
    "[b'staff']",
    "[b'other', 'staff']",
    "('staff',)",
    "{'staff'}",
    "{'staff': 1}",
    "(name for name in ['other', 'staff'])",
    "iter(['staff'])",
    "map(str, ['staff'])",
    "until('other', 'staff')",
    "'staff'",
    "b'staff'",
    "''",
    "b''",
    "[]",
    "()",
    "[[]]",
    "['']",
    "[b'']",
    "None",
    "True",
    "5",
    "object",
    "[None]",
    "['other', None]",
    "['staff', None]",
    "[5, 'staff']",
    "['staff', 5]",
    "['\\u20ac']",
    "['staff', '\\u20ac']",
    "[Name('staff')]",
    "[bytearray(b'staff')]",
    "['staff'] if first == 'anna' else []",
    "['g%d' % number for number in range(2000)] + ['staff']",
    "until('staff', error=ValueError('mine'))",
    "until('other', error=ValueError('mine'))",
    "until(error=ValueError('mine'))",
    "until('staff', error=SystemExit(1))",
];

/// Who is asked about.
fn users() -> Vec<Case> {
    let shown = target("/", "['staff'] if first == 'bert' else []");
    vec![
        ask("no credentials", &Request::get(&shown)),
        ask("a wrong password", &by(&shown, "anna", "wrong")),
        ask("an unknown user", &by(&shown, "carl", "secret")),
        ask("anna", &by(&shown, "anna", "secret")),
        ask("bert", &by(&shown, "bert", "secret")),
        answered("/", "print('app:', ascii(first)) or ['staff']"),
    ]
}

/// A requirement among others.
fn rules() -> Group {
    let rules = [
        ("/several", "Require wsgi-group one\nRequire wsgi-group two"),
        (
            "/all",
            "<RequireAll>\nRequire wsgi-group one\nRequire wsgi-group two\n</RequireAll>",
        ),
        (
            "/none",
            "<RequireAll>\nRequire valid-user\n<RequireNone>\nRequire wsgi-group one two\n</RequireNone>\n</RequireAll>",
        ),
        (
            "/not",
            "<RequireAll>\nRequire valid-user\nRequire not wsgi-group one\n</RequireAll>",
        ),
        ("/or-user", "Require wsgi-group one\nRequire user anna"),
        ("/or-other", "Require wsgi-group one\nRequire user bert"),
        ("/or-all", "Require wsgi-group one\nRequire all granted"),
        (
            "/and-denied",
            "<RequireAll>\nRequire wsgi-group one\nRequire all denied\n</RequireAll>",
        ),
        (
            "/authoritative",
            "WSGIGroupAuthoritative On\nRequire wsgi-group one\nRequire valid-user",
        ),
        (
            "/not-authoritative",
            "WSGIGroupAuthoritative Off\nRequire wsgi-group one\nRequire valid-user",
        ),
        (
            "/authoritative-alone",
            "WSGIGroupAuthoritative On\nRequire wsgi-group one",
        ),
        (
            "/not-authoritative-alone",
            "WSGIGroupAuthoritative Off\nRequire wsgi-group one",
        ),
        ("/expression", "Require wsgi-group %{SERVER_NAME} one"),
        ("/quoted", "Require wsgi-group 'a b' \"c\\\"d\" one\\ two"),
        (
            "/off",
            "AuthzSendForbiddenOnFailure On\nRequire wsgi-group one",
        ),
        (
            "/no-script",
            "WSGIAuthGroupScript ${APP}/none.py\nRequire wsgi-group one",
        ),
    ];
    let answers = [
        "['one']",
        "['two']",
        "['one', 'two']",
        "[]",
        "5",
        "until('one', error=ValueError('mine'))",
    ];
    let config: String = rules
        .iter()
        .map(|(path, words)| place(path, &format!("{USERS}{words}")))
        .collect();
    let unguarded = "<Location /no-type>\nWSGIAuthGroupScript ${APP}/auth.py\nRequire wsgi-group one\n</Location>";
    let mut cases: Vec<_> = rules
        .iter()
        .flat_map(|(path, _)| all(path, &answers))
        .collect();
    cases.extend(all("/expression", &["['localhost']", "['%{SERVER_NAME}']"]));
    cases.extend(all(
        "/quoted",
        &["['a b']", "['c\"d']", "['one two']", "['one\\\\']"].map(|one| one),
    ));
    cases.push(answered("/no-type", "['one']"));
    cases.push(ask("/or-all without a user", &Request::get("/or-all")));
    cases.push(ask("/not without a user", &Request::get("/not")));
    group("auth-rules", &config).config(unguarded).cases(cases)
}
