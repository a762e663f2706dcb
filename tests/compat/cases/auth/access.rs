//! `WSGIAccessScript`: may a client come in?

use clutch_tests::support::Request;

use super::{FAILING, all, answered, by, group, place, target};
use crate::case::{Case, Group, ask, get};

const SCRIPT: &str = "WSGIAccessScript ${APP}/auth.py";

/// The groups.
pub(super) fn groups() -> Vec<Group> {
    let answers = group(
        "auth-access",
        &format!("<Location />\n{SCRIPT}\n</Location>"),
    )
    .cases(all("/", OUTCOMES))
    .cases(all("/", FAILING));
    [answers.in_both_modes(), rules().in_both_modes()].concat()
}

/// What the function returns.
const OUTCOMES: &[&str] = &[
    "True",
    "False",
    "None",
    "1",
    "0",
    "''",
    "'yes'",
    "b'yes'",
    "[]",
    "[True]",
    "5.0",
    "object()",
    "first",
    "first == '127.0.0.1'",
    "first == 'localhost'",
    "second is None",
    "NotImplemented",
];

/// A script among other rules.
fn rules() -> Group {
    let users = "AuthBasicProvider file\nAuthUserFile ${ROOT}/passwords\n";
    let places = [
        ("/granted", "Require all granted".to_owned()),
        ("/denied", "Require all denied".to_owned()),
        ("/ip", "Require ip 127.0.0.1".to_owned()),
        ("/not-ip", "Require ip 10.0.0.1".to_owned()),
        ("/users", format!("{users}Require valid-user")),
        ("/any", format!("{users}Satisfy Any\nRequire valid-user")),
        ("/every", format!("{users}Satisfy All\nRequire valid-user")),
        ("/order", "Order Deny,Allow\nDeny from all".to_owned()),
        (
            "/order-any",
            format!("{users}Order Deny,Allow\nDeny from all\nSatisfy Any\nRequire valid-user"),
        ),
        (
            "/allow-any",
            format!("{users}Order Deny,Allow\nAllow from all\nSatisfy Any\nRequire valid-user"),
        ),
        ("/names", "HostnameLookups Double".to_owned()),
    ];
    let config: String = places
        .iter()
        .map(|(path, words)| match words.contains("AuthBasicProvider") {
            true => place(path, &format!("{SCRIPT}\n{words}")),
            false => format!("<Location {path}>\n{SCRIPT}\n{words}\n</Location>\n"),
        })
        .collect();
    let answers = ["True", "False", "None", "5", "die(ValueError('mine'))"];
    let mut cases: Vec<Case> = Vec::new();
    for (path, _) in &places {
        cases.extend(all(path, &answers));
        let strangers = answers.iter().map(|expression| {
            let name = format!("{path}: {expression}, without a user");
            ask(&name, &Request::get(&target(path, expression)))
        });
        cases.extend(strangers);
        let name = format!("{path}: a wrong password");
        cases.push(ask(&name, &by(path, "anna", "wrong")));
    }
    cases.push(answered("/names", "first == 'localhost'"));
    cases.extend(
        [
            "/file.txt",
            "/file.txt?False",
            "/file.txt?None",
            "/none.txt?False",
            "/none.txt",
        ]
        .map(get),
    );
    cases.push(ask(
        "a body, and refused",
        &Request::post("/granted?False", "body"),
    ));
    group("auth-access-rules", &config)
        .modules(&["access_compat", "authz_host", "alias"])
        .config("Alias /file.txt ${ROOT}/htdocs/file.txt\nAlias /none.txt ${ROOT}/htdocs/none.txt")
        .config(&format!(
            "<LocationMatch \"^/(file|none).txt\">\n{SCRIPT}\nRequire all granted\n</LocationMatch>"
        ))
        .config(&format!(
            "<Files file.txt>\n{SCRIPT}\n</Files>\nErrorDocument 403 /error"
        ))
        .file("htdocs/file.txt", "a file")
        .cases(cases)
}
