//! `WSGIAuthGroupScript` and `Require wsgi-group`: which groups has a user?

use clutch_tests::support::{Httpd, MODULE_ERROR, Plan, reference};

use super::{EVALUATING, SECRET, asking, by, protected};

fn plan(require: &str) -> Plan {
    let words = format!(
        "AuthType Basic\nAuthName Tests\nAuthBasicProvider wsgi\nWSGIAuthUserScript SCRIPT\n\
         WSGIAuthGroupScript SCRIPT\n{require}"
    );
    protected(EVALUATING, &words)
        .allows_log("[auth_basic:error]")
        .allows_log("[authz_core:error]")
}

/// The status for a user with these groups.
fn status(httpd: &Httpd, groups: &str) -> u16 {
    httpd.send(&by(&asking(groups), "anna", "True")).status
}

#[test]
fn wsgi_auth_group_script_lets_a_user_in_who_is_in_one_of_the_groups() {
    let httpd = plan("Require wsgi-group staff \"board of directors\"")
        .expects_log("WSGI0060")
        .start();
    for groups in [
        "['staff']",
        "('guests', 'staff')",
        "{'staff'}",
        "{'staff': 1}",
        "frozenset([b'staff'])",
        "[b'staff']",
        "until('guests', b'staff')",
        "iter(['board of directors'])",
        "['STAFF']",
        "['Board Of Directors']",
        "[first.replace('anna', 'staff')]",
    ] {
        assert_eq!(status(&httpd, groups), 200, "{groups}");
    }
    for groups in [
        "['guests']",
        "['sta', 'ff']",
        "['staff ']",
        "'staff'",
        "['']",
    ] {
        assert_eq!(status(&httpd, groups), 401, "{groups}");
    }
}

#[test]
fn a_text_is_taken_letter_by_letter() {
    let httpd = plan("Require wsgi-group s").start();
    assert_eq!(status(&httpd, "'staff'"), 200);
}

#[test]
fn a_user_without_groups_is_not_let_in() {
    let httpd = plan("Require wsgi-group staff")
        .expects_log("WSGI0059")
        .start();
    for groups in ["[]", "()", "''", "until()"] {
        assert_eq!(status(&httpd, groups), 401, "{groups}");
    }
}

/// What a script that gives no answer costs: mod_wsgi takes it as being in no group.
fn failed() -> u16 {
    if reference::is_under_test() { 401 } else { 500 }
}

#[test]
fn whatever_gives_no_groups_is_an_error_and_lets_nobody_in() {
    let httpd = plan("Require wsgi-group staff")
        .expects_log(MODULE_ERROR)
        .start();
    for (groups, id) in [
        ("None", "WSGI0051"),
        ("True", "WSGI0051"),
        ("5", "WSGI0051"),
        ("[5, 'staff']", "WSGI0050"),
        ("[None]", "WSGI0050"),
        ("[['staff']]", "WSGI0050"),
        ("b'staff'", "WSGI0050"),
        ("['\\u20ac']", "WSGI0049"),
        ("die(ValueError('of no use'))", "ValueError"),
        ("die(SystemExit(1))", "SystemExit"),
    ] {
        let before = httpd.log().count(id);
        assert_eq!(status(&httpd, groups), failed(), "{groups}");
        httpd.log().wait_for_count(id, before + 1);
    }
    assert_eq!(status(&httpd, "['staff']"), 200);
}

#[test]
fn groups_that_break_off_are_an_error() {
    let httpd = plan("Require wsgi-group staff")
        .expects_log(MODULE_ERROR)
        .start();
    let status = status(&httpd, "until('staff', error=ValueError('of no use'))");
    assert_eq!(status, if reference::is_under_test() { 200 } else { 500 });
}

#[test]
fn groups_without_end_are_an_error() {
    if !reference::ours_only("groups_without_end_are_an_error", "mod_wsgi takes them all") {
        return;
    }
    let httpd = plan("Require wsgi-group staff")
        .expects_log(MODULE_ERROR)
        .start();
    assert_eq!(status(&httpd, "iter(lambda: 'x' * 1000, None)"), 500);
    assert_eq!(status(&httpd, "['staff']"), 200);
}

#[test]
fn require_not_keeps_out_who_is_in_the_group_and_whoever_cannot_be_judged() {
    let httpd =
        plan("<RequireAll>\nRequire valid-user\nRequire not wsgi-group banned\n</RequireAll>")
            .expects_log(MODULE_ERROR)
            .start();
    assert_eq!(status(&httpd, "['staff']"), 200);
    assert_eq!(status(&httpd, "['banned']"), 401);
    for groups in [
        "die(ValueError())",
        "None",
        "[5]",
        "until('staff', error=ValueError())",
    ] {
        // mod_wsgi lets in whom it cannot judge.
        let expected = if reference::is_under_test() { 200 } else { 500 };
        assert_eq!(status(&httpd, groups), expected, "{groups}");
    }
}

#[test]
fn any_of_several_requirements_will_do() {
    let httpd = plan("<RequireAny>\nRequire user berta\nRequire wsgi-group staff\n</RequireAny>")
        .expects_log("WSGI0060")
        .start();
    let by_user = |user: &str, groups: &str| httpd.send(&by(&asking(groups), user, "True")).status;
    assert_eq!(by_user("anna", "['staff']"), 200);
    assert_eq!(by_user("berta", "['guests']"), 200);
    assert_eq!(by_user("anna", "['guests']"), 401);
}

#[test]
fn all_of_several_requirements_must_hold() {
    let httpd = plan("<RequireAll>\nRequire user anna\nRequire wsgi-group staff\n</RequireAll>")
        .expects_log("WSGI0060")
        .start();
    let by_user = |user: &str, groups: &str| httpd.send(&by(&asking(groups), user, "True")).status;
    assert_eq!(by_user("anna", "['staff']"), 200);
    assert_eq!(by_user("anna", "['guests']"), 401);
    assert_eq!(by_user("berta", "['staff']"), 401);
}

#[test]
fn a_request_without_a_user_is_asked_for_one() {
    let httpd = plan("Require wsgi-group staff").start();
    assert_eq!(httpd.get(&asking("['staff']")).status, 401);
}

#[test]
fn the_user_is_the_one_that_the_password_script_has_named() {
    let httpd = plan("Require wsgi-group staff")
        .expects_log("WSGI0059")
        .start();
    let groups = asking("['staff'] if first == 'b\\xc3\\xa4rta' else []");
    assert_eq!(httpd.send(&by(&groups, "anna", "'b\\xe4rta'")).ok(), SECRET);
    assert_eq!(httpd.send(&by(&groups, "anna", "True")).status, 401);
}

#[test]
fn a_requirement_without_a_script_is_an_error() {
    let words = "AuthType Basic\nAuthName Tests\nAuthBasicProvider wsgi\nWSGIAuthUserScript SCRIPT\nRequire wsgi-group staff";
    let httpd = protected(EVALUATING, words)
        .expects_log("WSGI0058")
        .allows_log("[authz_core:error]")
        .start();
    assert_eq!(status(&httpd, "['staff']"), failed());
}

#[test]
fn wsgi_group_authoritative_is_accepted_and_has_no_effect() {
    for word in ["On", "Off"] {
        let httpd = plan(&format!(
            "Require wsgi-group staff\nWSGIGroupAuthoritative {word}"
        ))
        .expects_log("WSGI0060")
        .start();
        assert_eq!(status(&httpd, "['staff']"), 200);
        assert_eq!(status(&httpd, "['guests']"), 401);
    }
    let refusal = plan("WSGIGroupAuthoritative maybe").check().unwrap_err();
    assert!(refusal.contains("WSGIGroupAuthoritative"), "{refusal}");
}
