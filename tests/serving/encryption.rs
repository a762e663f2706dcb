//! TLS and HTTP/2 in front of an application.

use std::process::Command;

use clutch_tests::support::environ::{self, Environ};
use clutch_tests::support::response::{Ending, Head, Response};
use clutch_tests::support::{Httpd, MODULE_ERROR, Plan, app, curl, installation, mode, reference};

/// curl's exit codes for a transfer that ended too early: short, HTTP/2 stream error, receive error.
const BROKEN: &[i32] = &[18, 92, 56];

fn plan(test: &str, script: &str) -> Option<Plan> {
    let modules = ["ssl", "socache_shmcb", "http2"];
    if !installation::has_modules(test, &modules) {
        return None;
    }
    let made = certificate(test)?;
    let plan = Httpd::serving(script)
        .modules(&modules)
        .file("tls/key.pem", made.0)
        .file("tls/cert.pem", made.1)
        .config("Protocols h2 h2c http/1.1\nSSLSessionCache none");
    Some(plan)
}

fn over_tls(plan: Plan) -> Plan {
    plan.config("SSLEngine On\nSSLCertificateFile ${ROOT}/tls/cert.pem\nSSLCertificateKeyFile ${ROOT}/tls/key.pem")
}

/// A key and a certificate for `localhost`, signed by itself.
fn certificate(test: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let directory = tempfile::tempdir().unwrap();
    let [key, certificate] = ["key", "cert"].map(|name| directory.path().join(name));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ])
        .args(["-subj", "/CN=localhost", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output();
    if !made.is_ok_and(|output| output.status.success()) {
        installation::skipped(test, "no openssl to make a certificate");
        return None;
    }
    Some((
        std::fs::read(key).unwrap(),
        std::fs::read(certificate).unwrap(),
    ))
}

fn environ_of(outcome: curl::Outcome) -> Environ {
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let head = Head {
        version: String::new(),
        status: 200,
        reason: String::new(),
        headers: Vec::new(),
    };
    Environ::from(&Response {
        head,
        body: outcome.body,
        ending: Ending::Complete,
    })
}

#[test]
fn an_application_behind_tls_sees_https() {
    let name = "an_application_behind_tls_sees_https";
    let Some(plan) = plan(name, environ::SCRIPT) else {
        return;
    };
    let httpd = over_tls(plan).start();
    let url = format!("https://localhost:{}/a", httpd.port());
    let Some(outcome) = curl::run(name, &["--http1.1", &url]) else {
        return;
    };
    let environ = environ_of(outcome);
    assert_eq!(environ.text("wsgi.url_scheme"), Some("https"));
    assert_eq!(environ.text("REQUEST_SCHEME"), Some("https"));
    assert!(!environ.has("HTTPS"));
}

#[test]
fn tls_variables_may_be_asked_for_while_a_body_comes() {
    let name = "tls_variables_may_be_asked_for_while_a_body_comes";
    let script = "def application(environ, start_response):
    read, total, found = environ['wsgi.input'].read, 0, set()
    while piece := read(20000):
        total += sum(piece)
        found.add(start_response.__self__.ssl_var_lookup('SSL_PROTOCOL')[:4])
    start_response('200 OK', [])
    return [repr((total, found)).encode()]
";
    let Some(plan) = plan(name, script) else {
        return;
    };
    let httpd = over_tls(plan).start();
    let body = httpd.out("body");
    std::fs::write(&body, [3; 1_000_000]).unwrap();
    let url = format!("https://localhost:{}/", httpd.port());
    let data = format!("@{}", body.display());
    let arguments = ["--http1.1", "--data-binary", &data, &url];
    let Some(outcome) = curl::run(name, &arguments) else {
        return;
    };
    assert_eq!(
        String::from_utf8_lossy(&outcome.body),
        "(3000000, {'TLSv'})"
    );
}

#[test]
fn an_application_behind_http_2_and_tls_is_served() {
    let name = "an_application_behind_http_2_and_tls_is_served";
    let Some(plan) = plan(name, environ::SCRIPT) else {
        return;
    };
    let httpd = over_tls(plan).start();
    let url = format!("https://localhost:{}/a?b", httpd.port());
    let Some(outcome) = curl::run(name, &["--http2", &url]) else {
        return;
    };
    assert!(
        installation::is_prefork() || outcome.head.starts_with("HTTP/2 200"),
        "{}",
        outcome.head
    );
    let environ = environ_of(outcome);
    assert_eq!(environ.text("wsgi.url_scheme"), Some("https"));
    assert_eq!(environ.text("PATH_INFO"), Some("/a"));
    assert!(installation::is_prefork() || environ.text("SERVER_PROTOCOL") == Some("HTTP/2.0"));
}

#[test]
fn many_http_2_streams_of_one_connection_are_answered() {
    let name = "many_http_2_streams_of_one_connection_are_answered";
    if installation::is_prefork() {
        return installation::skipped(name, "HTTP/2 needs threads");
    }
    let Some(plan) = plan(name, &app::answering("environ['wsgi.input'].read()")) else {
        return;
    };
    let httpd = over_tls(plan).start();
    let url = format!("https://localhost:{}/[1-40]", httpd.port());
    let arguments = ["--http2", "--parallel", "--data", "abc", &url];
    let Some(outcome) = curl::run(name, &arguments) else {
        return;
    };
    assert_eq!(
        (outcome.code, outcome.body.as_slice()),
        (0, "b'abc'".repeat(40).as_bytes())
    );
}

#[test]
fn a_broken_response_is_a_stream_error_over_http_2() {
    let name = "a_broken_response_is_a_stream_error_over_http_2";
    if installation::is_prefork() {
        return installation::skipped(name, "HTTP/2 needs threads");
    }
    let script = app::running("ok()\nyield b'first'\nraise ValueError('mine')");
    let Some(plan) = plan(name, &script) else {
        return;
    };
    let httpd = plan.expects_log(MODULE_ERROR).start();
    let url = format!("http://localhost:{}/", httpd.port());
    let Some(outcome) = curl::run(name, &["--http2-prior-knowledge", &url]) else {
        return;
    };
    // From a daemon the block and the break may come together, and a stream that is reset need not send its head before.
    let is_reset_at_once = mode::is_daemon() && outcome.head.is_empty();
    assert!(
        is_reset_at_once || outcome.head.starts_with("HTTP/2 200"),
        "{}",
        outcome.head
    );
    // The reference ends the stream as if it were complete.
    assert!(
        BROKEN.contains(&outcome.code) || reference::is_under_test(),
        "{outcome:?}"
    );
    httpd.wait_for_log("ValueError: mine");
}

#[test]
fn a_broken_response_is_visible_through_tls() {
    let name = "a_broken_response_is_visible_through_tls";
    let script = app::running("ok()\nyield b'first'\nraise ValueError('mine')");
    let Some(plan) = plan(name, &script) else {
        return;
    };
    let httpd = over_tls(plan).expects_log(MODULE_ERROR).start();
    let url = format!("https://localhost:{}/", httpd.port());
    let close = ["--http1.1", "--header", "Connection: close", &url];
    let Some(outcome) = curl::run(name, &close) else {
        return;
    };
    assert_eq!(outcome.body, b"first");
    assert!(BROKEN.contains(&outcome.code), "{outcome:?}");
}

#[test]
fn a_file_goes_out_whole_through_tls_and_http_2() {
    let name = "a_file_goes_out_whole_through_tls_and_http_2";
    let script = app::running("ok()\nreturn environ['wsgi.file_wrapper'](open(__file__, 'rb'))");
    let Some(plan) = plan(name, &script) else {
        return;
    };
    let httpd = over_tls(plan).start();
    let url = format!("https://localhost:{}/", httpd.port());
    for protocol in ["--http1.1", "--http2"] {
        let Some(outcome) = curl::run(name, &[protocol, &url]) else {
            return;
        };
        assert_eq!(
            (outcome.code, outcome.body.as_slice()),
            (0, script.as_bytes()),
            "{protocol}"
        );
    }
}
