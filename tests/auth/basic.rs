//! `WSGIAuthUserScript` for `AuthBasicProvider wsgi`: is this the password of this user?

use std::fs;

use clutch_tests::support::{MODULE_ERROR, Plan, app, reference};

use super::{EVALUATING, SECRET, answer, asking, by, place, protected};

const BASIC: &str = "AuthType Basic\nAuthName Tests\nRequire valid-user\n";

fn plan(config: &str) -> Plan {
    let words = format!("{BASIC}AuthBasicProvider wsgi\nWSGIAuthUserScript SCRIPT\n{config}");
    protected(EVALUATING, &words).allows_log("[auth_basic:error]")
}

/// A plan with an application that shows its user.
fn showing_the_user() -> Plan {
    plan("")
        .script(
            "app.wsgi",
            &app::answering("ascii(environ.get('REMOTE_USER'))"),
        )
        .config("WSGIScriptAlias /app ${APP}/app.wsgi")
}

#[test]
fn wsgi_auth_user_script_lets_a_user_in_by_true_and_not_by_false_or_none() {
    let httpd = plan("").start();
    assert_eq!(answer(&httpd, "anna", "True").ok(), SECRET);
    for password in ["False", "None"] {
        let refusal = answer(&httpd, "anna", password);
        assert_eq!(refusal.status, 401, "{password}");
        assert!(refusal.head.header("WWW-Authenticate").is_some());
    }
    assert_eq!(httpd.get("/secret.txt").status, 401);
}

#[test]
fn whatever_is_no_answer_is_an_error_and_lets_nobody_in() {
    let httpd = plan("").expects_log(MODULE_ERROR).start();
    for (password, id) in [
        ("1", "WSGI0177"),
        ("0", "WSGI0177"),
        ("b'anna'", "WSGI0177"),
        ("['anna']", "WSGI0177"),
        ("(True,)", "WSGI0177"),
        ("''", "WSGI0176"),
        ("die(KeyError('of no use'))", "KeyError"),
        ("die(SystemExit(0))", "SystemExit"),
    ] {
        let before = httpd.log().count(id);
        assert_eq!(answer(&httpd, "anna", password).status, 500, "{password}");
        httpd.log().wait_for_count(id, before + 1);
    }
    assert_eq!(answer(&httpd, "anna", "True").ok(), SECRET);
}

#[test]
fn a_name_that_httpd_cannot_have_is_an_error() {
    if !reference::ours_only(
        "a_name_that_httpd_cannot_have_is_an_error",
        "mod_wsgi cuts the name at the NUL",
    ) {
        return;
    }
    let httpd = plan("").expects_log(MODULE_ERROR).start();
    for password in ["'anna\\0x'", "'\\ud800'", "'a' * 2_000_000"] {
        assert_eq!(answer(&httpd, "anna", password).status, 500, "{password}");
    }
}

#[test]
fn a_text_is_the_name_under_which_the_user_is_let_in() {
    let httpd = showing_the_user().start();
    let user = |password| httpd.send(&by("/app", "anna", password)).ok().to_owned();
    assert_eq!(user("True"), "'anna'");
    assert_eq!(user("'Anna Smith'"), "'Anna Smith'");
    // UTF-8, which an application sees as PEP 3333 has it.
    assert_eq!(user("'\\u00e4\\u20ac'"), "'\\xc3\\xa4\\xe2\\x82\\xac'");
}

#[test]
fn user_and_password_come_as_latin_1() {
    let httpd = plan("").start();
    let password = "first == 'J\\xfcrgen' and second.endswith('# \\xe4')  # \u{e4}";
    let latin1: Vec<u8> = password.chars().map(|c| c as u8).collect();
    let request = by("/secret.txt", b"J\xfcrgen", &latin1);
    assert_eq!(httpd.send(&request).ok(), SECRET);
    // The bytes of UTF-8 come one by one.
    let request = by("/secret.txt", "J\u{fc}rgen", "first == 'J\\xc3\\xbcrgen'");
    assert_eq!(httpd.send(&request).ok(), SECRET);
    assert_eq!(
        answer(&httpd, "anna", "second[:6] == 'second'").ok(),
        SECRET
    );
}

#[test]
fn the_environ_does_not_have_the_password() {
    let httpd = plan("").start();
    let password = "not [k for k in environ if 'AUTHORIZATION' in k or k == 'REMOTE_USER']";
    assert_eq!(answer(&httpd, "anna", password).ok(), SECRET);
}

#[test]
fn a_user_whom_the_script_does_not_know_is_left_to_the_next_provider() {
    // What `openssl passwd -apr1 -salt 12345678 None` gives, and so on: the passwords are what the script answers.
    let users = "anna:{SHA}2OjiXSE/uDzv5AJlUPRF0aBy0Zo=\nberta:{SHA}fLDqrwgfMVJsbBYkF5VwhORFBiM=\n";
    let httpd = protected(
        EVALUATING,
        &format!("{BASIC}AuthBasicProvider wsgi file\nAuthUserFile ${{ROOT}}/users\nWSGIAuthUserScript SCRIPT"),
    )
    .modules(&["authn_file"])
    .file("users", users)
    .allows_log("[auth_basic:error]")
    .start();
    fs::write(
        httpd.root().join("users"),
        format!(
            "anna:{{SHA}}{}\nberta:{{SHA}}{}\n",
            sha1("None"),
            sha1("False")
        ),
    )
    .unwrap();
    // The script does not know her, the file does.
    assert_eq!(answer(&httpd, "anna", "None").ok(), SECRET);
    // The script says no; the file, which says yes, is not asked.
    assert_eq!(answer(&httpd, "berta", "False").status, 401);
    // Neither knows her.
    assert_eq!(answer(&httpd, "carla", "None").status, 401);
}

/// The digest of a password as `AuthUserFile` has it after `{SHA}`.
fn sha1(password: &str) -> String {
    let program = "import base64,hashlib,sys;print(base64.b64encode(hashlib.sha1(sys.argv[1].encode()).digest()).decode())";
    let output = std::process::Command::new("python3")
        .args(["-c", program, password])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_provider_that_is_not_authoritative_lets_nobody_in_by_failing() {
    let httpd = plan("AuthBasicAuthoritative Off")
        .expects_log(MODULE_ERROR)
        .allows_log("[authn_core:error]")
        .start();
    assert_eq!(answer(&httpd, "anna", "True").ok(), SECRET);
    for password in ["None", "1", "die(ValueError())"] {
        let status = answer(&httpd, "anna", password).status;
        assert!([401, 500].contains(&status), "{password}: {status}");
    }
}

#[test]
fn a_script_may_stand_in_an_alias_of_the_provider() {
    let alias = format!(
        "<AuthnProviderAlias wsgi first>\nWSGIAuthUserScript ${{APP}}/first.py {0}\n</AuthnProviderAlias>\n\
         <AuthnProviderAlias wsgi second>\nWSGIAuthUserScript ${{APP}}/second.py {0}\n</AuthnProviderAlias>",
        place()
    );
    let script = |answer: &str| {
        format!(
            "def check_password(environ, user, password):\n    return True if password == {answer} else None\n"
        )
    };
    let httpd = Plan::new()
        .modules(&["authn_core", "authz_user", "auth_basic"])
        .script("first.py", &script("'one'"))
        .script("second.py", &script("'two'"))
        .file("htdocs/secret.txt", SECRET)
        .config(&alias)
        .config(&format!(
            "<Location />\n{BASIC}AuthBasicProvider first second\n</Location>"
        ))
        .allows_log("[auth_basic:error]")
        .start();
    for (password, status) in [("one", 200), ("two", 200), ("three", 401)] {
        assert_eq!(
            answer(&httpd, "anna", password).status,
            status,
            "{password}"
        );
    }
}

#[test]
fn the_provider_without_a_script_is_an_error() {
    let httpd = protected(EVALUATING, &format!("{BASIC}AuthBasicProvider wsgi"))
        .expects_log("WSGI0041")
        .start();
    assert_eq!(answer(&httpd, "anna", "True").status, 500);
}

#[test]
fn a_user_is_asked_for_at_each_request() {
    let httpd = plan("").start();
    let counting = "threading.__dict__.setdefault('asked', []).append(1) or True";
    for _ in 0..3 {
        assert_eq!(answer(&httpd, "anna", counting).ok(), SECRET);
    }
    assert_eq!(
        answer(&httpd, "anna", "len(threading.asked) == 3").ok(),
        SECRET
    );
    assert_eq!(httpd.send(&by(&asking("x"), "anna", "True")).ok(), SECRET);
}
