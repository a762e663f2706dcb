//! What httpd's own directives say where a request is: options, files, and the variables of scripts.

use std::ffi::{CStr, c_char, c_int, c_uint};
use std::ptr::NonNull;

use ffi_httpd::layout::BitField;

use crate::httpd::request::Request;

impl<'r> Request<'r> {
    /// The words of httpd's core where the request is. They change only with the request's place, in the same pool.
    fn core(self) -> Option<NonNull<ffi_httpd::core_dir_config>> {
        let slots = self.field(|request| request.per_dir_config);
        // SAFETY: every request has these slots.
        let config = unsafe { ffi_httpd::ap_get_core_module_config(slots) };
        NonNull::new(config.cast())
    }

    /// The value of a bit-field of the core's words.
    fn core_bits(self, field: BitField) -> Option<c_uint> {
        let config = self.core()?.cast::<u8>();
        // SAFETY: the field is recorded within the struct, which lives as long as the request.
        let byte = unsafe { config.add(field.byte) };
        // SAFETY: as above.
        let byte = unsafe { byte.read() };
        Some(c_uint::from(
            (byte & field.mask) >> field.mask.trailing_zeros(),
        ))
    }

    /// Whether `Options ExecCGI` is in force.
    pub fn may_execute(self) -> bool {
        // SAFETY: alive for 'r.
        let options = unsafe { ffi_httpd::ap_allow_options(self.raw()) };
        options & ffi_httpd::OPT_EXECCGI != 0
    }

    /// Whether files may be mapped into memory (`EnableMMAP`).
    pub fn may_map_files(self) -> bool {
        self.core_bits(ffi_httpd::CORE_DIR_CONFIG_ENABLE_MMAP) != Some(ffi_httpd::ENABLE_MMAP_OFF)
    }

    /// Whether scripts see both authorization headers (`CGIPassAuth`).
    pub fn passes_authorization(self) -> bool {
        let word = self.core_bits(ffi_httpd::CORE_DIR_CONFIG_CGI_PASS_AUTH);
        word == Some(ffi_httpd::AP_CGI_PASS_AUTH_ON)
    }

    /// Whether `REDIRECT_URL` is a whole URL (`QualifyRedirectURL`).
    pub fn qualifies_redirects(self) -> bool {
        let word = self.core_bits(ffi_httpd::CORE_DIR_CONFIG_QUALIFY_REDIRECT_URL);
        word == Some(ffi_httpd::AP_CORE_CONFIG_ON)
    }

    /// Whether `REQUEST_URI` is the path as mapped so far (`CGIVar REQUEST_URI current-uri`).
    pub fn shows_current_uri(self) -> bool {
        let Some(config) = self.core() else {
            return false;
        };
        // SAFETY: as long as the request.
        let rules = unsafe { config.as_ref() }.cgi_var_rules;
        if rules.is_null() {
            return false;
        }
        let (name, length) = (c"REQUEST_URI".as_ptr(), ffi_httpd::APR_HASH_KEY_STRING);
        // SAFETY: a table of texts by text, as long as the request.
        let rule = unsafe { ffi_httpd::apr_hash_get(rules, name.cast(), length) };
        let Some(rule) = NonNull::new(rule.cast::<c_char>()) else {
            return false;
        };
        // SAFETY: NUL-terminated, as long as the request.
        unsafe { CStr::from_ptr(rule.as_ptr()) }
            .to_bytes()
            .eq_ignore_ascii_case(b"current-uri")
    }

    /// Prepares httpd for reading the body, or says with which status to refuse it.
    ///
    /// # Errors
    ///
    /// 400, 411, 413 or 501: the framing is wrong, or the declared length is above `LimitRequestBody`.
    pub fn admit_body(self) -> Result<(), u16> {
        const POLICY: c_int = ffi_httpd::REQUEST_CHUNKED_DECHUNK;
        // SAFETY: alive for 'r.
        match unsafe { ffi_httpd::ap_setup_client_block(self.raw(), POLICY) } {
            ffi_httpd::OK => Ok(()),
            status => Err(u16::try_from(status).unwrap_or(500)),
        }
    }

    /// httpd's name for self-referential URLs.
    pub fn server_name(self) -> &'r [u8] {
        // SAFETY: alive for 'r.
        let name = unsafe { ffi_httpd::ap_get_server_name_for_url(self.raw()) };
        // SAFETY: null, or NUL-terminated and as long as the request.
        unsafe { self.text_at(name) }.unwrap_or_default()
    }

    /// httpd's port for self-referential URLs.
    pub fn server_port(self) -> u16 {
        // SAFETY: alive for 'r.
        unsafe { ffi_httpd::ap_get_server_port(self.raw()) }
    }

    /// The port of the virtual host as configured, else the one its scheme has by itself. No client can choose it.
    pub fn own_port(self) -> u16 {
        match self.server().port() {
            // SAFETY: alive for 'r.
            0 => unsafe { ffi_httpd::ap_run_default_port(self.raw()) },
            port => port,
        }
    }

    /// `DocumentRoot`, or what a module has put in its place.
    pub fn document_root(self) -> Option<&'r [u8]> {
        // SAFETY: alive for 'r.
        let root = unsafe { ffi_httpd::ap_document_root(self.raw()) };
        // SAFETY: null, or NUL-terminated and as long as the request.
        unsafe { self.text_at(root) }
    }

    /// The URL prefix of the alias in force.
    pub fn context_prefix(self) -> Option<&'r [u8]> {
        // SAFETY: alive for 'r.
        let prefix = unsafe { ffi_httpd::ap_context_prefix(self.raw()) };
        // SAFETY: null, or NUL-terminated and as long as the request.
        unsafe { self.text_at(prefix) }
    }

    /// The directory of the alias in force.
    pub fn context_document_root(self) -> Option<&'r [u8]> {
        // SAFETY: alive for 'r.
        let root = unsafe { ffi_httpd::ap_context_document_root(self.raw()) };
        // SAFETY: null, or NUL-terminated and as long as the request.
        unsafe { self.text_at(root) }
    }

    /// httpd's own scheme.
    pub fn scheme(self) -> Option<&'r [u8]> {
        // SAFETY: alive for 'r.
        let scheme = unsafe { ffi_httpd::ap_run_http_scheme(self.raw()) };
        // SAFETY: null, or NUL-terminated and as long as the request.
        unsafe { self.text_at(scheme) }
    }

    /// Adds the variables of CGI to the environment, for an error document that may follow. Costs thousands of
    /// instructions.
    pub fn add_cgi_variables(self) {
        // SAFETY: alive for 'r.
        unsafe { ffi_httpd::ap_add_common_vars(self.raw()) };
        // SAFETY: alive for 'r.
        unsafe { ffi_httpd::ap_add_cgi_vars(self.raw()) };
    }
}
