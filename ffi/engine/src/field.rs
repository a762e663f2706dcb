//! Variables of a request that have numbers.

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// Variables that the host computes for every request, by number instead of by name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(usize)]
        pub enum Field { $($(#[$doc])* $variant,)* }

        impl Field {
            /// All of them, in order of their numbers.
            pub const ALL: &'static [Field] = &[$(Field::$variant,)*];

            /// The environ key.
            pub const fn name(self) -> &'static str {
                match self { $(Field::$variant => $name,)* }
            }
        }
    };
}

fields! {
    /// As received, or mapped from HEAD to GET.
    RequestMethod = "REQUEST_METHOD",
    /// Path of the application, slashes collapsed; may be empty, never absent.
    ScriptName = "SCRIPT_NAME",
    /// Rest of the path, slashes collapsed; may be empty, never absent.
    PathInfo = "PATH_INFO",
    /// Never absent.
    QueryString = "QUERY_STRING",
    /// The request target as received.
    RequestUri = "REQUEST_URI",
    /// Such as `HTTP/1.1`.
    ServerProtocol = "SERVER_PROTOCOL",
    /// httpd's name for self-referential URLs.
    ServerName = "SERVER_NAME",
    /// httpd's port for self-referential URLs.
    ServerPort = "SERVER_PORT",
    /// Local address.
    ServerAddr = "SERVER_ADDR",
    /// The banner.
    ServerSoftware = "SERVER_SOFTWARE",
    /// As configured.
    ServerAdmin = "SERVER_ADMIN",
    /// The client's address, after mod_remoteip.
    RemoteAddr = "REMOTE_ADDR",
    /// The client's port.
    RemotePort = "REMOTE_PORT",
    /// In the file system's encoding.
    DocumentRoot = "DOCUMENT_ROOT",
    /// As httpd has it.
    ContextDocumentRoot = "CONTEXT_DOCUMENT_ROOT",
    /// As httpd has it.
    ContextPrefix = "CONTEXT_PREFIX",
    /// httpd's own scheme.
    RequestScheme = "REQUEST_SCHEME",
    /// The mapped file, in the file system's encoding.
    ScriptFilename = "SCRIPT_FILENAME",
    /// Request header.
    ContentType = "CONTENT_TYPE",
    /// Request header.
    ContentLength = "CONTENT_LENGTH",
    /// If httpd authenticated the request.
    RemoteUser = "REMOTE_USER",
    /// If httpd authenticated the request.
    AuthType = "AUTH_TYPE",
    /// On a redirected request.
    RedirectUrl = "REDIRECT_URL",
    /// On a redirected request.
    RedirectQueryString = "REDIRECT_QUERY_STRING",
    /// On a redirected request.
    RedirectRemoteUser = "REDIRECT_REMOTE_USER",
    /// If the operator passes it.
    Authorization = "HTTP_AUTHORIZATION",
    /// If the operator passes it (`CGIPassAuth`).
    ProxyAuthorization = "HTTP_PROXY_AUTHORIZATION",
    /// Handler name, such as `wsgi-script`.
    RequestHandler = "mod_wsgi.request_handler",
    /// Path of the handler script; empty if there is none.
    HandlerScript = "mod_wsgi.handler_script",
    /// `SCRIPT_NAME` before trusted proxy headers.
    OwnScriptName = "mod_wsgi.script_name",
    /// `PATH_INFO` before trusted proxy headers.
    OwnPathInfo = "mod_wsgi.path_info",
    /// Host text of the accepting socket.
    ListenerHost = "mod_wsgi.listener_host",
    /// Port of the accepting socket.
    ListenerPort = "mod_wsgi.listener_port",
    /// httpd's log id of the request.
    RequestId = "mod_wsgi.request_id",
    /// httpd's log id of the connection, if it has one already.
    ConnectionId = "mod_wsgi.connection_id",
    /// `SCRIPT_NAME` as a trusted proxy has said it, if one has.
    MountPoint = "mod_wsgi.mount_point",
}

/// Number of [`Field`]s.
pub const FIELDS: usize = Field::ALL.len();
