//! What we keep with a request: the words of its place, and the alias that mapped it.

use std::ffi::CStr;
use std::ptr;

use clutch_core::config::{Alias, Section};

use crate::httpd::record;
use crate::httpd::request::Request;

impl<'r> Request<'r> {
    /// What the operator wrote where the request is.
    pub fn section(self) -> Option<&'r Section> {
        let slots = self.field(|request| request.per_dir_config);
        // SAFETY: every request has these slots.
        let section = unsafe { ffi_httpd::ap_get_module_config(slots, record::module()) };
        // SAFETY: made by `hooks::create_section` or `hooks::merge_sections`, in a pool that outlives the request, and
        // not changed since.
        unsafe { section.cast::<Section>().as_ref() }
    }

    /// The alias that mapped this very request.
    pub fn alias(self) -> Option<&'r Alias> {
        let slots = self.field(|request| request.request_config);
        // SAFETY: every request has these slots.
        let alias = unsafe { ffi_httpd::ap_get_module_config(slots, record::module()) };
        // SAFETY: put there by `map`; it lives as long as the configuration.
        unsafe { alias.cast::<Alias>().as_ref() }
    }

    /// Maps the request to the file with these parts of a name, to be served by `handler`, because `alias` says so.
    pub fn map(self, alias: &'r Alias, file: &[&[u8]], handler: &'static CStr) {
        let file = self.pool().join(file).as_ptr().cast_mut();
        let slots = self.field(|request| request.request_config);
        let alias = ptr::from_ref(alias).cast_mut();
        // SAFETY: every request has these slots, and only `alias` above reads ours.
        unsafe { ffi_httpd::ap_set_module_config(slots, record::module(), alias.cast()) };
        // SAFETY: alive for 'r, and no reference to it lasts. httpd shortens the name in place; it is a new one.
        unsafe { (*self.raw()).filename = file };
        // SAFETY: alive for 'r, and no reference to it lasts.
        unsafe { (*self.raw()).handler = handler.as_ptr() };
    }
}
