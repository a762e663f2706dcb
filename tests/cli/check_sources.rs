//! `clutch check --config`: macros, and access files; and that httpd says the same.

use clutch_tests::support::{Plan, installation};

use super::check_config::{Said, check, load, with};
use super::program::{Scratch, is_absent};

/// What the program says of the configuration with which `httpd` runs.
fn judged(root: &std::path::Path) -> Said {
    let file = root.join("httpd.conf");
    let file = file.to_str().unwrap();
    Said::of(Scratch::new().run(&["check", "--config", file]))
}

/// `<VirtualHost>`s made by a macro.
const SITES: &str = "<Macro Site $name $word>\n<VirtualHost *:80>\nServerName $name\nUse Words \"$word\"\n</VirtualHost>\n</Macro>\n\
    <Macro Words %word>\nWSGIPassAuthorization %word\n</Macro>\n";

#[test]
fn what_is_wrong_in_a_macro_is_told_with_its_line_and_those_where_it_is_used() {
    let test = "what_is_wrong_in_a_macro_is_told_with_its_line_and_those_where_it_is_used";
    if is_absent(test) || !installation::has_modules(test, &["macro"]) {
        return;
    }
    let text = format!("{SITES}Use Site shop On\nUse Site wiki maybe\nUse Site poll maybe\n");
    let scratch = with(&format!("{}{text}", load()));
    let said = check(&scratch, &[]);
    let file = scratch.path("httpd.conf");
    let file = file.display();
    let line = format!(
        "  error: {file}:9, in the macro Words used in {file}:5, in the macro Site used in {file}:12: WSGIPassAuthorization takes On or Off, not \"maybe\"\n"
    );
    said.is(1, &["1 error, 0 differences, 0 hints in 1 file\n", &line]);
    let json = check(&scratch, &["--json"]);
    json.is(1, &[r#""line":9"#, r#""macro":"Words""#, r#""line":12"#]);
    let refused = Plan::new().modules(&["macro"]).config(&text).check();
    let refused = refused.unwrap_err();
    let sentence = "WSGIPassAuthorization takes On or Off, not \"maybe\"";
    assert!(refused.contains(sentence), "{refused}");
    let good = format!("{SITES}Use Site shop On\n");
    check(&with(&format!("{}{good}", load())), &[]).is(0, &["0 errors, 0 differences, 0 hints"]);
    assert!(
        Plan::new()
            .modules(&["macro"])
            .config(&good)
            .check()
            .is_ok()
    );
}

#[test]
fn macros_that_httpd_refuses_are_errors() {
    let test = "macros_that_httpd_refuses_are_errors";
    if is_absent(test) || !installation::has_modules(test, &["macro"]) {
        return;
    }
    let kept = "<Macro kept>\n</Macro>\n";
    for (lines, is_fine) in [
        ("Use none", false),
        ("<Macro a $x>\n</Macro>\nUse a", false),
        ("<Macro a>\nUse A\n</Macro>\nUse a", false),
        ("<Macro a>\n</Macro>\nUndefMacro A\nUse a", false),
        ("UndefMacro none", false),
        ("<Macro>\n</Macro>", false),
        ("<Macro a $x $x>\n</Macro>", false),
        ("<Macro a>", false),
        ("<Macro a>\n<Files x>\n</Macro>\nUse a\n</Files>", true),
        (
            "<Macro a>\n<Macro b>\n</Macro>\n</Macro>\nUse a\nUse B",
            true,
        ),
        ("<Macro a $x>\n</Macro>\nUse a \"\"", true),
    ] {
        let text = format!("{kept}{lines}");
        let said = check(&with(&format!("{}{text}\n", load())), &[]);
        let httpd = Plan::new().modules(&["macro"]).config(&text).check();
        assert_eq!(said.text.contains(" 0 errors"), is_fine, "{}", said.text);
        assert_eq!(httpd.is_ok(), is_fine, "{lines}: {httpd:?}");
    }
}

#[test]
fn what_the_check_says_of_an_access_file_is_what_its_requests_get() {
    if is_absent("what_the_check_says_of_an_access_file_is_what_its_requests_get") {
        return;
    }
    for (allowed, line, status, part) in [
        ("FileInfo", "WSGIPassAuthorization On", 200, "0 errors"),
        (
            "FileInfo",
            "WSGIPassAuthorization maybe",
            500,
            "takes On or Off, not \"maybe\"",
        ),
        (
            "AuthConfig",
            "WSGIPassAuthorization On",
            500,
            "can stand in a .htaccess file where AllowOverride has FileInfo, and has not here",
        ),
        (
            "AuthConfig Nonfatal=Override",
            "WSGIPassAuthorization On",
            200,
            "  hint: ",
        ),
        ("None", "WSGIPassAuthorization maybe", 200, "0 errors"),
        (
            "None\nAllowOverrideList WSGIPassAuthorization",
            "WSGIPassAuthorization On",
            200,
            "0 errors",
        ),
        (
            "All",
            "WSGIProcessGroup %{GLOBAL}",
            500,
            "stands in a .htaccess file: its requests get status 500",
        ),
        (
            "All",
            "WSGIHandlerScript a /a",
            500,
            "stands in a .htaccess file: its requests get status 500",
        ),
        (
            "All",
            "WSGIScriptAlias / /a",
            500,
            "can stand in the main server or a virtual host, and stands in a .htaccess file",
        ),
        (
            "All",
            "WSGIPythonPath /a",
            500,
            "can stand in the main server, outside of all sections, and stands in a .htaccess file",
        ),
        (
            "All",
            "<Macro a $x>\nWSGIPassAuthorization $x\n</Macro>\nUse a maybe",
            500,
            "in the macro a used in ",
        ),
    ] {
        let httpd = Plan::new()
            .modules(&["macro"])
            .file("htdocs/below/page.txt", "a page")
            .file("htdocs/below/.htaccess", format!("{line}\n"))
            .config(&format!(
                "AccessFileName .htaccess\n<Directory ${{ROOT}}/htdocs>\nAllowOverride {allowed}\n</Directory>"
            ))
            .allows_log(".htaccess")
            .allows_log("not allowed here")
            .start();
        assert_eq!(
            httpd.get("/below/page.txt").status,
            status,
            "{allowed}: {line}"
        );
        let code = i32::from(status != 200);
        judged(httpd.root()).is(code, &[part]);
    }
}
