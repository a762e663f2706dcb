//! Values that no directive takes: httpd refuses to start, with one sentence.

use std::process::Command;

use clutch_tests::support::{Httpd, Plan, app, installation, reference};

/// Lines that are refused, the value that must be named, and what was expected.
const REFUSED: &[(&str, &str, &str)] = &[
    ("WSGICaseSensitivity maybe", "maybe", "On or Off"),
    ("WSGIChunkedRequest 1", "1", "On or Off"),
    ("WSGIDestroyInterpreter yes", "yes", "On or Off"),
    ("WSGIDontWriteBytecode true", "true", "On or Off"),
    ("WSGIEnableSendfile x", "x", "On or Off"),
    ("WSGIErrorOverride x", "x", "On or Off"),
    ("WSGIMapHEADToGET maybe", "maybe", "Auto"),
    ("WSGIPassAuthorization x", "x", "On or Off"),
    ("WSGIPerInterpreterGIL x", "x", "On, Off or Auto"),
    ("WSGISwitchInterval 0", "0", "above 0"),
    ("WSGISwitchInterval 5ms", "5ms", "above 0"),
    ("WSGIFreeThreading x", "x", "On or Off"),
    ("WSGIPythonHashSeed x", "x", "random"),
    ("WSGIPythonHashSeed -1", "-1", "4294967295"),
    ("WSGIPythonHashSeed 4294967296", "4294967296", "4294967295"),
    ("WSGIPythonHashSeed 1x", "1x", "random"),
    ("WSGIRestrictEmbedded x", "x", "On or Off"),
    ("WSGIRestrictSignal x", "x", "On or Off"),
    ("WSGIRestrictStdin x", "x", "On or Off"),
    ("WSGIRestrictStdout x", "x", "On or Off"),
    ("WSGIScriptReloading x", "x", "On or Off"),
    (
        "WSGITrustedProxies localhost",
        "localhost",
        "addresses and networks",
    ),
    (
        "WSGITrustedProxies 10.0.0.1 10.0.0.0/33",
        "10.0.0.0/33",
        "networks such as",
    ),
    (
        "WSGITrustedProxies 10.0.0.0/255.0.0.256",
        "255.0.0.256",
        "networks",
    ),
    ("WSGITrustedProxies ::1/129", "::1/129", "networks"),
    ("WSGIScriptAlias /a /b nothing=1", "nothing", ""),
    ("WSGIScriptAlias /a /b nothing", "nothing", "="),
    (
        "WSGIScriptAlias /a /b application-group=",
        "application-group",
        "",
    ),
    (
        "WSGIScriptAlias /a /b callable-object=",
        "callable-object",
        "",
    ),
    (
        "WSGIScriptAlias /a /b Callable-Object=x",
        "Callable-Object",
        "",
    ),
    (
        "WSGIScriptAlias /a /b pass-authorization=x",
        "x",
        "On or Off",
    ),
    (
        "WSGIScriptAliasMatch (unclosed /b",
        "(unclosed",
        "expression",
    ),
    ("WSGIScriptAliasMatch ^/a /b nothing=1", "nothing", ""),
];

/// Checks that httpd does not start with `line`, and that one sentence names the directive, `value`, and what is `expected`.
pub(crate) fn check(line: &str, value: &str, expected: &str) {
    let refused = Plan::new().config(line).check().expect_err(line);
    let directive = line.split(' ').next().unwrap();
    assert!(
        refused.contains("AH00526"),
        "httpd names the line: {refused}"
    );
    if reference::is_under_test() {
        return;
    }
    let sentence = refused
        .lines()
        .find(|line| line.contains(directive) && !line.contains("AH00526"));
    let sentence = sentence.unwrap_or_else(|| panic!("no sentence about {line:?} in {refused}"));
    assert!(
        sentence.contains(value),
        "{line}: the value is named: {sentence}"
    );
    assert!(
        sentence.contains(expected),
        "{line}: the expectation is named: {sentence}"
    );
}

#[test]
fn a_bad_value_is_refused_with_directive_value_and_expectation() {
    for (line, value, expected) in REFUSED {
        check(line, value, expected);
    }
}

#[test]
fn too_few_and_too_many_arguments_are_refused() {
    for line in [
        "WSGIScriptAlias",
        "WSGIScriptAlias /a",
        "WSGIScriptAliasMatch",
        "WSGIScriptAliasMatch ^/a",
        "WSGIPassAuthorization",
        "WSGIPassAuthorization On Off",
        "WSGIPassAuthorization \"\"",
        "WSGIApplicationGroup",
        "WSGIApplicationGroup a b",
        "WSGICallableObject",
        "WSGIPythonHome",
        "WSGIPythonPath /a /b",
        "WSGIPythonOptimize",
        "WSGIPythonWarnings",
        "WSGIMapHEADToGET",
        "WSGIHandlerScript",
        "WSGIHandlerScript page",
        "WSGIPythonEggs",
    ] {
        let refused = Plan::new().config(line).check().expect_err(line);
        let directive = line.split(' ').next().unwrap();
        assert!(refused.contains(directive), "{line}: {refused}");
    }
}

#[test]
fn a_header_whose_name_no_application_could_see_is_refused() {
    // The reference takes it, and its children crash.
    if reference::ours_only(
        "a_header_whose_name_no_application_could_see_is_refused",
        "a defect of the reference",
    ) {
        for name in ["X_Real_IP", "X-Real-IP:", "X.Real"] {
            check(
                &format!("WSGITrustedProxyHeaders {name}"),
                name,
                "names of headers",
            );
        }
    }
}

#[test]
fn a_list_of_proxies_is_not_empty() {
    // The reference takes an empty one for none at all, and believes everybody.
    if reference::ours_only(
        "a_list_of_proxies_is_not_empty",
        "a defect of the reference",
    ) {
        for directive in ["WSGITrustedProxies", "WSGITrustedProxyHeaders"] {
            check(directive, "none", "at least one argument");
        }
    }
}

#[test]
fn networks_are_taken_in_every_form() {
    Plan::new()
        .config("WSGITrustedProxies 10.0.0.1 10.0.0.0/8 10.0.0.0/255.0.0.0 10 10.1 10.1. 10.1.2 ::1 2001:db8::/32")
        .check()
        .unwrap();
}

#[test]
fn booleans_are_taken_in_any_case_and_numbers_as_they_always_were() {
    Plan::new()
        .config("WSGIPassAuthorization oN\nWSGIScriptReloading OFF\nWSGIMapHEADToGET auto\nWSGIPythonHashSeed random")
        .config("WSGIPythonHashSeed 0\nWSGIPythonHashSeed 4294967295\nWSGIPythonOptimize 2\nWSGIPythonOptimize x")
        .config("WSGIScriptAlias /a /b pass-authorization=on application-group=%{GLOBAL} callable-object=x")
        .config("WSGIScriptAlias /a /b application-group=%{GLOBAL} process-group=%{GLOBAL}")
        .check()
        .unwrap();
}

#[test]
fn a_configuration_that_is_refused_does_not_replace_the_one_that_serves() {
    let mut httpd = Httpd::serving(&app::answering("1")).start();
    httpd.add_config("WSGIPassAuthorization perhaps");
    let asked = Command::new(installation::program())
        .args(["-k", "graceful", "-d"])
        .arg(httpd.root())
        .arg("-f")
        .arg(httpd.root().join("httpd.conf"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&asked.stderr).into_owned();
    assert!(
        !asked.status.success() && said.contains("WSGIPassAuthorization"),
        "{said}"
    );
    assert_eq!(httpd.get("/").ok(), "1");
}
