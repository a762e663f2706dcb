//! Making and reading Python's built-in values.

use pyo3_ffi as ffi;

use super::attached::Attached;
use super::exception::PyResult;
use super::object::Object;

impl<'py> Attached<'py> {
    /// `None`.
    pub fn none(self) -> Object<'py> {
        // SAFETY: reads the address of a static object.
        let none = unsafe { ffi::Py_None() };
        // SAFETY: it lives as long as the process.
        unsafe { Object::borrowed(self, none) }.expect("None is never null")
    }

    /// `True` or `False`.
    pub fn boolean(self, value: bool) -> Object<'py> {
        // SAFETY: attached.
        let raw = unsafe { ffi::PyBool_FromLong(value.into()) };
        // SAFETY: a new reference.
        unsafe { Object::owned(self, raw) }.expect("a boolean exists already")
    }

    /// An `int`.
    pub fn int(self, value: i64) -> PyResult<Object<'py>> {
        // SAFETY: attached.
        let raw = unsafe { ffi::PyLong_FromLongLong(value) };
        // SAFETY: a new reference or null.
        unsafe { Object::owned(self, raw) }
    }

    /// A `float`.
    pub fn float(self, value: f64) -> PyResult<Object<'py>> {
        // SAFETY: attached.
        let raw = unsafe { ffi::PyFloat_FromDouble(value) };
        // SAFETY: a new reference or null.
        unsafe { Object::owned(self, raw) }
    }

    /// A `bytes` with a copy of `value`.
    pub fn bytes(self, value: &[u8]) -> PyResult<Object<'py>> {
        // SAFETY: attached; copies `value.len()` bytes.
        let raw = unsafe {
            ffi::PyBytes_FromStringAndSize(value.as_ptr().cast(), value.len() as ffi::Py_ssize_t)
        };
        // SAFETY: a new reference or null.
        unsafe { Object::owned(self, raw) }
    }

    /// An empty `dict`.
    pub fn dict(self) -> PyResult<Object<'py>> {
        // SAFETY: attached.
        let raw = unsafe { ffi::PyDict_New() };
        // SAFETY: a new reference or null.
        unsafe { Object::owned(self, raw) }
    }

    /// A `tuple` of these objects.
    pub fn tuple<const N: usize>(self, items: [Object<'py>; N]) -> PyResult<Object<'py>> {
        // SAFETY: attached.
        let raw = unsafe { ffi::PyTuple_New(N as ffi::Py_ssize_t) };
        // SAFETY: a new reference or null.
        let tuple = unsafe { Object::owned(self, raw) }?;
        for (index, item) in items.into_iter().enumerate() {
            // SAFETY: a new tuple with room for N; takes over the item's reference.
            unsafe { ffi::PyTuple_SetItem(raw, index as ffi::Py_ssize_t, item.into_ptr()) };
        }
        Ok(tuple)
    }

    /// An empty `list`.
    pub fn list(self) -> PyResult<Object<'py>> {
        // SAFETY: attached.
        let raw = unsafe { ffi::PyList_New(0) };
        // SAFETY: a new reference or null.
        unsafe { Object::owned(self, raw) }
    }
}

/// Built-in types that we tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Builtin {
    /// `bytes` or a subclass.
    Bytes,
    /// `str` or a subclass.
    Str,
    /// `list` or a subclass.
    List,
    /// `tuple` or a subclass.
    Tuple,
    /// `int` or a subclass.
    Int,
    /// `dict` or a subclass.
    Dict,
}

impl<'py> Object<'py> {
    /// Whether this is an instance of a built-in type or of a class derived from it.
    pub fn is_a(&self, builtin: Builtin) -> bool {
        let flag = match builtin {
            Builtin::Bytes => ffi::Py_TPFLAGS_BYTES_SUBCLASS,
            Builtin::Str => ffi::Py_TPFLAGS_UNICODE_SUBCLASS,
            Builtin::List => ffi::Py_TPFLAGS_LIST_SUBCLASS,
            Builtin::Tuple => ffi::Py_TPFLAGS_TUPLE_SUBCLASS,
            Builtin::Int => ffi::Py_TPFLAGS_LONG_SUBCLASS,
            Builtin::Dict => ffi::Py_TPFLAGS_DICT_SUBCLASS,
        };
        // SAFETY: a live object has a type.
        let class = unsafe { ffi::Py_TYPE(self.as_ptr()) };
        // SAFETY: the type of a live object is alive.
        let flags = unsafe { ffi::PyType_GetFlags(class) };
        flags & flag != 0
    }

    /// Whether this is exactly a `list` or exactly a `tuple`: something without a `close` of its own.
    pub fn is_plain_sequence(&self) -> bool {
        // SAFETY: a live object has a type.
        let class = unsafe { ffi::Py_TYPE(self.as_ptr()) };
        class == &raw mut ffi::PyList_Type || class == &raw mut ffi::PyTuple_Type
    }

    /// Item `index` of a list or tuple; `None` at its end (which may move while Python code runs).
    pub fn item(&self, index: usize) -> Option<Object<'py>> {
        let (index, raw) = (index as ffi::Py_ssize_t, self.as_ptr());
        if self.is_a(Builtin::List) {
            // SAFETY: a list, alive.
            if index >= unsafe { ffi::PyList_Size(raw) } {
                return None;
            }
            return self.list_item(index);
        }
        debug_assert!(self.is_a(Builtin::Tuple));
        // SAFETY: a tuple, alive.
        if index >= unsafe { ffi::PyTuple_Size(raw) } {
            return None;
        }
        // SAFETY: within bounds; a borrowed reference of the tuple, which never changes.
        let item = unsafe { ffi::PyTuple_GetItem(raw, index) };
        // SAFETY: alive while the tuple is.
        unsafe { Object::borrowed(self.py(), item) }
    }

    #[cfg(not(Py_GIL_DISABLED))]
    fn list_item(&self, index: ffi::Py_ssize_t) -> Option<Object<'py>> {
        // SAFETY: a list, and within bounds; a borrowed reference of the list.
        let item = unsafe { ffi::PyList_GetItem(self.as_ptr(), index) };
        // SAFETY: alive while the list holds it, and nobody else runs: attached, with a GIL.
        unsafe { Object::borrowed(self.py(), item) }
    }

    #[cfg(Py_GIL_DISABLED)]
    fn list_item(&self, index: ffi::Py_ssize_t) -> Option<Object<'py>> {
        // SAFETY: a list; a new reference, or null with an exception if the list has become shorter.
        let item = unsafe { ffi::PyList_GetItemRef(self.as_ptr(), index) };
        // SAFETY: as said.
        let item = unsafe { Object::owned(self.py(), item) };
        item.map_err(|raised| drop(raised.take(self.py()))).ok()
    }

    /// Number of items of a list or tuple.
    pub fn items(&self) -> usize {
        let raw = self.as_ptr();
        let size = match self.is_a(Builtin::List) {
            // SAFETY: a list, alive.
            true => unsafe { ffi::PyList_Size(raw) },
            // SAFETY: alive; anything but a tuple gives −1 and an exception, which `max` and the callers rule out.
            false => unsafe { ffi::PyTuple_Size(raw) },
        };
        size.max(0) as usize
    }

    /// `len(object)`.
    pub fn length(&self) -> PyResult<usize> {
        // SAFETY: attached, alive.
        let size = unsafe { ffi::PyObject_Size(self.as_ptr()) };
        usize::try_from(size).map_err(|_| super::Raised::by_the_api())
    }

    /// Appends to a list.
    pub fn append(&self, item: &Object<'py>) -> PyResult<()> {
        // SAFETY: attached, both alive; anything but a list raises.
        unsafe { ffi::PyList_Append(self.as_ptr(), item.as_ptr()) };
        self.py().raised()
    }

    /// The contents of a `bytes`; `None` for anything else.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        if !self.is_a(Builtin::Bytes) {
            return None;
        }
        // SAFETY: a bytes object, alive.
        let start = unsafe { ffi::PyBytes_AsString(self.as_ptr()) };
        // SAFETY: a bytes object, alive.
        let length = unsafe { ffi::PyBytes_Size(self.as_ptr()) };
        // SAFETY: its contents never change and live as long as the object, which `self` holds.
        Some(unsafe { std::slice::from_raw_parts(start.cast(), length as usize) })
    }

    /// A copy of what an object with a buffer (bytes, bytearray, memoryview…) contains.
    pub fn to_bytes(&self) -> PyResult<Vec<u8>> {
        let mut view = std::mem::MaybeUninit::<ffi::Py_buffer>::zeroed();
        // SAFETY: attached; fills `view` or raises.
        let failed =
            unsafe { ffi::PyObject_GetBuffer(self.as_ptr(), view.as_mut_ptr(), ffi::PyBUF_SIMPLE) };
        if failed != 0 {
            return Err(super::Raised::by_the_api());
        }
        // SAFETY: filled.
        let mut view = unsafe { view.assume_init() };
        let copy = match view.len {
            0 => Vec::new(),
            // SAFETY: a simple buffer is `len` contiguous bytes, fixed while the view is held; we are attached.
            length => unsafe { std::slice::from_raw_parts(view.buf.cast::<u8>(), length as usize) }
                .to_vec(),
        };
        // SAFETY: filled above, released once.
        unsafe { ffi::PyBuffer_Release(&mut view) };
        Ok(copy)
    }

    /// The value of an object that is or can be an index (`int`, not `float`).
    pub fn to_index(&self) -> PyResult<i64> {
        // SAFETY: attached; a new reference or null.
        let raw = unsafe { ffi::PyNumber_Index(self.as_ptr()) };
        // SAFETY: as said.
        let index = unsafe { Object::owned(self.py(), raw) }?;
        // SAFETY: an int, alive.
        let value = unsafe { ffi::PyLong_AsLongLong(index.as_ptr()) };
        match value {
            -1 => self.py().raised().map(|()| -1),
            _ => Ok(value),
        }
    }

    /// The value as `if` would see it.
    pub fn truth(&self) -> PyResult<bool> {
        // SAFETY: attached.
        match unsafe { ffi::PyObject_IsTrue(self.as_ptr()) } {
            -1 => Err(super::Raised::by_the_api()),
            truth => Ok(truth != 0),
        }
    }
}
