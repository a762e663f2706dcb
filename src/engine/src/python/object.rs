//! [`Object`]: a counted reference that lives within one attachment.

use std::fmt;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use pyo3_ffi as ffi;

use super::attached::{Attached, Brand};
use super::exception::{PyResult, Raised};

/// A counted reference, usable while `'py` lasts.
#[repr(transparent)]
pub struct Object<'py> {
    raw: NonNull<ffi::PyObject>,
    brand: Brand<'py>,
}

impl<'py> Object<'py> {
    /// Takes over a reference that the C API gave away; a null pointer is a raised exception.
    ///
    /// # Safety
    ///
    /// `raw` is null with an exception set, or a reference that is ours, in the interpreter of `py`.
    pub(super) unsafe fn owned(_: Attached<'py>, raw: *mut ffi::PyObject) -> PyResult<Self> {
        NonNull::new(raw)
            .map(|raw| Self {
                raw,
                brand: Brand::default(),
            })
            .ok_or(Raised::by_the_api())
    }

    /// Adds a reference to an object that somebody else holds; `None` for a null pointer.
    ///
    /// # Safety
    ///
    /// `raw` is null or an object of the interpreter of `py` that is alive now.
    pub(super) unsafe fn borrowed(_: Attached<'py>, raw: *mut ffi::PyObject) -> Option<Self> {
        let raw = NonNull::new(raw)?;
        // SAFETY: alive, and this thread is attached.
        unsafe { ffi::Py_INCREF(raw.as_ptr()) };
        Some(Self {
            raw,
            brand: Brand::default(),
        })
    }

    pub(super) fn as_ptr(&self) -> *mut ffi::PyObject {
        self.raw.as_ptr()
    }

    /// Gives the reference away, to C code that takes it over.
    pub(super) fn into_ptr(self) -> *mut ffi::PyObject {
        ManuallyDrop::new(self).raw.as_ptr()
    }

    /// The token: an object exists only within an attachment.
    pub fn py(&self) -> Attached<'py> {
        // SAFETY: an Object cannot leave its 'py, so this thread is attached to its interpreter.
        unsafe { Attached::assume() }
    }

    /// Whether two references name the same object.
    pub fn is(&self, other: &Self) -> bool {
        self.raw == other.raw
    }

    /// Its type.
    pub fn class(&self) -> Object<'py> {
        // SAFETY: a live object has a type.
        let class = unsafe { ffi::Py_TYPE(self.as_ptr()) };
        // SAFETY: the type of a live object is alive.
        unsafe { Object::borrowed(self.py(), class.cast()) }.expect("an object has a type")
    }

    /// Whether this is `None`.
    pub fn is_none(&self) -> bool {
        // SAFETY: compares addresses; the static object lives as long as the process.
        self.raw.as_ptr() == unsafe { ffi::Py_None() }
    }
}

impl Clone for Object<'_> {
    fn clone(&self) -> Self {
        // SAFETY: an Object cannot leave its 'py, so this thread is attached.
        unsafe { ffi::Py_INCREF(self.raw.as_ptr()) };
        Self {
            raw: self.raw,
            brand: self.brand,
        }
    }
}

impl Drop for Object<'_> {
    fn drop(&mut self) {
        // SAFETY: an Object cannot leave its 'py, so this thread is attached; the reference is ours.
        unsafe { ffi::Py_DECREF(self.raw.as_ptr()) };
    }
}

impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} at {:?}>", self.type_name(), self.raw)
    }
}
