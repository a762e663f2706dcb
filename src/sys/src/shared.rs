//! Memory that a process shares with the children it makes later.

use std::io;
use std::ptr::{self, NonNull};
use std::sync::atomic::AtomicU32;

/// A number, 0 at first, that this process and all children it makes from now on see as one. Never given back.
///
/// # Errors
///
/// What mmap(2) says.
pub fn number() -> io::Result<&'static AtomicU32> {
    let access = libc::PROT_READ | libc::PROT_WRITE;
    let kind = libc::MAP_SHARED | libc::MAP_ANONYMOUS;
    // SAFETY: new memory at an address of the system's choice.
    let place = unsafe { libc::mmap(ptr::null_mut(), size_of::<AtomicU32>(), access, kind, -1, 0) };
    if place == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    let place = NonNull::new(place.cast::<AtomicU32>()).ok_or(io::ErrorKind::OutOfMemory)?;
    // SAFETY: a zeroed page, aligned, never unmapped; other processes touch it as the same atomic number only.
    Ok(unsafe { place.as_ref() })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::number;
    use crate::done;

    #[test]
    fn a_child_and_its_parent_see_one_number() {
        let shared = number().unwrap();
        assert_eq!(shared.load(Ordering::Relaxed), 0);
        // SAFETY: the child stores a number and leaves, which is right in a copy of a process with threads.
        let child = unsafe { libc::fork() };
        if child == 0 {
            shared.store(7, Ordering::Relaxed);
            // SAFETY: no arguments but a number.
            unsafe { libc::_exit(0) };
        }
        done(child).unwrap();
        let mut status = 1;
        // SAFETY: `status` is writable; the child is ours.
        done(unsafe { libc::waitpid(child, &raw mut status, 0) }).unwrap();
        assert_eq!((status, shared.load(Ordering::Relaxed)), (0, 7));
    }
}
