//! Exceptions: raised ones as a marker, taken ones as a value, ours by their kind.

use std::ffi::CString;
use std::fmt;

use pyo3_ffi as ffi;

use super::attached::Attached;
use super::object::Object;

/// What a call into Python gives.
pub type PyResult<T> = Result<T, Raised>;

/// An exception is set on this thread. To be taken, or handed on to the caller in Python.
#[derive(Debug)]
#[must_use = "an exception that nobody takes or hands on confuses the next call"]
pub struct Raised(());

/// Exceptions that we raise ourselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `TypeError`
    Type,
    /// `ValueError`
    Value,
    /// `RuntimeError`
    Runtime,
    /// `OSError`, with a text only
    Os,
    /// `PermissionError`, with a text only
    Permission,
    /// `StopIteration`
    StopIteration,
    /// `SystemExit`; for comparison
    SystemExit,
}

impl Kind {
    fn class(self) -> *mut ffi::PyObject {
        let class = match self {
            Kind::Type => &raw const ffi::PyExc_TypeError,
            Kind::Value => &raw const ffi::PyExc_ValueError,
            Kind::Runtime => &raw const ffi::PyExc_RuntimeError,
            Kind::Os => &raw const ffi::PyExc_OSError,
            Kind::Permission => &raw const ffi::PyExc_PermissionError,
            Kind::StopIteration => &raw const ffi::PyExc_StopIteration,
            Kind::SystemExit => &raw const ffi::PyExc_SystemExit,
        };
        // SAFETY: a static pointer that CPython has set before any interpreter is ready, and never changes.
        unsafe { *class }
    }
}

impl Raised {
    /// A function of the C API said that it has set an exception.
    pub(super) fn by_the_api() -> Self {
        Self(())
    }

    /// Takes the exception off the thread.
    pub fn take(self, py: Attached<'_>) -> Exception<'_> {
        let value = taken(py).unwrap_or_else(|| {
            // Some function failed without saying why; say at least that.
            let _ = py.raise(
                Kind::Runtime,
                "a function of the Python C API failed without an exception",
            );
            taken(py).expect("it was just raised")
        });
        Exception { value }
    }
}

#[cfg(Py_3_12)]
fn taken(py: Attached<'_>) -> Option<Object<'_>> {
    // SAFETY: attached; gives us the reference, or null.
    let raw = unsafe { ffi::PyErr_GetRaisedException() };
    // SAFETY: ours if not null.
    unsafe { Object::owned(py, raw) }.ok()
}

#[cfg(not(Py_3_12))]
fn taken(py: Attached<'_>) -> Option<Object<'_>> {
    use std::ptr::null_mut;
    let (mut class, mut value, mut trace) = (null_mut(), null_mut(), null_mut());
    // SAFETY: attached; fills the three pointers with references that are ours, or null.
    unsafe { ffi::PyErr_Fetch(&mut class, &mut value, &mut trace) };
    // SAFETY: what `PyErr_Fetch` gave.
    unsafe { ffi::PyErr_NormalizeException(&mut class, &mut value, &mut trace) };
    if !trace.is_null() {
        // SAFETY: a normalised value is an exception, and `trace` a traceback.
        unsafe { ffi::PyException_SetTraceback(value, trace) };
    }
    for unused in [class, trace] {
        // SAFETY: our references, or null.
        unsafe { ffi::Py_XDECREF(unused) };
    }
    // SAFETY: ours if not null.
    unsafe { Object::owned(py, value) }.ok()
}

impl<'py> Attached<'py> {
    /// Sets an exception with a text.
    pub fn raise(self, kind: Kind, text: &str) -> Raised {
        let text = CString::new(text).unwrap_or_default();
        // SAFETY: attached; a class and a NUL-terminated text.
        unsafe { ffi::PyErr_SetString(kind.class(), text.as_ptr()) };
        Raised(())
    }

    /// Sets an exception whose text is built only now.
    pub fn raise_with(self, kind: Kind, text: impl fmt::Display) -> Raised {
        self.raise(kind, &text.to_string())
    }

    /// The value, or its default in place of an exception that concerns nobody.
    pub fn or_default<T: Default>(self, outcome: PyResult<T>) -> T {
        outcome.unwrap_or_else(|raised| {
            drop(raised.take(self));
            T::default()
        })
    }

    /// The exception that a function of the C API may have set without saying so.
    pub(super) fn raised(self) -> PyResult<()> {
        // SAFETY: attached.
        match unsafe { ffi::PyErr_Occurred() }.is_null() {
            true => Ok(()),
            false => Err(Raised(())),
        }
    }
}

/// An exception that was taken off the thread.
#[derive(Debug)]
pub struct Exception<'py> {
    value: Object<'py>,
}

impl<'py> Exception<'py> {
    /// The exception object.
    pub fn value(&self) -> &Object<'py> {
        &self.value
    }

    /// Whether it is of this kind, or of a class derived from it.
    pub fn is(&self, kind: Kind) -> bool {
        // SAFETY: attached (an Object is alive); an object and a class.
        unsafe { ffi::PyErr_GivenExceptionMatches(self.value.as_ptr(), kind.class()) != 0 }
    }

    /// Sets it again, for the caller in Python.
    pub fn restore(self) -> Raised {
        self.value.raise()
    }
}

impl Object<'_> {
    /// Raises this object, an exception, with the traceback it has.
    #[cfg(Py_3_12)]
    pub fn raise(self) -> Raised {
        // SAFETY: attached; takes over our reference to an exception.
        unsafe { ffi::PyErr_SetRaisedException(self.into_ptr()) };
        Raised(())
    }

    /// Raises this object, an exception, with the traceback it has.
    #[cfg(not(Py_3_12))]
    pub fn raise(self) -> Raised {
        // SAFETY: a live object has a type.
        let class = unsafe { ffi::Py_TYPE(self.as_ptr()) };
        // SAFETY: the type of a live object is alive; a reference of its own.
        let class = unsafe { ffi::Py_NewRef(class.cast()) };
        // SAFETY: attached; null or a new reference.
        let trace = unsafe { ffi::PyException_GetTraceback(self.as_ptr()) };
        // SAFETY: three references that are ours and given away.
        unsafe { ffi::PyErr_Restore(class, self.into_ptr(), trace) };
        Raised(())
    }

    /// Whether this is an instance of `BaseException`.
    pub fn is_exception(&self) -> bool {
        // SAFETY: reads the type flags of a live object.
        unsafe { ffi::PyExceptionInstance_Check(self.as_ptr()) != 0 }
    }
}
