//! `WSGIAccessScript`: may a client come in?

use clutch_tests::support::{Httpd, MODULE_ERROR, Plan, mode};

use super::{EVALUATING, SECRET, asking, by, protected};

fn plan(config: &str) -> Plan {
    protected(EVALUATING, &format!("WSGIAccessScript SCRIPT\n{config}"))
}

#[test]
fn wsgi_access_script_lets_a_client_in_by_true_and_none() {
    let httpd = plan("").start();
    for answer in ["True", "None"] {
        assert_eq!(httpd.get(&asking(answer)).ok(), SECRET, "{answer}");
    }
}

#[test]
fn false_and_whatever_is_no_answer_keep_a_client_out() {
    let httpd = plan("").expects_log(MODULE_ERROR).start();
    for (answer, id) in [
        ("False", "WSGI0057"),
        ("1", "WSGI0055"),
        ("0", "WSGI0055"),
        ("''", "WSGI0055"),
        ("'yes'", "WSGI0055"),
        ("b'yes'", "WSGI0055"),
        ("[True]", "WSGI0055"),
        ("object()", "WSGI0055"),
        ("die(ValueError('of no use'))", "ValueError: of no use"),
        ("die(SystemExit(0))", "SystemExit"),
        ("die(KeyboardInterrupt())", "KeyboardInterrupt"),
        ("until(1, error=None)", "WSGI0055"),
    ] {
        let before = httpd.log().count(id);
        assert_eq!(httpd.get(&asking(answer)).status, 403, "{answer}");
        httpd.log().wait_for_count(id, before + 1);
    }
    assert_eq!(httpd.get(&asking("True")).ok(), SECRET);
}

#[test]
fn whoever_is_kept_out_is_told_unless_the_user_may_come_in() {
    let answers = [
        "False",
        "1",
        "die(ValueError('of no use'))",
        "die(SystemExit(0))",
    ];
    let httpd = plan("").expects_log(MODULE_ERROR).start();
    for (told, answer) in answers.iter().enumerate() {
        assert_eq!(httpd.get(&asking(answer)).status, 403, "{answer}");
        httpd.log().wait_for_count("WSGI0057", told + 1);
    }
    let words = "AuthType Basic\nAuthName Tests\nAuthBasicProvider wsgi\nWSGIAuthUserScript SCRIPT\nRequire valid-user\nSatisfy Any";
    let httpd = plan(words)
        .modules(&["access_compat"])
        .expects_log(MODULE_ERROR)
        .start();
    for answer in answers {
        assert_eq!(httpd.get(&asking(answer)).status, 401, "{answer}");
    }
    assert_eq!(httpd.log().count("WSGI0057"), 0);
}

#[test]
fn the_host_is_the_clients_address_unless_names_are_looked_up() {
    let httpd = plan("").start();
    let is_address =
        "first == environ['REMOTE_ADDR'] == '127.0.0.1' and 'REMOTE_HOST' not in environ";
    assert_eq!(httpd.get(&asking(is_address)).ok(), SECRET);

    let httpd = plan("HostnameLookups On").start();
    // Whatever the machine calls itself.
    let is_name = "first == environ.get('REMOTE_HOST', '127.0.0.1')";
    assert_eq!(httpd.get(&asking(is_name)).ok(), SECRET);
}

#[test]
fn none_leaves_the_decision_to_others() {
    let httpd = plan("Require all denied").expects_log("AH01630").start();
    for answer in ["None", "True"] {
        assert_eq!(httpd.get(&asking(answer)).status, 403, "{answer}");
    }
}

#[test]
fn satisfy_any_lets_in_who_has_one_of_both() {
    let httpd = protected(
        EVALUATING,
        "WSGIAccessScript SCRIPT\nAuthType Basic\nAuthName Tests\nAuthBasicProvider wsgi\n\
         WSGIAuthUserScript SCRIPT\nRequire valid-user\nSatisfy Any",
    )
    .modules(&["access_compat"])
    .allows_log("[auth_basic:error]")
    .start();
    assert_eq!(httpd.get(&asking("True")).ok(), SECRET);
    assert_eq!(httpd.get(&asking("False")).status, 401);
    assert_eq!(
        httpd.send(&by(&asking("False"), "anna", "True")).ok(),
        SECRET
    );
    assert_eq!(
        httpd.send(&by(&asking("False"), "anna", "False")).status,
        401
    );
    // The user may still come in, so that the host may not is nothing to tell.
    assert!(httpd.log().count("WSGI0057") == 0);
}

#[test]
fn satisfy_all_lets_in_who_has_both() {
    let httpd = protected(
        EVALUATING,
        "WSGIAccessScript SCRIPT\nAuthType Basic\nAuthName Tests\nAuthBasicProvider wsgi\n\
         WSGIAuthUserScript SCRIPT\nRequire valid-user",
    )
    .allows_log("[auth_basic:error]")
    .expects_log("WSGI0057")
    .start();
    assert_eq!(httpd.get(&asking("True")).status, 401);
    assert_eq!(
        httpd.send(&by(&asking("True"), "anna", "True")).ok(),
        SECRET
    );
    assert_eq!(
        httpd.send(&by(&asking("False"), "anna", "True")).status,
        403
    );
}

#[test]
fn an_application_group_is_named_by_three_tokens_and_else_as_it_stands() {
    let directory = |name: &str, word: &str| {
        format!(
            "<Location /{name}>\nWSGIAccessScript ${{APP}}/auth.py {} application-group={word}\n</Location>\n",
            super::place()
        )
    };
    let httpd = protected(EVALUATING, "")
        .config(&directory("global", "%{GLOBAL}"))
        .config(&directory("server", "%{SERVER}"))
        .config(&directory("host", "%{HOST}"))
        .config(&directory("literal", "%{RESOURCE}"))
        .config(&directory("named", "shop"))
        .expects_log(MODULE_ERROR)
        .start();
    for (name, group) in [
        ("global", String::new()),
        ("server", "localhost".to_owned()),
        ("host", "localhost".to_owned()),
        ("literal", "%{RESOURCE}".to_owned()),
        ("named", "shop".to_owned()),
    ] {
        let expression = format!("environ['mod_wsgi.application_group'] == {group:?}");
        let query = asking(&expression).replace("/secret.txt", &format!("/{name}"));
        assert_eq!(
            httpd.get(&query).status,
            404,
            "{name}: let in, and nothing there"
        );
        let other = asking("environ['mod_wsgi.application_group'] == 'other'");
        let query = other.replace("/secret.txt", &format!("/{name}"));
        assert_eq!(httpd.get(&query).status, 403, "{name}");
    }
}

#[test]
fn an_application_behind_the_script_is_served_when_the_client_is_let_in() {
    let httpd = protected(EVALUATING, "WSGIAccessScript SCRIPT")
        .script(
            "app.wsgi",
            &clutch_tests::support::app::answering("'served'"),
        )
        .config("WSGIScriptAlias /app ${APP}/app.wsgi")
        .expects_log("WSGI0057")
        .start();
    let target = |answer| asking(answer).replace("/secret.txt", "/app");
    assert_eq!(httpd.get(&target("True")).ok(), "served");
    assert_eq!(httpd.get(&target("False")).status, 403);
}

#[test]
fn scripts_run_where_no_application_may() {
    if mode::is_daemon() {
        return; // every run in daemon mode shows it
    }
    let httpd: Httpd = plan("")
        .script("app.wsgi", &clutch_tests::support::app::answering("1"))
        .config("WSGIScriptAlias /app ${APP}/app.wsgi\nWSGIRestrictEmbedded On")
        .expects_log("WSGI0143")
        .start();
    assert_eq!(httpd.get(&asking("True")).ok(), SECRET);
    let target = asking("True").replace("/secret.txt", "/app");
    assert_eq!(httpd.get(&target).status, 500);
}
