//! The keys of PEP 3333 and of the server: `wsgi.*`, `mod_wsgi.*`, `apache.*`.

use std::time::{SystemTime, UNIX_EPOCH};

use clutch_tests::support::environ::{self, Environ};
use clutch_tests::support::{Httpd, Request, app, mode, reference};

#[test]
fn the_keys_of_pep_3333_have_their_types_and_values() {
    let httpd = Httpd::serving(environ::SCRIPT).start();
    let environ = Environ::of(&httpd, &Request::get("/"));
    assert_eq!(environ.repr("wsgi.version"), "(1, 0)");
    assert_eq!(environ.text("wsgi.url_scheme"), Some("http"));
    assert_eq!(environ.repr("wsgi.run_once"), "False");
    assert_eq!(environ.repr("wsgi.input_terminated"), "True");
    assert_eq!(environ.repr("wsgi.multiprocess"), "False");
    let is_threaded = if mode::has_one_thread() {
        "False"
    } else {
        "True"
    };
    assert_eq!(environ.repr("wsgi.multithread"), is_threaded);
    assert_eq!(environ.kind("wsgi.file_wrapper"), "type");
    assert!(environ.has("wsgi.input") && environ.has("wsgi.errors"));
}

#[test]
fn several_children_are_multiprocess() {
    let httpd = Httpd::serving(environ::SCRIPT).children(2).start();
    let environ = Environ::of(&httpd, &Request::get("/"));
    assert_eq!(environ.repr("wsgi.multiprocess"), "True");
}

#[test]
fn the_servers_own_keys_have_their_types_and_values() {
    let httpd = Httpd::serving(environ::SCRIPT).start();
    let now = || {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs_f64()
    };
    let before = now();
    let environ = Environ::of(&httpd, &Request::get("/"));
    assert_eq!(
        environ.text("mod_wsgi.process_group"),
        Some(mode::process_group())
    );
    assert_eq!(
        environ.text("mod_wsgi.application_group"),
        Some("localhost|")
    );
    assert_eq!(
        environ.text("mod_wsgi.callable_object"),
        Some("application")
    );
    assert_eq!(
        environ.text("mod_wsgi.request_handler"),
        Some("wsgi-script")
    );
    assert_eq!(environ.text("mod_wsgi.handler_script"), Some(""));
    assert_eq!(environ.text("mod_wsgi.listener_host"), Some("127.0.0.1"));
    assert_eq!(environ.repr("mod_wsgi.version"), "(6, 1, 1)");
    assert_eq!(environ.kind("apache.version"), "tuple");
    assert!(environ.repr("apache.version").starts_with("(2, 4, "));
    assert_eq!(environ.kind("mod_wsgi.thread_id"), "int");
    let pid = environ
        .text("mod_wsgi.server_pid")
        .unwrap()
        .parse()
        .unwrap();
    assert!(httpd.children().contains(&pid), "{pid} is no child");
    assert!(!environ.text("mod_wsgi.request_id").unwrap().is_empty());
    let times = ["request", "queue", "daemon", "application"].map(|what| {
        let key = format!("mod_wsgi.{what}_start");
        assert_eq!(environ.kind(&key), "float", "{key}");
        environ.repr(&key).parse::<f64>().unwrap()
    });
    let [request, queue, daemon, application] = times;
    assert!(
        before - 1.0 < request && request <= application && application <= now(),
        "{times:?}"
    );
    match mode::is_daemon() {
        true => assert!(
            request <= queue && queue <= daemon && daemon <= application,
            "{times:?}"
        ),
        false => assert_eq!((queue, daemon), (0.0, 0.0)),
    }
}

#[test]
fn the_request_id_is_the_one_of_the_error_log_and_new_for_every_request() {
    let script = app::running(
        "ok()\nprint('hello', file=environ['wsgi.errors'])\nreturn [environ['mod_wsgi.request_id'].encode()]",
    );
    let httpd = Httpd::serving(&script)
        .config("ErrorLogFormat \"[%t] [%-m:%l] id=%L %M\"")
        .expects_log("hello")
        .start();
    let [first, second] = [httpd.get("/"), httpd.get("/")].map(|response| response.ok().to_owned());
    assert_ne!(first, second);
    for id in [first, second] {
        let line = httpd.wait_for_log(&format!("id={id}"));
        assert!(line.contains("hello"), "{line}");
    }
}

#[test]
fn thread_ids_are_stable_and_zero_is_the_main_thread() {
    let httpd = Httpd::serving(&app::answering("environ['mod_wsgi.thread_id']")).start();
    let ids: Vec<u32> = (0..3)
        .map(|_| httpd.get("/").ok().parse().unwrap())
        .collect();
    if mode::has_one_thread() {
        assert_eq!(ids, [0, 0, 0]);
    } else {
        assert!(ids.iter().all(|id| (1..=8).contains(id)), "{ids:?}");
    }
}

#[test]
fn the_mod_wsgi_module_is_there_before_any_import() {
    let script = app::answering(
        "[sys.modules['mod_wsgi'].version, mod_wsgi.process_group, mod_wsgi.application_group, \
         mod_wsgi.maximum_processes, mod_wsgi.threads_per_process, \
         mod_wsgi.FileWrapper is environ['wsgi.file_wrapper'], mod_wsgi.__spec__, hasattr(mod_wsgi, '__file__'), \
         'apache' in sys.modules, sys.argv]",
    );
    let httpd = Httpd::serving(&format!("import mod_wsgi\n{script}")).start();
    let threads = if mode::has_one_thread() { 1 } else { 8 };
    let expected = format!(
        "[(6, 1, 1), '{}', 'localhost|', 1, {threads}, True, None, False, True, ['mod_wsgi']]",
        mode::process_group()
    );
    assert_eq!(httpd.get("/").ok(), expected);
}

#[test]
fn head_is_shown_as_get_only_if_an_output_filter_or_the_operator_wants_the_body() {
    let script = "def application(environ, start_response):\n    start_response('200 OK', \
                  [('X-Method', environ['REQUEST_METHOD']), ('Content-Type', 'text/plain')])\n    return [b'body']\n";
    let httpd = Httpd::serving(script)
        .modules(&["filter", "deflate"])
        .config("<Location /deflated>\nSetOutputFilter DEFLATE\n</Location>")
        .config("<Location /on>\nWSGIMapHEADToGET On\n</Location>")
        .config("<Location /off>\nWSGIMapHEADToGET Off\nSetOutputFilter DEFLATE\n</Location>")
        .start();
    for (path, seen) in [
        ("/", "HEAD"),
        ("/deflated", "GET"),
        ("/on", "GET"),
        ("/off", "HEAD"),
    ] {
        let response = httpd.send(&Request::new("HEAD", path));
        assert_eq!(response.header("X-Method").as_deref(), Some(seen), "{path}");
        assert!(response.body.is_empty());
        let other = httpd.send(&Request::new("PUT", path));
        assert_eq!(other.header("X-Method").as_deref(), Some("PUT"), "{path}");
    }
}

#[test]
fn a_name_of_tls_state_is_bytes_or_latin_1_text() {
    let httpd = Httpd::serving(app::EVALUATING).start();
    for (name, answer) in [
        ("'X'", "None"),
        ("b'X'", "None"),
        ("5", "TypeError"),
        ("chr(8364)", "TypeError"),
    ] {
        let target = app::target(&format!("start_response.__self__.ssl_var_lookup({name})"));
        assert_eq!(httpd.get(&target).ok(), answer, "{name}");
    }
}

#[test]
fn tls_state_can_be_asked_through_start_response() {
    let script = app::answering(
        "(start_response.__self__.ssl_is_https(), start_response.__self__.ssl_var_lookup('HTTPS'))",
    );
    let httpd = Httpd::serving(&script).start();
    let answer = httpd.get("/");
    assert!(
        ["(0, None)", "(0, 'off')"].contains(&answer.ok()),
        "{answer:?} reference: {}",
        reference::is_under_test()
    );
}
