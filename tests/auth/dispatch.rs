//! `WSGIDispatchScript`: who serves a request?

use clutch_tests::support::{Httpd, MODULE_ERROR, Plan, Request, app, mode};

/// A dispatch script whose functions answer with expressions in the query string, separated by `;`: one for the process group, one for
/// the application group, one for the callable. One that is empty is `None`.
const EVALUATING: &str = r#"
import sys
from urllib.parse import unquote

def die(error):
    raise error

def evaluated(environ, number):
    parts = unquote(environ['QUERY_STRING']).split(';')
    text = parts[number] if number < len(parts) else ''
    return eval(text, {**globals(), 'environ': environ}) if text else None

def process_group(environ):
    return evaluated(environ, 0)

def application_group(environ):
    return evaluated(environ, 1)

def callable_object(environ):
    return evaluated(environ, 2)
"#;

/// An application with two callables, which say who they are and where they run.
const APPLICATION: &str = r#"
def served_by(name):
    def run(environ, start_response):
        words = name, environ['mod_wsgi.process_group'], environ['mod_wsgi.application_group'], environ['mod_wsgi.callable_object']
        body = '|'.join(words).encode('utf-8')
        start_response('200 OK', [('Content-Type', 'text/plain')])
        return [body]
    return run

application = served_by('first')
other = served_by('second')
"#;

fn plan(script: &str) -> Plan {
    Plan::new()
        .script("dispatch.py", script)
        .script("app.wsgi", APPLICATION)
        .config("WSGIScriptAlias /app ${APP}/app.wsgi application-group=configured")
        .config(&format!(
            "WSGIDispatchScript ${{APP}}/dispatch.py {}",
            super::place()
        ))
}

fn ask(httpd: &Httpd, expressions: &str) -> clutch_tests::support::Response {
    let query = &app::target(expressions)[1..];
    httpd.get(&format!("/app{query}"))
}

fn configured() -> String {
    format!("first|{}|configured|application", mode::process_group())
}

#[test]
fn wsgi_dispatch_script_leaves_what_it_does_not_say_as_it_is_configured() {
    let httpd = plan(EVALUATING).start();
    assert_eq!(ask(&httpd, "").ok(), configured());
    assert_eq!(ask(&httpd, "None;None;None").ok(), configured());
}

#[test]
fn each_function_may_be_missing() {
    let httpd = plan("def callable_object(environ):\n    return 'other'\n").start();
    let expected = format!("second|{}|configured|other", mode::process_group());
    assert_eq!(ask(&httpd, "").ok(), expected);
    let httpd = plan("pass\n").start();
    assert_eq!(ask(&httpd, "").ok(), configured());
}

#[test]
fn the_script_chooses_the_application_group() {
    let httpd = plan(EVALUATING).start();
    let process = mode::process_group();
    for (expression, group) in [
        ("'shop'", "shop".to_owned()),
        ("b'shop'", "shop".to_owned()),
        ("''", String::new()),
        ("'%{GLOBAL}'", String::new()),
        ("'%{HOST}'", "localhost".to_owned()),
        ("'%{SERVER}'", "localhost".to_owned()),
        ("'%{RESOURCE}'", "localhost|/app".to_owned()),
        ("'%{OTHER}'", "%{OTHER}".to_owned()),
        ("'caf\\xe9'", "caf\u{e9}".to_owned()),
    ] {
        let expected = format!("first|{process}|{group}|application");
        assert_eq!(
            ask(&httpd, &format!(";{expression}")).ok(),
            expected,
            "{expression}"
        );
    }
}

#[test]
fn the_script_chooses_the_callable() {
    let httpd = plan(EVALUATING).expects_log(MODULE_ERROR).start();
    let expected = format!("second|{}|configured|other", mode::process_group());
    assert_eq!(ask(&httpd, ";;'other'").ok(), expected);
    assert_eq!(ask(&httpd, ";;b'other'").ok(), expected);
    let missing = ask(&httpd, ";;'nobody'").status;
    assert!([404, 500].contains(&missing), "{missing}");
}

#[test]
fn the_script_sees_what_trusted_proxies_say_and_not_what_others_make_up() {
    let config = "WSGITrustedProxyHeaders X-Forwarded-For\nWSGITrustedProxies";
    let client = "environ['REMOTE_ADDR'] + '|' + environ.get('HTTP_X_FORWARDED_FOR', '-')";
    let target = app::target(&format!(";{client}"));
    let request =
        Request::get(&format!("/app{}", &target[1..])).header("X-Forwarded-For", "192.0.2.7");
    for (proxies, seen) in [
        ("127.0.0.1", "192.0.2.7|192.0.2.7"),
        ("192.0.2.1", "127.0.0.1|-"),
    ] {
        let plan = plan(EVALUATING).config(&format!("{config} {proxies}"));
        let expected = format!("first|{}|{seen}|application", mode::process_group());
        assert_eq!(plan.start().send(&request).ok(), expected);
    }
}

#[test]
fn the_script_sees_the_variable_https_and_the_child_that_has_the_request() {
    let seen = "'%s|%s' % (environ.get('HTTPS'), environ['mod_wsgi.server_pid'].isdigit())";
    let target = app::target(&format!(";{seen}"));
    let config = "SetEnvIf Request_URI /app/on HTTPS=on\n<Location /app/said>\nWSGITrustedProxyHeaders X-Forwarded-Proto\n</Location>";
    let httpd = plan(EVALUATING)
        .modules(&["setenvif"])
        .config(config)
        .start();
    for (path, scheme, https) in [
        ("/app", "https", "None"),
        ("/app/on", "http", "on"),
        ("/app/said", "https", "1"),
        ("/app/said", "http", "None"),
    ] {
        let request = Request::get(&format!("{path}{}", &target[1..]));
        let answer = httpd.send(&request.header("X-Forwarded-Proto", scheme));
        let expected = format!("first|{}|{https}|True|application", mode::process_group());
        assert_eq!(answer.ok(), expected, "{path} {scheme}");
    }
}

#[test]
fn the_script_chooses_the_process_group() {
    let httpd = Plan::new()
        .script("dispatch.py", EVALUATING)
        .script("app.wsgi", APPLICATION)
        .config("WSGISocketPrefix ${ROOT}/run/wsgi\nWSGIDaemonProcess one threads=2\nWSGIDaemonProcess two threads=2")
        .config(
            "WSGIScriptAlias /app ${APP}/app.wsgi process-group=one application-group=%{GLOBAL}",
        )
        .config("WSGIDispatchScript ${APP}/dispatch.py")
        .expects_log(MODULE_ERROR)
        .start();
    for (expression, group) in [
        ("", "one"),
        ("'two'", "two"),
        ("b'two'", "two"),
        ("''", ""),
        ("'%{GLOBAL}'", ""),
    ] {
        assert_eq!(
            ask(&httpd, expression).ok(),
            format!("first|{group}||application")
        );
    }
    assert_eq!(ask(&httpd, "'three'").status, 500);
    httpd.wait_for_log("WSGI0151");
}

#[test]
fn the_restriction_of_process_groups_holds_for_what_the_script_chooses() {
    let httpd = Plan::new()
        .script("dispatch.py", EVALUATING)
        .script("app.wsgi", APPLICATION)
        .config("WSGISocketPrefix ${ROOT}/run/wsgi\nWSGIDaemonProcess one threads=2\nWSGIDaemonProcess two threads=2")
        .config(
            "WSGIScriptAlias /app ${APP}/app.wsgi process-group=one application-group=%{GLOBAL}",
        )
        .config("WSGIDispatchScript ${APP}/dispatch.py\nWSGIRestrictProcess one")
        .expects_log("WSGI0149")
        .start();
    assert_eq!(ask(&httpd, "").ok(), "first|one||application");
    assert_eq!(ask(&httpd, "'two'").status, 500);
    assert_eq!(ask(&httpd, "''").status, 500);
}

#[test]
fn whatever_is_no_name_is_an_error_and_nobody_serves() {
    let httpd = plan(EVALUATING).expects_log(MODULE_ERROR).start();
    for answer in [
        "5",
        "True",
        "['shop']",
        "object()",
        "'\\u20ac'",
        "die(ValueError('of no use'))",
        "die(SystemExit(0))",
    ] {
        for expressions in [
            answer.to_owned(),
            format!(";{answer}"),
            format!(";;{answer}"),
        ] {
            assert_eq!(ask(&httpd, &expressions).status, 500, "{expressions}");
        }
    }
    assert_eq!(ask(&httpd, "").ok(), configured());
}

#[test]
fn the_script_sees_the_environ_of_the_application_as_far_as_it_is_known() {
    let httpd = plan(EVALUATING)
        .modules(&["env"])
        .config("SetEnv FROM_SETENV 1")
        .start();
    for holds in [
        "environ['FROM_SETENV'] == '1'",
        "environ['SCRIPT_NAME'] == '/app'",
        "environ['SCRIPT_FILENAME'].endswith('/app.wsgi')",
        "environ['mod_wsgi.application_group'] == ''",
        "'mod_wsgi.callable_object' not in environ",
        "'wsgi.input' not in environ and 'wsgi.url_scheme' not in environ",
        "hasattr(environ['wsgi.errors'], 'write')",
    ] {
        let expression = format!(";'yes' if {holds} else 'no'");
        let expected = format!("first|{}|yes|application", mode::process_group());
        assert_eq!(ask(&httpd, &expression).ok(), expected, "{holds}");
    }
}

#[test]
fn the_innermost_script_is_asked() {
    let httpd = plan("def callable_object(environ):\n    return 'nobody'\n")
        .script("inner.py", EVALUATING)
        .config(&format!(
            "<Location /app>\nWSGIDispatchScript ${{APP}}/inner.py {} application-group=other\n</Location>",
            super::place()
        ))
        .start();
    assert_eq!(ask(&httpd, "").ok(), configured());
    let expression = ";'yes' if environ['mod_wsgi.application_group'] == 'other' else 'no'";
    let expected = format!("first|{}|yes|application", mode::process_group());
    assert_eq!(ask(&httpd, expression).ok(), expected);
}
