//! Python types whose instances carry a Rust value, and the trampolines that lead from Python into its methods.

mod trampoline;

use std::ffi::{CStr, c_int, c_void};
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use clutch_sys::lock::Mutex;
use pyo3_ffi as ffi;

use super::attached::Attached;
use super::exception::PyResult;
use super::kept::Kept;
use super::object::Object;
pub use trampoline::{Arguments, Getter, Method, Next, getter, method, next, no_arguments};

/// A Rust value that Python objects carry.
///
/// `Sync`, because without a GIL, and whenever a method detaches, two threads are in it at once.
pub trait Payload: Send + Sync + Sized + 'static {
    /// Full name, such as `mod_wsgi.Input`.
    const NAME: &'static CStr;
    /// The methods.
    fn methods() -> Vec<Method>;
    /// Read-only attributes.
    fn getters() -> Vec<Getter> {
        Vec::new()
    }
    /// `__next__`, if instances are their own iterators.
    fn next() -> Option<Next> {
        None
    }
}

#[repr(C)]
struct Instance<T> {
    head: ffi::PyObject,
    payload: ManuallyDrop<T>,
}

/// An instance, and the payload in it.
pub struct This<'a, 'py, T> {
    object: &'a Object<'py>,
    payload: &'a T,
}

impl<T> Clone for This<'_, '_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for This<'_, '_, T> {}

impl<'a, 'py, T> This<'a, 'py, T> {
    /// The instance as an object.
    pub fn object(self) -> &'a Object<'py> {
        self.object
    }

    /// The payload, for as long as the instance is borrowed.
    pub fn payload(self) -> &'a T {
        self.payload
    }
}

impl<T> Deref for This<'_, '_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.payload
    }
}

/// Shows the garbage collector that an instance holds its class. A class holds itself, so only the collector can free it, and
/// in the last collection of an interpreter it does so only if it sees all that hold it.
unsafe extern "C" fn traverse(
    this: *mut ffi::PyObject,
    visit: ffi::visitproc,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: the collector asks about a live instance, which has its type.
    let class = unsafe { ffi::Py_TYPE(this) };
    // SAFETY: the collector's own function and argument; a live object.
    unsafe { visit(class.cast(), argument) }
}

unsafe extern "C" fn deallocate<T: Payload>(this: *mut ffi::PyObject) {
    // SAFETY: an instance of a class with garbage collection, which ends.
    unsafe { ffi::PyObject_GC_UnTrack(this.cast()) };
    // SAFETY: CPython ends an instance of this class, which nobody has a reference to any more.
    let payload = unsafe { &mut (*this.cast::<Instance<T>>()).payload };
    let _ = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: dropped once: the instance ends here.
        unsafe { ManuallyDrop::drop(payload) }
    }));
    // SAFETY: the instance still has its type.
    let class = unsafe { ffi::Py_TYPE(this) };
    // SAFETY: our types do not change how they allocate (PyType_GenericAlloc with garbage collection).
    unsafe { ffi::PyObject_GC_Del(this.cast()) };
    // SAFETY: an instance of a heap type holds a reference to it.
    unsafe { ffi::Py_DECREF(class.cast()) };
}

unsafe extern "C" fn itself(this: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: CPython calls `__iter__` with a live instance, attached.
    unsafe { ffi::Py_NewRef(this) }
}

/// Makes the class of T, for this interpreter.
pub fn define<T: Payload>(py: Attached<'_>) -> PyResult<Kept> {
    let tables = tables::<T>();
    let mut slots = vec![slot(ffi::Py_tp_dealloc, deallocate::<T> as *mut c_void)];
    slots.push(slot(ffi::Py_tp_traverse, traverse as *mut c_void));
    slots.push(slot(ffi::Py_tp_methods, tables.methods.cast()));
    if !tables.getters.is_null() {
        slots.push(slot(ffi::Py_tp_getset, tables.getters.cast()));
    }
    if let Some(Next(trampoline)) = T::next() {
        slots.push(slot(ffi::Py_tp_iter, itself as *mut c_void));
        slots.push(slot(ffi::Py_tp_iternext, trampoline as *mut c_void));
    }
    slots.push(slot(0, ptr::null_mut()));
    let mut spec = ffi::PyType_Spec {
        name: T::NAME.as_ptr(),
        basicsize: size_of::<Instance<T>>() as c_int,
        itemsize: 0,
        flags: (ffi::Py_TPFLAGS_DEFAULT
            | ffi::Py_TPFLAGS_HAVE_GC
            | ffi::Py_TPFLAGS_DISALLOW_INSTANTIATION) as u32,
        slots: slots.as_mut_ptr(),
    };
    // SAFETY: attached; the tables in the slots live as long as the process, the rest is copied.
    let raw = unsafe { ffi::PyType_FromSpec(&mut spec) };
    // SAFETY: a new reference or null.
    unsafe { Object::owned(py, raw) }.map(Object::keep)
}

fn slot(number: c_int, value: *mut c_void) -> ffi::PyType_Slot {
    ffi::PyType_Slot {
        slot: number,
        pfunc: value,
    }
}

/// What the classes of one kind have in common in all interpreters. Lives as long as the process: CPython keeps pointing to
/// it.
#[derive(Clone, Copy)]
struct Tables {
    methods: *mut ffi::PyMethodDef,
    /// Null if there are none.
    getters: *mut ffi::PyGetSetDef,
}

// SAFETY: addresses of tables that are never written to.
unsafe impl Send for Tables {}

/// The tables of T, made once.
fn tables<T: Payload>() -> Tables {
    static KNOWN: Mutex<Vec<(usize, Tables)>> = Mutex::new(Vec::new());
    let name = T::NAME.as_ptr().addr();
    let mut known = KNOWN.lock();
    if let Some((_, tables)) = known.iter().find(|(of, _)| *of == name) {
        return *tables;
    }
    let getters = T::getters();
    let tables = Tables {
        methods: method_table(T::methods()),
        getters: match getters.is_empty() {
            true => ptr::null_mut(),
            false => getter_table(getters),
        },
    };
    known.push((name, tables));
    tables
}

/// A method table that lives as long as the process.
fn method_table(methods: Vec<Method>) -> *mut ffi::PyMethodDef {
    let end = ffi::PyMethodDef::zeroed();
    let table = methods
        .into_iter()
        .map(|method| definition(&method))
        .chain([end]);
    Box::leak(table.collect::<Box<[_]>>()).as_mut_ptr()
}

fn definition(method: &Method) -> ffi::PyMethodDef {
    ffi::PyMethodDef {
        ml_name: method.name.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer {
            PyCFunctionFast: method.trampoline,
        },
        ml_flags: ffi::METH_FASTCALL,
        ml_doc: ptr::null(),
    }
}

fn getter_table(getters: Vec<Getter>) -> *mut ffi::PyGetSetDef {
    let define = |getter: Getter| ffi::PyGetSetDef {
        name: getter.name.as_ptr(),
        get: Some(getter.trampoline),
        ..ffi::PyGetSetDef::default()
    };
    let table = getters
        .into_iter()
        .map(define)
        .chain([ffi::PyGetSetDef::default()]);
    Box::leak(table.collect::<Box<[_]>>()).as_mut_ptr()
}

/// A new instance of the class that [`define`] made for T.
pub fn instance<'py, T: Payload>(class: &Object<'py>, payload: T) -> PyResult<Object<'py>> {
    // SAFETY: attached; a type with the size of Instance<T>, by the contract of the callers: `class` comes from `define::<T>`.
    let raw = unsafe { ffi::PyType_GenericAlloc(class.as_ptr().cast(), 0) };
    // SAFETY: a new reference or null.
    let object = unsafe { Object::owned(class.py(), raw) };
    let Ok(object) = object else {
        return object; // `payload` is dropped.
    };
    // SAFETY: room for a T that holds zeros and no T yet; nobody else has the object.
    let room = unsafe { &raw mut (*raw.cast::<Instance<T>>()).payload };
    // SAFETY: as above.
    unsafe { room.write(ManuallyDrop::new(payload)) };
    Ok(object)
}

/// A callable that is a method bound to `this`, like an attribute lookup would give, but without the lookup.
pub fn bound<'py>(this: &Object<'py>, method: &'static StaticMethod) -> PyResult<Object<'py>> {
    // SAFETY: attached; the definition is static, `this` an instance of the class the method is for.
    let raw = unsafe {
        ffi::PyCFunction_NewEx(
            (&raw const method.0).cast_mut(),
            this.as_ptr(),
            ptr::null_mut(),
        )
    };
    // SAFETY: a new reference or null.
    unsafe { Object::owned(this.py(), raw) }
}

/// A method definition that lives as long as the process.
pub struct StaticMethod(ffi::PyMethodDef);

// SAFETY: never written; pointers to static text and code.
unsafe impl Sync for StaticMethod {}
// SAFETY: as above.
unsafe impl Send for StaticMethod {}

impl StaticMethod {
    /// The definition of `method`.
    pub fn new(method: &Method) -> Self {
        Self(definition(method))
    }
}
