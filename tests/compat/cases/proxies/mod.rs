//! What trusted proxies say: `WSGITrustedProxyHeaders`, `WSGITrustedProxies`.

mod places;
mod ways;

use clutch_tests::support::Request;

use super::ENVIRON;
use crate::case::{Case, Check, Group, ask, get};

/// Each header that is recognised, and what it may say.
const HEADERS: &[(&str, &[&str])] = &[
    ("X-Forwarded-For", &["192.0.2.7", "192.0.2.7, 10.0.0.1"]),
    ("X-Client-IP", &["192.0.2.8", "no address"]),
    ("X-Real-IP", &["192.0.2.9", "192.0.2.9, 10.0.0.1"]),
    ("X-Forwarded-Host", &["shop.example:8443", "a, b"]),
    ("X-Host", &["other.example"]),
    ("X-Forwarded-Server", &["front.example", "caf\u{e9}"]),
    ("X-Forwarded-Port", &["8443", "eighty"]),
    ("X-Script-Name", &["/mounted", "mounted/", "//a//b"]),
    ("X-Forwarded-Script-Name", &["/other/"]),
    ("X-Forwarded-Proto", SCHEMES),
    ("X-Forwarded-Scheme", SCHEMES),
    ("X-Scheme", SCHEMES),
    ("X-Forwarded-HTTPS", SWITCHES),
    ("X-Forwarded-SSL", SWITCHES),
    ("X-HTTPS", SWITCHES),
];

const SCHEMES: &[&str] = &[
    "https",
    "http",
    "HTTPS",
    "Http",
    "on",
    "1",
    "https, http",
    "gopher",
];
const SWITCHES: &[&str] = &[
    "on", "off", "On", "OFF", "true", "False", "1", "0", "https", "yes", "on, off",
];

/// The names of all of them.
fn names() -> Vec<&'static str> {
    HEADERS.iter().map(|(name, _)| *name).collect()
}

/// The groups.
pub(crate) fn groups() -> Vec<Group> {
    [
        headers().in_both_modes(),
        categories().in_both_modes(),
        ways::groups(),
        places::groups(),
    ]
    .concat()
}

/// A place with these words.
fn place(path: &str, words: &str) -> String {
    format!("<Location {path}>\n{words}\n</Location>\n")
}

/// A request with these headers.
fn with(path: &str, headers: &[(&str, &str)]) -> Case {
    let request = headers
        .iter()
        .fold(Request::get(path), |request, (name, value)| {
            request.header(name, value)
        });
    ask(&format!("{path} with {headers:?}"), &request)
}

/// Each header alone: named by nobody, by the directive, from a proxy that is believed, from one that is not.
fn headers() -> Group {
    let all = names().join(" ");
    let mut config = [
        place("/all", &format!("WSGITrustedProxyHeaders {all}")),
        place(
            "/trusted",
            &format!("WSGITrustedProxyHeaders {all}\nWSGITrustedProxies 127.0.0.1"),
        ),
        place(
            "/untrusted",
            &format!("WSGITrustedProxyHeaders {all}\nWSGITrustedProxies 10.0.0.1"),
        ),
        place("/proxies-alone", "WSGITrustedProxies 127.0.0.1"),
    ]
    .concat();
    let mut cases: Vec<Case> = Vec::new();
    for (name, values) in HEADERS {
        let path = format!("/one/{name}");
        config += &place(&path, &format!("WSGITrustedProxyHeaders {name}"));
        for value in *values {
            cases.push(with(&path, &[(name, value)]));
            cases.push(with("/trusted/a", &[(name, value)]));
        }
        let value = values[0];
        for path in ["/none", "/all", "/untrusted", "/proxies-alone"] {
            cases.push(with(path, &[(name, value)]));
        }
        cases.push(with("/all", &[(name, "")]));
        cases.push(with("/trusted", &[(name, "")]));
        cases.push(with("/all", &[(name, value), (name, value)]));
        cases.push(with("/all", &[(&name.to_lowercase(), value)]));
        cases.push(with("/all", &[(&name.replace('-', "_"), value)]));
        cases.push(get(&path));
    }
    let some: Vec<_> = HEADERS
        .iter()
        .map(|(name, values)| (*name, values[0]))
        .collect();
    for path in [
        "/none",
        "/all",
        "/trusted/a/b?c",
        "/untrusted",
        "/proxies-alone",
    ] {
        cases.push(with(path, &some));
    }
    cases.extend(["/all", "/trusted", "/untrusted"].map(get));
    Group::serving("proxies", ENVIRON)
        .config(&config)
        .cases(cases)
}

/// Several headers about the same: which holds, and which are taken away.
fn categories() -> Group {
    let categories: &[&[(&str, &str)]] = &[
        &[
            ("X-Forwarded-For", "192.0.2.7"),
            ("X-Client-IP", "192.0.2.8"),
            ("X-Real-IP", "192.0.2.9"),
        ],
        &[
            ("X-Forwarded-Host", "one.example"),
            ("X-Host", "two.example"),
        ],
        &[
            ("X-Script-Name", "/one"),
            ("X-Forwarded-Script-Name", "/two"),
        ],
        &[
            ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Scheme", "http"),
            ("X-Scheme", "gopher"),
            ("X-Forwarded-HTTPS", "off"),
            ("X-Forwarded-SSL", "perhaps"),
            ("X-HTTPS", "on"),
        ],
    ];
    let (mut config, mut cases) = (String::new(), Vec::new());
    for (number, headers) in categories.iter().enumerate() {
        let named = |names: Vec<&str>| format!("WSGITrustedProxyHeaders {}", names.join(" "));
        let names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
        let backwards = names.iter().rev().copied().collect();
        let (forward, backward) = (format!("/{number}/forward"), format!("/{number}/backward"));
        config += &place(&forward, &named(names.clone()));
        config += &place(&backward, &named(backwards));
        for (first, one) in headers.iter().enumerate() {
            let alone = format!("/{number}/{}", one.0);
            config += &place(&alone, &named(vec![one.0]));
            config += &place(&format!("{alone}/untrusted"), "WSGITrustedProxies 10.0.0.1");
            cases.push(with(&alone, headers));
            cases.push(with(&format!("{alone}/untrusted"), headers));
            for other in headers[first + 1..].iter().filter(|_| headers.len() > 2) {
                for path in [&forward, &backward, &alone] {
                    cases.push(with(path, &[*one, *other]));
                }
            }
        }
        cases.extend([&forward, &backward].map(|path| with(path, headers)));
    }
    Group::serving("proxies-several", ENVIRON)
        .config(&config)
        .cases(cases)
}

/// Configurations that are judged.
pub(crate) fn checks() -> Vec<Check> {
    places::checks()
}
