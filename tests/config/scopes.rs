//! Where each directive may stand. A directive in a wrong place is refused; httpd does not start.

use clutch_tests::support::{MODULE_ERROR, Plan, app};

/// The directives that hold for the whole server and stand outside of every section, with a value each.
const MAIN: &[(&str, &str)] = &[
    ("WSGIAcceptMutex", "default"),
    ("WSGICaseSensitivity", "On"),
    ("WSGIDestroyInterpreter", "On"),
    ("WSGIDontWriteBytecode", "On"),
    ("WSGIPerInterpreterGIL", "Off"),
    ("WSGIPythonEggs", "/nowhere"),
    ("WSGIPythonHashSeed", "1"),
    ("WSGIPythonHome", "/nowhere"),
    ("WSGIPythonOptimize", "1"),
    ("WSGIPythonPath", "/nowhere"),
    ("WSGIPythonWarnings", "ignore"),
    ("WSGIRestrictEmbedded", "Off"),
    ("WSGIRestrictSignal", "On"),
    ("WSGIRestrictStdin", "Off"),
    ("WSGIRestrictStdout", "Off"),
    ("WSGISocketPrefix", "run/wsgi"),
    ("WSGISocketRotation", "On"),
    ("WSGIVerboseDebugging", "Off"),
];

/// Those that stand at the server or in a virtual host.
const SERVER: &[(&str, &str)] = &[
    ("WSGIScriptAlias", "/a /b"),
    ("WSGIScriptAliasMatch", "^/a /b"),
];

/// Those that stand anywhere but in `.htaccess`.
const SECTION: &[(&str, &str)] = &[
    ("WSGIApplicationGroup", "x"),
    ("WSGIHandlerScript", "page /nowhere.py"),
    ("WSGIPassApacheRequest", "Off"),
    ("WSGIProcessGroup", "%{GLOBAL}"),
    ("WSGIRestrictProcess", "%{GLOBAL}"),
];

/// Those that stand anywhere.
const ANYWHERE: &[(&str, &str)] = &[
    ("WSGICallableObject", "application"),
    ("WSGIChunkedRequest", "On"),
    ("WSGIEnableSendfile", "On"),
    ("WSGIErrorOverride", "On"),
    ("WSGIIgnoreActivity", "On"),
    ("WSGIMapHEADToGET", "Auto"),
    ("WSGIPassAuthorization", "On"),
    ("WSGIScriptReloading", "On"),
    ("WSGITrustedProxies", "10.0.0.0/8 ::1"),
    ("WSGITrustedProxyHeaders", "X-Forwarded-For"),
];

/// Ways to enclose a line of configuration.
const SECTIONS: &[(&str, &str)] = &[
    ("<Directory />", "</Directory>"),
    ("<Location />", "</Location>"),
    ("<Files x>", "</Files>"),
    (
        "<VirtualHost *>\n<Location /x>",
        "</Location>\n</VirtualHost>",
    ),
    ("<If \"true\">", "</If>"),
];
const HOST: (&str, &str) = ("<VirtualHost *>", "</VirtualHost>");

fn inside((open, close): (&str, &str), directives: &[(&str, &str)]) -> String {
    let lines: String = directives
        .iter()
        .map(|(name, value)| format!("{name} {value}\n"))
        .collect();
    format!("{open}\n{lines}{close}\n")
}

#[test]
fn every_directive_may_stand_where_the_reference_says() {
    let mut config = inside(("", ""), &[MAIN, SERVER, SECTION, ANYWHERE].concat());
    config += &inside(HOST, &[SERVER, SECTION, ANYWHERE].concat());
    for &section in SECTIONS {
        config += &inside(section, &[SECTION, ANYWHERE].concat());
    }
    Plan::new().config(&config).check().unwrap();
}

#[test]
fn a_directive_for_the_whole_server_is_refused_in_every_section() {
    for &directive in MAIN {
        for section in [HOST, SECTIONS[0], SECTIONS[1]] {
            check_refused(section, directive);
        }
    }
}

#[test]
fn a_directive_for_servers_is_refused_in_directories_and_locations() {
    for &directive in SERVER {
        for &section in SECTIONS {
            check_refused(section, directive);
        }
    }
}

fn check_refused(section: (&str, &str), directive: (&str, &str)) {
    let refused = Plan::new()
        .config(&inside(section, &[directive]))
        .check()
        .unwrap_err();
    let is_clear = refused.contains(directive.0) && refused.contains("not allowed")
        || refused.contains("cannot occur within");
    assert!(is_clear, "{directive:?} in {section:?}: {refused}");
}

#[test]
fn in_htaccess_only_those_are_allowed_that_concern_requests() {
    let mut plan = Plan::new().expects_log("not allowed here");
    let mut config = String::from("WSGIScriptAlias / ${APP}/\n");
    let all = [MAIN, SERVER, SECTION, ANYWHERE].concat();
    for (name, value) in &all {
        plan = plan.script(&format!("{name}/app.wsgi"), &app::answering("'served'"));
        plan = plan.script(&format!("{name}/.htaccess"), &format!("{name} {value}\n"));
        config += &format!("<Directory ${{APP}}/{name}>\nAllowOverride FileInfo\n</Directory>\n");
    }
    let httpd = plan.config(&config).start();
    for (name, _) in &all {
        let response = httpd.get(&format!("/{name}/app.wsgi"));
        match ANYWHERE.iter().any(|(own, _)| own == name) {
            true => assert_eq!(response.ok(), "served", "{name}"),
            false => assert_eq!(response.status, 500, "{name}"),
        }
    }
}

#[test]
fn in_htaccess_a_directive_needs_the_servers_consent() {
    let mut plan = Plan::new()
        .expects_log("not allowed here")
        .allows_log(MODULE_ERROR);
    let mut config = String::from("WSGIScriptAlias / ${APP}/\n");
    for (name, value) in ANYWHERE {
        plan = plan.script(&format!("{name}/app.wsgi"), &app::answering("'served'"));
        plan = plan.script(&format!("{name}/.htaccess"), &format!("{name} {value}\n"));
        config +=
            &format!("<Directory ${{APP}}/{name}>\nAllowOverride AuthConfig Limit\n</Directory>\n");
    }
    let httpd = plan.config(&config).start();
    for (name, _) in ANYWHERE {
        assert_eq!(
            httpd.get(&format!("/{name}/app.wsgi")).status,
            500,
            "{name}"
        );
    }
}

#[test]
fn a_bad_value_in_htaccess_is_500_and_the_sentence_is_logged() {
    let httpd = Plan::new()
        .script("app.wsgi", &app::answering("1"))
        .script(".htaccess", "WSGIPassAuthorization perhaps\n")
        .config("WSGIScriptAlias / ${APP}/app.wsgi\n<Directory ${APP}>\nAllowOverride All\n</Directory>")
        .expects_log("WSGIPassAuthorization")
        .start();
    assert_eq!(httpd.get("/").status, 500);
}
