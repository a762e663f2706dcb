//! The client of any way is one of its elements, and no element right of it is of an address that is not trusted. Input: networks with
//! blanks between them, then on the next line the value of `X-Forwarded-For`, which may hold anything.
#![no_main]

use clutch_core::proxy::{ProxyHeader, Subnet, Told, subnet};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(2, |&byte| byte == b'\n');
    let (networks, way) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let networks = networks.split(|&byte| byte == b' ');
    let networks: Vec<_> = networks.filter_map(Subnet::parse).collect();
    let told = |networks| Told::of(&[ProxyHeader::ForwardedFor], networks, b"", |_| Some(way));
    let elements: Vec<_> = way
        .split(|&byte| byte == b',')
        .map(<[u8]>::trim_ascii)
        .filter(|element| !element.is_empty())
        .collect();

    // The peer is none of the networks, unless there is no list.
    assert_eq!(told(Some(&networks)).client, None);
    assert_eq!(told(None).client, elements.first().copied());

    let mut with_peer = networks.clone();
    with_peer.extend(Subnet::parse(b"192.0.2.1"));
    let peer = b"192.0.2.1";
    let told = Told::of(&[ProxyHeader::ForwardedFor], Some(&with_peer), peer, |_| {
        Some(way)
    });
    let Some(client) = told.client else {
        assert!(elements.is_empty() && told.way.is_none());
        return;
    };
    let seen = told.way.expect("the way to the client");
    let seen: Vec<_> = seen
        .split(|&byte| byte == b',')
        .map(<[u8]>::trim_ascii)
        .collect();
    assert!(elements.ends_with(&seen) && seen[0] == client);
    let is_trusted = |element: &&[u8]| {
        let address = subnet::address(element);
        address.is_some_and(|address| with_peer.iter().any(|one| one.contains(address)))
    };
    assert!(
        seen[1..].iter().all(is_trusted),
        "somebody else is believed"
    );
    assert!(seen.len() == elements.len() || !is_trusted(&client));
});
