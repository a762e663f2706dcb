//! [`NoPython`]: what may be used while detached, and the complete list of it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use clutch_core::code::Fault;
use clutch_core::exchange::{Failure, FileRange, Then};
use clutch_core::log::Level;
use clutch_core::scoreboard::Scoreboard;
use clutch_sys::lock::{Mutex, MutexGuard};

use crate::interpreter::{Change, Interpreter, Learned, Trial};
use crate::python::Room;
use crate::wsgi::Call;
use crate::wsgi::body::Problem;

/// A value through which no Python object can be reached without an [`super::Attached`].
///
/// # Safety
///
/// The type holds no `Object` and no `Attached`, and no function of it touches Python without taking an `Attached`.
pub unsafe trait NoPython {}

macro_rules! no_python {
    ($($type:ty: $why:literal,)*) => {
        $(
            // SAFETY: the reason stands beside the type.
            unsafe impl NoPython for $type {}
        )*
    };
}

no_python! {
    (): "nothing",
    bool: "a value",
    usize: "a value",
    i64: "a value",
    u64: "a value",
    &str: "bytes",
    &[u8]: "bytes; of a Python object only while somebody holds that object",
    &[&[u8]]: "as above",
    &mut Room: "memory that no Python code has seen",
    Vec<u8>: "bytes",
    Vec<Vec<u8>>: "bytes",
    Failure: "a value",
    Problem: "a value",
    Level: "a value",
    Then: "a value",
    io::Error: "a value",
    FileRange<'_>: "a descriptor and two numbers",
    &Call: "the state of a call; its only way to Python is through functions that take an Attached",
    &Interpreter: "its objects are Kept, which are reached with an Attached only",
    &Arc<Interpreter>: "as above",
    Trial: "texts, and a lock that guards no Python object",
    Learned: "texts",
    Change<'_>: "numbers",
    Vec<PathBuf>: "paths",
    Scoreboard: "numbers and texts",
    &Fault: "texts",
    &[String]: "texts",
    &Mutex<()>: "a lock that guards no Python object",
    MutexGuard<'_, ()>: "as above",
}

// SAFETY: what it may hold is NoPython.
unsafe impl<T: NoPython> NoPython for Option<T> {}
// SAFETY: what it holds is NoPython.
unsafe impl<T: NoPython, E: NoPython> NoPython for Result<T, E> {}
// SAFETY: what it holds is NoPython.
unsafe impl<A: NoPython, B: NoPython> NoPython for (A, B) {}
// SAFETY: what it holds is NoPython.
unsafe impl<A: NoPython, B: NoPython, C: NoPython> NoPython for (A, B, C) {}
