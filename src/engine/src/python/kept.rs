//! [`Kept`]: a reference that outlives an attachment.

use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::NonNull;

use pyo3_ffi as ffi;

use super::attached::Attached;
use super::object::Object;

/// A reference that outlives an attachment, for things that belong to an interpreter: its types, its keys, its scripts.
///
/// It is given back by [`Kept::release`]; a Kept that is merely dropped leaves its object alive until the interpreter
/// ends, because the thread that drops it may be attached to nothing.
#[derive(Debug)]
pub struct Kept {
    raw: NonNull<ffi::PyObject>,
    #[cfg(debug_assertions)]
    interpreter: super::InterpreterId,
}

// SAFETY: an address and a count; both are touched only while attached.
unsafe impl Send for Kept {}
// SAFETY: as above.
unsafe impl Sync for Kept {}

impl Kept {
    /// The object, within an attachment to the interpreter it came from.
    pub fn get<'py>(&self, py: Attached<'py>) -> Ref<'_, 'py> {
        self.check(py);
        // SAFETY: the reference this Kept counts stays while the borrow lasts; the Object is never dropped.
        let object =
            unsafe { std::mem::transmute::<NonNull<ffi::PyObject>, Object<'py>>(self.raw) };
        Ref {
            object: ManuallyDrop::new(object),
            kept: std::marker::PhantomData,
        }
    }

    /// The object with a reference of its own.
    pub fn bind<'py>(&self, py: Attached<'py>) -> Object<'py> {
        self.get(py).clone()
    }

    /// Gives the reference back.
    pub fn release(self, py: Attached<'_>) {
        self.check(py);
        // SAFETY: attached, and the reference is ours.
        unsafe { ffi::Py_DECREF(self.raw.as_ptr()) };
    }

    #[cfg(debug_assertions)]
    fn check(&self, py: Attached<'_>) {
        assert_eq!(
            self.interpreter,
            super::InterpreterId::of(py),
            "an object of another interpreter"
        );
    }

    #[cfg(not(debug_assertions))]
    fn check(&self, _: Attached<'_>) {}
}

impl<'py> Object<'py> {
    /// Keeps the object beyond this attachment.
    pub fn keep(self) -> Kept {
        let py = self.py();
        let raw = NonNull::new(self.into_ptr()).expect("an Object is never null");
        let _ = py;
        Kept {
            raw,
            #[cfg(debug_assertions)]
            interpreter: super::InterpreterId::of(py),
        }
    }
}

/// An object that a [`Kept`] holds for us.
pub struct Ref<'k, 'py> {
    object: ManuallyDrop<Object<'py>>,
    kept: std::marker::PhantomData<&'k Kept>,
}

impl<'py> Deref for Ref<'_, 'py> {
    type Target = Object<'py>;
    fn deref(&self) -> &Object<'py> {
        &self.object
    }
}
