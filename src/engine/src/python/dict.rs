//! Functions of `dict`.

use pyo3_ffi as ffi;

use super::exception::{PyResult, Raised};
use super::object::Object;

/// Functions of a `dict`.
impl<'py> Object<'py> {
    /// A copy of this dict.
    pub fn copy_dict(&self) -> PyResult<Object<'py>> {
        // SAFETY: attached; anything but a dict raises.
        let raw = unsafe { ffi::PyDict_Copy(self.as_ptr()) };
        // SAFETY: a new reference or null.
        unsafe { Object::owned(self.py(), raw) }
    }

    /// Sets a key of this dict.
    pub fn set_item(&self, key: &Object<'py>, value: &Object<'py>) -> PyResult<()> {
        // SAFETY: attached, all alive; anything but a dict raises.
        match unsafe { ffi::PyDict_SetItem(self.as_ptr(), key.as_ptr(), value.as_ptr()) } {
            0 => Ok(()),
            _ => Err(Raised::by_the_api()),
        }
    }

    /// Sets all keys of another dict in this one.
    pub fn update(&self, other: &Object<'py>) -> PyResult<()> {
        // SAFETY: attached, both alive; anything but a dict raises.
        match unsafe { ffi::PyDict_Update(self.as_ptr(), other.as_ptr()) } {
            0 => Ok(()),
            _ => Err(Raised::by_the_api()),
        }
    }

    /// Removes a key of this dict. A key that is not there is `KeyError`.
    pub fn remove_item(&self, key: &Object<'py>) -> PyResult<()> {
        // SAFETY: attached, both alive; anything but a dict raises.
        match unsafe { ffi::PyDict_DelItem(self.as_ptr(), key.as_ptr()) } {
            0 => Ok(()),
            _ => Err(Raised::by_the_api()),
        }
    }

    /// Sets a key of this dict if it has no such key.
    pub fn set_default(&self, key: &Object<'py>, value: &Object<'py>) -> PyResult<()> {
        // SAFETY: attached, all alive; gives a borrowed reference or null.
        match unsafe { ffi::PyDict_SetDefault(self.as_ptr(), key.as_ptr(), value.as_ptr()) }
            .is_null()
        {
            false => Ok(()),
            true => Err(Raised::by_the_api()),
        }
    }

    /// The value of a key of this dict.
    #[cfg(Py_3_13)]
    pub fn get_item(&self, key: &Object<'py>) -> PyResult<Option<Object<'py>>> {
        let mut value = std::ptr::null_mut();
        // SAFETY: attached, both alive; puts a new reference, or null.
        match unsafe { ffi::PyDict_GetItemRef(self.as_ptr(), key.as_ptr(), &mut value) } {
            0 => Ok(None),
            // SAFETY: a new reference, or null with an exception.
            _ => unsafe { Object::owned(self.py(), value) }.map(Some),
        }
    }

    /// The value of a key of this dict.
    #[cfg(not(Py_3_13))]
    pub fn get_item(&self, key: &Object<'py>) -> PyResult<Option<Object<'py>>> {
        // SAFETY: attached, both alive; a borrowed reference, or null with or without an exception.
        let raw = unsafe { ffi::PyDict_GetItemWithError(self.as_ptr(), key.as_ptr()) };
        // SAFETY: alive while the dict holds it, and nobody else runs: attached, with a GIL.
        match unsafe { Object::borrowed(self.py(), raw) } {
            None => self.py().raised().map(|()| None),
            found => Ok(found),
        }
    }
}
