//! `WSGIAuthUserScript` for `AuthDigestProvider wsgi`: what is the digest of this user?

use clutch_tests::support::{MODULE_ERROR, Plan, curl, installation, reference};

use super::{EVALUATING, SECRET, asking, protected};

/// The digest of the password `secret`.
const RIGHT: &str = "hashlib.md5(f'{first}:{second}:secret'.encode()).hexdigest()";

fn plan() -> Plan {
    let words = "AuthType Digest\nAuthName \"a realm\"\nAuthDigestProvider wsgi\nWSGIAuthUserScript SCRIPT\nRequire valid-user";
    protected(EVALUATING, words)
        .modules(&["auth_digest"])
        .allows_log("[auth_digest:error]")
}

/// Status and body for anna with this password, when the script answers with `expression`; `None` if curl is missing.
fn ask(test: &str, port: u16, password: &str, expression: &str) -> Option<(String, String)> {
    let url = format!("http://127.0.0.1:{port}{}", asking(expression));
    let user = format!("anna:{password}");
    let outcome = curl::run(test, &["--digest", "--user", &user, &url])?;
    let mut statuses = outcome
        .head
        .lines()
        .filter(|line| line.starts_with("HTTP/"));
    let status = statuses.next_back()?.split(' ').nth(1)?.to_owned();
    Some((status, String::from_utf8_lossy(&outcome.body).into_owned()))
}

#[test]
fn a_digest_lets_in_who_has_its_password() {
    let test = "a_digest_lets_in_who_has_its_password";
    if !installation::has_modules(test, &["auth_digest"]) {
        return;
    }
    let httpd = plan().start();
    let as_bytes = format!("{RIGHT}.encode()");
    for expression in [RIGHT, &as_bytes] {
        let Some((status, body)) = ask(test, httpd.port(), "secret", expression) else {
            return;
        };
        assert_eq!(
            (status.as_str(), body.as_str()),
            ("200", SECRET),
            "{expression}"
        );
        let wrong = ask(test, httpd.port(), "other", expression).unwrap();
        assert_eq!(wrong.0, "401", "{expression}");
    }
    let realm = format!("{RIGHT} if second == 'a realm' else None");
    assert_eq!(ask(test, httpd.port(), "secret", &realm).unwrap().0, "200");
}

#[test]
fn a_user_without_a_digest_is_not_let_in() {
    let test = "a_user_without_a_digest_is_not_let_in";
    if !installation::has_modules(test, &["auth_digest"]) {
        return;
    }
    let httpd = plan().start();
    let Some((status, _)) = ask(test, httpd.port(), "secret", "None") else {
        return;
    };
    assert_eq!(status, "401");
    assert_eq!(
        ask(test, httpd.port(), "secret", "'0' * 32").unwrap().0,
        "401"
    );
}

#[test]
fn whatever_is_no_digest_is_an_error_and_lets_nobody_in() {
    let test = "whatever_is_no_digest_is_an_error_and_lets_nobody_in";
    if !installation::has_modules(test, &["auth_digest"]) {
        return;
    }
    let httpd = plan().expects_log(MODULE_ERROR).start();
    for (expression, id) in [
        ("''", "WSGI0178"),
        ("b''", "WSGI0178"),
        ("True", "WSGI0179"),
        ("False", "WSGI0179"),
        ("5", "WSGI0179"),
        ("['x']", "WSGI0179"),
        ("die(ValueError('of no use'))", "ValueError"),
        ("die(SystemExit(0))", "SystemExit"),
    ] {
        let before = httpd.log().count(id);
        let Some((status, _)) = ask(test, httpd.port(), "secret", expression) else {
            return;
        };
        assert_eq!(status, "500", "{expression}");
        httpd.log().wait_for_count(id, before + 1);
    }
    let foreign = ask(test, httpd.port(), "secret", "'\\u20ac'").unwrap();
    assert_eq!(foreign.0, "500");
}

#[test]
fn the_provider_without_a_script_is_an_error() {
    let test = "the_provider_without_a_script_is_an_error";
    if !installation::has_modules(test, &["auth_digest"]) {
        return;
    }
    let words =
        "AuthType Digest\nAuthName \"a realm\"\nAuthDigestProvider wsgi\nRequire valid-user";
    let httpd = protected(EVALUATING, words)
        .modules(&["auth_digest"])
        .allows_log("WSGI0044")
        .start();
    if let Some((status, _)) = ask(test, httpd.port(), "secret", RIGHT) {
        assert_eq!(status, "500");
        let id = if reference::is_under_test() {
            "WSGI004"
        } else {
            "WSGI0044"
        };
        httpd.wait_for_log(id);
    }
}
