//! `WSGIAuthUserScript` for Digest: what `get_realm_hash` may say.

use clutch_tests::support::Request;

use super::{FAILING, MODULES, group, target};
use crate::case::{Case, Group, Step, ask, steps};

/// The digest of the password `secret`.
const RIGHT: &str = "hashlib.md5(f'{first}:{second}:secret'.encode()).hexdigest()";

/// The groups.
pub(super) fn groups() -> Vec<Group> {
    let words = |provider: &str| {
        format!(
            "AuthType Digest\nAuthName \"a realm\"\nAuthDigestProvider {provider}\nAuthUserFile ${{ROOT}}/digests\nRequire valid-user"
        )
    };
    let script = "WSGIAuthUserScript ${APP}/auth.py";
    let config = format!(
        "<Location />\n{}\n{script}\n</Location>\n<Location /file-wsgi>\n{}\n</Location>\n<Location /wsgi-file>\n{}\n</Location>\n\
         <Location /missing>\nWSGIAuthUserScript ${{APP}}/missing.py\n</Location>\n<Location /empty>\nWSGIAuthUserScript ${{APP}}/empty.py\n</Location>",
        words("wsgi"),
        words("file wsgi"),
        words("wsgi file"),
    );
    let nothing = format!("<Location />\n{}\n</Location>", words("wsgi"));
    let mut cases: Vec<Case> = OUTCOMES
        .iter()
        .chain(FAILING)
        .map(|one| answered("/", one))
        .collect();
    for path in ["/file-wsgi", "/wsgi-file"] {
        cases
            .extend([RIGHT, "None", "False", "''", "'0' * 32", "5"].map(|one| answered(path, one)));
    }
    cases.extend(["/missing", "/empty"].map(|path| answered(path, RIGHT)));
    cases.push(ask("no credentials", &Request::get("/")));
    cases.push(ask("Basic", &super::by("/", "anna", "secret")));
    cases.push(ask(
        "nonsense",
        &Request::get("/").header("Authorization", "Digest nonsense"),
    ));
    let digests = group("digest", &config)
        .modules(&["auth_digest"])
        .script("empty.py", "")
        .file("digests", "")
        .cases(cases);
    let unset = group("digest-nothing", &nothing)
        .modules(MODULES)
        .modules(&["auth_digest"])
        .cases([answered("/", RIGHT)]);
    [digests.in_both_modes(), vec![unset]].concat()
}

/// What the function returns.
const OUTCOMES: &[&str] = &[
    RIGHT,
    "hashlib.md5(f'{first}:{second}:secret'.encode()).hexdigest().encode()",
    "hashlib.md5(f'{first}:{second}:secret'.encode()).hexdigest().upper()",
    "hashlib.md5(f'{first}:{second}:secret'.encode()).digest()",
    "hashlib.md5(f'{first}:{second}:other'.encode()).hexdigest()",
    "Name(hashlib.md5(f'{first}:{second}:secret'.encode()).hexdigest())",
    "bytearray(hashlib.md5(f'{first}:{second}:secret'.encode()).hexdigest().encode())",
    "hashlib.md5(f'{first}:{second}:secret'.encode()).hexdigest() if (first, second) == ('anna', 'a realm') else None",
    "None",
    "True",
    "False",
    "''",
    "b''",
    "'x'",
    "b'x'",
    "'0' * 32",
    "'0' * 5000",
    "5",
    "[]",
    "['x']",
    "'caf\\u00e9'",
    "'\\u20ac'",
    "object()",
];

/// anna asks, is told the nonce, and asks with the password `secret`; the script answers with `expression`.
fn answered(path: &str, expression: &str) -> Case {
    let target = target(path, expression);
    let first = Request::get(&target).keep_alive().bytes();
    let name = format!("{path}: {expression}");
    steps(
        &name,
        "GET",
        vec![Step::Send(first), Step::Head, Step::Digest(target)],
    )
    .requests(2)
}
