//! A request: what we read of it.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use clutch_core::log::Level;

use crate::httpd::connection::Connection;
use crate::httpd::pool::Pool;
use crate::httpd::record;
use crate::httpd::server::Server;
use crate::httpd::table::Table;

/// A request httpd has lent us for `'r`.
///
/// ```compile_fail
/// fn keep(request: mod_clutch::httpd::Request<'_>) -> &'static [u8] {
///     request.pool().copy(b"outlives the request")
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    raw: NonNull<ffi_httpd::request_rec>,
    alive: PhantomData<&'r ffi_httpd::request_rec>,
}

/// What httpd found where a request was mapped to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// Nothing.
    Missing,
    /// A directory.
    Directory,
    /// A file, last changed at so many microseconds after 1970; 0 if httpd does not know.
    File(i64),
}

impl<'r> Request<'r> {
    /// # Safety
    ///
    /// httpd keeps `raw` alive, and gives it to no other thread, during `'r`.
    pub(super) unsafe fn from_raw(raw: NonNull<ffi_httpd::request_rec>) -> Self {
        Self {
            raw,
            alive: PhantomData,
        }
    }

    pub(super) fn raw(self) -> *mut ffi_httpd::request_rec {
        self.raw.as_ptr()
    }

    pub(super) fn field<T>(self, read: impl FnOnce(&ffi_httpd::request_rec) -> T) -> T {
        // SAFETY: alive for 'r; the reference ends with the call.
        read(unsafe { self.raw.as_ref() })
    }

    /// # Safety
    ///
    /// `at` is null, or a NUL-terminated text that lives as long as the request.
    pub(super) unsafe fn text_at(self, at: *const c_char) -> Option<&'r [u8]> {
        let at = NonNull::new(at.cast_mut())?;
        // SAFETY: the caller's promise.
        Some(unsafe { CStr::from_ptr(at.as_ptr()) }.to_bytes())
    }

    fn text(self, read: impl FnOnce(&ffi_httpd::request_rec) -> *const c_char) -> Option<&'r [u8]> {
        let at = self.field(read);
        // SAFETY: httpd's texts are NUL-terminated; they live in pools that outlive the request.
        unsafe { self.text_at(at) }
    }

    fn table(
        self,
        read: impl FnOnce(&ffi_httpd::request_rec) -> *mut ffi_httpd::apr_table_t,
    ) -> Table<'r> {
        // SAFETY: a request has its tables as long as it lives.
        unsafe { Table::from_raw(self.field(read)) }
    }

    /// The pool that lives exactly as long as this request.
    pub fn pool(self) -> Pool<'r> {
        let pool = NonNull::new(self.field(|request| request.pool));
        let pool = pool.expect("httpd gives every request a pool");
        // SAFETY: httpd destroys the pool after the request.
        unsafe { Pool::from_raw(pool) }
    }

    /// The connection it came over.
    pub fn connection(self) -> Connection<'r> {
        // SAFETY: httpd ends a connection after its requests.
        unsafe { Connection::from_raw(self.field(|request| request.connection)) }
    }

    /// The virtual host it is for.
    pub fn server(self) -> Server<'r> {
        // SAFETY: httpd keeps a configuration as long as there are requests for it.
        unsafe { Server::from_raw(self.field(|request| request.server)) }
    }

    /// The request that httpd redirected here, internally.
    pub fn previous(self) -> Option<Self> {
        let raw = NonNull::new(self.field(|request| request.prev))?;
        // SAFETY: httpd keeps it as long as the request it led to, in the hands of the same thread.
        Some(unsafe { Self::from_raw(raw) })
    }

    /// Name of the handler that httpd has chosen.
    pub fn handler(self) -> Option<&'r [u8]> {
        self.text(|request| request.handler)
    }

    /// Path of the URL, decoded.
    pub fn uri(self) -> &'r [u8] {
        self.text(|request| request.uri).unwrap_or_default()
    }

    /// The part of the path that no file was found for.
    pub fn path_info(self) -> &'r [u8] {
        self.text(|request| request.path_info).unwrap_or_default()
    }

    /// The file it is mapped to.
    pub fn filename(self) -> &'r [u8] {
        self.filename_c().map(CStr::to_bytes).unwrap_or_default()
    }

    pub(super) fn filename_c(self) -> Option<&'r CStr> {
        let name = NonNull::new(self.field(|request| request.filename))?;
        // SAFETY: NUL-terminated; it lives in a pool that outlives the request.
        Some(unsafe { CStr::from_ptr(name.as_ptr()) })
    }

    /// What follows the question mark.
    pub fn query(self) -> Option<&'r [u8]> {
        self.text(|request| request.args)
    }

    /// The method as received.
    pub fn method(self) -> &'r [u8] {
        self.text(|request| request.method).unwrap_or_default()
    }

    /// Whether the method is GET or HEAD.
    pub fn is_get(self) -> bool {
        self.field(|request| request.method_number) == ffi_httpd::M_GET
    }

    /// Whether the client wants no body.
    pub fn is_head(self) -> bool {
        self.field(|request| request.header_only) != 0
    }

    /// Such as `HTTP/1.1`, or `INCLUDED` for a part of a server-parsed page.
    pub fn protocol(self) -> &'r [u8] {
        self.text(|request| request.protocol).unwrap_or_default()
    }

    /// The first line as received.
    pub fn request_line(self) -> &'r [u8] {
        self.text(|request| request.the_request).unwrap_or_default()
    }

    /// The host the client asked for, without a port.
    pub fn hostname(self) -> &'r [u8] {
        self.text(|request| request.hostname).unwrap_or_default()
    }

    /// The user httpd has authenticated.
    pub fn user(self) -> Option<&'r [u8]> {
        self.text(|request| request.user)
    }

    /// How httpd has authenticated the user.
    pub fn auth_type(self) -> Option<&'r [u8]> {
        self.text(|request| request.ap_auth_type)
    }

    /// The client's address, after mod_remoteip.
    pub fn client_address(self) -> Option<&'r [u8]> {
        self.text(|request| request.useragent_ip)
    }

    /// `ServerName` of its virtual host.
    pub fn server_hostname(self) -> &'r [u8] {
        // SAFETY: a server lives as long as its requests.
        let name = unsafe { (*self.server().raw()).server_hostname };
        // SAFETY: null, or NUL-terminated and as long as the server.
        unsafe { self.text_at(name) }.unwrap_or_default()
    }

    /// `ServerAdmin` of its virtual host.
    pub fn server_admin(self) -> Option<&'r [u8]> {
        // SAFETY: a server lives as long as its requests.
        let admin = unsafe { (*self.server().raw()).server_admin };
        // SAFETY: null, or NUL-terminated and as long as the server.
        unsafe { self.text_at(admin) }
    }

    /// When httpd began it, in microseconds after 1970.
    pub fn time(self) -> i64 {
        self.field(|request| request.request_time)
    }

    /// httpd's id of the request, the `%L` of the error log; made now if it has none yet.
    pub fn log_id(self) -> Option<&'r [u8]> {
        if self.field(|request| request.log_id).is_null() {
            let mut id = ptr::null();
            // SAFETY: alive for 'r, its connection too; httpd writes to `id` if it makes one.
            let made = unsafe {
                ffi_httpd::ap_run_generate_log_id(self.connection().raw(), self.raw(), &raw mut id)
            };
            if made == ffi_httpd::OK {
                // SAFETY: alive for 'r, and no reference to it lasts.
                unsafe { (*self.raw()).log_id = id };
            }
        }
        self.text(|request| request.log_id)
    }

    /// The request headers.
    pub fn headers_in(self) -> Table<'r> {
        self.table(|request| request.headers_in)
    }

    /// The environment (`SetEnv` and others).
    pub fn env(self) -> Table<'r> {
        self.table(|request| request.subprocess_env)
    }

    /// What modules tell each other.
    pub fn notes(self) -> Table<'r> {
        self.table(|request| request.notes)
    }

    /// What is at the place it is mapped to.
    pub fn script(self) -> Script {
        self.field(|request| {
            let found = &request.finfo;
            match found.filetype {
                ffi_httpd::APR_NOFILE => Script::Missing,
                ffi_httpd::APR_DIR => Script::Directory,
                _ if found.valid & ffi_httpd::APR_FINFO_MTIME == 0 => Script::File(0),
                _ => Script::File(found.mtime),
            }
        })
    }

    /// Whether a path beyond the script is not wanted (`AcceptPathInfo Off`).
    pub fn rejects_path_info(self) -> bool {
        self.field(|request| request.used_path_info) == ffi_httpd::AP_REQ_REJECT_PATH_INFO
    }

    /// httpd's own record of it, for applications that get it.
    pub fn record(self) -> *mut c_void {
        self.raw().cast()
    }

    /// The most detailed level that the log of this request keeps.
    pub fn log_level(self) -> Level {
        let index = record::module_index();
        // SAFETY: alive for 'r; the index is ours.
        let level: c_int = unsafe { ffi_httpd::ap_get_request_module_loglevel(self.raw(), index) };
        Level::from_number(u8::try_from(level).unwrap_or_default())
    }

    /// A variable of the TLS module.
    pub fn tls_variable(self, name: &[u8]) -> Option<&'r [u8]> {
        let (connection, server) = (self.connection().raw(), self.server().raw());
        let pool = self.pool();
        let name = pool.c_string(name).as_ptr();
        // SAFETY: all alive for 'r, `name` NUL-terminated.
        let value = unsafe {
            ffi_httpd::ap_ssl_var_lookup(pool.raw(), server, connection, self.raw(), name)
        };
        // SAFETY: null, or NUL-terminated and in the request's pool.
        unsafe { self.text_at(value) }
    }

    /// `text` with the characters that mean something in HTML escaped.
    pub fn html_escaped(self, text: &'r [u8]) -> &'r [u8] {
        if !text.iter().any(|byte| b"<>&\"".contains(byte)) {
            return text;
        }
        let pool = self.pool();
        let text = pool.c_string(text);
        // SAFETY: the pool is alive, the text NUL-terminated.
        let escaped = unsafe { ffi_httpd::ap_escape_html2(pool.raw(), text.as_ptr(), 0) };
        // SAFETY: NUL-terminated, in the request's pool.
        unsafe { self.text_at(escaped) }.unwrap_or_default()
    }
}
