//! What httpd asks its providers of authentication and authorization, one line each; and what it knows about access.

use std::ffi::{c_char, c_int, c_uint, c_void};
use std::ptr::{self, NonNull};

use crate::httpd::boundary::told;
use crate::httpd::log;
use crate::httpd::request::Request;
use crate::providers::authn::{self, Authn};
use crate::providers::authz::{self, Authz};

static AUTHN: ffi_httpd::authn_provider = ffi_httpd::authn_provider {
    check_password: Some(check_password),
    get_realm_hash: Some(get_realm_hash),
};

static AUTHZ: ffi_httpd::authz_provider = ffi_httpd::authz_provider {
    check_authorization: Some(check_authorization),
    parse_require_line: None,
};

/// Registers the providers `wsgi` and `wsgi-group`.
///
/// # Safety
///
/// Called while httpd opens the module, with the pool of the configuration.
pub(super) unsafe fn register(pool: *mut ffi_httpd::apr_pool_t) {
    const WHEN: c_int = ffi_httpd::AP_AUTH_INTERNAL_PER_CONF;
    let providers = [
        (c"authn", c"wsgi", ptr::from_ref(&AUTHN).cast::<c_void>()),
        (c"authz", c"wsgi-group", ptr::from_ref(&AUTHZ).cast()),
    ];
    for (group, name, provider) in providers {
        let (group, name, version) = (group.as_ptr(), name.as_ptr(), c"0".as_ptr());
        // SAFETY: the caller's promise; texts and providers are static, and the provider is one of its group and version.
        unsafe {
            ffi_httpd::ap_register_auth_provider(pool, group, name, version, provider, WHEN);
        }
    }
}

/// # Safety
///
/// Called by httpd only, with the request it is serving and texts that live as long.
unsafe extern "C" fn check_password(
    raw: *mut ffi_httpd::request_rec,
    user: *const c_char,
    password: *const c_char,
) -> ffi_httpd::authn_status {
    let provider = Provider {
        entry: "check-password",
        failed: ffi_httpd::AUTH_GENERAL_ERROR,
    };
    // SAFETY: the caller's promise.
    unsafe {
        provider.run(raw, [user, password], |request, [user, password]| {
            status_of(authn::check_password(request, user, password))
        })
    }
}

/// # Safety
///
/// Called by httpd only, with the request it is serving, texts that live as long, and a place for another.
unsafe extern "C" fn get_realm_hash(
    raw: *mut ffi_httpd::request_rec,
    user: *const c_char,
    realm: *const c_char,
    hash: *mut *mut c_char,
) -> ffi_httpd::authn_status {
    let provider = Provider {
        entry: "get-realm-hash",
        failed: ffi_httpd::AUTH_GENERAL_ERROR,
    };
    // SAFETY: the caller's promise: null or a place that nobody else uses now.
    let place = unsafe { hash.as_mut() };
    // SAFETY: the caller's promise.
    unsafe {
        provider.run(raw, [user, realm], |request, [user, realm]| {
            let outcome = authn::realm_hash(request, user, realm);
            if let (Authn::Digest(digest), Some(place)) = (outcome, place) {
                *place = request.pool().c_string(digest).as_ptr().cast_mut();
            }
            status_of(outcome)
        })
    }
}

/// # Safety
///
/// Called by httpd only, with the request it is serving and the words of a `Require` line.
unsafe extern "C" fn check_authorization(
    raw: *mut ffi_httpd::request_rec,
    line: *const c_char,
    _: *const c_void,
) -> ffi_httpd::authz_status {
    let provider = Provider {
        entry: "check-authorization",
        failed: ffi_httpd::AUTHZ_GENERAL_ERROR,
    };
    // SAFETY: the caller's promise.
    unsafe {
        provider.run(raw, [line], |request, [line]| {
            match authz::check(request, line) {
                Authz::Granted => ffi_httpd::AUTHZ_GRANTED,
                Authz::Denied => ffi_httpd::AUTHZ_DENIED,
                Authz::NoUser => ffi_httpd::AUTHZ_DENIED_NO_USER,
                Authz::Failed => ffi_httpd::AUTHZ_GENERAL_ERROR,
            }
        })
    }
}

fn status_of(outcome: Authn<'_>) -> ffi_httpd::authn_status {
    match outcome {
        Authn::Granted => ffi_httpd::AUTH_GRANTED,
        Authn::Denied => ffi_httpd::AUTH_DENIED,
        Authn::Digest(_) => ffi_httpd::AUTH_USER_FOUND,
        Authn::Unknown => ffi_httpd::AUTH_USER_NOT_FOUND,
        Authn::Failed => ffi_httpd::AUTH_GENERAL_ERROR,
    }
}

/// A function of a provider.
struct Provider {
    /// Its name, for the log.
    entry: &'static str,
    /// What it says without a request, or after a panic.
    failed: c_uint,
}

impl Provider {
    /// Runs the body. A panic is logged with its place.
    ///
    /// # Safety
    ///
    /// `raw` is the request httpd passed to the function that is calling; the texts are null, or NUL-terminated and live as long.
    unsafe fn run<const N: usize>(
        &self,
        raw: *mut ffi_httpd::request_rec,
        texts: [*const c_char; N],
        body: impl for<'r> FnOnce(Request<'r>, [&'r [u8]; N]) -> c_uint,
    ) -> c_uint {
        let Some(raw) = NonNull::new(raw) else {
            return self.failed;
        };
        // SAFETY: httpd keeps the request alive until the function has returned; nothing that `body` makes of it can outlive the
        // call.
        let request = unsafe { Request::from_raw(raw) };
        let texts = texts.map(|at| {
            // SAFETY: the caller's promise.
            unsafe { request.text_at(at) }.unwrap_or_default()
        });
        let entry = self.entry;
        let report = |panic: &str| log::request_fault(request, &told(entry, panic));
        ffi_engine::guard::guard(report, || body(request, texts)).unwrap_or(self.failed)
    }
}

impl<'r> Request<'r> {
    /// The name of the client's host, if httpd looks it up (`HostnameLookups`).
    pub fn client_host(self) -> Option<&'r [u8]> {
        self.host(ffi_httpd::REMOTE_HOST)
    }

    /// The name of the client's host if httpd looks it up, else its address.
    pub fn client_name(self) -> &'r [u8] {
        self.host(ffi_httpd::REMOTE_NAME).unwrap_or_default()
    }

    fn host(self, how: c_int) -> Option<&'r [u8]> {
        // SAFETY: alive for 'r; nothing is asked about the text.
        let name = unsafe { ffi_httpd::ap_get_useragent_host(self.raw(), how, ptr::null_mut()) };
        // SAFETY: null, or NUL-terminated and as long as the request.
        unsafe { self.text_at(name) }
    }

    /// What `ServerSignature` adds to pages of httpd's own.
    pub fn server_signature(self) -> &'r [u8] {
        // SAFETY: alive for 'r.
        let signature = unsafe { ffi_httpd::ap_psignature(c"".as_ptr(), self.raw()) };
        // SAFETY: null, or NUL-terminated and as long as the request.
        unsafe { self.text_at(signature) }.unwrap_or_default()
    }

    /// Whether a client whose host is not let in may be let in as a user (`Satisfy Any`).
    pub fn may_satisfy_by_authentication(self) -> bool {
        // SAFETY: alive for 'r.
        let satisfies = unsafe { ffi_httpd::ap_satisfies(self.raw()) };
        let any = u32::try_from(satisfies) == Ok(ffi_httpd::SATISFY_ANY);
        // SAFETY: alive for 'r.
        any && unsafe { ffi_httpd::ap_some_auth_required(self.raw()) != 0 }
    }

    /// Gives the request another user.
    pub fn set_user(self, name: &[u8]) {
        let name = self.pool().c_string(name).as_ptr().cast_mut();
        // SAFETY: alive for 'r, and no reference to it lasts.
        unsafe { (*self.raw()).user = name };
    }
}
