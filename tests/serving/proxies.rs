//! What trusted proxies say: `WSGITrustedProxyHeaders`, `WSGITrustedProxies`.

use clutch_tests::support::environ::{self, Environ};
use clutch_tests::support::{Httpd, Plan, Request, app, reference};

/// All headers that are recognised.
const ALL: &str = "X-Forwarded-For X-Client-IP X-Real-IP X-Forwarded-Host X-Host X-Forwarded-Server X-Forwarded-Port \
                   X-Script-Name X-Forwarded-Script-Name X-Forwarded-Proto X-Forwarded-Scheme X-Scheme \
                   X-Forwarded-HTTPS X-Forwarded-SSL X-HTTPS";

/// A server whose applications answer with their environ; requests come from 127.0.0.1.
fn plan(config: &str) -> Plan {
    Httpd::serving(environ::SCRIPT).config(config)
}

/// What the application saw of a request with these headers.
fn seen(httpd: &Httpd, path: &str, headers: &[(&str, &str)]) -> Environ {
    let request = headers
        .iter()
        .fold(Request::get(path), |request, (name, value)| {
            request.header(name, value)
        });
    Environ::of(httpd, &request)
}

fn variable(header: &str) -> String {
    format!("HTTP_{}", header.to_uppercase().replace('-', "_"))
}

#[test]
fn wsgi_trusted_proxy_headers_become_what_the_application_sees_itself() {
    for header in ALL.split(' ') {
        let httpd = plan(&format!("WSGITrustedProxyHeaders {header}")).start();
        let (value, key) = match header {
            "X-Forwarded-For" | "X-Client-IP" | "X-Real-IP" => ("192.0.2.7", "REMOTE_ADDR"),
            "X-Forwarded-Host" | "X-Host" => ("shop.example.com:8443", "HTTP_HOST"),
            "X-Forwarded-Server" => ("front", "SERVER_NAME"),
            "X-Forwarded-Port" => ("8443", "SERVER_PORT"),
            "X-Script-Name" | "X-Forwarded-Script-Name" => ("/shop", "SCRIPT_NAME"),
            "X-Forwarded-Proto" | "X-Forwarded-Scheme" | "X-Scheme" => ("https", "wsgi.url_scheme"),
            _ => ("On", "wsgi.url_scheme"),
        };
        let environ = seen(&httpd, "/a", &[(header, value)]);
        let expected = if value == "On" { "https" } else { value };
        assert_eq!(environ.text(key), Some(expected), "{header}");
        assert_eq!(environ.text(&variable(header)), Some(value), "{header}");
        // What httpd itself knows stays beside it.
        assert_eq!(environ.text("mod_wsgi.script_name"), Some(""), "{header}");
        assert_eq!(environ.text("mod_wsgi.path_info"), Some("/a"), "{header}");
        assert_eq!(environ.text("PATH_INFO"), Some("/a"), "{header}");
        assert_eq!(environ.text("REQUEST_SCHEME"), Some("http"), "{header}");
        let mount = environ.text("mod_wsgi.mount_point");
        assert_eq!(mount, (key == "SCRIPT_NAME").then_some("/shop"), "{header}");
    }
}

#[test]
fn a_header_that_does_not_come_changes_nothing() {
    let httpd = plan(&format!("WSGITrustedProxyHeaders {ALL}")).start();
    let environ = seen(&httpd, "/a", &[]);
    for (key, value) in [
        ("REMOTE_ADDR", "127.0.0.1"),
        ("HTTP_HOST", "localhost"),
        ("SERVER_NAME", "localhost"),
        ("SERVER_PORT", "80"),
        ("SCRIPT_NAME", ""),
        ("wsgi.url_scheme", "http"),
    ] {
        assert_eq!(environ.text(key), Some(value), "{key}");
    }
    assert!(!environ.has("mod_wsgi.mount_point"));
}

#[test]
fn headers_that_no_directive_names_are_passed_on_and_believed_by_nobody() {
    let httpd = plan("WSGITrustedProxyHeaders X-Forwarded-Port").start();
    let sent = [
        ("X-Forwarded-For", "192.0.2.7"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Port", "1"),
    ];
    let environ = seen(&httpd, "/", &sent);
    assert_eq!(environ.text("REMOTE_ADDR"), Some("127.0.0.1"));
    assert_eq!(environ.text("wsgi.url_scheme"), Some("http"));
    assert_eq!(environ.text("HTTP_X_FORWARDED_FOR"), Some("192.0.2.7"));
    assert_eq!(environ.text("HTTP_X_FORWARDED_PROTO"), Some("https"));
    assert_eq!(environ.text("SERVER_PORT"), Some("1"));
}

#[test]
fn wsgi_trusted_proxies_without_trusted_headers_have_no_effect() {
    let httpd = plan("WSGITrustedProxies 192.168.0.0/16").start();
    let environ = seen(&httpd, "/", &[("X-Forwarded-For", "192.0.2.7")]);
    assert_eq!(environ.text("REMOTE_ADDR"), Some("127.0.0.1"));
    assert_eq!(environ.text("HTTP_X_FORWARDED_FOR"), Some("192.0.2.7"));
}

#[test]
fn a_peer_that_is_not_trusted_is_not_believed_and_its_headers_are_hidden() {
    let httpd = plan(&format!(
        "WSGITrustedProxyHeaders {ALL}\nWSGITrustedProxies 10.0.0.0/8 fd00::/8 127.0.0.2"
    ))
    .start();
    for header in ALL.split(' ') {
        let environ = seen(&httpd, "/a", &[(header, "https"), ("X-Other", "stays")]);
        for (key, value) in [
            ("REMOTE_ADDR", "127.0.0.1"),
            ("HTTP_HOST", "localhost"),
            ("SERVER_NAME", "localhost"),
            ("SERVER_PORT", "80"),
            ("SCRIPT_NAME", ""),
            ("wsgi.url_scheme", "http"),
            ("HTTP_X_OTHER", "stays"),
        ] {
            assert_eq!(environ.text(key), Some(value), "{header}: {key}");
        }
        assert!(!environ.has(&variable(header)), "{header}");
        assert!(!environ.has("mod_wsgi.mount_point"), "{header}");
    }
}

#[test]
fn a_category_with_one_trusted_header_hides_the_others_of_that_category_from_everybody() {
    let httpd =
        plan("WSGITrustedProxyHeaders X-Real-IP X-Scheme\nWSGITrustedProxies 127.0.0.0/8").start();
    let sent = [
        ("X-Real-IP", "192.0.2.7"),
        ("X-Forwarded-For", "192.0.2.8"),
        ("X-Client-IP", "192.0.2.9"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "shop.example.com"),
    ];
    let environ = seen(&httpd, "/", &sent);
    assert_eq!(environ.text("REMOTE_ADDR"), Some("192.0.2.7"));
    assert_eq!(environ.text("HTTP_X_REAL_IP"), Some("192.0.2.7"));
    for hidden in [
        "HTTP_X_FORWARDED_FOR",
        "HTTP_X_CLIENT_IP",
        "HTTP_X_FORWARDED_PROTO",
    ] {
        assert!(!environ.has(hidden), "{hidden}");
    }
    assert_eq!(environ.text("wsgi.url_scheme"), Some("http"));
    assert_eq!(
        environ.text("HTTP_X_FORWARDED_HOST"),
        Some("shop.example.com")
    );
}

#[test]
fn of_several_trusted_headers_about_the_same_the_last_named_that_comes_holds() {
    let httpd = plan("WSGITrustedProxyHeaders X-Client-IP X-Real-IP").start();
    let both = [("X-Real-IP", "192.0.2.7"), ("X-Client-IP", "192.0.2.8")];
    let environ = seen(&httpd, "/", &both);
    assert_eq!(environ.text("REMOTE_ADDR"), Some("192.0.2.7"));
    assert!(!environ.has("HTTP_X_CLIENT_IP"));
    let environ = seen(&httpd, "/", &both[1..]);
    assert_eq!(environ.text("REMOTE_ADDR"), Some("192.0.2.8"));
    assert_eq!(environ.text("HTTP_X_CLIENT_IP"), Some("192.0.2.8"));
}

#[test]
fn the_client_is_what_the_outermost_trusted_proxy_has_said() {
    let proxies =
        "WSGITrustedProxyHeaders X-Forwarded-For\nWSGITrustedProxies 127.0.0.1 10.0.0.0/8 fd00::/8";
    let httpd = plan(proxies).start();
    for (way, client, rest) in [
        ("1.1.1.1, 2.2.2.2, 10.0.0.9", "2.2.2.2", "2.2.2.2, 10.0.0.9"),
        ("1.1.1.1, 2.2.2.2", "2.2.2.2", "2.2.2.2"),
        ("10.0.0.7, 10.0.0.9", "10.0.0.7", "10.0.0.7, 10.0.0.9"),
        (
            "1.1.1.1,fd00::7 ,, 10.0.0.9",
            "1.1.1.1",
            "1.1.1.1, fd00::7, 10.0.0.9",
        ),
    ] {
        let environ = seen(&httpd, "/", &[("X-Forwarded-For", way)]);
        assert_eq!(environ.text("REMOTE_ADDR"), Some(client), "{way}");
        assert_eq!(environ.text("HTTP_X_FORWARDED_FOR"), Some(rest), "{way}");
    }
    // Lines of the same header are one list.
    let lines = [
        ("X-Forwarded-For", "1.1.1.1"),
        ("X-Forwarded-For", "2.2.2.2"),
        ("x-forwarded-for", "10.0.0.9"),
    ];
    assert_eq!(
        seen(&httpd, "/", &lines).text("REMOTE_ADDR"),
        Some("2.2.2.2")
    );
    let empty = seen(&httpd, "/", &[("X-Forwarded-For", " , ")]);
    assert_eq!(empty.text("REMOTE_ADDR"), Some("127.0.0.1"));
}

#[test]
fn without_a_list_of_proxies_the_first_address_of_the_way_is_the_client() {
    let httpd = plan("WSGITrustedProxyHeaders X-Forwarded-For").start();
    let environ = seen(&httpd, "/", &[("X-Forwarded-For", "1.1.1.1, 2.2.2.2")]);
    assert_eq!(environ.text("REMOTE_ADDR"), Some("1.1.1.1"));
    assert_eq!(
        environ.text("HTTP_X_FORWARDED_FOR"),
        Some("1.1.1.1, 2.2.2.2")
    );
}

#[test]
fn a_name_in_the_way_is_never_looked_up() {
    let httpd =
        plan("WSGITrustedProxyHeaders X-Forwarded-For\nWSGITrustedProxies 127.0.0.1").start();
    let environ = seen(&httpd, "/", &[("X-Forwarded-For", "1.1.1.1, localhost")]);
    // The reference asks the resolver, which says that it is 127.0.0.1.
    let client = if reference::is_under_test() {
        "1.1.1.1"
    } else {
        "localhost"
    };
    assert_eq!(environ.text("REMOTE_ADDR"), Some(client));
}

#[test]
fn the_scheme_of_a_trusted_header_stands_above_the_environment() {
    let httpd = plan("WSGITrustedProxyHeaders X-Forwarded-Proto X-Forwarded-SSL\nSetEnv HTTPS On")
        .modules(&["env"])
        .start();
    for (header, value, scheme) in [
        ("X-Forwarded-Proto", "http", "http"),
        ("X-Forwarded-Proto", "HTTPS", "https"),
        ("X-Forwarded-Proto", "gopher", "https"),
        ("X-Forwarded-SSL", "off", "http"),
        ("X-Forwarded-SSL", "0", "http"),
        ("X-Forwarded-SSL", "TRUE", "https"),
        ("X-Other", "http", "https"),
    ] {
        let environ = seen(&httpd, "/", &[(header, value)]);
        assert_eq!(
            environ.text("wsgi.url_scheme"),
            Some(scheme),
            "{header}: {value}"
        );
        assert!(!environ.has("HTTPS"));
    }
}

#[test]
fn a_variable_of_the_configuration_counts_as_the_header() {
    let httpd = plan("WSGITrustedProxyHeaders X-Forwarded-Host\nSetEnv HTTP_X_FORWARDED_HOST front\nSetEnv HTTP_X_HOST other")
        .modules(&["env"])
        .start();
    let environ = seen(&httpd, "/", &[]);
    assert_eq!(environ.text("HTTP_HOST"), Some("front"));
    assert_eq!(environ.text("HTTP_X_FORWARDED_HOST"), Some("front"));
    assert!(!environ.has("HTTP_X_HOST"));
}

#[test]
fn group_names_follow_what_httpd_sees_and_not_what_proxies_say() {
    let httpd = plan("WSGITrustedProxyHeaders X-Forwarded-Host X-Script-Name X-Forwarded-Server\nWSGIApplicationGroup %{RESOURCE}").start();
    let sent = [
        ("X-Forwarded-Host", "a"),
        ("X-Script-Name", "/b"),
        ("X-Forwarded-Server", "c"),
    ];
    let environ = seen(&httpd, "/", &sent);
    assert_eq!(environ.text("SCRIPT_NAME"), Some("/b"));
    assert_eq!(
        environ.text("mod_wsgi.application_group"),
        Some("localhost|")
    );
}

#[test]
fn lines_of_one_section_add_up_and_an_inner_section_replaces_them() {
    let httpd = plan(
        "WSGITrustedProxyHeaders X-Real-IP\nWSGITrustedProxyHeaders X-Scheme X-Host\n\
         WSGITrustedProxies 10.0.0.0/8\nWSGITrustedProxies 127.0.0.1\n\
         <Location /inner>\nWSGITrustedProxyHeaders X-Host\n</Location>\n\
         <Location /others>\nWSGITrustedProxies 10.0.0.0/8\n</Location>",
    )
    .start();
    let sent = [
        ("X-Real-IP", "192.0.2.7"),
        ("X-Scheme", "https"),
        ("X-Host", "front"),
    ];
    let told = |path: &str| {
        let environ = seen(&httpd, path, &sent);
        let text = |key: &str| environ.text(key).unwrap().to_owned();
        (
            text("REMOTE_ADDR"),
            text("wsgi.url_scheme"),
            text("HTTP_HOST"),
        )
    };
    let expected =
        |client: &str, scheme: &str, host: &str| (client.into(), scheme.into(), host.into());
    assert_eq!(told("/"), expected("192.0.2.7", "https", "front"));
    assert_eq!(told("/inner"), expected("127.0.0.1", "http", "front"));
    assert_eq!(told("/others"), expected("127.0.0.1", "http", "localhost"));
}

#[test]
fn an_htaccess_file_may_name_proxies_and_headers() {
    let httpd = plan(
        "<Directory ${APP}>\nAllowOverride FileInfo\n</Directory>\nWSGITrustedProxies 10.0.0.0/8",
    )
    .script(
        ".htaccess",
        "WSGITrustedProxyHeaders X-Real-IP\nWSGITrustedProxies 127.0.0.0/8\n",
    )
    .start();
    let environ = seen(&httpd, "/", &[("X-Real-IP", "192.0.2.7")]);
    assert_eq!(environ.text("REMOTE_ADDR"), Some("192.0.2.7"));
}

#[test]
fn an_address_in_htaccess_that_is_none_gets_500_with_the_sentence() {
    let mut plan = Httpd::serving(&app::answering("1"))
        .config("<Directory ${APP}>\nAllowOverride FileInfo\n</Directory>")
        .script(".htaccess", "WSGITrustedProxies proxy.example.com\n");
    plan = match reference::is_under_test() {
        true => plan.expects_log("proxy.example.com"),
        false => plan.expects_log(
            "WSGITrustedProxies takes addresses and networks such as 10.0.0.0/8, not \"proxy.example.com\"",
        ),
    };
    assert_eq!(plan.start().get("/").status, 500);
}

#[test]
fn a_header_that_is_not_known_has_no_effect_and_is_said_at_start() {
    let plan = plan("WSGITrustedProxyHeaders Forwarded X-Real-IP");
    let plan = match reference::is_under_test() {
        true => plan,
        false => {
            plan.expects_log("CLUTCH0219: WSGITrustedProxyHeaders knows no header \"Forwarded\"")
        }
    };
    let httpd = plan.start();
    let environ = seen(
        &httpd,
        "/",
        &[("X-Real-IP", "192.0.2.7"), ("Forwarded", "for=192.0.2.8")],
    );
    assert_eq!(environ.text("REMOTE_ADDR"), Some("192.0.2.7"));
    assert_eq!(environ.text("HTTP_FORWARDED"), Some("for=192.0.2.8"));
}
