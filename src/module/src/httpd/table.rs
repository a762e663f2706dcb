//! Headers, notes and environment: httpd's tables of names and values.

use std::ffi::{CStr, c_char};
use std::marker::PhantomData;
use std::ptr::NonNull;

/// A table that httpd keeps alive for `'t`. Names are compared without regard to case.
#[derive(Debug, Clone, Copy)]
pub struct Table<'t> {
    raw: NonNull<ffi_httpd::apr_table_t>,
    alive: PhantomData<&'t ffi_httpd::apr_table_t>,
}

impl<'t> Table<'t> {
    /// # Safety
    ///
    /// httpd keeps the table alive during `'t`, and what is put in with it; `raw` is not null.
    pub(super) unsafe fn from_raw(raw: *mut ffi_httpd::apr_table_t) -> Self {
        let raw = NonNull::new(raw).expect("httpd gives every request its tables");
        Self {
            raw,
            alive: PhantomData,
        }
    }

    /// The value of the first entry with this name.
    pub fn get(self, name: &CStr) -> Option<&'t [u8]> {
        // SAFETY: the table is alive, `name` is NUL-terminated.
        let value = unsafe { ffi_httpd::apr_table_get(self.raw.as_ptr(), name.as_ptr()) };
        let value = NonNull::new(value.cast_mut())?;
        // SAFETY: values are NUL-terminated and live as long as the table's pool.
        Some(unsafe { CStr::from_ptr(value.as_ptr()) }.to_bytes())
    }

    /// Adds an entry, whatever has the same name.
    pub fn add(self, name: &'t CStr, value: &'t CStr) {
        // SAFETY: the table is alive; name and value live as long.
        unsafe { ffi_httpd::apr_table_addn(self.raw.as_ptr(), name.as_ptr(), value.as_ptr()) };
    }

    /// Replaces all entries with this name by one.
    pub fn set(self, name: &'t CStr, value: &'t CStr) {
        // SAFETY: the table is alive; name and value live as long.
        unsafe { ffi_httpd::apr_table_setn(self.raw.as_ptr(), name.as_ptr(), value.as_ptr()) };
    }

    /// Removes all entries with this name.
    pub fn unset(self, name: &CStr) {
        // SAFETY: the table is alive, `name` is NUL-terminated.
        unsafe { ffi_httpd::apr_table_unset(self.raw.as_ptr(), name.as_ptr()) };
    }

    /// Number of entries.
    pub fn count(self) -> usize {
        // SAFETY: the table is alive.
        let array = unsafe { ffi_httpd::apr_table_elts(self.raw.as_ptr()) };
        // SAFETY: every table has an array.
        let count = unsafe { (*array).nelts };
        usize::try_from(count).unwrap_or_default()
    }

    /// The entries in order: names and values, which may be absent.
    pub fn iter(self) -> impl Iterator<Item = (&'t CStr, Option<&'t CStr>)> {
        self.iter_from(0)
    }

    /// The entries after the first `start`.
    pub fn iter_from(self, start: usize) -> impl Iterator<Item = (&'t CStr, Option<&'t CStr>)> {
        (start..).map_while(move |at| self.entry(at)).flatten()
    }

    /// The entry at `at`; the inner `None` is an entry without a name. Looks anew each time, so that a table may change
    /// while it is walked.
    #[expect(clippy::option_option, reason = "the end of the walk, and a gap in it")]
    fn entry(self, at: usize) -> Option<Option<(&'t CStr, Option<&'t CStr>)>> {
        // SAFETY: the table is alive.
        let array = unsafe { ffi_httpd::apr_table_elts(self.raw.as_ptr()) };
        // SAFETY: every table has an array.
        let array = unsafe { &*array };
        if at >= usize::try_from(array.nelts).unwrap_or_default() {
            return None;
        }
        let entries = array.elts.cast::<ffi_httpd::apr_table_entry_t>();
        // SAFETY: the array has as many entries as it says, and `at` is less.
        let entry = unsafe { entries.add(at) };
        // SAFETY: one of the entries.
        let entry = unsafe { &*entry };
        // SAFETY: names and values are null or NUL-terminated, and live as long as the table's pool.
        let text =
            |at: *mut c_char| NonNull::new(at).map(|at| unsafe { CStr::from_ptr(at.as_ptr()) });
        Some(text(entry.key).map(|name| (name, text(entry.val))))
    }
}
