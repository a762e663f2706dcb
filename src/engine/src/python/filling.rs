//! A `bytes` that is filled piece by piece, also while detached, before any Python code sees it.

use std::ffi::c_int;
use std::slice;

use clutch_core::exchange::{Exchange as _, Failure};
use ffi_engine::engine::Carrier;
use pyo3_ffi as ffi;

use super::attached::Attached;
use super::exception::PyResult;
use super::object::Object;

unsafe extern "C" {
    // `cpython/bytesobject.h`; pyo3-ffi keeps it to itself.
    fn _PyBytes_Resize(bytes: *mut *mut ffi::PyObject, size: ffi::Py_ssize_t) -> c_int;
}

impl<'py> Attached<'py> {
    /// A `bytes` with room for `most` bytes, to be filled piece by piece, also while detached.
    pub fn bytes_with_room(self, most: usize) -> PyResult<Filling<'py>> {
        // SAFETY: attached; room without contents.
        let raw =
            unsafe { ffi::PyBytes_FromStringAndSize(std::ptr::null(), most as ffi::Py_ssize_t) };
        // SAFETY: a new reference or null.
        let object = unsafe { Object::owned(self, raw) }?;
        // SAFETY: a bytes object, alive.
        let start = unsafe { ffi::PyBytes_AsString(raw) };
        Ok(Filling {
            object,
            room: Room {
                start: start.cast(),
                most,
                used: 0,
            },
        })
    }
}

/// A `bytes` that nobody has seen yet, and that is being filled.
pub struct Filling<'py> {
    object: Object<'py>,
    room: Room,
}

/// The room of a [`Filling`].
#[derive(Debug)]
pub struct Room {
    start: *mut u8,
    most: usize,
    used: usize,
}

impl Room {
    /// How much more fits.
    pub fn left(&self) -> usize {
        self.most - self.used
    }

    /// Adds as much of `piece` as fits, and gives how much that is.
    pub fn put(&mut self, piece: &[u8]) -> usize {
        let count = piece.len().min(self.left());
        // SAFETY: `used` is within the room.
        let place = unsafe { self.start.add(self.used) };
        // SAFETY: `count` bytes fit, nobody else knows of the object, and it lives as long as the Filling that is
        // borrowed.
        unsafe { std::ptr::copy_nonoverlapping(piece.as_ptr(), place, count) };
        self.used += count;
        count
    }

    /// Has the carrier put the next bytes of the request body in. How many they are.
    pub fn put_from(&mut self, carrier: &mut Carrier) -> Result<usize, Failure> {
        // SAFETY: `used` is within the room.
        let place = unsafe { self.start.add(self.used) };
        // SAFETY: so much is left, nobody else knows of the object, and it lives as long as the Filling that is borrowed.
        let room = unsafe { slice::from_raw_parts_mut(place.cast(), self.left()) };
        let count = carrier.read_into(room)?.min(self.left());
        self.used += count; // The carrier has written as many as it says.
        Ok(count)
    }
}

impl<'py> Filling<'py> {
    /// The room, which needs no Python.
    pub fn room(&mut self) -> &mut Room {
        &mut self.room
    }

    /// The `bytes`, as long as it was filled.
    pub fn done(self) -> PyResult<Object<'py>> {
        let Self { object, room } = self;
        if room.left() == 0 {
            return Ok(object);
        }
        let py = object.py();
        let mut raw = object.into_ptr();
        // SAFETY: the only reference, which is ours; replaced by one to the shorter object, or by null.
        unsafe { _PyBytes_Resize(&mut raw, room.used as ffi::Py_ssize_t) };
        // SAFETY: the reference to the resized object, or null with an exception.
        unsafe { Object::owned(py, raw) }
    }
}
