//! What holds of what proxies say.

use crate::proxy::header::{Category, ProxyHeader};
use crate::proxy::subnet::{self, Subnet};

/// How many categories there are.
const CATEGORIES: usize = Category::Scheme as usize + 1;

/// What an application is told of a request in place of what the server sees itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told<'v> {
    /// The client's address, as it was said.
    pub client: Option<&'v [u8]>,
    /// What the application sees of `X-Forwarded-For`, if that is less than has come.
    pub way: Option<Vec<u8>>,
    /// The host that the client asked for, as it was said.
    pub host: Option<&'v [u8]>,
    /// The name of the server, as it was said.
    pub server: Option<&'v [u8]>,
    /// The port, as it was said.
    pub port: Option<&'v [u8]>,
    /// The path of the application, as it was said.
    pub script_name: Option<&'v [u8]>,
    /// Whether the client speaks TLS, if that was said.
    pub says_https: Option<bool>,
    /// The categories of which the operator has named a header.
    managed: [bool; CATEGORIES],
    /// The header that is believed, of each category.
    believed: [Option<ProxyHeader>; CATEGORIES],
}

impl<'v> Told<'v> {
    /// What holds of a request that came from `peer`, if the operator believes these `headers` of these `proxies`, or of
    /// everybody without a list. `value` gives what has come as a header.
    ///
    /// Of the headers of one category the last one that has come is believed.
    pub fn of(
        headers: &[ProxyHeader],
        proxies: Option<&[Subnet]>,
        peer: &[u8],
        value: impl Fn(ProxyHeader) -> Option<&'v [u8]>,
    ) -> Self {
        let mut told = Self::default();
        let trusted = proxies.is_none_or(|proxies| is_one_of(proxies, without_zone(peer)));
        for &header in headers {
            let category = header.category() as usize;
            told.managed[category] = true;
            if let Some(value) = value(header).filter(|_| trusted) {
                told.take(header, value, proxies);
                told.believed[category] = Some(header);
            }
        }
        told
    }

    fn take(&mut self, header: ProxyHeader, value: &'v [u8], proxies: Option<&[Subnet]>) {
        match header.category() {
            Category::Client if header == ProxyHeader::ForwardedFor => self.follow(value, proxies),
            Category::Client => self.client = Some(value),
            Category::Host => self.host = Some(value),
            Category::Server => self.server = Some(value),
            Category::Port => self.port = Some(value),
            Category::ScriptName => self.script_name = Some(value),
            Category::Scheme => self.says_https = header.says_https(value).or(self.says_https),
        }
    }

    /// Finds the client in the way of a request: what the outermost of our `proxies` has said.
    fn follow(&mut self, way: &'v [u8], proxies: Option<&[Subnet]>) {
        let Some(proxies) = proxies else {
            self.client = elements(way).next().or(self.client);
            return;
        };
        let mut from_the_right = elements(way).rev();
        let mut known = Vec::new();
        for element in from_the_right.by_ref() {
            known.push(element);
            if !is_one_of(proxies, element) {
                break;
            }
        }
        let Some(&client) = known.last() else {
            return;
        };
        self.client = Some(client);
        // What stands left of the client's address, nobody has seen but the client.
        known.reverse();
        self.way = Some(known.join(&b", "[..]));
    }

    /// Whether an application does not see this header: the operator has named one of its category, and it is not the
    /// one that is believed.
    pub fn hides(&self, header: ProxyHeader) -> bool {
        let category = header.category() as usize;
        self.managed[category] && self.believed[category] != Some(header)
    }

    /// Whether the client speaks TLS, if the environment says so or not, and the connection is as it is.
    pub fn is_https(&self, environment: bool, connection: impl FnOnce() -> bool) -> bool {
        match self.believed[Category::Scheme as usize] {
            Some(_) => self.says_https.unwrap_or(environment),
            None => environment || connection(),
        }
    }
}

fn is_one_of(proxies: &[Subnet], address: &[u8]) -> bool {
    subnet::address(address).is_some_and(|address| {
        let mut proxies = proxies.iter();
        proxies.any(|proxy| proxy.contains(address))
    })
}

/// An address of the network layer, without the interface that a link-local one may name (RFC 4007 section 11).
fn without_zone(address: &[u8]) -> &[u8] {
    let zone = address.iter().position(|&byte| byte == b'%');
    &address[..zone.unwrap_or(address.len())]
}

/// What stands between the commas, without blanks and what is empty.
fn elements(list: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    let parts = list.split(|&byte| byte == b',');
    parts
        .map(<[u8]>::trim_ascii)
        .filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Told;
    use crate::proxy::{ProxyHeader, Subnet};

    /// What is told of a request with these headers that came from 10.0.0.1.
    fn told(
        trusted: &[ProxyHeader],
        proxies: Option<&str>,
        sent: &'static [(ProxyHeader, &'static str)],
    ) -> Told<'static> {
        let proxies: Option<Vec<_>> = proxies.map(networks);
        Told::of(trusted, proxies.as_deref(), b"10.0.0.1", |header| {
            let mut sent = sent.iter().rev();
            let found = sent.find(|(name, _)| *name == header)?;
            Some(found.1.as_bytes())
        })
    }

    fn networks(list: &str) -> Vec<Subnet> {
        let words = list.split_whitespace();
        let network = |word: &str| Subnet::parse(word.as_bytes()).unwrap();
        words.map(network).collect()
    }

    /// Address and `X-Forwarded-For` of a request from a proxy that is believed, or from anybody without a list.
    fn followed(way: &str, proxies: Option<&str>) -> (Option<String>, String) {
        let proxies = proxies.map(networks);
        let told = Told::of(
            &[ProxyHeader::ForwardedFor],
            proxies.as_deref(),
            b"10.0.0.1",
            |_| Some(way.as_bytes()),
        );
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let seen = told.way.as_deref().unwrap_or(way.as_bytes());
        (told.client.map(text), text(seen))
    }

    #[test]
    fn the_client_is_what_the_outermost_trusted_proxy_has_said() {
        for (way, client, seen) in [
            ("1.1.1.1, 2.2.2.2, 10.0.0.9", "2.2.2.2", "2.2.2.2, 10.0.0.9"),
            ("1.1.1.1, 2.2.2.2", "2.2.2.2", "2.2.2.2"),
            ("10.0.0.7, 10.0.0.9", "10.0.0.7", "10.0.0.7, 10.0.0.9"),
            ("garbage, 10.0.0.9", "garbage", "garbage, 10.0.0.9"),
            (
                "10.0.0.7, garbage, 10.0.0.9",
                "garbage",
                "garbage, 10.0.0.9",
            ),
            ("10.0.0.9, 1.1.1.1", "1.1.1.1", "1.1.1.1"),
            ("1.1.1.1", "1.1.1.1", "1.1.1.1"),
            ("10.0.0.9", "10.0.0.9", "10.0.0.9"),
            (" 1.1.1.1 ,, ,10.0.0.9, ", "1.1.1.1", "1.1.1.1, 10.0.0.9"),
            (
                "1.1.1.1, ::ffff:10.0.0.9",
                "1.1.1.1",
                "1.1.1.1, ::ffff:10.0.0.9",
            ),
            (
                "1.1.1.1, fd00::7, 10.0.0.9",
                "1.1.1.1",
                "1.1.1.1, fd00::7, 10.0.0.9",
            ),
            (
                "1.1.1.1, 2001:db8::7, fd00::9",
                "2001:db8::7",
                "2001:db8::7, fd00::9",
            ),
            ("1.1.1.1, 10.0.0.9:4711", "10.0.0.9:4711", "10.0.0.9:4711"),
            (
                "1.1.1.1, proxy.example.com",
                "proxy.example.com",
                "proxy.example.com",
            ),
        ] {
            assert_eq!(
                followed(way, Some("10.0.0.0/8 fd00::/8")),
                (Some(client.to_owned()), seen.to_owned()),
                "{way}"
            );
        }
    }

    #[test]
    fn without_a_list_of_proxies_the_client_is_the_first_address() {
        for (way, client) in [
            ("1.1.1.1, 2.2.2.2, 10.0.0.9", "1.1.1.1"),
            (", ,2.2.2.2", "2.2.2.2"),
            ("garbage, 10.0.0.9", "garbage"),
        ] {
            assert_eq!(
                followed(way, None),
                (Some(client.to_owned()), way.to_owned()),
                "{way}"
            );
        }
    }

    #[test]
    fn a_way_without_addresses_changes_nothing() {
        for way in ["", ",", " , ,"] {
            for proxies in [None, Some("10.0.0.0/8")] {
                assert_eq!(followed(way, proxies), (None, way.to_owned()), "{way:?}");
            }
        }
    }

    #[test]
    fn a_peer_that_is_none_of_the_proxies_is_not_believed_and_its_headers_are_hidden() {
        let trusted = [ProxyHeader::ForwardedFor, ProxyHeader::ForwardedProto];
        let sent = &[
            (ProxyHeader::ForwardedFor, "1.1.1.1"),
            (ProxyHeader::ForwardedProto, "https"),
        ];
        let told = told(&trusted, Some("192.168.0.0/16"), sent);
        assert_eq!((told.client, &told.way), (None, &None));
        assert!(!told.is_https(false, || false));
        assert!(told.is_https(false, || true), "the connection says so");
        for (header, hidden) in [
            (ProxyHeader::ForwardedFor, true),
            (ProxyHeader::RealIp, true),
            (ProxyHeader::ForwardedProto, true),
            (ProxyHeader::Https, true),
            (ProxyHeader::ForwardedHost, false),
            (ProxyHeader::ForwardedPort, false),
        ] {
            assert_eq!(told.hides(header), hidden, "{header:?}");
        }
    }

    #[test]
    fn a_peer_is_known_by_its_address_in_any_form() {
        let proxies = networks("10.0.0.0/8 fe80::/10");
        for (peer, known) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("fe80::1%eth0", true),
            ("11.0.0.1", false),
            ("2001:db8::1", false),
            ("", false),
            ("proxy", false),
        ] {
            let told = Told::of(
                &[ProxyHeader::RealIp],
                Some(&proxies),
                peer.as_bytes(),
                |_| Some(b"1.1.1.1"),
            );
            assert_eq!(told.client.is_some(), known, "{peer}");
        }
        let nobody = Told::of(&[ProxyHeader::RealIp], Some(&[]), b"10.0.0.1", |_| {
            Some(b"x")
        });
        assert_eq!(nobody.client, None);
    }

    #[test]
    fn of_several_headers_of_a_category_the_last_that_has_come_is_believed() {
        let trusted = [
            ProxyHeader::ForwardedFor,
            ProxyHeader::RealIp,
            ProxyHeader::ClientIp,
        ];
        let sent = &[
            (ProxyHeader::RealIp, "2.2.2.2"),
            (ProxyHeader::ForwardedFor, "1.1.1.1"),
        ];
        let told = told(&trusted, None, sent);
        assert_eq!(told.client, Some(&b"2.2.2.2"[..]));
        assert!(!told.hides(ProxyHeader::RealIp));
        assert!(told.hides(ProxyHeader::ForwardedFor) && told.hides(ProxyHeader::ClientIp));
    }

    #[test]
    fn each_header_is_told_as_it_was_said() {
        let sent = &[
            (ProxyHeader::ClientIp, "not an address"),
            (ProxyHeader::ForwardedHost, "shop.example.com:8443"),
            (ProxyHeader::ForwardedServer, "front"),
            (ProxyHeader::ForwardedPort, "eighty"),
            (ProxyHeader::ForwardedScriptName, "/shop"),
        ];
        let told = told(ProxyHeader::ALL, Some("10.0.0.1"), sent);
        let text = |bytes: Option<&'static [u8]>| std::str::from_utf8(bytes.unwrap()).unwrap();
        assert_eq!(text(told.client), "not an address");
        assert_eq!(text(told.host), "shop.example.com:8443");
        assert_eq!(text(told.server), "front");
        assert_eq!(text(told.port), "eighty");
        assert_eq!(text(told.script_name), "/shop");
    }

    #[test]
    fn a_scheme_that_was_said_stands_above_the_connection_even_if_it_is_no_scheme() {
        let https = |header, value, environment| {
            let told = Told::of(&[header], None, b"", |_| Some(value));
            [false, true].map(|connection| told.is_https(environment, || connection))
        };
        assert_eq!(
            https(ProxyHeader::ForwardedProto, b"https", false),
            [true; 2]
        );
        assert_eq!(
            https(ProxyHeader::ForwardedProto, b"http", true),
            [false; 2]
        );
        assert_eq!(
            https(ProxyHeader::ForwardedProto, b"gopher", false),
            [false; 2]
        );
        assert_eq!(https(ProxyHeader::ForwardedSsl, b"gopher", true), [true; 2]);
        let nothing = Told::default();
        assert!(nothing.is_https(true, || false) && nothing.is_https(false, || true));
        let both = [ProxyHeader::ForwardedProto, ProxyHeader::Https];
        let sent = &[
            (ProxyHeader::ForwardedProto, "https"),
            (ProxyHeader::Https, "perhaps"),
        ];
        assert!(told(&both, None, sent).is_https(false, || false));
    }

    #[test]
    fn what_no_directive_names_is_left_alone() {
        let sent = &[(ProxyHeader::ForwardedFor, "1.1.1.1")];
        let told = told(&[], Some("10.0.0.0/8"), sent);
        assert_eq!(told, Told::default());
        assert!(!ProxyHeader::ALL.iter().any(|header| told.hides(*header)));
    }

    proptest! {
        #[test]
        fn the_client_of_any_way_is_one_of_its_elements(way in "[0-9a-f.:, x]{0,60}") {
            let proxies = networks("10.0.0.0/8 ::/0");
            for proxies in [None, Some(&proxies[..])] {
                let told = Told::of(&[ProxyHeader::ForwardedFor], proxies, b"10.0.0.1", |_| Some(way.as_bytes()));
                let mut elements = way.split(',').map(|element| element.trim_ascii().as_bytes());
                let found = told.client.is_none_or(|client| elements.any(|element| element == client));
                prop_assert!(found, "{told:?}");
                let seen = told.way.unwrap_or_default();
                prop_assert!(seen.is_empty() || seen.starts_with(told.client.unwrap()));
            }
        }
    }
}
