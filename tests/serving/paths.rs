//! SCRIPT_NAME, PATH_INFO and REQUEST_URI: what of the URL is the application's, and in which spelling.

use clutch_tests::support::environ::{self, Environ};
use clutch_tests::support::{Httpd, Plan, Request};

fn names(httpd: &Httpd, target: &str) -> (String, String) {
    let environ = Environ::of(httpd, &Request::get(target));
    let name = |key| environ.text(key).unwrap().to_owned();
    assert_eq!(
        environ.text("mod_wsgi.script_name"),
        environ.text("SCRIPT_NAME")
    );
    assert_eq!(
        environ.text("mod_wsgi.path_info"),
        environ.text("PATH_INFO")
    );
    assert_eq!(environ.text("REQUEST_URI"), Some(target));
    (name("SCRIPT_NAME"), name("PATH_INFO"))
}

fn check(httpd: &Httpd, cases: &[(&str, &str, &str)]) {
    for (target, script_name, path_info) in cases {
        let expected = (script_name.to_string(), path_info.to_string());
        assert_eq!(names(httpd, target), expected, "{target}");
    }
}

fn plan(config: &str) -> Plan {
    Plan::new()
        .script("app.wsgi", environ::SCRIPT)
        .script("dir/one.wsgi", environ::SCRIPT)
        .config(config)
}

#[test]
fn an_application_at_the_root_has_an_empty_script_name() {
    let httpd = plan("WSGIScriptAlias / ${APP}/app.wsgi").start();
    check(
        &httpd,
        &[
            ("/", "", "/"),
            ("/a", "", "/a"),
            ("/a/b/", "", "/a/b/"),
            ("/app.wsgi", "", "/app.wsgi"),
        ],
    );
}

#[test]
fn a_mounted_application_has_its_prefix_as_script_name() {
    let httpd = plan("WSGIScriptAlias /m/n ${APP}/app.wsgi").start();
    check(
        &httpd,
        &[
            ("/m/n", "/m/n", ""),
            ("/m/n/", "/m/n", "/"),
            ("/m/n/a?q", "/m/n", "/a"),
        ],
    );
    for path in ["/m/nope", "/m", "/M/n"] {
        assert_eq!(httpd.get(path).status, 404, "{path}");
    }
}

#[test]
fn a_directory_of_scripts_adds_the_scripts_name() {
    let httpd = plan("WSGIScriptAlias /d/ ${APP}/dir/").start();
    check(
        &httpd,
        &[
            ("/d/one.wsgi", "/d/one.wsgi", ""),
            ("/d/one.wsgi/x/y", "/d/one.wsgi", "/x/y"),
        ],
    );
    let missing = plan("WSGIScriptAlias /d/ ${APP}/dir/")
        .expects_log("[script ")
        .start();
    assert_eq!(missing.get("/d/two.wsgi").status, 404);
}

#[test]
fn the_first_matching_alias_wins() {
    let httpd =
        plan("WSGIScriptAlias /a ${APP}/app.wsgi\nWSGIScriptAlias /a/b ${APP}/dir/one.wsgi")
            .start();
    check(&httpd, &[("/a/b/c", "/a", "/b/c")]);
    let httpd =
        plan("WSGIScriptAlias /a/b ${APP}/dir/one.wsgi\nWSGIScriptAlias /a ${APP}/app.wsgi")
            .start();
    check(&httpd, &[("/a/b/c", "/a/b", "/c"), ("/a/bc", "/a", "/bc")]);
}

#[test]
fn runs_of_slashes_are_one_slash() {
    let httpd = plan("MergeSlashes Off\nWSGIScriptAlias /m ${APP}/app.wsgi").start();
    check(
        &httpd,
        &[
            ("/m//a///b", "/m", "/a/b"),
            ("//m/a", "/m", "/a"),
            ("/m//", "/m", "/"),
        ],
    );
}

#[test]
fn dots_are_resolved_and_escapes_decoded_before_the_application_sees_them() {
    let httpd = plan("WSGIScriptAlias /m ${APP}/app.wsgi").start();
    check(
        &httpd,
        &[
            ("/m/a/./b/../c", "/m", "/a/c"),
            ("/m/%41%20b", "/m", "/A b"),
            ("/m/a+b", "/m", "/a+b"),
        ],
    );
    assert_eq!(httpd.get("/m/a%2Fb").status, 404);
}

#[test]
fn bytes_outside_ascii_arrive_as_latin_1_characters() {
    let httpd = plan("WSGIScriptAlias /m ${APP}/app.wsgi").start();
    let environ = Environ::of(&httpd, &Request::get("/m/%C3%BC/%FF"));
    assert_eq!(environ.repr("PATH_INFO"), "'/\u{c3}\u{bc}/\u{ff}'");
    let environ = Environ::of(&httpd, &Request::get("/m/x?\u{e4}"));
    assert_eq!(environ.repr("QUERY_STRING"), "'\u{e4}'");
}

#[test]
fn a_script_whose_path_is_utf_8_is_named_in_the_file_systems_encoding() {
    let httpd = Plan::new()
        .script("\u{fc}ber.wsgi", environ::SCRIPT)
        .config("WSGIScriptAlias /m \"${APP}/\u{fc}ber.wsgi\"")
        .environment("PYTHONUTF8", "1")
        .start();
    let environ = Environ::of(&httpd, &Request::get("/m"));
    assert!(
        environ
            .repr("SCRIPT_FILENAME")
            .ends_with("/\u{fc}ber.wsgi'"),
        "{}",
        environ.repr("SCRIPT_FILENAME")
    );
}

#[test]
fn an_absolute_request_target_stays_in_request_uri() {
    let httpd = plan("WSGIScriptAlias / ${APP}/app.wsgi").start();
    let environ = Environ::of(&httpd, &Request::get("http://localhost/a?b"));
    assert_eq!(environ.text("REQUEST_URI"), Some("http://localhost/a?b"));
    assert_eq!(environ.text("PATH_INFO"), Some("/a"));
    assert_eq!(environ.text("HTTP_HOST"), Some("localhost"));
}

#[test]
fn a_match_alias_names_the_script_by_its_groups() {
    let httpd = plan("WSGIScriptAliasMatch ^/s/([a-z]+) ${APP}/dir/$1.wsgi").start();
    check(
        &httpd,
        &[("/s/one/x", "/s/one", "/x"), ("/s/one", "/s/one", "")],
    );
    assert_eq!(httpd.get("/t/s/one").status, 404);
}

#[test]
fn a_handler_script_in_the_document_root_is_named_by_its_own_path() {
    let httpd = plan("")
        .modules(&["mime"])
        .file("htdocs/sub/page.wsgi", environ::SCRIPT)
        .config("<Directory ${ROOT}/htdocs>\nOptions +ExecCGI\nAddHandler wsgi-script .wsgi\n</Directory>")
        .start();
    check(
        &httpd,
        &[
            ("/sub/page.wsgi", "/sub/page.wsgi", ""),
            ("/sub/page.wsgi/x", "/sub/page.wsgi", "/x"),
        ],
    );
}
