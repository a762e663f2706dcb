//! Who is a proxy, and what becomes of the way of a request.

use super::{ENVIRON, place, with};
use crate::case::{Case, Group};

/// The groups.
pub(super) fn groups() -> Vec<Group> {
    [ways().in_both_modes(), peers().in_both_modes()].concat()
}

/// `X-Forwarded-For`, from a client whose address is 127.0.0.1.
fn ways() -> Group {
    let lists = [
        ("/anybody", ""),
        ("/one", "WSGITrustedProxies 127.0.0.1"),
        ("/ten", "WSGITrustedProxies 127.0.0.1 10.0.0.0/8"),
        (
            "/lines",
            "WSGITrustedProxies 127.0.0.1\nWSGITrustedProxies 10.0.0.0/8 172.16.0.0/255.240.0.0",
        ),
        (
            "/six",
            "WSGITrustedProxies 127.0.0.0/8 fd00::/8 2001:db8::/32 10.1",
        ),
        ("/others", "WSGITrustedProxies 10.0.0.0/8"),
    ];
    let ways = [
        "1.1.1.1",
        "1.1.1.1, 2.2.2.2",
        "1.1.1.1, 2.2.2.2, 10.0.0.9",
        "10.0.0.7, 10.0.0.9",
        "10.0.0.7, 1.1.1.1, 10.0.0.9",
        "1.1.1.1,10.0.0.7 ,10.0.0.8, 10.1.0.9",
        "10.0.0.9, 1.1.1.1",
        "127.0.0.1",
        "1.1.1.1, 127.0.0.1",
        "1.1.1.1, 127.0.0.2, 127.0.0.1",
        "1.1.1.1, 172.16.9.9, 172.31.0.1",
        "1.1.1.1, 172.32.0.1",
        "",
        ",",
        " , ,",
        "1.1.1.1,",
        ", 1.1.1.1",
        "1.1.1.1,, ,10.0.0.9, ",
        "  1.1.1.1  ",
        "2001:db8:1::7",
        "3fff::1, 2001:db8::7, fd00::9",
        "3fff::1, 2001:DB8::7, FD00::9",
        "1.1.1.1, fd00::7, 10.1.2.3",
        "fe80::1",
        "::1",
        "1.1.1.1, ::1",
        "1.1.1.1, 10.0.0.9:4711",
        "1.1.1.1, [fd00::9]:4711",
        "1.1.1.1, 10.0.0",
        "1.1.1.1, 10.0.0.256",
        "1.1.1.1, 10.0.0.9 10.0.0.8",
        "1.1.1.1; 10.0.0.9",
        "client.invalid, 10.0.0.9",
        "10.0.0.7, proxy.invalid, 10.0.0.9",
        "1.1.1.1, proxy.invalid",
    ];
    let config: String = lists
        .iter()
        .map(|(path, words)| {
            place(
                path,
                &format!("WSGITrustedProxyHeaders X-Forwarded-For\n{words}"),
            )
        })
        .collect();
    let mut cases: Vec<Case> = Vec::new();
    for (path, _) in lists {
        cases.extend(
            ways.iter()
                .map(|way| with(path, &[("X-Forwarded-For", way)])),
        );
        cases.push(with(
            path,
            &[
                ("X-Forwarded-For", "1.1.1.1"),
                ("X-Forwarded-For", "10.0.0.9"),
            ],
        ));
        let long = vec!["10.0.0.9"; 300].join(", ");
        cases.push(with(
            path,
            &[("X-Forwarded-For", &format!("1.1.1.1, {long}"))],
        ));
    }
    Group::serving("proxies-ways", ENVIRON)
        .config(&config)
        .cases(cases)
}

/// Who is a proxy: `mod_remoteip` gives clients other addresses.
fn peers() -> Group {
    let lists = [
        "127.0.0.1",
        "127.0.0.0/8",
        "127",
        "127.",
        "127.0",
        "127.0.0.",
        "127.0.0.0/255.0.0.0",
        "127.0.0.0/255.255.255.254",
        "10.0.0.0/8",
        "10.1.0.0/16 127.0.0.1",
        "::1",
        "2001:db8::/32",
        "2001:db8::5",
        "2001:db8::/127",
        "fd00::/8 10.0.0.0/8",
        "fe80::/10",
        "0.0.0.0/1 128.0.0.0/1 ::/1",
    ];
    let peers = [
        "127.0.0.2",
        "10.1.2.3",
        "10.2.0.1",
        "2001:db8::5",
        "2001:db8::1",
        "2001:db8:ffff::1",
        "2001:db9::1",
        "fd12::1",
        "fe80::1",
        "::1",
    ];
    let (mut config, mut cases) = (String::new(), Vec::new());
    for (number, list) in lists.iter().enumerate() {
        let path = format!("/{number}");
        config += &place(
            &path,
            &format!(
                "WSGITrustedProxyHeaders X-Real-IP X-Forwarded-For X-Forwarded-Proto\nWSGITrustedProxies {list}"
            ),
        );
        let said = [("X-Real-IP", "192.0.2.9"), ("X-Forwarded-Proto", "https")];
        cases.push(with(&path, &said));
        for peer in peers {
            cases.push(with(&path, &[said[0], said[1], ("X-Peer", peer)]));
        }
        cases.push(with(
            &path,
            &[
                ("X-Forwarded-For", "1.1.1.1, 10.1.0.1, 2001:db8::5"),
                ("X-Peer", "2001:db8::5"),
            ],
        ));
    }
    Group::serving("proxies-peers", ENVIRON)
        .modules(&["remoteip"])
        .config("RemoteIPHeader X-Peer")
        .config(&config)
        .cases(cases)
}
