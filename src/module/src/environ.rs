//! What an application learns of its request by number, and what group names are made of.
//!
//! The same as httpd's own `ap_add_common_vars` and `ap_add_cgi_vars` would tell it, but read where it stands: those two
//! cost thousands of instructions and run only for error documents.

use std::borrow::Cow;

use clutch_core::config::{HeadMapping, Settings};
use clutch_core::group::{Facts, script_name};
use ffi_engine::Slice;
use ffi_engine::abi::{FIELDS, Field};

use crate::headers::Headers;
use crate::httpd::{Pool, Request, host};
use crate::life;

/// Names, path and port of a request, worked out once.
#[derive(Debug, Clone, Copy)]
pub struct Place<'r> {
    request: Request<'r>,
    /// Path of the application, slashes collapsed.
    script_name: &'r [u8],
    /// Rest of the path, slashes collapsed.
    path_info: &'r [u8],
    /// What the client's `Host` header may have said.
    host_port: u16,
    /// What the configuration says.
    port: u16,
    case_sensitive: bool,
}

impl<'r> Place<'r> {
    /// The place of `request`.
    pub fn of(request: Request<'r>, case_sensitive: bool) -> Self {
        let pool = request.pool();
        let (uri, rest) = (request.uri(), request.path_info());
        // A part of a server-parsed page is named by its URL.
        let path = match request.protocol() {
            b"INCLUDED" => uri,
            _ => script_name::of(uri, rest),
        };
        Self {
            request,
            script_name: in_pool(script_name::collapsed(path), pool),
            path_info: in_pool(script_name::collapsed(rest), pool),
            host_port: request.server_port(),
            port: request.own_port(),
            case_sensitive,
        }
    }
}

impl Facts for Place<'_> {
    fn server_name(&self) -> &[u8] {
        self.request.server_hostname()
    }

    fn host(&self) -> &[u8] {
        self.request.hostname()
    }

    fn port(&self) -> u16 {
        self.port
    }

    fn host_port(&self) -> u16 {
        self.host_port
    }

    fn script_name(&self) -> Cow<'_, [u8]> {
        let name = script_name::of(self.request.uri(), self.request.path_info());
        let name = script_name::collapsed(name);
        match self.case_sensitive {
            true => name,
            false => Cow::Owned(name.to_ascii_lowercase()),
        }
    }

    fn variable(&self, name: &[u8]) -> Option<&[u8]> {
        let pool = self.request.pool();
        let c_name = pool.c_string(name);
        let tables = [self.request.notes(), self.request.env()];
        tables
            .into_iter()
            .find_map(|table| table.get(c_name))
            .or_else(|| life::child()?.environment.get(name).map(|value| &**value))
    }
}

/// The numbered fields of a request.
pub fn fields<'r>(
    place: &Place<'r>,
    headers: &Headers<'r>,
    settings: &Settings<'_>,
) -> [Slice<'r>; FIELDS] {
    let mut fields = Fields([Slice::ABSENT; FIELDS]);
    fields.of_the_request(place, settings);
    fields.of_the_server(place);
    fields.of_the_connection(place);
    fields.of_the_headers(place.request, headers, settings);
    if let Some(previous) = place.request.previous() {
        fields.of_the_request_before(place.request, previous);
    }
    fields.0
}

struct Fields<'r>([Slice<'r>; FIELDS]);

impl<'r> Fields<'r> {
    fn set(&mut self, field: Field, value: &'r [u8]) {
        self.0[field as usize] = Slice::new(value);
    }

    fn set_maybe(&mut self, field: Field, value: Option<&'r [u8]>) {
        self.0[field as usize] = Slice::maybe(value);
    }

    fn of_the_request(&mut self, place: &Place<'r>, settings: &Settings<'_>) {
        let request = place.request;
        self.set(Field::RequestMethod, method(request, settings.head_mapping));
        self.set(Field::ScriptName, place.script_name);
        self.set(Field::PathInfo, place.path_info);
        self.set(Field::OwnScriptName, place.script_name);
        self.set(Field::OwnPathInfo, place.path_info);
        self.set(Field::QueryString, request.query().unwrap_or_default());
        self.set(Field::RequestUri, request_uri(request));
        self.set(Field::ServerProtocol, request.protocol());
        self.set(Field::ScriptFilename, request.filename());
        self.set_maybe(Field::RemoteUser, request.user());
        self.set_maybe(Field::AuthType, request.auth_type());
        self.set_maybe(Field::RequestHandler, request.handler());
        self.set_maybe(Field::RequestId, request.log_id());
        self.set_maybe(Field::RequestScheme, request.scheme());
        self.set_maybe(Field::DocumentRoot, request.document_root());
        self.set_maybe(Field::ContextPrefix, request.context_prefix());
        let root = request.context_document_root();
        self.set_maybe(Field::ContextDocumentRoot, root);
    }

    fn of_the_server(&mut self, place: &Place<'r>) {
        let request = place.request;
        let name = request.html_escaped(request.server_name());
        self.set(Field::ServerName, name);
        self.set(Field::ServerPort, decimal(place.host_port, request.pool()));
        self.set(Field::ServerSoftware, host::banner());
        self.set_maybe(Field::ServerAdmin, request.server_admin());
    }

    fn of_the_connection(&mut self, place: &Place<'r>) {
        let (pool, connection) = (place.request.pool(), place.request.connection());
        self.set_maybe(Field::ServerAddr, connection.local_address());
        self.set_maybe(Field::RemoteAddr, place.request.client_address());
        let client_port = decimal(connection.client_port(), pool);
        self.set(Field::RemotePort, client_port);
        let listener_host = connection.listener_host().unwrap_or_default();
        self.set(Field::ListenerHost, listener_host);
        let listener_port = decimal(connection.listener_port(), pool);
        self.set(Field::ListenerPort, listener_port);
        self.set_maybe(Field::ConnectionId, connection.log_id());
    }

    fn of_the_headers(
        &mut self,
        request: Request<'_>,
        headers: &Headers<'r>,
        settings: &Settings<'_>,
    ) {
        self.set_maybe(Field::ContentType, headers.content_type);
        self.set_maybe(Field::ContentLength, headers.content_length);
        let both = (headers.authorization.or(headers.proxy_authorization)).is_some()
            && request.passes_authorization();
        if both || settings.pass_authorization {
            self.set_maybe(Field::Authorization, headers.authorization);
        }
        if both {
            let value = headers.proxy_authorization;
            self.set_maybe(Field::ProxyAuthorization, value);
        }
    }

    fn of_the_request_before(&mut self, request: Request<'r>, previous: Request<'r>) {
        let url = match request.qualifies_redirects() {
            true => previous.whole_url(),
            false => previous.uri(),
        };
        self.set(Field::RedirectUrl, url);
        self.set_maybe(Field::RedirectQueryString, previous.query());
        if request.user().is_none() {
            let mut earlier = std::iter::successors(Some(previous), |one| one.previous());
            let user = earlier.find_map(Request::user);
            self.set_maybe(Field::RedirectRemoteUser, user);
        }
    }
}

/// The method that the application sees.
fn method(request: Request<'_>, mapping: HeadMapping) -> &[u8] {
    let as_get = match mapping {
        HeadMapping::Off => false,
        HeadMapping::On => request.is_get(),
        HeadMapping::Auto => request.is_head() && request.is_get() && request.has_content_filter(),
    };
    if as_get { b"GET" } else { request.method() }
}

/// The target in the request line, or the path as mapped so far if the operator wants that.
pub(crate) fn request_uri(request: Request<'_>) -> &[u8] {
    if request.shows_current_uri() {
        return request.uri();
    }
    let mut words = request.request_line().split(u8::is_ascii_whitespace);
    words.next();
    words.find(|word| !word.is_empty()).unwrap_or_default()
}

fn in_pool<'r>(text: Cow<'r, [u8]>, pool: Pool<'r>) -> &'r [u8] {
    match text {
        Cow::Borrowed(text) => text,
        Cow::Owned(text) => pool.copy(&text),
    }
}

pub(crate) fn decimal(number: u16, pool: Pool<'_>) -> &[u8] {
    let mut digits = [0; 5];
    let mut start = digits.len();
    let mut rest = number;
    loop {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            return pool.copy(&digits[start..]);
        }
    }
}
