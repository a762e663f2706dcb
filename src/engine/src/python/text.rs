//! Text: WSGI's native strings (latin-1 in both directions, PEP 3333 "A Note On String Types"), file names, UTF-8.

use std::borrow::Cow;
use std::ffi::CStr;

use pyo3_ffi as ffi;

use super::attached::Attached;
use super::exception::{PyResult, Raised};
use super::object::Object;
use super::values::Builtin;

impl<'py> Attached<'py> {
    /// A `str` with one character for each byte.
    pub fn latin1(self, bytes: &[u8]) -> PyResult<Object<'py>> {
        // SAFETY: attached; reads `bytes.len()` bytes; a null `errors` means strict, and latin-1 has none.
        let raw = unsafe {
            ffi::PyUnicode_DecodeLatin1(
                bytes.as_ptr().cast(),
                bytes.len() as ffi::Py_ssize_t,
                std::ptr::null(),
            )
        };
        // SAFETY: a new reference or null.
        unsafe { Object::owned(self, raw) }
    }

    /// A `str` from UTF-8, with replacement characters where it is none.
    pub fn text(self, text: &str) -> PyResult<Object<'py>> {
        // SAFETY: attached; reads `text.len()` bytes of UTF-8.
        let raw = unsafe {
            ffi::PyUnicode_FromStringAndSize(text.as_ptr().cast(), text.len() as ffi::Py_ssize_t)
        };
        // SAFETY: a new reference or null.
        unsafe { Object::owned(self, raw) }
    }

    /// A `str` from a path, in the file system's encoding.
    pub fn path(self, path: &[u8]) -> PyResult<Object<'py>> {
        // SAFETY: attached; reads `path.len()` bytes.
        let raw = unsafe {
            ffi::PyUnicode_DecodeFSDefaultAndSize(
                path.as_ptr().cast(),
                path.len() as ffi::Py_ssize_t,
            )
        };
        // SAFETY: a new reference or null.
        unsafe { Object::owned(self, raw) }
    }

    /// The interned `str` of a name.
    pub fn interned(self, name: &CStr) -> PyResult<Object<'py>> {
        // SAFETY: attached; `name` is NUL-terminated UTF-8.
        let raw = unsafe { ffi::PyUnicode_InternFromString(name.as_ptr()) };
        // SAFETY: a new reference or null.
        unsafe { Object::owned(self, raw) }
    }
}

impl<'py> Object<'py> {
    /// Interns a `str`, so that a lookup with it compares addresses.
    pub fn intern(self) -> Object<'py> {
        let py = self.py();
        let mut raw = self.into_ptr();
        // SAFETY: attached; takes our reference to a str and puts back one to the interned str.
        unsafe { ffi::PyUnicode_InternInPlace(&mut raw) };
        // SAFETY: the reference it put back.
        unsafe { Object::owned(py, raw) }.expect("interning replaces a reference by another")
    }

    /// The bytes of a `str` whose characters all lie below 256.
    ///
    /// # Errors
    ///
    /// Raises `UnicodeEncodeError` for other characters, `TypeError` for anything but a `str`.
    pub fn latin1_bytes(&self) -> PyResult<Cow<'_, [u8]>> {
        if let Some(bytes) = self.one_byte_text() {
            return Ok(Cow::Borrowed(bytes));
        }
        // SAFETY: attached; a new reference or null. Anything but a str raises.
        let raw = unsafe { ffi::PyUnicode_AsLatin1String(self.as_ptr()) };
        // SAFETY: as said.
        let encoded = unsafe { Object::owned(self.py(), raw) }?;
        Ok(Cow::Owned(encoded.as_bytes().unwrap_or_default().to_vec()))
    }

    /// The characters of a `str` that is stored with one byte each, which is the case exactly if all lie below 256.
    fn one_byte_text(&self) -> Option<&[u8]> {
        if !self.is_a(Builtin::Str) || !ready(self) {
            return None;
        }
        // SAFETY: a str, alive and ready.
        if unsafe { ffi::PyUnicode_KIND(self.as_ptr()) } != ffi::PyUnicode_1BYTE_KIND {
            return None;
        }
        // SAFETY: as above.
        let start = unsafe { ffi::PyUnicode_DATA(self.as_ptr()) };
        // SAFETY: as above.
        let length = unsafe { ffi::PyUnicode_GetLength(self.as_ptr()) };
        // SAFETY: one byte a character, unchanging, as long as the object, which `self` holds.
        Some(unsafe { std::slice::from_raw_parts(start.cast(), length as usize) })
    }

    /// A `str` as UTF-8, lone surrogates replaced; any other object as its `str()`. For logs and sentences.
    pub fn to_text(&self) -> String {
        let text = match self.is_a(Builtin::Str) {
            true => Ok(self.clone()),
            false => {
                // SAFETY: attached.
                let raw = unsafe { ffi::PyObject_Str(self.as_ptr()) };
                // SAFETY: a new reference or null.
                unsafe { Object::owned(self.py(), raw) }
            }
        };
        text.and_then(|text| text.utf8()).unwrap_or_else(|raised| {
            drop(raised.take(self.py()));
            format!("<{} without a text>", self.type_name())
        })
    }

    /// A str in UTF-8. A surrogate raises UnicodeEncodeError.
    pub fn utf8_bytes(&self) -> PyResult<Vec<u8>> {
        // SAFETY: attached (an Object is alive); the function raises if this is no str.
        let raw = unsafe { ffi::PyUnicode_AsUTF8String(self.as_ptr()) };
        // SAFETY: a new reference, or null with an exception set.
        let encoded = unsafe { Object::owned(self.py(), raw) }?;
        Ok(encoded.as_bytes().unwrap_or_default().to_vec())
    }

    fn utf8(&self) -> PyResult<String> {
        // SAFETY: attached; a str and two NUL-terminated names.
        let raw = unsafe {
            ffi::PyUnicode_AsEncodedString(self.as_ptr(), c"utf-8".as_ptr(), c"replace".as_ptr())
        };
        // SAFETY: a new reference or null.
        let encoded = unsafe { Object::owned(self.py(), raw) }?;
        Ok(String::from_utf8_lossy(encoded.as_bytes().unwrap_or_default()).into_owned())
    }

    /// Name of the object's type.
    pub fn type_name(&self) -> String {
        // SAFETY: a live object has a type.
        let class = unsafe { ffi::Py_TYPE(self.as_ptr()) };
        // SAFETY: the type of a live object is alive.
        let name = unsafe { (*class).tp_name };
        // SAFETY: a type's name is NUL-terminated.
        let name = unsafe { CStr::from_ptr(name) };
        name.to_string_lossy().into_owned()
    }
}

#[cfg(not(Py_3_12))]
fn ready(text: &Object<'_>) -> bool {
    // SAFETY: attached; a str. Before 3.12 an old-style str is brought into its final form here.
    let outcome = unsafe { ffi::PyUnicode_READY(text.as_ptr()) };
    if outcome != 0 {
        drop(Raised::by_the_api().take(text.py()));
    }
    outcome == 0
}

#[cfg(Py_3_12)]
fn ready(_: &Object<'_>) -> bool {
    let _ = Raised::by_the_api;
    true
}
