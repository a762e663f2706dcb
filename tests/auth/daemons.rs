//! `process-group=`: scripts that run in daemon processes, so that httpd's own need no Python.

use std::fs;

use clutch_tests::support::daemons::{kill, wait_for_end};
use clutch_tests::support::{Httpd, MODULE_ERROR, Plan, Request, reference, wait};

use super::{EVALUATING, SECRET, answer, asking, by};

/// A server whose files are guarded by the daemons of a group with these options.
fn plan(options: &str, config: &str) -> Plan {
    Plan::new()
        .modules(&["authn_core", "authz_user", "auth_basic"])
        .script("auth.py", EVALUATING)
        .file("htdocs/secret.txt", SECRET)
        .config("WSGIRestrictEmbedded On")
        .config(&format!("WSGIDaemonProcess guards {options}"))
        .config(&format!(
            "<Location />\n{}\n</Location>",
            config.replace("SCRIPT", "${APP}/auth.py process-group=guards")
        ))
        .allows_log("[auth_basic:error]")
        .allows_log("[authz_core:error]")
        .allows_log("of group 'guards' has ended")
}

fn ours(test: &str) -> bool {
    reference::ours_only(test, "an option of ours")
}

const ALL: &str = "WSGIAccessScript SCRIPT\nAuthType Basic\nAuthName Tests\nAuthBasicProvider wsgi\n\
                   WSGIAuthUserScript SCRIPT\nWSGIAuthGroupScript SCRIPT\nRequire wsgi-group staff";

#[test]
fn a_daemon_answers_every_question_and_httpds_own_processes_have_no_python() {
    if !ours("a_daemon_answers_every_question_and_httpds_own_processes_have_no_python") {
        return;
    }
    let httpd = plan("threads=2", ALL).expects_log(MODULE_ERROR).start();
    // One expression is asked twice: of the host, and for the groups.
    let groups = asking("['staff'] if first == 'anna' else True");
    assert_eq!(httpd.send(&by(&groups, "anna", "True")).ok(), SECRET);
    let other = asking("['guests'] if first == 'anna' else True");
    assert_eq!(httpd.send(&by(&other, "anna", "True")).status, 401);
    assert_eq!(httpd.send(&by(&groups, "anna", "False")).status, 401);
    assert_eq!(
        httpd.send(&by(&asking("False"), "anna", "True")).status,
        403
    );
    for child in httpd.children() {
        let maps = fs::read_to_string(format!("/proc/{child}/maps")).unwrap();
        assert!(maps.contains("mod_clutch"));
        assert!(!maps.contains("libpython") && !maps.contains("clutch_engine"));
    }
}

#[test]
fn the_script_knows_its_process_group() {
    if !ours("the_script_knows_its_process_group") {
        return;
    }
    let httpd = plan("threads=2", "WSGIAccessScript SCRIPT").start();
    let target = asking(
        "environ['mod_wsgi.process_group'] == 'guards' and environ['mod_ssl.is_https']() == 0",
    );
    assert_eq!(httpd.get(&target).ok(), SECRET);
}

/// Has the request stand in the daemon, and kills that.
fn killed_during(httpd: &Httpd, request: impl FnOnce(&str) -> Request) -> u16 {
    let gate = httpd.gate("gate");
    let expression = format!("open('{}').read() or True", gate.path().display());
    let mut client = httpd.connect();
    client.send(request(&expression).bytes());
    gate.wait_for_reader();
    kill(httpd.daemon());
    let status = client.response().status;
    fs::remove_file(gate.path()).unwrap();
    status
}

#[test]
fn a_daemon_that_dies_costs_a_status_and_lets_nobody_in() {
    if !ours("a_daemon_that_dies_costs_a_status_and_lets_nobody_in") {
        return;
    }
    let httpd = plan("threads=2", "WSGIAccessScript SCRIPT")
        .expects_log("WSGI0146")
        .expects_log(MODULE_ERROR)
        .start();
    let status = killed_during(&httpd, |expression| Request::get(&asking(expression)));
    assert_eq!(status, 502);
    httpd.wait_for_log("WSGI0054");
    assert_eq!(httpd.get(&asking("True")).ok(), SECRET);

    let words = "AuthType Basic\nAuthName Tests\nAuthBasicProvider wsgi\nWSGIAuthUserScript SCRIPT\nRequire valid-user";
    let httpd = plan("threads=2", words)
        .expects_log("WSGI0146")
        .expects_log(MODULE_ERROR)
        .start();
    let status = killed_during(&httpd, |expression| by("/secret.txt", "anna", expression));
    assert_eq!(status, 500);
    assert_eq!(answer(&httpd, "anna", "True").ok(), SECRET);
}

#[test]
fn a_daemon_that_ends_itself_costs_a_status() {
    if !ours("a_daemon_that_ends_itself_costs_a_status") {
        return;
    }
    let httpd = plan("threads=2", "WSGIAccessScript SCRIPT")
        .expects_log("WSGI0146")
        .expects_log(MODULE_ERROR)
        .start();
    assert_eq!(httpd.get(&asking("os._exit(0)")).status, 502);
    assert_eq!(httpd.get(&asking("True")).ok(), SECRET);
}

#[test]
fn an_idle_daemon_that_was_killed_costs_nothing() {
    if !ours("an_idle_daemon_that_was_killed_costs_nothing") {
        return;
    }
    let httpd = plan("threads=2", "WSGIAccessScript SCRIPT").start();
    assert_eq!(httpd.get(&asking("True")).ok(), SECRET);
    let daemon = httpd.daemon();
    kill(daemon);
    wait_for_end(daemon);
    assert_eq!(httpd.get(&asking("True")).ok(), SECRET);
}

#[test]
fn a_question_without_an_answer_is_given_up_when_the_groups_limit_is_over() {
    if !ours("a_question_without_an_answer_is_given_up_when_the_groups_limit_is_over") {
        return;
    }
    let httpd = plan("threads=2 request-timeout=3", "WSGIAccessScript SCRIPT")
        .expects_log(MODULE_ERROR)
        .allows_log("[wsgi:")
        .start();
    let first = httpd.daemon();
    // Neither an exception nor anything else reaches a thread that sleeps in C.
    assert_eq!(httpd.get(&asking("time.sleep(30)")).status, 504);
    wait::until_true("another process", || {
        let all = httpd.daemons();
        !all.is_empty() && !all.contains(&first)
    });
    assert_eq!(httpd.get(&asking("True")).ok(), SECRET);
}

#[test]
fn a_changed_script_is_loaded_again_in_a_daemon() {
    if !ours("a_changed_script_is_loaded_again_in_a_daemon") {
        return;
    }
    let httpd = plan("threads=2", "WSGIAccessScript SCRIPT")
        .expects_log("WSGI0057")
        .allows_log("[wsgi:")
        .start();
    assert_eq!(httpd.get(&asking("True")).ok(), SECRET);
    fs::write(
        httpd.script("auth.py"),
        "def allow_access(environ, host):\n    return False\n",
    )
    .unwrap();
    assert_eq!(httpd.get(&asking("True")).status, 403);
}

#[test]
fn what_a_script_says_in_a_daemon_stands_in_the_log_of_the_request() {
    if !ours("what_a_script_says_in_a_daemon_stands_in_the_log_of_the_request") {
        return;
    }
    let httpd = plan("threads=2", "WSGIAccessScript SCRIPT")
        .expects_log(MODULE_ERROR)
        .start();
    let saying = asking("print('said: here', file=environ['wsgi.errors']) or True");
    assert_eq!(httpd.get(&saying).ok(), SECRET);
    let line = httpd.wait_for_log("said: here");
    assert!(line.contains("[client 127.0.0.1"), "{line}");
}

#[test]
fn daemons_that_there_are_not_are_refused_at_start() {
    if !ours("daemons_that_there_are_not_are_refused_at_start") {
        return;
    }
    for (words, said) in [
        (
            "<Location />\nWSGIAccessScript /a process-group=nobody\n</Location>",
            "'nobody' of a script that decides about access or dispatches is declared by no",
        ),
        (
            "<VirtualHost *:1>\nServerName other\nWSGIDaemonProcess theirs\n</VirtualHost>\n\
             WSGIDispatchScript /a process-group=theirs",
            "belongs to another server",
        ),
        ("WSGIDispatchScript /a color=red", "not \"color\""),
        ("WSGIAccessScript /a", "not allowed here"),
        (
            "<Location />\nWSGIAuthGroupScript /a application-group=\n</Location>",
            "name=value",
        ),
    ] {
        let refusal = Plan::new().config(words).check().unwrap_err();
        assert!(refusal.contains(said), "{words}: {refusal}");
    }
}
