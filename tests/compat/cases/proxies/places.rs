//! Where the directives of trusted proxies stand, and what they take.

use super::{ENVIRON, place, with};
use crate::case::{Case, Check, Group, get};

/// The groups.
pub(super) fn groups() -> Vec<Group> {
    places().in_both_modes()
}

/// Where the directives stand, what else there is of the same name, and what does not follow the headers.
fn places() -> Group {
    let config = [
        "WSGITrustedProxyHeaders X-Forwarded-For X-Forwarded-Host\nWSGITrustedProxies 127.0.0.1\nErrorDocument 404 /error\n\
         Alias /file ${ROOT}/htdocs/file.txt\n"
            .to_owned(),
        place("/headers", "WSGITrustedProxyHeaders X-Forwarded-Proto"),
        place("/headers/more", "WSGITrustedProxyHeaders X-Forwarded-Port\nWSGITrustedProxyHeaders X-Forwarded-Server"),
        place("/proxies", "WSGITrustedProxies 10.0.0.1"),
        place("/proxies/more", "WSGITrustedProxies 10.0.0.1\nWSGITrustedProxies 127.0.0.1"),
        place("/unknown", "WSGITrustedProxyHeaders X-Nonsense Forwarded"),
        place("/lower", "WSGITrustedProxyHeaders x-forwarded-for x-forwarded-https"),
        place("/twice", "WSGITrustedProxyHeaders X-Real-IP X-Forwarded-For X-Real-IP"),
        place("/variable", "WSGITrustedProxyHeaders X-Forwarded-For X-Forwarded-Proto\nSetEnv HTTP_X_FORWARDED_FOR 9.9.9.9"),
        place("/https", "WSGITrustedProxyHeaders X-Forwarded-Proto X-HTTPS\nSetEnv HTTPS on"),
        place("/set", "WSGITrustedProxyHeaders X-Forwarded-Port\nRequestHeader set X-Forwarded-Port 8443"),
        place("/unset", "WSGITrustedProxyHeaders X-Forwarded-For\nRequestHeader unset X-Forwarded-For early"),
        place("/host", "WSGIApplicationGroup %{HOST}"),
        place("/server", "WSGITrustedProxyHeaders X-Forwarded-Server X-Forwarded-Port\nWSGIApplicationGroup %{SERVER}"),
        place("/resource", "WSGITrustedProxyHeaders X-Script-Name"),
        place("/env", "WSGIApplicationGroup %{ENV:HTTP_X_FORWARDED_HOST}"),
    ];
    let headers = [
        ("X-Forwarded-For", "192.0.2.7"),
        ("X-Real-IP", "192.0.2.9"),
        ("X-Forwarded-Host", "shop.example:81"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Port", "444"),
        ("X-Forwarded-Server", "front.example"),
        ("X-Script-Name", "/mounted"),
        ("X-Forwarded-HTTPS", "on"),
        ("Forwarded", "for=192.0.2.1;proto=https"),
        ("X-Nonsense", "1"),
    ];
    let paths = [
        "/",
        "/headers",
        "/headers/more",
        "/proxies",
        "/proxies/more",
        "/unknown",
        "/lower",
        "/twice",
        "/variable",
        "/https",
        "/set",
        "/unset",
        "/host",
        "/server",
        "/resource/a",
        "/env",
        "/file/none",
        "/file",
    ];
    let mut cases: Vec<Case> = paths.iter().map(|path| with(path, &headers)).collect();
    cases.extend(paths.map(get));
    let schemes = [
        ("X-Forwarded-Proto", "http"),
        ("X-Forwarded-Proto", "gopher"),
        ("X-HTTPS", "off"),
        ("X-HTTPS", ""),
    ];
    cases.extend(schemes.map(|header| with("/https", &[header])));
    Group::serving("proxies-places", ENVIRON)
        .modules(&["env", "headers", "alias"])
        .file("htdocs/file.txt", "a file")
        .config(&config.concat())
        .cases(cases)
}

/// Configurations that are judged.
pub(super) fn checks() -> Vec<Check> {
    CHECKS.iter().map(|&config| Check { config }).collect()
}

const CHECKS: &[&str] = &[
    "WSGITrustedProxies",
    "WSGITrustedProxies \"\"",
    "WSGITrustedProxies 10.0.0.1",
    "WSGITrustedProxies 10.0.0.1 10.0.0.2",
    "WSGITrustedProxies 10.0.0.1,10.0.0.2",
    "WSGITrustedProxies 10.0.0.1\nWSGITrustedProxies fd00::/8",
    "WSGITrustedProxies 10.0.0.0/8",
    "WSGITrustedProxies 10.0.0.0/0",
    "WSGITrustedProxies 10.0.0.0/32",
    "WSGITrustedProxies 10.0.0.0/33",
    "WSGITrustedProxies 10.0.0.0/",
    "WSGITrustedProxies /8",
    "WSGITrustedProxies 10.0.0.0/-8",
    "WSGITrustedProxies 10.0.0.0/8/8",
    "WSGITrustedProxies 10.0.0.0/255.0.0.0",
    "WSGITrustedProxies 10.0.0.0/255.0.255.0",
    "WSGITrustedProxies 10.0.0.0/255",
    "WSGITrustedProxies 10",
    "WSGITrustedProxies 10.",
    "WSGITrustedProxies 10.1",
    "WSGITrustedProxies 10.1.2",
    "WSGITrustedProxies 10.1.2.",
    "WSGITrustedProxies 10/8",
    "WSGITrustedProxies 10.1/16",
    "WSGITrustedProxies 256",
    "WSGITrustedProxies 256.0.0.1",
    "WSGITrustedProxies 1.2.3.4.5",
    "WSGITrustedProxies 10..1",
    "WSGITrustedProxies .10",
    "WSGITrustedProxies 010.0.0.1",
    "WSGITrustedProxies 0x10",
    "WSGITrustedProxies ::1",
    "WSGITrustedProxies ::",
    "WSGITrustedProxies ::/0",
    "WSGITrustedProxies ::1/128",
    "WSGITrustedProxies ::1/129",
    "WSGITrustedProxies ::1/-1",
    "WSGITrustedProxies ::1/",
    "WSGITrustedProxies 2001:db8::/32",
    "WSGITrustedProxies 2001:DB8::/32",
    "WSGITrustedProxies ::ffff:10.0.0.1",
    "WSGITrustedProxies fe80::1%eth0",
    "WSGITrustedProxies [::1]",
    "WSGITrustedProxies ::g",
    "WSGITrustedProxies :::",
    "WSGITrustedProxies localhost",
    "WSGITrustedProxies proxy.example.com",
    "WSGITrustedProxies *",
    "WSGITrustedProxies 10.0.0.1 localhost",
    "<VirtualHost *:9>\nWSGITrustedProxies 10.0.0.1\nWSGITrustedProxyHeaders X-Real-IP\n</VirtualHost>",
    "<Location />\nWSGITrustedProxies 10.0.0.1\nWSGITrustedProxyHeaders X-Real-IP\n</Location>",
    "<Directory />\nWSGITrustedProxies nonsense\n</Directory>",
    "<Files x>\nWSGITrustedProxyHeaders X-Real-IP\n</Files>",
    "WSGITrustedProxyHeaders",
    "WSGITrustedProxyHeaders X-Forwarded-For",
    "WSGITrustedProxyHeaders x-forwarded-for",
    "WSGITrustedProxyHeaders X-Forwarded-For X-Forwarded-For",
    "WSGITrustedProxyHeaders X-Nonsense",
    "WSGITrustedProxyHeaders Forwarded",
    "WSGITrustedProxyHeaders X.Nonsense",
    "WSGITrustedProxyHeaders X_Forwarded_For",
    "WSGITrustedProxyHeaders \"X-Forwarded-For X-Real-IP\"",
    "WSGITrustedProxyHeaders X-Forwarded-For,X-Real-IP",
];
