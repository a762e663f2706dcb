//! Which thread state C code gets that asks for "the" state of its thread (`PyGILState_Ensure`: callbacks of ctypes, of
//! sqlite3, and of many extension modules).
//!
//! CPython notes it for each thread, up to 3.14 in thread-specific storage. Since 3.12 it is the one that the thread attached
//! last. Before, it is the first that was made on the thread, whichever interpreter that belongs to: a callback would run in the
//! wrong interpreter, or wait for a lock that its own thread holds. So we note the right one whenever a thread attaches.
//!
//! From 3.14 on threads leave states behind that another thread frees, and CPython, when a thread attaches, writes to the state that
//! is noted for it. So here none is noted while a thread of ours is attached to nothing. CPython marks the state that it notes; one
//! that we have taken out stays marked, and goes back in before the thread attaches with it again.

use pyo3_ffi::PyThreadState;

/// This thread is about to attach with `state`, which was taken out when it detached, if `out`.
pub(super) fn attaching(state: *mut PyThreadState, out: bool) {
    if out {
        slot::set(state);
    }
}

/// This thread has attached with `state`.
pub(super) fn attached(state: *mut PyThreadState) {
    if cfg!(not(Py_3_12)) {
        slot::set(state);
    }
}

/// This thread has detached from its state. Whether that was taken out.
pub(super) fn detached() -> bool {
    cfg!(Py_3_14) && slot::set(std::ptr::null_mut())
}

/// `state` is new, and this thread is not to attach with it at once. Whether it was taken out.
pub(super) fn made(state: *mut PyThreadState) -> bool {
    cfg!(Py_3_14) && slot::holds(state) && detached()
}

/// Runs `delete`, which frees `state`, one that its thread has left; this thread is attached with `own`. If the state is marked,
/// CPython believes that it is noted for this thread.
pub(super) fn while_deleted(
    state: *mut PyThreadState,
    own: *mut PyThreadState,
    delete: impl FnOnce(),
) {
    if cfg!(not(Py_3_14)) {
        return delete();
    }
    slot::set(state);
    delete();
    slot::set(own);
}

/// Whether a thread that is attached to nothing has none noted.
pub(super) fn is_empty_when_detached() -> bool {
    cfg!(Py_3_14) && slot::is_known()
}

pub(super) use slot::find;

/// The place where CPython notes it.
#[cfg(any(not(Py_3_12), Py_3_14))]
mod slot {
    use std::sync::OnceLock;

    use super::PyThreadState;

    /// Keys that a process can have: `PTHREAD_KEYS_MAX` of glibc and musl is not more.
    const MOST_KEYS: libc::pthread_key_t = 1024;

    /// CPython's key of thread-specific storage. Set once, when the runtime has started; from 3.15 on there is none.
    static KEY: OnceLock<libc::pthread_key_t> = OnceLock::new();

    /// Finds the key: the one whose value on this thread is `first`, the state that it has just been given.
    pub(in crate::python) fn find(first: *mut PyThreadState) {
        if let Some(key) = (0..MOST_KEYS).find(|key| value(*key) == first) {
            KEY.get_or_init(|| key);
        }
    }

    fn value(key: libc::pthread_key_t) -> *mut PyThreadState {
        // SAFETY: asking for the value of a key that does not exist gives null.
        unsafe { libc::pthread_getspecific(key) }.cast()
    }

    pub(super) fn is_known() -> bool {
        KEY.get().is_some()
    }

    pub(super) fn holds(state: *mut PyThreadState) -> bool {
        KEY.get().is_some_and(|key| value(*key) == state)
    }

    /// Puts `state` in, or null for none. Whether that could be done.
    pub(super) fn set(state: *mut PyThreadState) -> bool {
        KEY.get().is_some_and(|key| {
            // SAFETY: CPython's own key, whose values are thread states, or null as every thread begins. This one lives at
            // least until the thread detaches, or until it is deleted, which takes it out.
            unsafe { libc::pthread_setspecific(*key, state.cast()) == 0 }
        })
    }
}

/// CPython sees to it.
#[cfg(all(Py_3_12, not(Py_3_14)))]
mod slot {
    use super::PyThreadState;

    pub(in crate::python) fn find(_: *mut PyThreadState) {}

    pub(super) fn is_known() -> bool {
        false
    }

    pub(super) fn holds(_: *mut PyThreadState) -> bool {
        false
    }

    pub(super) fn set(_: *mut PyThreadState) -> bool {
        false
    }
}
