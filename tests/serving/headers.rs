//! Request headers in the environ: their names, what is merged, and what is hidden.

use clutch_tests::support::environ::{self, Environ};
use clutch_tests::support::{Httpd, Plan, Request};

fn plan() -> Plan {
    Httpd::serving(environ::SCRIPT)
}

#[test]
fn a_header_becomes_an_upper_case_key_with_underscores() {
    let httpd = plan().start();
    let request = Request::get("/")
        .header("X-Some-Thing9", "a b")
        .header("accept", "*/*");
    let environ = Environ::of(&httpd, &request);
    assert_eq!(environ.text("HTTP_X_SOME_THING9"), Some("a b"));
    assert_eq!(environ.text("HTTP_ACCEPT"), Some("*/*"));
    assert_eq!(environ.text("HTTP_CONNECTION"), Some("close"));
}

#[test]
fn a_header_with_an_underscore_cannot_pose_as_one_with_a_dash() {
    let httpd = plan().start();
    let posing = Request::get("/")
        .header("X_User", "mallory")
        .header("X.User", "m")
        .header("X-Real", "1");
    let environ = Environ::of(&httpd, &posing);
    assert!(!environ.has("HTTP_X_USER") && !environ.has("HTTP_X.USER"));
    assert_eq!(environ.text("HTTP_X_REAL"), Some("1"));
    let both = Request::get("/")
        .header("X_User", "mallory")
        .header("X-User", "ann");
    assert_eq!(Environ::of(&httpd, &both).text("HTTP_X_USER"), Some("ann"));
}

#[test]
fn repeated_headers_are_joined_with_commas_in_their_order() {
    let httpd = plan().start();
    let request = Request::get("/")
        .header("X-Many", "1")
        .header("Cookie", "a=1")
        .header("x-many", "2")
        .header("Cookie", "b=2");
    let environ = Environ::of(&httpd, &request);
    assert_eq!(environ.text("HTTP_X_MANY"), Some("1, 2"));
    assert_eq!(environ.text("HTTP_COOKIE"), Some("a=1, b=2"));
}

#[test]
fn header_values_are_latin_1_text() {
    let httpd = plan().start();
    let request = Request::get("/")
        .header("X-Name", "J\u{fc}rgen")
        .header("X-Utf8", "\u{c3}\u{bc}")
        .header("X-Empty", "");
    let environ = Environ::of(&httpd, &request);
    assert_eq!(environ.repr("HTTP_X_NAME"), "'J\u{fc}rgen'");
    assert_eq!(environ.repr("HTTP_X_UTF8"), "'\u{c3}\u{bc}'");
    assert_eq!(environ.text("HTTP_X_EMPTY"), Some(""));
}

#[test]
fn authorization_is_hidden_unless_the_operator_passes_it() {
    let httpd = plan()
        .config("<Location /passed>\nWSGIPassAuthorization On\n</Location>")
        .config("<Location /cgi>\nCGIPassAuth On\n</Location>")
        .start();
    let asked = |path: &str| {
        let request = Request::get(path)
            .header("Authorization", "Bearer t")
            .header("Proxy-Authorization", "Basic p");
        let environ = Environ::of(&httpd, &request);
        ["HTTP_AUTHORIZATION", "HTTP_PROXY_AUTHORIZATION"]
            .map(|key| environ.text(key).map(str::to_owned))
    };
    let (bearer, proxy) = (Some("Bearer t".to_owned()), Some("Basic p".to_owned()));
    assert_eq!(asked("/"), [None, None]);
    assert_eq!(asked("/passed"), [bearer.clone(), None]);
    assert_eq!(asked("/cgi"), [bearer, proxy]);
}

#[test]
fn the_proxy_header_is_never_exposed() {
    let httpd = plan().start();
    let environ = Environ::of(&httpd, &Request::get("/").header("Proxy", "http://evil/"));
    assert!(!environ.has("HTTP_PROXY"));
}

#[test]
fn a_chunked_request_shows_its_transfer_encoding_and_no_length() {
    let httpd = plan().config("WSGIChunkedRequest On").start();
    let environ = Environ::of(&httpd, &Request::new("POST", "/").chunked(&[b"abc"]));
    assert_eq!(environ.text("HTTP_TRANSFER_ENCODING"), Some("chunked"));
    assert!(!environ.has("CONTENT_LENGTH"));
}

#[test]
fn a_thousand_headers_worth_of_bytes_arrive_whole() {
    let httpd = plan()
        .config("LimitRequestFields 0\nLimitRequestFieldSize 65536")
        .start();
    let long = "v".repeat(60_000);
    let mut request = Request::get("/").header("X-Long", &long);
    for number in 0..300 {
        request = request.header(&format!("X-N{number}"), &number.to_string());
    }
    let environ = Environ::of(&httpd, &request);
    assert_eq!(environ.text("HTTP_X_LONG"), Some(long.as_str()));
    assert_eq!(environ.text("HTTP_X_N0"), Some("0"));
    assert_eq!(environ.text("HTTP_X_N299"), Some("299"));
}
