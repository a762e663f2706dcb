//! The connection a request came over.
//!
//! With HTTP/2 it is a secondary one, which has no socket and no place in the scoreboard.

use std::ffi::{CStr, c_char};
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::time::Duration;

/// A connection that httpd keeps for `'r`.
#[derive(Debug, Clone, Copy)]
pub struct Connection<'r> {
    raw: NonNull<ffi_httpd::conn_rec>,
    alive: PhantomData<&'r ffi_httpd::conn_rec>,
}

impl<'r> Connection<'r> {
    /// # Safety
    ///
    /// httpd keeps the connection alive during `'r`; `raw` is not null.
    pub(super) unsafe fn from_raw(raw: *mut ffi_httpd::conn_rec) -> Self {
        let raw = NonNull::new(raw).expect("httpd gives every request its connection");
        Self {
            raw,
            alive: PhantomData,
        }
    }

    pub(super) fn raw(self) -> *mut ffi_httpd::conn_rec {
        self.raw.as_ptr()
    }

    fn field<T>(self, read: impl FnOnce(&ffi_httpd::conn_rec) -> T) -> T {
        // SAFETY: alive for 'r; the reference ends with the call.
        read(unsafe { self.raw.as_ref() })
    }

    fn text(self, read: impl FnOnce(&ffi_httpd::conn_rec) -> *const c_char) -> Option<&'r [u8]> {
        let at = NonNull::new(self.field(read).cast_mut())?;
        // SAFETY: httpd's texts are NUL-terminated and live as long as the connection.
        Some(unsafe { CStr::from_ptr(at.as_ptr()) }.to_bytes())
    }

    pub(super) fn allocator(self) -> *mut ffi_httpd::apr_bucket_alloc_t {
        self.field(|connection| connection.bucket_alloc)
    }

    pub(super) fn output_filters(self) -> *mut ffi_httpd::ap_filter_t {
        self.field(|connection| connection.output_filters)
    }

    /// The local address.
    pub fn local_address(self) -> Option<&'r [u8]> {
        self.text(|connection| connection.local_ip)
    }

    /// The port of the other end of the connection.
    pub fn client_port(self) -> u16 {
        port(self.field(|connection| connection.client_addr))
    }

    /// The host text of the socket that accepted the connection.
    pub fn listener_host(self) -> Option<&'r [u8]> {
        let address = NonNull::new(self.field(|connection| connection.local_addr))?;
        // SAFETY: as long as the connection.
        let host = unsafe { address.as_ref() }.hostname;
        let host = NonNull::new(host)?;
        // SAFETY: NUL-terminated, as long as the connection.
        Some(unsafe { CStr::from_ptr(host.as_ptr()) }.to_bytes())
    }

    /// The port of the socket that accepted the connection.
    pub fn listener_port(self) -> u16 {
        port(self.field(|connection| connection.local_addr))
    }

    /// httpd's id of the connection, if it has one.
    pub fn log_id(self) -> Option<&'r [u8]> {
        self.text(|connection| connection.log_id)
    }

    /// Whether TLS protects it.
    pub fn is_https(self) -> bool {
        // SAFETY: alive for 'r.
        unsafe { ffi_httpd::ap_ssl_conn_is_ssl(self.raw()) != 0 }
    }

    /// Whether the client is known to be gone.
    pub fn is_aborted(self) -> bool {
        self.field(|connection| connection.aborted != 0)
    }

    /// Lets httpd close the connection after this request.
    pub fn close_after_this_request(self) {
        // SAFETY: alive for 'r, and no reference to it lasts.
        unsafe { (*self.raw()).keepalive = ffi_httpd::AP_CONN_CLOSE };
    }

    /// Tells httpd that there is nobody to answer to.
    pub fn abandon(self) {
        self.close_after_this_request();
        // SAFETY: alive for 'r, and no reference to it lasts.
        unsafe { (*self.raw()).aborted = 1 };
    }

    /// Each waiting for the client to take something lasts at most `limit`, until the guard is dropped. Nothing on a secondary
    /// connection, which has no socket of its own.
    pub fn limit_waiting(self, limit: Duration) -> Option<Limited<'r>> {
        if !self.field(|connection| connection.master).is_null() {
            return None;
        }
        // SAFETY: alive for 'r.
        let socket = NonNull::new(unsafe { ffi_httpd::ap_get_conn_socket(self.raw()) })?;
        let mut before = 0;
        // SAFETY: the socket of a live connection; APR writes a number.
        let known = unsafe { ffi_httpd::apr_socket_timeout_get(socket.as_ptr(), &raw mut before) };
        let limit = i64::try_from(limit.as_micros()).unwrap_or(i64::MAX);
        // SAFETY: the socket of a live connection.
        unsafe { ffi_httpd::apr_socket_timeout_set(socket.as_ptr(), limit) };
        (known == ffi_httpd::APR_SUCCESS).then_some(Limited {
            socket,
            before,
            alive: PhantomData,
        })
    }

    /// Makes the end of the connection a reset, which no client takes for the end of a response.
    ///
    /// On a secondary connection it only tells httpd that there is nobody to answer to.
    pub fn end_with_a_reset(self) {
        self.abandon();
        if !self.field(|connection| connection.master).is_null() {
            return;
        }
        // SAFETY: alive for 'r.
        let socket = unsafe { ffi_httpd::ap_get_conn_socket(self.raw()) };
        let mut descriptor = -1;
        if socket.is_null() {
            return;
        }
        // SAFETY: the socket of a live connection.
        let found = unsafe { ffi_httpd::apr_os_sock_get(&raw mut descriptor, socket) };
        if found != ffi_httpd::APR_SUCCESS {
            return;
        }
        let at_once = libc::linger {
            l_onoff: 1,
            l_linger: 0,
        };
        // SAFETY: a descriptor and an option of the size given. A failure leaves an ordinary end, which nothing can help.
        unsafe {
            libc::setsockopt(
                descriptor,
                libc::SOL_SOCKET,
                libc::SO_LINGER,
                (&raw const at_once).cast(),
                size_of::<libc::linger>() as libc::socklen_t,
            );
        }
    }
}

/// A connection on which waiting is limited, until dropped.
#[derive(Debug)]
pub struct Limited<'r> {
    socket: NonNull<ffi_httpd::apr_socket_t>,
    /// What held before, in microseconds.
    before: i64,
    alive: PhantomData<&'r ffi_httpd::conn_rec>,
}

impl Drop for Limited<'_> {
    fn drop(&mut self) {
        // SAFETY: the socket of a connection that is alive for 'r.
        unsafe { ffi_httpd::apr_socket_timeout_set(self.socket.as_ptr(), self.before) };
    }
}

fn port(address: *const ffi_httpd::apr_sockaddr_t) -> u16 {
    // SAFETY: null, or an address of a live connection.
    unsafe { address.as_ref() }.map_or(0, |address| address.port)
}
