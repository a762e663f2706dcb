//! What is known of a request before anybody serves it: paths as httpd has them, no environment yet, and no user.

use ffi_engine::Slice;
use ffi_engine::abi::{FIELDS, Field, Pair};
use smallvec::SmallVec;

use clutch_core::group::script_name;

use crate::environ::{decimal, request_uri};
use crate::headers::Headers;
use crate::httpd::{Request, host};

/// The numbered fields.
pub(super) fn fields<'r>(request: Request<'r>, headers: &Headers<'r>) -> [Slice<'r>; FIELDS] {
    let mut fields = [Slice::ABSENT; FIELDS];
    let mut set = |field: Field, value: Option<&'r [u8]>| {
        fields[field as usize] = Slice::maybe(value);
    };
    let (pool, connection) = (request.pool(), request.connection());
    let script_name = script_name::of(request.uri(), request.path_info());
    set(Field::RequestMethod, Some(request.method()));
    set(Field::ScriptName, Some(script_name));
    set(Field::PathInfo, Some(request.path_info()));
    set(
        Field::QueryString,
        Some(request.query().unwrap_or_default()),
    );
    set(Field::RequestUri, Some(request_uri(request)));
    set(Field::ServerProtocol, Some(request.protocol()));
    let server_name = request.html_escaped(request.server_name());
    set(Field::ServerName, Some(server_name));
    let server_port = decimal(request.server_port(), pool);
    set(Field::ServerPort, Some(server_port));
    set(Field::ServerSoftware, Some(host::banner()));
    set(Field::ServerAdmin, request.server_admin());
    set(Field::ServerAddr, connection.local_address());
    set(Field::RemoteAddr, request.client_address());
    let client_port = decimal(connection.client_port(), pool);
    set(Field::RemotePort, Some(client_port));
    set(Field::DocumentRoot, request.document_root());
    set(Field::ContentType, headers.content_type);
    set(Field::ContentLength, headers.content_length);
    fields
}

/// Variables that have no number.
pub(super) fn variables(request: Request<'_>) -> SmallVec<[Pair<'_>; 2]> {
    let mut variables = SmallVec::new();
    let mut add = |name, value| {
        let (name, value) = (Slice::new(name), Slice::new(value));
        variables.push(Pair { name, value });
    };
    add(b"SERVER_SIGNATURE", request.server_signature());
    if let Some(host) = request.client_host() {
        add(b"REMOTE_HOST", host);
    }
    variables
}
