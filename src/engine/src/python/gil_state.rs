//! Which thread state C code gets that asks for "the" state of its thread (`PyGILState_Ensure`: callbacks of ctypes, of
//! sqlite3, and of many extension modules).
//!
//! Since 3.12 it is the one that the thread attached last. Before, it is the first that was made on the thread, whichever
//! interpreter that belongs to: a callback would run in the wrong interpreter, or wait for a lock that its own thread
//! holds. CPython keeps the state in thread-specific storage; we put the right one there whenever a thread attaches.

use pyo3_ffi::PyThreadState;

#[cfg(Py_3_12)]
mod slot {
    use super::PyThreadState;

    pub(in crate::python) fn find(_: *mut PyThreadState) {}
    pub(in crate::python) fn set(_: *mut PyThreadState) {}
}

#[cfg(not(Py_3_12))]
mod slot {
    use std::sync::OnceLock;

    use super::PyThreadState;

    /// Keys that a process can have: `PTHREAD_KEYS_MAX` of glibc and musl is not more.
    const MOST_KEYS: libc::pthread_key_t = 1024;

    /// CPython's key. Set once, when the runtime has started.
    static KEY: OnceLock<libc::pthread_key_t> = OnceLock::new();

    /// Finds CPython's key: the one whose value on this thread is `first`, the state that it has just been given.
    pub(in crate::python) fn find(first: *mut PyThreadState) {
        // SAFETY: asking for the value of a key that does not exist gives null.
        let holds =
            |key: &libc::pthread_key_t| unsafe { libc::pthread_getspecific(*key) } == first.cast();
        if let Some(key) = (0..MOST_KEYS).find(holds) {
            KEY.get_or_init(|| key);
        }
    }

    /// Makes `state`, with which this thread is attached, the one that C code gets on it.
    pub(in crate::python) fn set(state: *mut PyThreadState) {
        if let Some(key) = KEY.get() {
            // SAFETY: CPython's own key, whose values are thread states of their threads. This one is, and lives at least
            // until the thread attaches with another or deletes it, which empties the slot.
            unsafe { libc::pthread_setspecific(*key, state.cast()) };
        }
    }
}

pub(super) use slot::{find, set};
