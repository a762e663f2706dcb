//! Scripts that httpd asks: who may come in, and who serves.
//!
//! In daemon mode (`CLUTCH_TEST_MODE=daemon`) the scripts run in the daemons of a process group, by `process-group=`.

mod access;
mod basic;
mod daemons;
mod digest;
mod dispatch;
mod environ;
mod example;
mod faults;
mod groups;
mod htaccess;

use clutch_tests::support::{Httpd, Plan, Request, Response, app, credentials, mode};

/// What stands in `/secret.txt`.
const SECRET: &str = "secret";

/// A script whose functions answer with the Python expression in the query string; `check_password` with the one that is the
/// password. `die(error)` raises it, `first` and `second` are the arguments after the environ.
const EVALUATING: &str = r#"
import hashlib, os, sys, threading, time
from urllib.parse import unquote

def die(error):
    raise error

def until(*items, error=None):
    yield from items
    if error is not None:
        raise error

def evaluated(expression, environ, first, second=None):
    return eval(unquote(expression), {**globals(), **locals()})

def allow_access(environ, host):
    return evaluated(environ['QUERY_STRING'], environ, host)

def check_password(environ, user, password):
    return evaluated(password, environ, user, password)

def get_realm_hash(environ, user, realm):
    return evaluated(environ['QUERY_STRING'], environ, user, realm)

def groups_for_user(environ, user):
    return evaluated(environ['QUERY_STRING'], environ, user)
"#;

/// The option of a script that has it run where this test run wants it.
fn place() -> &'static str {
    match mode::is_daemon() {
        true => "process-group=tests",
        false => "",
    }
}

/// A plan for a server with a protected file and a script, with this configuration for all places. In it `SCRIPT` stands for the
/// script and its options.
fn protected(script: &str, config: &str) -> Plan {
    let script_words = format!("${{APP}}/auth.py {}", place());
    Plan::new()
        .modules(&["authn_core", "authz_user", "auth_basic"])
        .script("auth.py", script)
        .file("htdocs/secret.txt", SECRET)
        .config(&format!(
            "<Location />\n{}\n</Location>",
            config.replace("SCRIPT", &script_words)
        ))
}

/// The target of the protected file, with a Python expression as its query.
fn asking(expression: &str) -> String {
    let target = app::target(expression);
    format!("/secret.txt{}", &target[1..])
}

/// A request for `target` by this user with this password.
fn by(target: &str, user: impl AsRef<[u8]>, password: impl AsRef<[u8]>) -> Request {
    Request::get(target).header("Authorization", &credentials::basic(user, password))
}

/// What the protected file says to this user.
fn answer(httpd: &Httpd, user: &str, password: &str) -> Response {
    httpd.send(&by("/secret.txt", user, password))
}
