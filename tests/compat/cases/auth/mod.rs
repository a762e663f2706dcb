//! Scripts that httpd asks: who may come in, who a user is, which groups the user is in, who serves.

mod access;
mod digest;
mod dispatch;
mod environ;
mod groups;
mod providers;
mod scripts;
mod users;

use clutch_tests::support::{Request, app, credentials};

use crate::case::{Case, Check, Group, ask};

/// The groups.
pub(crate) fn groups() -> Vec<Group> {
    [
        users::groups(),
        digest::groups(),
        groups::groups(),
        access::groups(),
        dispatch::groups(),
        providers::groups(),
        scripts::groups(),
        environ::groups(),
    ]
    .concat()
}

/// Configurations that are judged.
pub(crate) fn checks() -> Vec<Check> {
    scripts::checks()
}

/// A script whose functions answer with the Python expression in the query string, and `True` without one. In it are `environ`,
/// and `first` and `second`, the arguments after it. `builtins.asked` is the last environ.
const ANSWERING: &str = r#"
import builtins, hashlib, sys
from urllib.parse import unquote

def die(error):
    raise error

def until(*items, error=None):
    yield from items
    if error is not None:
        raise error

class Name(str):
    pass

def answer(environ, first, second=None):
    builtins.asked = environ
    return eval(unquote(environ['QUERY_STRING']) or 'True', {**globals(), **locals()})

check_password = get_realm_hash = groups_for_user = allow_access = answer
"#;

/// What each script that answers may be asked to do instead.
const FAILING: &[&str] = &[
    "die(ValueError('mine'))",
    "die(SystemExit(1))",
    "die(SystemExit(0))",
    "die(KeyboardInterrupt())",
    "die(BaseException('mine'))",
    "die(StopIteration())",
    "1 / 0",
    "nonsense",
    "sys.exit()",
];

/// The modules of httpd that Basic needs.
const MODULES: &[&str] = &["authn_core", "authn_file", "authz_user", "auth_basic"];

/// anna and bert, with the password `secret`.
const PASSWORDS: &str =
    "anna:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\nbert:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n";

/// An application that says who its user is.
const NAMING: &str = r#"
def application(environ, start_response):
    body = repr([environ.get(key) for key in ('REMOTE_USER', 'AUTH_TYPE', 'HTTP_AUTHORIZATION')]).encode()
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
    return [body]
"#;

/// A group whose applications say who their user is; `auth.py` is [`ANSWERING`].
fn group(name: &str, config: &str) -> Group {
    Group::serving(name, NAMING)
        .modules(MODULES)
        .script("auth.py", ANSWERING)
        .file("passwords", PASSWORDS)
        .config(config)
}

/// A place whose users are asked for, with these words more.
fn place(path: &str, words: &str) -> String {
    format!("<Location {path}>\nAuthType Basic\nAuthName \"a realm\"\n{words}\n</Location>\n")
}

/// The target with a Python expression as its query.
fn target(path: &str, expression: &str) -> String {
    format!("{path}{}", &app::target(expression)[1..])
}

/// A request with the credentials of Basic.
fn by(path: &str, user: &str, password: &str) -> Request {
    Request::get(path).header("Authorization", &credentials::basic(user, password))
}

/// anna asks with the right password, and the script answers with `expression`.
fn answered(path: &str, expression: &str) -> Case {
    let name = format!("{path}: {expression}");
    ask(&name, &by(&target(path, expression), "anna", "secret"))
}

/// [`answered`] for each of these.
fn all(path: &str, expressions: &[&str]) -> Vec<Case> {
    let cases = expressions.iter();
    cases.map(|expression| answered(path, expression)).collect()
}
