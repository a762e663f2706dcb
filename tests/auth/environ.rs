//! What scripts that are asked see of a request, and where what they say of it goes.

use clutch_tests::support::{Httpd, MODULE_ERROR, Plan, Request, error_log, mode, reference};

use super::{EVALUATING, SECRET, asking, protected};

fn plan(config: &str) -> Plan {
    protected(EVALUATING, &format!("WSGIAccessScript SCRIPT\n{config}"))
}

fn holds(httpd: &Httpd, expression: &str) {
    assert_eq!(httpd.get(&asking(expression)).status, 200, "{expression}");
}

#[test]
fn a_script_sees_what_is_known_of_the_request() {
    let httpd = plan("").start();
    let port = httpd.port();
    for expression in [
        "environ['REQUEST_METHOD'] == 'GET'",
        "environ['SCRIPT_NAME'] + environ['PATH_INFO'] == '/secret.txt'",
        "environ['REQUEST_URI'].startswith('/secret.txt?')",
        "'QUERY_STRING' in environ",
        "environ['SERVER_NAME'] == 'localhost'",
        "environ['SERVER_PROTOCOL'] == 'HTTP/1.1'",
        "environ['SERVER_ADDR'] == environ['REMOTE_ADDR'] == '127.0.0.1'",
        "environ['REMOTE_PORT'].isdigit()",
        "environ['SERVER_SOFTWARE'].startswith('Apache')",
        "'SERVER_SIGNATURE' in environ and 'SERVER_ADMIN' in environ",
        "environ['DOCUMENT_ROOT'].endswith('/htdocs')",
        "environ['HTTP_HOST'].startswith('localhost')",
        "len(environ['apache.version']) == 3 and len(environ['mod_wsgi.version']) == 3",
        "environ['mod_wsgi.application_group'] == ''",
        "type(environ) is dict and all(type(key) is str for key in environ)",
    ] {
        holds(&httpd, expression);
    }
    let group = format!(
        "environ['mod_wsgi.process_group'] == {:?}",
        mode::process_group()
    );
    holds(&httpd, &group);
    let own_port = format!("environ['SERVER_PORT'] in ('80', '{port}')");
    holds(&httpd, &own_port);
}

#[test]
fn a_script_does_not_see_what_belongs_to_an_application_or_is_secret() {
    let httpd = plan("SetEnv FROM_SETENV 1").modules(&["env"]).start();
    for name in [
        "wsgi.input",
        "wsgi.url_scheme",
        "wsgi.version",
        "wsgi.file_wrapper",
        "mod_wsgi.callable_object",
        "mod_wsgi.request_start",
        "REMOTE_USER",
        "FROM_SETENV",
        "HTTP_AUTHORIZATION",
        "HTTP_PROXY_AUTHORIZATION",
    ] {
        let request = Request::get(&asking(&format!("'{name}' not in environ")))
            .header("Authorization", "Basic eDp5")
            .header("Proxy-Authorization", "Basic eDp5");
        assert_eq!(httpd.send(&request).ok(), SECRET, "{name}");
    }
}

#[test]
fn headers_come_as_those_of_cgi_and_the_header_proxy_does_not() {
    let httpd = plan("").allows_log("WSGI0057").start();
    let seen = "environ['HTTP_X_ONE'] == '1' and environ['CONTENT_TYPE'] == 'text/x' and environ['CONTENT_LENGTH'] == '2'";
    let request = Request::new("POST", &asking(seen))
        .header("X-One", "1")
        .header("Content-Type", "text/x")
        .body("ab");
    // Let in: files take no POST.
    assert_ne!(httpd.send(&request).status, 403);
    let hidden = "'HTTP_PROXY' not in environ";
    let request = Request::get(&asking(hidden)).header("Proxy", "http://evil.example");
    let hides = !reference::is_under_test();
    assert_eq!(httpd.send(&request).status, if hides { 200 } else { 403 });
}

#[test]
fn a_script_sees_the_path_behind_an_application() {
    let httpd = Plan::new()
        .script("auth.py", EVALUATING)
        .script(
            "app.wsgi",
            &clutch_tests::support::app::answering("'served'"),
        )
        .config(&format!(
            "<Location />\nWSGIAccessScript ${{APP}}/auth.py {}\n</Location>",
            super::place()
        ))
        .config("WSGIScriptAlias /app ${APP}/app.wsgi")
        .start();
    let seen = "environ['SCRIPT_NAME'] == '/app' and environ['PATH_INFO'] == '/a/b'";
    let target = asking(seen).replace("/secret.txt", "/app/a/b");
    assert_eq!(httpd.get(&target).ok(), "served");
}

#[test]
fn wsgi_pass_apache_request_shows_scripts_the_record_of_the_request_within_httpd_alone() {
    let httpd = plan("").start();
    holds(&httpd, "'apache.request_rec' not in environ");
    let httpd = plan("WSGIPassApacheRequest On").start();
    let shown = match mode::is_daemon() {
        true => "'apache.request_rec' not in environ",
        false => "type(environ['apache.request_rec']).__name__ == 'PyCapsule'",
    };
    holds(&httpd, shown);
    if mode::is_daemon() || reference::is_under_test() {
        return; // The reference leaves the pointer, to what is no request any more.
    }
    holds(&httpd, "setattr(threading, 'kept', environ) or True");
    holds(
        &httpd,
        "'closed' in repr(threading.kept['apache.request_rec'])",
    );
}

#[test]
fn what_a_script_says_stands_in_the_log_of_the_request() {
    let httpd = plan("").expects_log(MODULE_ERROR).start();
    for (number, expression) in [
        "environ['wsgi.errors'].write('said: here\\n')",
        "print('said: here', file=sys.stderr)",
        "print('said: here')",
    ]
    .iter()
    .enumerate()
    {
        holds(&httpd, &format!("({expression}, True)[1]"));
        let line = httpd
            .log()
            .wait_for_count("said: here", number + 1)
            .pop()
            .unwrap();
        // mod_wsgi has what is printed in the server's log.
        if number == 0 || !reference::is_under_test() {
            assert!(line.contains("[client 127.0.0.1"), "{line}");
        }
        assert_eq!(error_log::level(&line), Some("error"));
    }
}

#[test]
fn a_traceback_stands_in_the_log_of_the_request_with_its_frames() {
    let httpd = plan("").expects_log(MODULE_ERROR).start();
    assert_eq!(
        httpd.get(&asking("die(ValueError('of no use'))")).status,
        403
    );
    let line = httpd.wait_for_log("ValueError: of no use");
    assert!(line.contains("[client 127.0.0.1"), "{line}");
    assert!(httpd.error_log().contains("in allow_access"));
}

#[test]
fn tls_is_asked_of_the_connection_and_not_after_the_question() {
    let httpd = plan("").expects_log(MODULE_ERROR).start();
    holds(&httpd, "environ['mod_ssl.is_https']() == 0");
    holds(
        &httpd,
        "environ['mod_ssl.var_lookup']('SSL_PROTOCOL') is None",
    );
    holds(
        &httpd,
        "environ['mod_ssl.var_lookup'](b'SSL_PROTOCOL') is None",
    );
    holds(&httpd, "setattr(threading, 'kept', environ) or True");
    for late in ["['mod_ssl.is_https']()", "['mod_ssl.var_lookup']('HTTPS')"] {
        let before = httpd.log().count("RuntimeError");
        let target = asking(&format!("threading.kept{late} == 0"));
        assert_eq!(httpd.get(&target).status, 403, "{late}");
        httpd.log().wait_for_count("RuntimeError", before + 1);
    }
}
