//! The provider `wsgi` among others: which is asked, and who is let in.

use clutch_tests::support::Request;

use super::{all, by, group, place, target};
use crate::case::{Case, Group, ask};

/// The groups.
pub(super) fn groups() -> Vec<Group> {
    [
        orders().in_both_modes(),
        vec![interpreters(), inherited(), files()],
    ]
    .concat()
}

const USERS: &str =
    "AuthUserFile ${ROOT}/passwords\nWSGIAuthUserScript ${APP}/auth.py\nRequire valid-user\n";

/// Other providers before and behind.
fn orders() -> Group {
    let places = [
        ("/wsgi-file", "AuthBasicProvider wsgi file"),
        ("/file-wsgi", "AuthBasicProvider file wsgi"),
        ("/wsgi-anon", "AuthBasicProvider wsgi anon\nAnonymous guest"),
        ("/alias", "AuthBasicProvider staff"),
        ("/alias-none", "AuthBasicProvider nobody"),
        ("/alias-both", "AuthBasicProvider nobody staff"),
        ("/two", "AuthBasicProvider wsgi wsgi"),
        (
            "/not-authoritative",
            "AuthBasicProvider wsgi\nAuthBasicAuthoritative Off",
        ),
        ("/fake", "AuthBasicProvider wsgi\nAuthBasicFake dora secret"),
        ("/by-default", ""),
        ("/any", "AuthBasicProvider wsgi\nRequire all granted"),
        (
            "/passed",
            "AuthBasicProvider wsgi\nWSGIPassAuthorization On",
        ),
    ];
    let config: String = places
        .iter()
        .map(|(path, words)| place(path, &format!("{USERS}{words}")))
        .collect();
    let answers = [
        "True",
        "False",
        "None",
        "'carl'",
        "5",
        "die(ValueError('mine'))",
    ];
    let who = [
        ("anna", "secret"),
        ("anna", "wrong"),
        ("carl", "secret"),
        ("guest", "a@b"),
    ];
    let mut cases: Vec<Case> = Vec::new();
    for (path, _) in places {
        for answer in answers {
            for (user, password) in who {
                let name = format!("{path}: {answer}, {user} with {password}");
                cases.push(ask(&name, &by(&target(path, answer), user, password)));
            }
        }
        cases.push(ask(&format!("{path} without a user"), &Request::get(path)));
    }
    let aliases = "<AuthnProviderAlias wsgi staff>\nWSGIAuthUserScript ${APP}/staff.py\n</AuthnProviderAlias>\n\
                   <AuthnProviderAlias wsgi nobody>\nWSGIAuthUserScript ${APP}/nobody.py\n</AuthnProviderAlias>\n";
    group("auth-providers", &format!("{aliases}{config}"))
        .modules(&["authn_anon"])
        .script(
            "staff.py",
            "def check_password(environ, user, password):\n    return user + ' of the staff'\n",
        )
        .script(
            "nobody.py",
            "def check_password(environ, user, password):\n    return None\n",
        )
        .cases(cases)
}

/// `application-group=` of each script.
fn interpreters() -> Group {
    let options = [
        ("/absent", ""),
        ("/global", "application-group=%{GLOBAL}"),
        ("/server", "application-group=%{SERVER}"),
        ("/host", "application-group=%{HOST}"),
        ("/resource", "application-group=%{RESOURCE}"),
        ("/variable", "application-group=%{ENV:CHOSEN}"),
        ("/name", "application-group=guards"),
        ("/other", "application-group=%{OTHER}"),
        ("/percent", "application-group=%"),
    ];
    let mut config = String::new();
    let mut cases: Vec<Case> = Vec::new();
    for (path, option) in options {
        let script = format!("${{APP}}/auth.py {option}");
        config += &place(
            path,
            &format!("AuthBasicProvider wsgi\nWSGIAuthUserScript {script}\nRequire valid-user"),
        );
        config += &format!("<Location /access{path}>\nWSGIAccessScript {script}\n</Location>\n");
        let asked = target(path, "repr(environ['mod_wsgi.application_group'])");
        for host in ["localhost", "example.org", "Other.Example:81", ""] {
            let request = by(&asked, "anna", "secret").header("Host", host);
            cases.push(ask(&format!("{path} of {host:?}"), &request));
        }
        let access = format!("/access{path}");
        for name in ["''", "'localhost'", "'guards'"] {
            cases.extend(all(
                &access,
                &[&format!("environ['mod_wsgi.application_group'] == {name}")],
            ));
        }
    }
    group("auth-interpreters", &config)
        .modules(&["env"])
        .config("SetEnv CHOSEN chosen")
        .cases(cases)
}

/// Places in places.
fn inherited() -> Group {
    let config = [
        place("/", &format!("AuthBasicProvider wsgi\n{USERS}WSGIAccessScript ${{APP}}/auth.py\nWSGIAuthGroupScript ${{APP}}/auth.py")),
        "<Location /in>\nWSGIAuthUserScript ${APP}/inner.py\n</Location>\n".to_owned(),
        "<Location /in/deep>\nWSGIAccessScript ${APP}/inner.py\n</Location>\n".to_owned(),
        "<Location /in/groups>\nRequire wsgi-group inner\nWSGIAuthGroupScript ${APP}/inner.py\n</Location>\n".to_owned(),
        "<If \"%{QUERY_STRING} =~ /inner/\">\nWSGIAuthUserScript ${APP}/inner.py\n</If>\n".to_owned(),
    ];
    let inner = "def check_password(*_):\n    return 'inner'\ndef allow_access(environ, host):\n    return 'outer' not in environ['QUERY_STRING']\n\
                 def groups_for_user(environ, user):\n    return ['inner'] if user == 'inner' else []\n";
    group("auth-places", &config.concat())
        .script("inner.py", inner)
        .cases(
            ["/", "/in", "/in/deep", "/in/groups"]
                .into_iter()
                .flat_map(|path| {
                    all(
                        path,
                        &["True", "'outer'", "False", "None", "'inner' and 'outer'"],
                    )
                }),
        )
}

/// `.htaccess` files.
fn files() -> Group {
    let words = "AuthType Basic\nAuthName files\nAuthBasicProvider wsgi\nWSGIAuthUserScript ${APP}/auth.py\nRequire valid-user\n";
    let allowed = ["AuthConfig", "FileInfo", "All", "None"];
    let config: String = allowed
        .iter()
        .map(|kind| {
            format!("<Directory ${{ROOT}}/htdocs/{kind}>\nAllowOverride {kind}\n</Directory>\n")
        })
        .collect();
    let mut all_files = Group::new("auth-files", &config)
        .modules(super::MODULES)
        .config("AccessFileName .htaccess")
        .script("auth.py", super::ANSWERING);
    let mut cases: Vec<Case> = Vec::new();
    let kinds = [
        ("users", words),
        ("access", "WSGIAccessScript ${APP}/auth.py\n"),
        ("authoritative", "WSGIGroupAuthoritative Off\n"),
        ("dispatch", "WSGIDispatchScript ${APP}/auth.py\n"),
        ("missing", "WSGIAccessScript ${APP}/none.py\n"),
        (
            "group",
            "WSGIAccessScript ${APP}/auth.py application-group=files\n",
        ),
        ("option", "WSGIAccessScript ${APP}/auth.py nonsense=files\n"),
    ];
    for kind in allowed {
        for (name, text) in kinds {
            all_files = all_files
                .file(&format!("htdocs/{kind}/{name}/.htaccess"), text)
                .file(&format!("htdocs/{kind}/{name}/page.txt"), "a page");
            let path = format!("/{kind}/{name}/page.txt");
            cases.extend(all(&path, &["True", "False", "None"]));
            cases.push(ask(&format!("{path} without a user"), &Request::get(&path)));
        }
    }
    all_files.cases(cases)
}
