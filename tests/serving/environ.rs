//! The variables of a request: CGI keys, and what the server's configuration adds to them or hides.

use clutch_tests::support::environ::{self, Environ};
use clutch_tests::support::{Httpd, Plan, Request, installation, reference};

fn plan() -> Plan {
    Httpd::serving(environ::SCRIPT)
}

#[test]
fn the_environ_is_a_plain_dict_with_the_cgi_keys_of_the_request() {
    let httpd = plan().start();
    let environ = Environ::of(&httpd, &Request::get("/a/b?x=1&y=%20"));
    let script = httpd.script("app.wsgi");
    let root = httpd.root().join("htdocs");
    let port = httpd.port().to_string();
    for (key, value) in [
        ("REQUEST_METHOD", "GET"),
        ("SCRIPT_NAME", ""),
        ("PATH_INFO", "/a/b"),
        ("QUERY_STRING", "x=1&y=%20"),
        ("REQUEST_URI", "/a/b?x=1&y=%20"),
        ("SERVER_PROTOCOL", "HTTP/1.1"),
        ("SERVER_NAME", "localhost"),
        ("SERVER_PORT", "80"),
        ("SERVER_ADDR", "127.0.0.1"),
        ("REMOTE_ADDR", "127.0.0.1"),
        ("REQUEST_SCHEME", "http"),
        ("CONTEXT_PREFIX", ""),
        ("DOCUMENT_ROOT", root.to_str().unwrap()),
        ("CONTEXT_DOCUMENT_ROOT", root.to_str().unwrap()),
        ("SCRIPT_FILENAME", script.to_str().unwrap()),
        ("HTTP_HOST", "localhost"),
        ("mod_wsgi.listener_port", &port),
    ] {
        assert_eq!(environ.text(key), Some(value), "{key}");
    }
    assert!(
        environ
            .text("SERVER_SOFTWARE")
            .unwrap()
            .starts_with("Apache/2.4")
    );
    assert!(environ.text("REMOTE_PORT").unwrap().parse::<u16>().unwrap() > 0);
    assert!(environ.has("SERVER_ADMIN"));
}

#[test]
fn what_cgi_has_and_wsgi_does_not_is_absent() {
    let httpd = plan().start();
    let environ = Environ::of(&httpd, &Request::get("/a/b"));
    for key in [
        "PATH_TRANSLATED",
        "GATEWAY_INTERFACE",
        "REMOTE_HOST",
        "REMOTE_IDENT",
        "SERVER_SIGNATURE",
        "PATH",
        "LD_LIBRARY_PATH",
        "HTTPS",
        "REMOTE_USER",
        "AUTH_TYPE",
        "CONTENT_TYPE",
        "CONTENT_LENGTH",
        "mod_wsgi.mount_point",
        "mod_wsgi.connection_id",
        "apache.request_rec",
    ] {
        assert!(!environ.has(key), "{key} is {}", environ.repr(key));
    }
    let internal: Vec<_> = environ
        .keys()
        .filter(|key| key.starts_with("mod_wsgi.x-"))
        .collect();
    assert!(internal.is_empty(), "{internal:?}");
}

#[test]
fn content_type_and_length_are_those_of_the_body() {
    let httpd = plan().start();
    let request =
        Request::post("/", "a=1").header("Content-Type", "application/x-www-form-urlencoded");
    let environ = Environ::of(&httpd, &request);
    assert_eq!(
        environ.text("CONTENT_TYPE"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(environ.text("CONTENT_LENGTH"), Some("3"));
    for key in ["HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH"] {
        assert!(!environ.has(key), "{key}");
    }
}

#[test]
fn variables_of_the_configuration_are_there_and_cannot_replace_the_servers_own() {
    let httpd = plan()
        .modules(&["env", "setenvif"])
        .config("SetEnv MINE yes\nSetEnv EMPTY \"\"\nSetEnvIf Request_URI ^/a BY_URI=$0")
        .config(
            "SetEnv SCRIPT_NAME x\nSetEnv REQUEST_METHOD x\nSetEnv PATH /x\nSetEnv wsgi.version x",
        )
        .config("SetEnv wsgi.url_scheme x\nSetEnv mod_wsgi.version x\nSetEnv mod_wsgi.x-mine x")
        .start();
    let environ = Environ::of(&httpd, &Request::get("/a"));
    assert_eq!(environ.text("MINE"), Some("yes"));
    assert_eq!(environ.text("EMPTY"), Some(""));
    assert_eq!(environ.text("BY_URI"), Some("/a"));
    assert_eq!(environ.text("SCRIPT_NAME"), Some(""));
    assert_eq!(environ.text("REQUEST_METHOD"), Some("GET"));
    assert_eq!(environ.repr("wsgi.version"), "(1, 0)");
    assert_eq!(environ.text("wsgi.url_scheme"), Some("http"));
    assert_eq!(environ.kind("mod_wsgi.version"), "tuple");
    assert!(!environ.has("PATH"));
    assert!(!environ.has("mod_wsgi.x-mine"));
}

#[test]
fn set_env_is_per_request_and_does_not_reach_os_environ() {
    let script = "import os\ndef application(environ, start_response):\n    start_response('200 OK', [])\n    \
                  return [repr((environ.get('MINE'), os.environ.get('MINE'))).encode()]\n";
    let httpd = Httpd::serving(script)
        .modules(&["env"])
        .config("<Location /with>\nSetEnv MINE yes\n</Location>")
        .start();
    assert_eq!(httpd.get("/with").ok(), "('yes', None)");
    assert_eq!(httpd.get("/without").ok(), "(None, None)");
}

#[test]
fn the_https_variable_becomes_the_url_scheme_and_is_hidden() {
    let httpd = plan()
        .modules(&["env"])
        .config("<Location /on>\nSetEnv HTTPS On\n</Location>\n<Location /one>\nSetEnv HTTPS 1\n</Location>")
        .config("<Location /off>\nSetEnv HTTPS off\n</Location>\n<Location /odd>\nSetEnv HTTPS yes\n</Location>")
        .start();
    for (path, scheme) in [
        ("/on", "https"),
        ("/one", "https"),
        ("/off", "http"),
        ("/odd", "http"),
    ] {
        let environ = Environ::of(&httpd, &Request::get(path));
        assert_eq!(environ.text("wsgi.url_scheme"), Some(scheme), "{path}");
        assert!(!environ.has("HTTPS"), "{path}");
        assert_eq!(environ.text("REQUEST_SCHEME"), Some("http"), "{path}");
    }
}

#[test]
fn an_authenticated_user_is_in_the_environ() {
    let modules = ["auth_basic", "authn_core", "authn_file", "authz_user"];
    if !installation::has_modules("an_authenticated_user_is_in_the_environ", &modules) {
        return;
    }
    let httpd = plan()
        .modules(&modules)
        // "secret", as `htpasswd -nbs` writes it.
        .file("users", "ann:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n")
        .config("<Location />\nAuthType Basic\nAuthName x\nAuthUserFile ${ROOT}/users\nRequire valid-user\n</Location>")
        .start();
    assert_eq!(httpd.get("/").status, 401);
    let environ = Environ::of(
        &httpd,
        &Request::get("/").header("Authorization", "Basic YW5uOnNlY3JldA=="),
    );
    assert_eq!(environ.text("REMOTE_USER"), Some("ann"));
    assert_eq!(environ.text("AUTH_TYPE"), Some("Basic"));
    assert!(!environ.has("HTTP_AUTHORIZATION"));
}

#[test]
fn an_internal_redirect_shows_the_first_request_with_a_prefix() {
    let httpd = Plan::new()
        .modules(&["env"])
        .script("app.wsgi", environ::SCRIPT)
        .config("WSGIScriptAlias /error ${APP}/app.wsgi\nErrorDocument 404 /error/page?from=httpd\nSetEnv MINE yes")
        .start();
    let environ = Environ::of(&httpd, &Request::get("/nothing-here?q=1"));
    assert_eq!(environ.text("PATH_INFO"), Some("/page"));
    assert_eq!(environ.text("QUERY_STRING"), Some("from=httpd"));
    assert_eq!(environ.text("REQUEST_URI"), Some("/nothing-here?q=1"));
    assert_eq!(environ.text("REDIRECT_URL"), Some("/nothing-here"));
    assert_eq!(environ.text("REDIRECT_QUERY_STRING"), Some("q=1"));
    assert_eq!(environ.text("REDIRECT_STATUS"), Some("404"));
    let internal = |key: &&str| key.starts_with("REDIRECT_mod_wsgi.x-");
    // The reference lets its internal carriers through.
    assert!(reference::is_under_test() || !environ.keys().any(|key| internal(&key)));
}
