//! The filters in the way of a response.

use std::ffi::CStr;
use std::ptr::NonNull;

use crate::httpd::request::Request;

impl Request<'_> {
    /// Whether the first filter in the way of a response may change its content.
    pub fn has_content_filter(self) -> bool {
        let Some(filter) = NonNull::new(self.field(|request| request.output_filters)) else {
            return false;
        };
        // SAFETY: a request's filters live as long as it does.
        let record = unsafe { filter.as_ref() }.frec;
        // SAFETY: every filter has a record.
        unsafe { (*record).ftype < ffi_httpd::AP_FTYPE_PROTOCOL }
    }

    /// Takes a filter, named in lower case, out of the response's way.
    pub(super) fn remove_output_filter(self, name: &[u8]) {
        let mut next = self.field(|request| request.output_filters);
        // SAFETY: null at the end; a request's filters live as long as it does.
        while let Some(filter) = unsafe { next.as_ref() } {
            // SAFETY: every filter has a record.
            let found = unsafe { (*filter.frec).name };
            // SAFETY: every record has a name.
            let found = unsafe { CStr::from_ptr(found) };
            if found.to_bytes().eq_ignore_ascii_case(name) {
                // SAFETY: in this request's chain, and not used from here on.
                unsafe { ffi_httpd::ap_remove_output_filter(next) };
                return;
            }
            next = filter.next;
        }
    }
}
