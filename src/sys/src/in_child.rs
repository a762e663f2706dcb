//! For tests of what changes a whole process: they do it in a copy of the test program.

use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

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
