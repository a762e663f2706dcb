//! A bucket brigade: a ring of data and marks on its way through httpd's filters.
//!
//! The ring's end is the brigade's own link, taken for a bucket; see `ffi_httpd::apr_buckets`.

use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use clutch_core::exchange::Failure;

use crate::httpd::connection::Connection;
use crate::httpd::file::OpenFile;
use crate::httpd::request::Request;

type Raw = ffi_httpd::apr_bucket;

/// A brigade of a request, used again for every pass.
#[derive(Debug)]
pub(super) struct Brigade<'r> {
    raw: NonNull<ffi_httpd::apr_bucket_brigade>,
    alive: PhantomData<&'r ffi_httpd::apr_bucket_brigade>,
}

/// What stands first in a brigade.
#[derive(Debug, Clone, Copy)]
pub(super) enum First<'b> {
    /// Nothing.
    None,
    /// Data.
    Data(&'b [u8]),
    /// The end of the stream.
    End,
    /// A mark of another kind.
    Mark,
}

impl<'r> Brigade<'r> {
    /// An empty brigade in the request's pool.
    pub(super) fn of(request: Request<'r>) -> Self {
        let (pool, allocator) = (request.pool().raw(), request.connection().allocator());
        // SAFETY: both live as long as the request.
        let raw = unsafe { ffi_httpd::apr_brigade_create(pool, allocator) };
        let raw = NonNull::new(raw).expect("httpd ends the process when memory runs out");
        Self {
            raw,
            alive: PhantomData,
        }
    }

    pub(super) fn raw(&self) -> *mut ffi_httpd::apr_bucket_brigade {
        self.raw.as_ptr()
    }

    fn allocator(&self) -> *mut ffi_httpd::apr_bucket_alloc_t {
        // SAFETY: alive for 'r.
        unsafe { (*self.raw()).bucket_alloc }
    }

    /// The ring's end, taken for a bucket.
    fn end(&self) -> *mut Raw {
        // SAFETY: alive for 'r; only the address is taken.
        unsafe { (&raw mut (*self.raw()).list).cast() }
    }

    fn first_raw(&self) -> Option<NonNull<Raw>> {
        // SAFETY: alive for 'r.
        let first = unsafe { (*self.raw()).list.next };
        NonNull::new(first).filter(|first| first.as_ptr() != self.end())
    }

    /// Looks at the first bucket, and reads it if it is data; may block.
    pub(super) fn first(&mut self) -> Result<First<'_>, ffi_httpd::apr_status_t> {
        let Some(bucket) = self.first_raw() else {
            return Ok(First::None);
        };
        // SAFETY: a bucket of this brigade; it has a type.
        let kind = unsafe { (*bucket.as_ptr()).r#type };
        if ptr::eq(kind, &raw const ffi_httpd::apr_bucket_type_eos) {
            return Ok(First::End);
        }
        // SAFETY: types are static.
        let kind = unsafe { &*kind };
        let read = match kind.read {
            Some(read) if kind.is_metadata == ffi_httpd::APR_BUCKET_DATA => read,
            _ => return Ok(First::Mark),
        };
        let (mut start, mut length) = (ptr::null(), 0);
        // SAFETY: a bucket of this type; it keeps the data it shows until it is changed.
        let status = unsafe {
            read(
                bucket.as_ptr(),
                &raw mut start,
                &raw mut length,
                ffi_httpd::APR_BLOCK_READ,
            )
        };
        match (status, NonNull::new(start.cast_mut())) {
            // SAFETY: the bucket shows `length` bytes, until it is removed, which takes `&mut self`.
            (ffi_httpd::APR_SUCCESS, Some(start)) => Ok(First::Data(unsafe {
                std::slice::from_raw_parts(start.as_ptr().cast(), length)
            })),
            (ffi_httpd::APR_SUCCESS, None) => Ok(First::Data(&[])),
            (status, _) => Err(status),
        }
    }

    /// Removes the first bucket.
    pub(super) fn remove_first(&mut self) {
        let Some(bucket) = self.first_raw() else {
            return;
        };
        // SAFETY: a bucket of this brigade; the reference ends before anything changes.
        let seen = unsafe { bucket.as_ref() };
        let ffi_httpd::apr_bucket_link { next, prev } = seen.link;
        let (kind, data, free) = (seen.r#type, seen.data, seen.free);
        // SAFETY: a neighbour in the ring, or its end.
        unsafe { (*prev).link.next = next };
        // SAFETY: a neighbour in the ring, or its end.
        unsafe { (*next).link.prev = prev };
        // SAFETY: types are static.
        if let Some(destroy) = unsafe { (*kind).destroy } {
            // SAFETY: the type knows its data, which nothing uses from here on.
            unsafe { destroy(data) };
        }
        if let Some(free) = free {
            // SAFETY: out of the ring, and not used from here on.
            unsafe { free(bucket.as_ptr().cast()) };
        }
    }

    /// Removes all buckets.
    pub(super) fn clear(&mut self) {
        // SAFETY: alive for 'r.
        unsafe { ffi_httpd::apr_brigade_cleanup(self.raw().cast()) };
    }

    /// # Safety
    ///
    /// `bucket` is new, made with the allocator of this brigade.
    unsafe fn append(&mut self, bucket: *mut Raw) {
        let end = self.end();
        // SAFETY: the end of the ring is linked on both sides.
        let last = unsafe { (*end).link.prev };
        // SAFETY: the caller's promise.
        unsafe {
            (*bucket).link = ffi_httpd::apr_bucket_link {
                next: end,
                prev: last,
            }
        };
        // SAFETY: the last bucket, or the end itself.
        unsafe { (*last).link.next = bucket };
        // SAFETY: the end of the ring.
        unsafe { (*end).link.prev = bucket };
    }

    /// Appends data that is only borrowed: [`Brigade::pass`] it before it goes, filters copy what they keep.
    ///
    /// # Safety
    ///
    /// `data` lives until the brigade has been passed or cleared.
    pub(super) unsafe fn append_borrowed(&mut self, data: &[u8]) {
        // SAFETY: the caller's promise.
        let bucket = unsafe {
            ffi_httpd::apr_bucket_transient_create(
                data.as_ptr().cast(),
                data.len(),
                self.allocator(),
            )
        };
        // SAFETY: new, from our allocator.
        unsafe { self.append(bucket) };
    }

    /// Appends a range of a file that lives as long as the request.
    pub(super) fn append_file(
        &mut self,
        request: Request<'r>,
        file: OpenFile<'r>,
        range: (i64, i64),
    ) {
        let (pool, (start, length)) = (request.pool().raw(), range);
        // SAFETY: the file and the pool live as long as the request.
        let last = unsafe {
            ffi_httpd::apr_brigade_insert_file(self.raw(), file.raw, start, length, pool)
        };
        if !file.may_be_mapped && !last.is_null() {
            // SAFETY: the file bucket just made.
            unsafe { ffi_httpd::apr_bucket_file_enable_mmap(last, 0) };
        }
    }

    /// Appends the mark that pushes what stands before it to the client.
    pub(super) fn append_flush(&mut self) {
        // SAFETY: the allocator is alive.
        let bucket = unsafe { ffi_httpd::apr_bucket_flush_create(self.allocator()) };
        // SAFETY: new, from our allocator.
        unsafe { self.append(bucket) };
    }

    /// Appends the end of the stream.
    pub(super) fn append_end(&mut self) {
        // SAFETY: the allocator is alive.
        let bucket = unsafe { ffi_httpd::apr_bucket_eos_create(self.allocator()) };
        // SAFETY: new, from our allocator.
        unsafe { self.append(bucket) };
    }

    /// Appends the mark of a response that is broken; httpd's chunk filter then leaves out the last chunk.
    pub(super) fn append_broken(&mut self, request: Request<'r>) {
        // SAFETY: pool and allocator live as long as the request.
        let bucket = unsafe {
            ffi_httpd::ap_bucket_error_create(
                ffi_httpd::HTTP_BAD_GATEWAY,
                ptr::null(),
                request.pool().raw(),
                self.allocator(),
            )
        };
        // SAFETY: new, from our allocator.
        unsafe { self.append(bucket) };
    }

    /// Sends everything to the client through the request's filters, and leaves the brigade empty.
    pub(super) fn pass(&mut self, request: Request<'r>) -> Result<(), Failure> {
        self.pass_through(request.field(|request| request.output_filters))
    }

    /// As [`Brigade::pass`], through the connection's filters only.
    pub(super) fn pass_on(&mut self, connection: Connection<'r>) -> Result<(), Failure> {
        self.pass_through(connection.output_filters())
    }

    fn pass_through(&mut self, filters: *mut ffi_httpd::ap_filter_t) -> Result<(), Failure> {
        // SAFETY: filters of a live request or connection.
        let status = unsafe { ffi_httpd::ap_pass_brigade(filters, self.raw()) };
        self.clear();
        match status {
            ffi_httpd::APR_SUCCESS => Ok(()),
            ffi_httpd::APR_TIMEUP | ffi_httpd::APR_ETIMEDOUT => Err(Failure::TimedOut),
            ffi_httpd::AP_FILTER_ERROR => Err(Failure::Answered),
            _ => Err(Failure::ClientGone),
        }
    }
}
