//! The way from Python into a method in Rust, and back.

use std::ffi::{CStr, c_void};
use std::ptr;

use ffi_engine::guard::guard;
use pyo3_ffi as ffi;

use super::{Instance, Payload, This};
use crate::host;
use crate::python::attached::{Attached, Mark};
use crate::python::exception::{Kind, PyResult};
use crate::python::object::Object;

/// Positional arguments of a call.
pub type Arguments<'a, 'py> = &'a [Object<'py>];

/// Raises `TypeError` if the method called `name` was given `arguments`.
pub fn no_arguments(py: Attached<'_>, arguments: Arguments<'_, '_>, name: &str) -> PyResult<()> {
    match arguments {
        [] => Ok(()),
        _ => Err(py.raise_with(Kind::Type, format_args!("{name}() takes no arguments"))),
    }
}

/// A method of a class.
#[derive(Debug)]
pub struct Method {
    pub(super) name: &'static CStr,
    pub(super) trampoline: ffi::PyCFunctionFast,
}

/// A read-only attribute of a class.
#[derive(Debug)]
pub struct Getter {
    pub(super) name: &'static CStr,
    pub(super) trampoline: ffi::getter,
}

/// The `__next__` of a class.
#[derive(Debug)]
pub struct Next(pub(super) ffi::iternextfunc);

/// A value of a type that has only one: the item type of a function.
fn only_value<F: Copy>() -> F {
    const {
        assert!(
            size_of::<F>() == 0,
            "a named function, nothing that captures"
        )
    };
    // SAFETY: F has no bytes, so any (dangling, aligned) address holds its value; a function was given as proof that
    // there is one.
    unsafe { ptr::dangling::<F>().read() }
}

/// A method called `name` that is the named function `_body`.
pub fn method<T: Payload, F>(name: &'static CStr, _body: F) -> Method
where
    F: for<'a, 'py> Fn(
            Attached<'py>,
            This<'a, 'py, T>,
            Arguments<'a, 'py>,
        ) -> PyResult<Object<'py>>
        + Copy
        + 'static,
{
    unsafe extern "C" fn trampoline<T: Payload, F>(
        this: *mut ffi::PyObject,
        arguments: *mut *mut ffi::PyObject,
        count: ffi::Py_ssize_t,
    ) -> *mut ffi::PyObject
    where
        F: for<'a, 'py> Fn(
                Attached<'py>,
                This<'a, 'py, T>,
                Arguments<'a, 'py>,
            ) -> PyResult<Object<'py>>
            + Copy
            + 'static,
    {
        // SAFETY: CPython calls a method with an instance of its class and `count` live arguments.
        unsafe { enter(this, (arguments, count), only_value::<F>()) }
    }
    Method {
        name,
        trampoline: trampoline::<T, F>,
    }
}

/// An attribute called `name` whose value the named function `_body` gives.
pub fn getter<T: Payload, F>(name: &'static CStr, _body: F) -> Getter
where
    F: for<'a, 'py> Fn(Attached<'py>, This<'a, 'py, T>) -> PyResult<Object<'py>> + Copy + 'static,
{
    unsafe extern "C" fn trampoline<T: Payload, F>(
        this: *mut ffi::PyObject,
        _: *mut c_void,
    ) -> *mut ffi::PyObject
    where
        F: for<'a, 'py> Fn(Attached<'py>, This<'a, 'py, T>) -> PyResult<Object<'py>>
            + Copy
            + 'static,
    {
        // SAFETY: CPython calls a getter with an instance of its class.
        unsafe {
            enter(this, NO_ARGUMENTS, |py, this, _| {
                only_value::<F>()(py, this)
            })
        }
    }
    Getter {
        name,
        trampoline: trampoline::<T, F>,
    }
}

/// A `__next__` that is the named function `_body`; `None` ends the iteration.
pub fn next<T: Payload, F>(_body: F) -> Next
where
    F: for<'a, 'py> Fn(Attached<'py>, This<'a, 'py, T>) -> PyResult<Option<Object<'py>>>
        + Copy
        + 'static,
{
    unsafe extern "C" fn trampoline<T: Payload, F>(this: *mut ffi::PyObject) -> *mut ffi::PyObject
    where
        F: for<'a, 'py> Fn(Attached<'py>, This<'a, 'py, T>) -> PyResult<Option<Object<'py>>>
            + Copy
            + 'static,
    {
        // SAFETY: CPython calls `__next__` with an instance of its class.
        unsafe {
            enter(this, NO_ARGUMENTS, |py, this, _| {
                or_stop(py, only_value::<F>()(py, this))
            })
        }
    }
    Next(trampoline::<T, F>)
}

fn or_stop<'py>(py: Attached<'py>, item: PyResult<Option<Object<'py>>>) -> PyResult<Object<'py>> {
    item?.ok_or_else(|| py.raise(Kind::StopIteration, ""))
}

/// The arguments as objects, without counting them.
///
/// # Safety
///
/// `arguments` points to `count` objects that live during `'a`, of the interpreter this thread is attached to.
unsafe fn argument_slice<'a, 'py>(
    _: Attached<'py>,
    arguments: *mut *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
) -> Arguments<'a, 'py> {
    match count {
        0 => &[],
        // SAFETY: an Object is a non-null pointer and nothing else (repr(transparent)); never dropped through `&`.
        count => unsafe {
            std::slice::from_raw_parts(arguments.cast::<Object<'py>>(), count as usize)
        },
    }
}

/// Arguments as CPython passes them: where they are, and how many.
type RawArguments = (*mut *mut ffi::PyObject, ffi::Py_ssize_t);

const NO_ARGUMENTS: RawArguments = (ptr::null_mut(), 0);

/// Runs `body` with the payload of `this` and the arguments. A panic becomes a RuntimeError.
///
/// # Safety
///
/// This thread is attached, `this` is an instance of the class of T, and it and the arguments are alive during the call.
unsafe fn enter<T: Payload>(
    this: *mut ffi::PyObject,
    (arguments, count): RawArguments,
    body: impl for<'a, 'py> FnOnce(
        Attached<'py>,
        This<'a, 'py, T>,
        Arguments<'a, 'py>,
    ) -> PyResult<Object<'py>>,
) -> *mut ffi::PyObject {
    let _mark = Mark::set();
    // SAFETY: the caller's promise.
    let py = unsafe { Attached::assume() };
    // SAFETY: the caller's promise; payloads are only ever shared.
    let payload = unsafe { &(*this.cast::<Instance<T>>()).payload };
    // SAFETY: an Object is a non-null pointer and nothing else; borrowed during the call, never dropped.
    let object = unsafe { &*(&raw const this).cast::<Object<'_>>() };
    // SAFETY: the caller's promise.
    let arguments = unsafe { argument_slice(py, arguments, count) };
    let raise = |text: &str| {
        let fault = host::panicked(" in the server", text);
        host::fault(&fault);
        let _ = py.raise(Kind::Runtime, fault.text());
    };
    match guard(raise, || body(py, This { object, payload }, arguments)) {
        Some(Ok(object)) => object.into_ptr(),
        Some(Err(_)) | None => ptr::null_mut(), // An exception is set.
    }
}
