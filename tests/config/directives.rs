//! Each directive that concerns requests does what its row says; a test per directive that no other file covers.

use std::fs;

use clutch_tests::support::environ::{self, Environ};
use clutch_tests::support::{
    Httpd, MODULE_ERROR, Plan, Request, app, mode, python, reference, wait,
};

#[test]
fn wsgi_script_alias_serves_the_urls_below_a_path() {
    let httpd = Plan::new()
        .script("app.wsgi", &app::answering("environ['PATH_INFO']"))
        .config("WSGIScriptAlias /m ${APP}/app.wsgi")
        .start();
    assert_eq!(httpd.get("/m/x").ok(), "/x");
    assert_eq!(httpd.get("/other").status, 404);
}

#[test]
fn wsgi_script_alias_match_serves_the_urls_that_match() {
    let httpd = Plan::new()
        .script(
            "one.wsgi",
            &app::answering("environ['SCRIPT_NAME'], environ['PATH_INFO']"),
        )
        .config("WSGIScriptAliasMatch \"^/([a-z]+)/v[0-9]+\" ${APP}/$1.wsgi")
        .start();
    assert_eq!(httpd.get("/one/v12/x").ok(), "('/one/v12', '/x')");
    assert_eq!(httpd.get("/one/w12/x").status, 404);
}

#[test]
fn wsgi_application_group_names_the_interpreter() {
    let script = app::answering("environ['mod_wsgi.application_group']");
    let httpd = Httpd::serving(&script)
        .config("WSGIApplicationGroup mine")
        .start();
    assert_eq!(httpd.get("/").ok(), "mine");
}

#[test]
fn wsgi_callable_object_names_the_application() {
    let script = app::answering("'mine'").replace("application", "mine");
    let httpd = Httpd::serving(&script)
        .config("WSGICallableObject mine")
        .start();
    assert_eq!(httpd.get("/").ok(), "mine");
}

#[test]
fn wsgi_pass_authorization_shows_the_header() {
    let httpd = Httpd::serving(environ::SCRIPT)
        .config("WSGIPassAuthorization On")
        .start();
    let environ = Environ::of(
        &httpd,
        &Request::get("/").header("Authorization", "Basic x"),
    );
    assert_eq!(environ.text("HTTP_AUTHORIZATION"), Some("Basic x"));
}

#[test]
fn wsgi_chunked_request_lets_bodies_without_a_length_in() {
    let script = app::answering("environ['wsgi.input'].read()");
    let httpd = Httpd::serving(&script)
        .config("<Location /on>\nWSGIChunkedRequest On\n</Location>")
        .expects_log(MODULE_ERROR)
        .start();
    let chunked = |path: &str| httpd.send(&Request::new("POST", path).chunked(&[b"ab", b"c"]));
    assert_eq!(chunked("/on").ok(), "b'abc'");
    assert_eq!(chunked("/off").status, 411);
}

#[test]
fn wsgi_map_head_to_get_shows_get() {
    let script = "def application(environ, start_response):\n    start_response('200 OK', [('X-Method', environ['REQUEST_METHOD'])])\n    return []\n";
    let httpd = Httpd::serving(script).config("WSGIMapHEADToGET On").start();
    assert_eq!(
        httpd
            .send(&Request::new("HEAD", "/"))
            .header("X-Method")
            .as_deref(),
        Some("GET")
    );
}

#[test]
fn wsgi_error_override_has_no_effect_inside_httpd_and_has_one_on_daemons() {
    let script = app::running("start_response('404 Not here', [])\nreturn [b'my own page']");
    let httpd = Httpd::serving(&script)
        .config("WSGIErrorOverride On\nErrorDocument 404 \"the server's page\"")
        .start();
    let response = httpd.get("/");
    let page = match mode::is_daemon() {
        true => "the server's page",
        false => "my own page",
    };
    assert_eq!((response.status, response.text()), (404, page));
}

#[test]
fn wsgi_enable_sendfile_serves_the_same_bytes() {
    let script = app::running("ok()\nreturn environ['wsgi.file_wrapper'](open(__file__, 'rb'))");
    for value in ["On", "Off"] {
        let httpd = Httpd::serving(&script)
            .config(&format!("WSGIEnableSendfile {value}\nEnableSendfile On"))
            .start();
        assert_eq!(httpd.get("/").ok(), script);
    }
}

#[test]
fn wsgi_script_reloading_off_keeps_the_first_code() {
    for (value, second) in [("On", "'new'"), ("Off", "'old'")] {
        let httpd = Httpd::serving(&app::answering("repr('old')"))
            .config(&format!("WSGIScriptReloading {value}"))
            .start();
        assert_eq!(httpd.get("/").ok(), "'old'");
        fs::write(httpd.script("app.wsgi"), app::answering("repr('new')")).unwrap();
        assert_eq!(httpd.get("/").ok(), second, "{value}");
    }
}

#[test]
fn wsgi_case_sensitivity_off_makes_paths_that_differ_in_case_one_script() {
    let name = app::answering(
        "__name__ == '_mod_wsgi_' + __import__('hashlib').md5(__file__.lower().encode()).hexdigest()",
    );
    let httpd = Plan::new()
        .script("App.WSGI", &name)
        .config("WSGICaseSensitivity Off\nWSGIScriptAlias / ${APP}/App.WSGI")
        .start();
    assert_eq!(httpd.get("/").ok(), "True");
}

#[test]
fn wsgi_restrict_stdin_and_wsgi_restrict_stdout_forbid_the_streams() {
    let httpd = Httpd::serving(app::EVALUATING)
        .config("WSGIRestrictStdin On\nWSGIRestrictStdout On")
        .allows_log(MODULE_ERROR)
        .start();
    assert_eq!(httpd.get(&app::target("sys.stdout.flush")).ok(), "OSError");
    assert_eq!(
        httpd.get(&app::target("sys.stdin.readline")).ok(),
        "OSError"
    );
}

#[test]
fn wsgi_restrict_stdout_off_sends_what_is_printed_to_the_log() {
    let httpd = Httpd::serving(&app::running("print('hello')\nok()\nreturn []"))
        .expects_log("hello")
        .start();
    assert_eq!(httpd.get("/").ok(), "");
}

#[test]
fn wsgi_restrict_embedded_keeps_applications_out_of_httpd() {
    if !mode::embedded_only("it is about applications in httpd's children") {
        return;
    }
    let httpd = Httpd::serving(&app::answering("1"))
        .config("WSGIRestrictEmbedded On\nAlias /static ${ROOT}/htdocs")
        .modules(&["alias"])
        .file("htdocs/file.txt", "static")
        .expects_log(MODULE_ERROR)
        .start();
    assert_eq!(httpd.get("/").status, 500);
    assert_eq!(httpd.get("/static/file.txt").ok(), "static");
}

#[test]
fn wsgi_destroy_interpreter_off_skips_atexit() {
    for (value, written) in [("On", "ended"), ("Off", "")] {
        let script = format!(
            "import atexit, os\ndef end():\n    with open(os.path.join(os.path.dirname(__file__), '../out/end'), 'w') as file:\n        \
             file.write('ended')\natexit.register(end)\n{}",
            app::answering("1")
        );
        let mut httpd = Httpd::serving(&script)
            .config(&format!("WSGIDestroyInterpreter {value}"))
            .start();
        assert_eq!(httpd.get("/").ok(), "1");
        httpd.stop();
        assert_eq!(httpd.written("end"), written, "{value}");
    }
}

#[test]
fn wsgi_per_interpreter_gil_is_accepted_with_every_python() {
    let httpd = Httpd::serving(&app::answering("'served'"))
        .config("WSGIPerInterpreterGIL On")
        .start();
    assert_eq!(httpd.get("/").ok(), "served");
}

#[test]
fn clutch_engine_chooses_the_python_by_version_and_by_file() {
    if !reference::ours_only(
        "clutch_engine_chooses_the_python_by_version_and_by_file",
        "it has one Python",
    ) {
        return;
    }
    let script = app::answering("sys.version_info[:2]");
    let file = clutch_tests::support::installation::build_directory()
        .join(format!("libclutch_engine-cp3{}.so", python::minor()));
    for value in [python::version(), file.display().to_string()] {
        let httpd = Httpd::serving(&script)
            .config(&format!("ClutchEngine {value}"))
            .start();
        assert_eq!(
            httpd.get("/").ok(),
            format!("(3, {})", python::minor()),
            "{value}"
        );
    }
}

#[test]
fn clutch_engine_that_is_missing_is_one_sentence() {
    if !reference::ours_only(
        "clutch_engine_that_is_missing_is_one_sentence",
        "it has one Python",
    ) {
        return;
    }
    let refused = Plan::new().config("ClutchEngine 3.99").check();
    let said = match refused {
        Err(said) => said,
        Ok(()) => {
            let httpd = Httpd::serving(&app::answering("1"))
                .config("ClutchEngine 3.99")
                .allows_log("")
                .start();
            assert_eq!(httpd.get("/").status, 500);
            wait::until("a sentence", || {
                Some(httpd.error_log()).filter(|log| log.contains("3.99"))
            })
        }
    };
    assert!(
        said.contains("3.99") && !said.contains("panicked"),
        "{said}"
    );
}
