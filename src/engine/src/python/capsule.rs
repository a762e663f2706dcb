//! Capsules: pointers that Python passes on and does not look into.

use std::ffi::c_void;
use std::ptr::{self, NonNull};

use pyo3_ffi as ffi;

use super::attached::Attached;
use super::exception::PyResult;
use super::object::Object;

impl<'py> Attached<'py> {
    /// A capsule without a name that holds `pointer` and owns nothing.
    pub fn capsule(self, pointer: NonNull<c_void>) -> PyResult<Object<'py>> {
        // SAFETY: attached; no name, no destructor.
        let raw = unsafe { ffi::PyCapsule_New(pointer.as_ptr(), ptr::null(), None) };
        // SAFETY: a new reference or null.
        unsafe { Object::owned(self, raw) }
    }
}

impl Object<'_> {
    /// Gives a capsule of ours a name that nobody asks for: `PyCapsule_GetPointer` refuses it from now on.
    pub fn close_capsule(&self) {
        // SAFETY: attached, and a capsule; the name lives as long as the process.
        let renamed = unsafe { ffi::PyCapsule_SetName(self.as_ptr(), c"closed".as_ptr()) };
        debug_assert_eq!(renamed, 0, "a valid capsule takes any name");
    }
}
