//! Directives about reverse proxies before this server.

use std::sync::Arc;

use crate::code;
use crate::config::directive::{Apply, Directive, Scope, Takes};
use crate::config::value::{Refusal, Shown};
use crate::proxy::{ProxyHeader, Subnet};

pub(super) const ROWS: &[Directive] = &[
    Directive {
        name: c"WSGITrustedProxies",
        scope: Scope::SectionAndHtaccess,
        takes: Takes::OneOrMore,
        syntax: "ADDRESS|NETWORK ...",
        default: "every address",
        summary: c"The proxies whose headers are believed, by address (192.0.2.1, 2001:db8::1) or network (10.0.0.0/8, 10.0.0.0/255.0.0.0, 10, fd00::/8). Names are not taken, and none is ever looked up. Several lines of one section add up. Means something only with WSGITrustedProxyHeaders.",
        apply: Apply::Section(|section, args| {
            let network = |&word: &&[u8]| Subnet::parse(word).ok_or_else(|| no_network(word));
            let networks: Result<Vec<_>, _> = args.words.iter().map(network).collect();
            add(&mut section.proxies, networks?);
            Ok(())
        }),
    },
    Directive {
        name: c"WSGITrustedProxyHeaders",
        scope: Scope::SectionAndHtaccess,
        takes: Takes::OneOrMore,
        syntax: "HEADER ...",
        default: "none",
        summary: c"The headers by which trusted proxies say who the client is (X-Forwarded-For, X-Client-IP, X-Real-IP), what it asked for (X-Forwarded-Host, X-Host, X-Forwarded-Server, X-Forwarded-Port, X-Script-Name, X-Forwarded-Script-Name), and whether by TLS (X-Forwarded-Proto, X-Forwarded-Scheme, X-Scheme, X-Forwarded-HTTPS, X-Forwarded-SSL, X-HTTPS). The application finds it where WSGI has it; the other headers about the same are hidden from it, and all of them if the request comes from no trusted proxy. Other names have no effect. Several lines of one section add up. Without WSGITrustedProxies everybody is believed.",
        apply: Apply::Section(|section, args| {
            let mut headers = Vec::new();
            for &word in args.words {
                match ProxyHeader::named(word) {
                    Some(header) => headers.push(header),
                    None if is_name(word) => args.remark(Some(code::PROXY_HEADER), without_effect(word)),
                    None => return Err(Refusal::of(word, "names of headers")),
                }
            }
            add(&mut section.proxy_headers, headers);
            Ok(())
        }),
    },
];

/// Adds `more` to what earlier lines of the section have said.
fn add<T: Clone>(list: &mut Option<Arc<[T]>>, more: Vec<T>) {
    let earlier = list.as_deref().unwrap_or_default();
    *list = Some([earlier, &more].concat().into());
}

fn no_network(word: &[u8]) -> Refusal {
    Refusal::of(word, "addresses and networks such as 10.0.0.0/8")
}

/// Letters, digits and dashes: other names are never shown to applications.
fn is_name(word: &[u8]) -> bool {
    let plain = |&byte: &u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !word.is_empty() && word.iter().all(plain)
}

fn without_effect(word: &[u8]) -> String {
    let word = Shown(word);
    format!("knows no header {word}: applications see it, and know nothing of who sent it")
}
