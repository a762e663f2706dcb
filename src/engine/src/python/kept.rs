//! [`Kept`]: a reference that outlives an attachment.

use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, Ordering};

use pyo3_ffi as ffi;

use super::attached::Attached;
use super::object::Object;

/// A reference that outlives an attachment, for things that belong to an interpreter: its types, its keys, its scripts.
///
/// It is given back by [`Kept::release`], or by [`Kept::expire`] when its interpreter is about to end: CPython gives the
/// memory of an interpreter back only if nothing in it is left. A Kept that is merely dropped leaves its object alive,
/// because the thread that drops it may be attached to nothing.
#[derive(Debug)]
pub struct Kept {
    /// Null when expired. Written while attached to the interpreter, and read so; so relaxed is enough.
    raw: AtomicPtr<ffi::PyObject>,
    #[cfg(debug_assertions)]
    interpreter: super::InterpreterId,
}

impl Kept {
    /// The object, within an attachment to the interpreter it came from.
    ///
    /// # Panics
    ///
    /// If it has expired.
    pub fn get<'py>(&self, py: Attached<'py>) -> Ref<'_, 'py> {
        self.check(py);
        let raw = NonNull::new(self.raw.load(Ordering::Relaxed))
            .expect("nobody uses the objects of an interpreter that is ending");
        // SAFETY: the reference this Kept counts stays while the borrow lasts; the Object is never dropped.
        let object = unsafe { std::mem::transmute::<NonNull<ffi::PyObject>, Object<'py>>(raw) };
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
        self.expire(py);
    }

    /// Gives the reference back, of a Kept that nobody has borrowed and nobody will use any more.
    pub fn expire(&self, py: Attached<'_>) {
        self.check(py);
        let raw = self.raw.swap(ptr::null_mut(), Ordering::Relaxed);
        // SAFETY: attached, and the reference was ours; null is left alone.
        unsafe { ffi::Py_XDECREF(raw) };
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
        let raw = self.into_ptr();
        let _ = py;
        Kept {
            raw: AtomicPtr::new(raw),
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
