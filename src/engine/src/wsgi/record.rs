//! httpd's record of a request, for extension modules that know what to do with it (`apache.request_rec`).

use std::ffi::c_void;
use std::ptr::NonNull;

use clutch_sys::lock::Mutex;

use crate::python::{Attached, Kept, Object, PyResult};

/// The capsule that an application has while its call is in an interpreter, if it has one.
#[derive(Debug, Default)]
pub(super) struct Shown(Mutex<Option<Kept>>);

impl Shown {
    /// A capsule with httpd's record at `at`, which is there until the capsule is closed.
    pub(super) fn open<'py>(
        &self,
        py: Attached<'py>,
        at: NonNull<c_void>,
    ) -> PyResult<Object<'py>> {
        let capsule = py.capsule(at)?;
        *self.0.lock() = Some(capsule.clone().keep());
        Ok(capsule)
    }

    /// Closes the capsule, wherever the application has put it: httpd's record is about to be gone.
    pub(super) fn close(&self, py: Attached<'_>) {
        let capsule = self.0.lock().take();
        if let Some(capsule) = capsule {
            capsule.get(py).close_capsule();
            capsule.release(py);
        }
    }
}
