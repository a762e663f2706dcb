//! For tests of what changes a whole process: they do it in a copy of the test program.

use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::account::is_root;
use crate::done;

/// Runs `check` in a forked child, which has one thread, and fails as it fails there.
pub(crate) fn in_child(check: impl FnOnce()) {
    let (mut read, mut write) = io::pipe().unwrap();
    // SAFETY: the child is a copy with one thread. The C library makes its own locks free again, the allocator's among
    // them; `check` waits for no lock of another thread, and the child leaves by `_exit`.
    let child = unsafe { libc::fork() };
    if child == 0 {
        drop(read);
        let panic = catch_unwind(AssertUnwindSafe(check)).err();
        let text = panic.map_or("", |panic| match panic.downcast_ref::<String>() {
            Some(text) => text.clone().leak(),
            None => panic.downcast_ref::<&str>().map_or("panic", |text| text),
        });
        let _ = write.write_all(text.as_bytes());
        // SAFETY: takes a number.
        unsafe { libc::_exit(i32::from(!text.is_empty())) };
    }
    done(child).unwrap();
    drop(write);
    let mut status = -1;
    // SAFETY: `status` is writable; the child is ours.
    done(unsafe { libc::waitpid(child, &raw mut status, 0) }).unwrap();
    let mut text = String::new();
    if status != 0 {
        read.read_to_string(&mut text).unwrap();
    }
    assert_eq!(status, 0, "in the child: {text}");
}

/// As [`in_child`], but only as root; else says that `what` was skipped.
pub(crate) fn in_child_as_root(what: &str, check: impl FnOnce()) {
    if is_root() {
        return in_child(check);
    }
    let _ = writeln!(io::stderr(), "SKIPPED: {what}: only root may do that");
}

/// A forked copy of the test program that does nothing, and so keeps its copies of all descriptors, until it is killed.
pub(crate) struct Idle(i32);

impl Idle {
    pub(crate) fn new() -> Self {
        // SAFETY: the child makes one system call over and over.
        let child = unsafe { libc::fork() };
        if child == 0 {
            loop {
                // SAFETY: no arguments.
                unsafe { libc::pause() };
            }
        }
        done(child).unwrap();
        Self(child)
    }

    /// Its number.
    pub(crate) fn pid(&self) -> u32 {
        self.0.cast_unsigned()
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        // SAFETY: takes numbers only; the child is ours.
        unsafe { libc::kill(self.0, libc::SIGKILL) };
        // SAFETY: the status is not asked for.
        unsafe { libc::waitpid(self.0, std::ptr::null_mut(), 0) };
    }
}
