//! Calling, attributes, iteration, modules.

use std::ffi::CStr;
use std::os::fd::BorrowedFd;

use pyo3_ffi as ffi;

use super::attached::Attached;
use super::exception::{PyResult, Raised};
use super::object::Object;

impl<'py> Object<'py> {
    /// Calls the object with positional arguments.
    pub fn call<const N: usize>(&self, arguments: [&Object<'py>; N]) -> PyResult<Object<'py>> {
        let pointers = arguments.map(Object::as_ptr);
        // SAFETY: attached; N live arguments; nobody keeps the array.
        let raw = unsafe {
            ffi::PyObject_Vectorcall(self.as_ptr(), pointers.as_ptr(), N, std::ptr::null_mut())
        };
        // SAFETY: a new reference or null.
        unsafe { Object::owned(self.py(), raw) }
    }

    /// Calls the object with one positional argument, and the items of a dict as keyword arguments.
    pub fn call_with(
        &self,
        argument: Object<'py>,
        keywords: &Object<'py>,
    ) -> PyResult<Object<'py>> {
        let arguments = self.py().tuple([argument])?;
        // SAFETY: attached; a callable or an exception; a tuple and a dict, of which Python makes a copy.
        let raw =
            unsafe { ffi::PyObject_Call(self.as_ptr(), arguments.as_ptr(), keywords.as_ptr()) };
        // SAFETY: a new reference or null.
        unsafe { Object::owned(self.py(), raw) }
    }

    /// An attribute by an interned name.
    pub fn attribute(&self, name: &Object<'py>) -> PyResult<Object<'py>> {
        // SAFETY: attached, both alive.
        let raw = unsafe { ffi::PyObject_GetAttr(self.as_ptr(), name.as_ptr()) };
        // SAFETY: a new reference or null.
        unsafe { Object::owned(self.py(), raw) }
    }

    /// An attribute by its name, which is looked up anew each time.
    pub fn attribute_named(&self, name: &CStr) -> PyResult<Object<'py>> {
        // SAFETY: attached; `name` is NUL-terminated.
        let raw = unsafe { ffi::PyObject_GetAttrString(self.as_ptr(), name.as_ptr()) };
        // SAFETY: a new reference or null.
        unsafe { Object::owned(self.py(), raw) }
    }

    /// An attribute that may be missing: only `AttributeError` means that it is.
    pub fn attribute_maybe(&self, name: &CStr) -> PyResult<Option<Object<'py>>> {
        self.attribute_named(name).map(Some).or_else(|raised| {
            let exception = raised.take(self.py());
            // SAFETY: reads the address of a static object.
            let class = unsafe { ffi::PyExc_AttributeError };
            // SAFETY: attached; an object and a class.
            match unsafe { ffi::PyErr_GivenExceptionMatches(exception.value().as_ptr(), class) } {
                0 => Err(exception.restore()),
                _ => Ok(None),
            }
        })
    }

    /// Sets an attribute.
    pub fn set_attribute(&self, name: &CStr, value: &Object<'py>) -> PyResult<()> {
        // SAFETY: attached, both alive; `name` is NUL-terminated.
        match unsafe { ffi::PyObject_SetAttrString(self.as_ptr(), name.as_ptr(), value.as_ptr()) } {
            0 => Ok(()),
            _ => Err(Raised::by_the_api()),
        }
    }

    /// An iterator over the object.
    pub fn iterate(&self) -> PyResult<Object<'py>> {
        // SAFETY: attached.
        let raw = unsafe { ffi::PyObject_GetIter(self.as_ptr()) };
        // SAFETY: a new reference or null.
        unsafe { Object::owned(self.py(), raw) }
    }

    /// The next item of an iterator; `None` at its end.
    pub fn next(&self) -> PyResult<Option<Object<'py>>> {
        // SAFETY: attached, an iterator; a new reference, or null with or without an exception.
        let raw = unsafe { ffi::PyIter_Next(self.as_ptr()) };
        match raw.is_null() {
            true => self.py().raised().map(|()| None),
            // SAFETY: a new reference.
            false => unsafe { Object::owned(self.py(), raw) }.map(Some),
        }
    }

    /// Whether this is an instance of `class` or of a class derived from it, without asking the class.
    pub fn is_instance_of(&self, class: &Object<'py>) -> bool {
        // SAFETY: attached; `class` is a type: it was made by `class::define` or is a class of our own Python code.
        unsafe { ffi::PyObject_TypeCheck(self.as_ptr(), class.as_ptr().cast()) != 0 }
    }

    /// The file descriptor of an object that has one.
    pub fn file_descriptor(&self) -> PyResult<i32> {
        // SAFETY: attached.
        match unsafe { ffi::PyObject_AsFileDescriptor(self.as_ptr()) } {
            -1 => Err(Raised::by_the_api()),
            descriptor => Ok(descriptor),
        }
    }

    /// The dict of a module.
    pub fn module_dict(&self) -> Option<Object<'py>> {
        // SAFETY: reads the type of a live object.
        if unsafe { ffi::PyModule_Check(self.as_ptr()) } == 0 {
            return None;
        }
        // SAFETY: a module, alive; a borrowed reference.
        let raw = unsafe { ffi::PyModule_GetDict(self.as_ptr()) };
        // SAFETY: alive while the module is.
        unsafe { Object::borrowed(self.py(), raw) }
    }
}

impl<'py> Attached<'py> {
    /// Imports a module.
    pub fn import(self, name: &CStr) -> PyResult<Object<'py>> {
        // SAFETY: attached; `name` is NUL-terminated.
        let raw = unsafe { ffi::PyImport_ImportModule(name.as_ptr()) };
        // SAFETY: a new reference or null.
        unsafe { Object::owned(self, raw) }
    }
}

/// Borrows a file descriptor that `holder` keeps open, or keeps an object that does.
///
/// Python code may close a file behind our back; the descriptor is then wrong or another file's, as it would be for any
/// Python program that uses it, and system calls on it fail or read that file.
pub fn borrow_descriptor<'a>(_holder: &'a Object<'_>, descriptor: i32) -> BorrowedFd<'a> {
    // SAFETY: not −1: `file_descriptor` refuses negative ones; open, as described above.
    unsafe { BorrowedFd::borrow_raw(descriptor) }
}
