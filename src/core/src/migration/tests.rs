//! Configurations, and what is found in them.

use std::path::{Path, PathBuf};

use super::{Finding, Severity, judge};
use crate::apache::tests::Shelf;
use crate::apache::{Variables, read};

/// What is found in a configuration, as `severity line directive text`.
fn found(text: &str) -> Vec<String> {
    let files = [(PathBuf::from("/etc/httpd.conf"), text.as_bytes().to_vec())];
    let variables = Variables::default();
    let read = read(
        Path::new("/etc/httpd.conf"),
        variables,
        &mut Shelf(files.into()),
    )
    .unwrap();
    let (findings, _) = judge(&read);
    let line = |one: &Finding| {
        let (severity, at) = (one.severity.name(), one.place.line);
        format!("{severity} {at} {} {}", one.directive, one.text)
    };
    findings.iter().map(line).collect()
}

/// The one finding with all of `parts` in it.
#[track_caller]
fn has(text: &str, parts: &[&str]) {
    let found = found(text);
    let fits = found
        .iter()
        .filter(|line| parts.iter().all(|part| line.contains(part)));
    assert_eq!(fits.count(), 1, "{parts:?} in {found:#?}");
}

#[track_caller]
fn has_not(text: &str, part: &str) {
    let found = found(text);
    assert!(!found.iter().any(|line| line.contains(part)), "{found:#?}");
}

const LOAD: &str = "LoadModule wsgi_module modules/mod_clutch.so\n";

const GOOD: &str = "LoadModule wsgi_module modules/mod_clutch.so\nWSGIRestrictEmbedded On\n\
    WSGIDaemonProcess shop user=www-data threads=5 python-home=/srv/venv\n<VirtualHost *:80>\n\
    ServerName shop.example.com\nWSGIScriptAlias / /srv/shop/app.wsgi\n\
    <Directory /srv/shop>\nWSGIProcessGroup shop\nRequire all granted\n</Directory>\n</VirtualHost>\n";

#[test]
fn a_configuration_without_fault_has_no_findings() {
    assert_eq!(found(GOOD), [""; 0]);
    assert_eq!(
        found("Listen 80\nDocumentRoot /srv\n<Directory /srv>\nRequire all granted\n</Directory>"),
        [""; 0]
    );
}

#[test]
fn a_wrong_value_is_told_in_the_words_of_its_row() {
    for (line, said) in [
        (
            "WSGIPassAuthorization maybe",
            "WSGIPassAuthorization takes On or Off, not \"maybe\"",
        ),
        (
            "WSGIDaemonProcess shop color=red",
            "WSGIDaemonProcess takes no option \"color\"",
        ),
        (
            "WSGIDaemonProcess shop threads=many",
            "takes a whole number from 0 to 65533 for its option threads",
        ),
        (
            "WSGIScriptAlias /",
            "WSGIScriptAlias takes at least two arguments",
        ),
        (
            "WSGIPythonHome /a /b",
            "WSGIPythonHome takes exactly one argument",
        ),
        (
            "wsgipassauthorization 1",
            "WSGIPassAuthorization takes On or Off",
        ),
        ("ClutchReload never", "ClutchReload takes "),
        (
            "WSGIDaemonProcess a\nWSGIDaemonProcess a",
            "takes each name once, and \"a\" is taken",
        ),
    ] {
        has(&format!("{LOAD}{line}"), &["error", said]);
    }
}

#[test]
fn a_directive_in_the_wrong_place_is_told() {
    let host = |line: &str| format!("{LOAD}<VirtualHost *:80>\n{line}\n</VirtualHost>");
    let directory = |line: &str| {
        host(&format!(
            "<Directory /x>\n<IfModule mod_wsgi.c>\n{line}\n</IfModule>\n</Directory>"
        ))
    };
    has(
        &host("WSGIPythonHome /x"),
        &[
            "error 3 WSGIPythonHome can stand in the main server",
            "<VirtualHost>",
        ],
    );
    has(
        &directory("WSGIScriptAlias / /x/a"),
        &[
            "error 5 WSGIScriptAlias can stand in the main server or a virtual host",
            "<Directory>",
        ],
    );
    has_not(&directory("WSGIApplicationGroup x"), "error");
    has(
        &host("<WSGIInterpreterOptions>\nWSGIPythonPath /x\n</WSGIInterpreterOptions>"),
        &["error 3 WSGIInterpreterOptions can stand"],
    );
}

#[test]
fn words_about_interpreters_stand_in_their_block() {
    let block = "<WSGIInterpreterOptions process-group=shop>\nWSGIPythonPath /x\n</WSGIInterpreterOptions>\n";
    let nested = format!("{LOAD}<WSGIInterpreterOptions>\n{block}</WSGIInterpreterOptions>");
    has_not(&format!("{LOAD}{block}{block}"), "error");
    has(
        &nested,
        &["error 3 WSGIInterpreterOptions cannot stand in another"],
    );
}

#[test]
fn directives_that_are_not_there_are_told_apart() {
    has(
        &format!("{LOAD}WSGILazyInitialization On"),
        &["error 2", "of an older mod_wsgi"],
    );
    has(
        &format!("{LOAD}WSGIScriptAlais / /x"),
        &["error 2", "is no directive"],
    );
    has_not("RewriteEngine On\nSomethingElse x", "is no directive");
}

#[test]
fn a_process_group_must_be_declared_where_it_is_named() {
    let alias = "WSGIScriptAlias / /srv/a.wsgi process-group=Shop\n";
    let declared = format!("{LOAD}WSGIDaemonProcess shop\n");
    has(
        &format!("{declared}{alias}"),
        &[
            "error 3",
            "\"Shop\", and no WSGIDaemonProcess declares it: its requests get status 500",
        ],
    );
    has(
        &format!("{declared}WSGIProcessGroup none"),
        &["error 3 WSGIProcessGroup", "\"none\""],
    );
    has(
        &format!("{declared}WSGIImportScript /a process-group=x application-group=y"),
        &["error 3 WSGIImportScript", "httpd does not start"],
    );
    has(
        "WSGIProcessGroup shop",
        &[
            "hint 1 WSGIProcessGroup",
            "what was read has no WSGIDaemonProcess",
        ],
    );
    has_not(
        &format!("{declared}WSGIProcessGroup %{{ENV:x}}"),
        "declares it",
    );
}

#[test]
fn a_group_of_another_virtual_host_is_not_reached() {
    let hosts = |second: &str| {
        format!(
            "{LOAD}<VirtualHost *:80>\nServerName a.example\nWSGIDaemonProcess shop\nWSGIProcessGroup shop\n</VirtualHost>\n\
             <VirtualHost *:443>\nServerName {second}:443\nWSGIProcessGroup shop\n</VirtualHost>"
        )
    };
    has(
        &hosts("b.example"),
        &["error 9 WSGIProcessGroup", "another ServerName"],
    );
    has_not(&hosts("a.example"), "error");
}

#[test]
fn a_name_in_two_servers_is_told() {
    let text =
        format!("{LOAD}WSGIDaemonProcess a\n<VirtualHost *>\nWSGIDaemonProcess a\n</VirtualHost>");
    has(
        &text,
        &["error 4 WSGIDaemonProcess takes each name once, and \"a\" stands in two servers"],
    );
}

#[test]
fn a_group_that_nothing_uses_is_told() {
    has(
        &format!("{LOAD}WSGIDaemonProcess shop"),
        &["hint 2", "nothing runs in it"],
    );
    has_not(
        &format!("{LOAD}WSGIDaemonProcess service threads=0"),
        "nothing runs in it",
    );
    has_not(GOOD, "nothing runs in it");
}

#[test]
fn an_application_in_httpds_own_processes_is_told() {
    let alias = "WSGIScriptAlias / /srv/shop/app.wsgi\n<Directory /srv/shop>\nRequire all granted\n</Directory>\n";
    has(
        &format!("{LOAD}{alias}"),
        &["hint 2", "a WSGIDaemonProcess gives it its own"],
    );
    has(
        &format!("{LOAD}WSGIDaemonProcess shop\n{alias}"),
        &["hint 3", "though there is a WSGIDaemonProcess (\"shop\")"],
    );
    has_not(
        &format!(
            "{LOAD}WSGIDaemonProcess shop\n{alias}<Location />\nWSGIProcessGroup shop\n</Location>"
        ),
        "own processes: under",
    );
    has(
        &format!("{LOAD}WSGIRestrictEmbedded On\n{alias}"),
        &["error 3", "WSGIRestrictEmbedded keeps applications out"],
    );
    let in_daemon = format!("{LOAD}WSGIDaemonProcess shop\nWSGIProcessGroup shop\n{alias}");
    has(
        &in_daemon,
        &["hint 2", "WSGIRestrictEmbedded On keeps Python out"],
    );
}

#[test]
fn an_alias_that_nobody_may_reach_is_told() {
    let alias = format!("{LOAD}WSGIScriptAlias /shop /srv/shop/app.wsgi\n");
    let section = |head: &str, line: &str| {
        let name = head.split(' ').next().unwrap();
        format!("{alias}<{head}>\n{line}\n</{name}>\n")
    };
    has(&alias, &["hint 2", "no section says who may come in"]);
    has(
        &section("Directory /", "Require all denied"),
        &["hint 2", "no section lets anybody in"],
    );
    for (head, line) in [
        ("Directory /srv/shop", "Require all granted"),
        (
            "Directory /srv",
            "<RequireAny>\nRequire valid-user\n</RequireAny>",
        ),
        ("Directory \"/srv/*\"", "Require all granted"),
        ("Location /shop", "Require ip 10.0.0.0/8"),
        ("Location /", "Require all granted"),
        (
            "Directory /srv/shop",
            "<Files app.wsgi>\nRequire all granted\n</Files>",
        ),
        ("Directory /srv/shop", "Order allow,deny\nAllow from all"),
    ] {
        has_not(&section(head, line), "Require all granted");
    }
    has(
        &section("Location /other", "Require all granted"),
        &["hint 2", "no section says"],
    );
    has(
        &section("Directory /srv/shopping", "Require all granted"),
        &["hint 2", "no section says"],
    );
}

#[test]
fn an_alias_behind_a_shorter_one_is_never_reached() {
    let two = |first: &str, second: &str| {
        format!("{LOAD}WSGIScriptAlias {first} /srv/a.wsgi\nWSGIScriptAlias {second} /srv/b.wsgi\n")
    };
    has(
        &two("/", "/shop"),
        &[
            "error 3",
            "is never reached for \"/shop\": the alias for \"/\" in line 2",
        ],
    );
    has_not(&two("/shop", "/"), "never reached");
    has_not(&two("/shop", "/shopping"), "never reached");
}

#[test]
fn what_a_line_means_otherwise_than_with_mod_wsgi_is_told() {
    for (line, said) in [
        ("WSGIPythonHashSeed random", "takes it for the fixed seed 0"),
        ("WSGISocketRotation On", "sockets keep their names"),
        ("WSGIAcceptMutex flock", "need no lock"),
        ("WSGIPerInterpreterGIL On", "from Python 3.13 on"),
        (
            "WSGIDaemonProcess a request-timeout=60",
            "ends the request with 504",
        ),
        (
            "WSGIDaemonProcess a deadlock-timeout=0",
            "each time limit holds",
        ),
        (
            "WSGIDaemonProcess a maximum-requests=1000",
            "is replaced first",
        ),
        ("SetEnv REMOTE_HOST x", "applications do not see it"),
        (
            "Listen 8080\nWSGIApplicationGroup %{SERVER}",
            "is the configured one",
        ),
    ] {
        has(&format!("{LOAD}{line}"), &["difference", said]);
    }
    for line in [
        "WSGIPythonHashSeed 1",
        "WSGISocketRotation Off",
        "WSGIDaemonProcess a request-timeout=0",
        "Listen 80\nWSGIApplicationGroup %{SERVER}",
    ] {
        has_not(&format!("{LOAD}{line}"), "difference");
    }
}

#[test]
fn what_could_be_better_is_told() {
    for (line, said) in [
        ("WSGIApplicationGroup %{GLOBAL}", "ClutchIsolation auto"),
        ("WSGIApplicationGroup %{HOST}", "each client name a group"),
        (
            "WSGIDaemonProcess a\nWSGIPythonPath /x",
            "python-path= of WSGIDaemonProcess does",
        ),
        ("WSGIDaemonProcess a processes=1", "wsgi.multiprocess"),
        ("WSGIDaemonProcess a threads=500", "share one GIL"),
        (
            "WSGIDaemonProcess a processes=2 threads=0",
            "run it 2 times",
        ),
        (
            "WSGIDaemonProcess a processes=500",
            "more than an httpd passes",
        ),
        ("WSGIPythonHome ${VENV}", "--define VENV=VALUE"),
        ("LoadFile /usr/lib/libpython3.11.so.1.0", "leave it out"),
        (
            "<Macro x $a>\nWSGIScriptAlias $a $a\nWSGIScriptAlias /b $a\n</Macro>",
            "stands in the macro \"x\", which nothing uses",
        ),
    ] {
        has(&format!("{LOAD}{line}"), &["hint", said]);
    }
}

#[test]
fn the_line_that_loads_the_module_is_the_one_to_change() {
    let old = "LoadModule wsgi_module /usr/lib/apache2/modules/mod_wsgi.so-3.11\n";
    has(old, &["hint 1 LoadModule", "this is the line to change"]);
    has_not(LOAD, "LoadModule");
    let without = "LoadModule ssl_module modules/mod_ssl.so\nWSGIScriptAlias / /srv/a.wsgi";
    has(without, &["error 2", "no line loads wsgi_module"]);
    has_not("WSGIScriptAlias / /srv/a.wsgi", "no line loads");
}

#[test]
fn what_is_wrong_with_the_text_itself_is_an_error() {
    has("<Directory /x>", &["error 1 <Directory> is not closed"]);
    has("Include gone", &["error 1 Include cannot read /etc/gone"]);
}

#[test]
fn findings_stand_in_the_order_of_the_lines() {
    let text = format!(
        "{LOAD}WSGIPythonHashSeed random\nWSGIPassAuthorization maybe\nWSGIAcceptMutex flock\n"
    );
    let severities: Vec<_> = found(&text)
        .iter()
        .map(|line| line.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(severities, ["difference", "error", "difference"]);
    assert!(Severity::Error < Severity::Hint);
}
