//! The examples as `make serve` shows them, used as a visitor would; and the same under the eyes of `wsgiref.validate`.

use std::thread;

use clutch_tests::support::{Httpd, Request};

use super::browser::{Browser, File};
use super::checksum;
use super::django::log_in;
use super::example_site::{ExampleSite, Eyes};
use super::tour::noise;

#[test]
fn the_examples_serve_a_visitor() {
    if let Some(site) = ExampleSite::start("examples", Eyes::None) {
        visit(&site.httpd);
    }
}

#[test]
fn the_examples_serve_a_visitor_and_the_validator_finds_no_fault_with_the_server() {
    if let Some(site) = ExampleSite::start("examples under wsgiref.validate", Eyes::Validator) {
        visit(&site.httpd);
    }
}

#[test]
fn the_examples_serve_many_visitors_at_once() {
    const VISITORS: usize = 8;
    const ROUNDS: usize = 10;
    let Some(site) = ExampleSite::start("examples", Eyes::None) else {
        return;
    };
    thread::scope(|scope| {
        for _ in 0..VISITORS {
            scope.spawn(|| {
                let mut browser = Browser::of(&site.httpd);
                for round in 1..=ROUNDS {
                    browser.open("/").ok();
                    assert_eq!(browser.open("/hello").ok(), "Hello from Python!\n");
                    let visits = format!("You have been here {round} time");
                    assert!(browser.open("/flask/").ok().contains(&visits));
                    assert!(browser.open("/django/").ok().contains("Guest book"));
                }
            });
        }
    });
}

fn visit(httpd: &Httpd) {
    index(httpd);
    flask(httpd);
    guest_book(httpd);
    admin(httpd);
}

/// The index page says where it runs, and all its links lead somewhere.
fn index(httpd: &Httpd) {
    let mut browser = Browser::of(httpd);
    let page = browser.open("/");
    assert!(
        page.ok()
            .contains("<dt>Application group</dt><dd>index</dd>"),
        "{page:?}"
    );
    assert!(page.ok().contains("<dd>subinterpreter "), "{page:?}");
    let links = page
        .links()
        .into_iter()
        .filter(|link| link.starts_with('/'));
    let found: Vec<_> = links
        .inspect(|link| assert!(!browser.open(link).ok().is_empty()))
        .collect();
    assert_eq!(found, ["/favicon.ico", "/hello", "/flask/", "/django/"]);

    let head = httpd.send(&Request::new("HEAD", "/hello"));
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("Content-Length").as_deref(), Some("19"));
    assert_eq!(httpd.get("/nothing/here").status, 404);
}

fn flask(httpd: &Httpd) {
    let mut browser = Browser::of(httpd);
    assert!(
        browser
            .open("/flask")
            .ok()
            .contains("You have been here 1 time.")
    );
    let named = browser.submit("/flask/name", &[("name", "Zoë <&>")]);
    assert_eq!(named.target, "/flask/");
    assert!(
        named.ok().contains("<h1>Hello, Zoë &lt;&amp;&gt;</h1>"),
        "{named:?}"
    );
    assert!(
        named.ok().contains("You have been here 2 times."),
        "{named:?}"
    );

    let content = noise(1_234_567);
    let file = File {
        field: "file",
        name: "noise.bin",
        content: &content,
    };
    let receipt = browser.upload("/flask/upload", &[], file);
    assert!(receipt.ok().contains("<dd>noise.bin</dd>"), "{receipt:?}");
    assert!(
        receipt.ok().contains("<dd>1234567 bytes</dd>"),
        "{receipt:?}"
    );
    assert!(
        receipt.ok().contains(&checksum::of(&content)),
        "{receipt:?}"
    );

    let forgotten = browser.submit("/flask/forget", &[]);
    assert!(
        forgotten.ok().contains("You have been here 1 time."),
        "{forgotten:?}"
    );
}

fn guest_book(httpd: &Httpd) {
    let mut browser = Browser::of(httpd);
    let page = browser.open("/django/");
    assert!(page.ok().contains("Nobody has written yet."), "{page:?}");
    let token = page.input("csrfmiddlewaretoken");
    let fields = [
        ("csrfmiddlewaretoken", token.as_str()),
        ("name", "Søren"),
        ("message", "Tak <3"),
    ];
    let page = browser.submit("/django/", &fields);
    assert!(page.ok().contains("<p>Tak &lt;3</p>"), "{page:?}");
    assert!(page.ok().contains("Søren"), "{page:?}");
}

fn admin(httpd: &Httpd) {
    let mut browser = Browser::of(httpd);
    let form = browser.open("/django/admin/");
    let style = browser.open(&form.link("/django/static/admin/css/base"));
    assert_eq!(
        style.response.header("Content-Type").as_deref(),
        Some("text/css")
    );

    let inside = log_in(&mut browser, "/django/admin/");
    assert!(inside.ok().contains("Site administration"), "{inside:?}");
    assert_eq!(inside.target, "/django/admin/");
    let entries = browser.open("/django/admin/guestbook/entry/");
    assert!(entries.ok().contains("Søren"), "{entries:?}");
}
