//! Memory that lives as long as httpd says.

use std::ffi::{CStr, c_char, c_void};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use crate::httpd::boundary;

/// A pool that httpd keeps alive for `'p`.
#[derive(Debug, Clone, Copy)]
pub struct Pool<'p> {
    raw: NonNull<ffi_httpd::apr_pool_t>,
    alive: PhantomData<&'p ffi_httpd::apr_pool_t>,
}

impl<'p> Pool<'p> {
    /// # Safety
    ///
    /// httpd keeps the pool alive, and uses it on no other thread, during `'p`.
    pub(super) unsafe fn from_raw(raw: NonNull<ffi_httpd::apr_pool_t>) -> Self {
        Self {
            raw,
            alive: PhantomData,
        }
    }

    /// # Safety
    ///
    /// As for [`Pool::from_raw`]; and httpd passed the pool to the hook that is calling, so it is not null.
    pub(super) unsafe fn of_hook(raw: *mut ffi_httpd::apr_pool_t) -> Self {
        let raw = NonNull::new(raw).expect("httpd passes a pool to each of its hooks");
        // SAFETY: the caller's promise.
        unsafe { Self::from_raw(raw) }
    }

    pub(super) fn raw(self) -> *mut ffi_httpd::apr_pool_t {
        self.raw.as_ptr()
    }

    /// Room for `size` bytes, not initialised.
    fn room(self, size: usize) -> NonNull<c_char> {
        // SAFETY: the pool is alive for 'p.
        let start = unsafe { ffi_httpd::apr_palloc(self.raw(), size) };
        NonNull::new(start.cast()).expect("httpd ends the process when memory runs out")
    }

    /// The parts one after the other, with a NUL at the end.
    ///
    /// C reads the text up to the first NUL in it.
    pub fn join(self, parts: &[&[u8]]) -> &'p CStr {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let start = self.room(length + 1).cast::<u8>().as_ptr();
        let mut end = start;
        for part in parts {
            // SAFETY: the room is as long as all parts together, and new, so they cannot overlap.
            unsafe { ptr::copy_nonoverlapping(part.as_ptr(), end, part.len()) };
            // SAFETY: at most one past the last part, which is the place of the NUL.
            end = unsafe { end.add(part.len()) };
        }
        // SAFETY: the last byte of the room.
        unsafe { end.write(0) };
        // SAFETY: it ends with a NUL, and lives as long as the pool.
        unsafe { CStr::from_ptr(start.cast()) }
    }

    /// A copy of `text` with a NUL at its end.
    pub fn c_string(self, text: &[u8]) -> &'p CStr {
        self.join(&[text])
    }

    /// A copy of `bytes`.
    pub fn copy(self, bytes: &[u8]) -> &'p [u8] {
        let start = self.room(bytes.len()).cast::<u8>().as_ptr();
        // SAFETY: the room is as long as `bytes`, and new, so they cannot overlap.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), start, bytes.len()) };
        // SAFETY: just written, and lives as long as the pool.
        unsafe { std::slice::from_raw_parts(start, bytes.len()) }
    }

    /// Moves `value` into the pool; it is dropped when httpd clears the pool.
    ///
    /// `'static`, because cleanups run in an order that borrowed data cannot rely on.
    pub fn keep<T: 'static>(self, value: T) -> &'p T {
        let value = self.keep_raw(value);
        // SAFETY: the value lives as long as the pool, and nothing else knows it.
        unsafe { value.as_ref() }
    }

    /// As [`Pool::keep`], for values that httpd hands back to us as pointers.
    pub(super) fn keep_raw<T: 'static>(self, value: T) -> NonNull<T> {
        /// # Safety
        ///
        /// Called by APR only, once, with what was registered below.
        unsafe extern "C" fn drop_kept<T>(value: *mut c_void) -> ffi_httpd::apr_status_t {
            boundary::guard("a cleanup", || {
                // SAFETY: `value` is the Box registered with this function, and APR forgets a cleanup once it has run.
                drop(unsafe { Box::from_raw(value.cast::<T>()) });
            });
            ffi_httpd::APR_SUCCESS
        }
        let value = Box::into_raw(Box::new(value));
        let (drop_kept, nothing) = (drop_kept::<T>, ffi_httpd::apr_pool_cleanup_null);
        // SAFETY: the pool is alive; `value` is what `drop_kept` expects.
        unsafe {
            ffi_httpd::apr_pool_cleanup_register(
                self.raw(),
                value.cast(),
                Some(drop_kept),
                Some(nothing),
            );
        }
        // SAFETY: a Box is never null.
        unsafe { NonNull::new_unchecked(value) }
    }

    /// Calls `task` when httpd begins to destroy the pool, before anything in it goes.
    pub fn before_end(self, task: fn()) {
        /// # Safety
        ///
        /// Called by APR only, with what was registered below.
        unsafe extern "C" fn call(task: *mut c_void) -> ffi_httpd::apr_status_t {
            boundary::guard("a cleanup", || {
                // SAFETY: `task` is the function registered below; a function fits a pointer here.
                let task = unsafe { std::mem::transmute::<*mut c_void, fn()>(task) };
                task();
            });
            ffi_httpd::APR_SUCCESS
        }
        // SAFETY: the pool is alive; `task` is what `call` expects.
        unsafe {
            ffi_httpd::apr_pool_pre_cleanup_register(self.raw(), task as *const c_void, Some(call));
        }
    }
}
