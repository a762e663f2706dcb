//! What trusted proxies say of a request, where applications look for it.

use clutch_core::config::Settings;
use clutch_core::proxy::{ProxyHeader, Told};
use ffi_engine::Slice;
use ffi_engine::abi::{FIELDS, Field};

use crate::env::Env;
use crate::headers::Headers;
use crate::httpd::Request;

/// Replaces in `fields` and `headers` what the proxies that the operator trusts know better, and takes away what others may
/// have made up. Whether the client speaks TLS.
pub fn tell<'r>(
    request: Request<'r>,
    settings: &Settings<'_>,
    headers: &mut Headers<'r>,
    env: &mut Env<'r>,
    fields: &mut [Slice<'r>; FIELDS],
) -> bool {
    let is_https = || request.connection().is_https();
    if settings.proxy_headers.is_empty() {
        return env.says_https() || is_https();
    }
    let peer = request.client_address().unwrap_or_default();
    let value = |header| value(header, headers, env);
    let told = Told::of(settings.proxy_headers, settings.proxies, peer, value);
    for (field, said) in [
        (Field::RemoteAddr, told.client),
        (Field::ServerName, told.server),
        (Field::ServerPort, told.port),
        (Field::ScriptName, told.script_name),
        (Field::MountPoint, told.script_name),
    ] {
        if let Some(said) = said {
            fields[field as usize] = Slice::new(said);
        }
    }
    if let Some(host) = told.host {
        headers.pairs.set(b"Host", host);
    }
    if let Some(way) = &told.way {
        let way = request.pool().copy(way);
        let name = ProxyHeader::ForwardedFor.name();
        headers.pairs.set(name.as_bytes(), way);
    }
    let is_seen = |header: Option<ProxyHeader>| header.is_none_or(|header| !told.hides(header));
    let pairs = &mut headers.pairs;
    pairs.retain(|name| is_seen(ProxyHeader::named(name)));
    env.pairs
        .retain(|name| is_seen(ProxyHeader::of_variable(name)));
    if let Some(said) = told.says_https {
        env.say_https(said);
    }
    told.is_https(env.says_https(), is_https)
}

/// What has come as a header, or stands in its place in the environment.
fn value<'r>(header: ProxyHeader, headers: &Headers<'r>, env: &Env<'r>) -> Option<&'r [u8]> {
    headers.pairs.get(header.name().as_bytes()).or_else(|| {
        let mut variables = env.pairs.as_slice().iter();
        let is_it = |name| ProxyHeader::of_variable(name) == Some(header);
        let found = variables.find(|pair| is_it(pair.name.bytes()))?;
        found.value.get()
    })
}
