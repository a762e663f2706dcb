//! Memory that a process shares with the children it makes later.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::ptr::{self, NonNull};
use std::sync::atomic::AtomicU32;

/// A number, 0 at first, that this process and all children it makes from now on see as one. Never given back.
///
/// # Errors
///
/// What mmap(2) says.
pub fn number() -> io::Result<&'static AtomicU32> {
    map(libc::MAP_SHARED | libc::MAP_ANONYMOUS, -1)
}

fn map(kind: i32, file: RawFd) -> io::Result<&'static AtomicU32> {
    let access = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: new memory at an address of the system's choice; a file is a page long, and stays so: who has it only maps it.
    let place = unsafe {
        libc::mmap(
            ptr::null_mut(),
            size_of::<AtomicU32>(),
            access,
            kind,
            file,
            0,
        )
    };
    if place == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    let place = NonNull::new(place.cast::<AtomicU32>()).ok_or(io::ErrorKind::OutOfMemory)?;
    // SAFETY: a zeroed page, aligned, never unmapped; other processes touch it as the same atomic number only.
    Ok(unsafe { place.as_ref() })
}

/// A number as [`number`] gives it, and a descriptor by which another program gets it, too.
///
/// # Errors
///
/// What memfd_create(2), ftruncate(2) and mmap(2) say.
pub fn number_for_others() -> io::Result<(&'static AtomicU32, OwnedFd)> {
    let file = rustix::fs::memfd_create("clutch", rustix::fs::MemfdFlags::CLOEXEC)?;
    rustix::fs::ftruncate(&file, PAGE)?;
    Ok((number_of(file.as_fd())?, file))
}

/// The number that another program shares by this descriptor.
///
/// # Errors
///
/// `InvalidInput` if it is not from [`number_for_others`]; what mmap(2) says.
pub fn number_of(file: BorrowedFd<'_>) -> io::Result<&'static AtomicU32> {
    if rustix::fs::fstat(file)?.st_size < PAGE.cast_signed() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    map(libc::MAP_SHARED, file.as_raw_fd())
}

/// Bytes of the file behind a number: a page.
const PAGE: u64 = 4096;

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use std::os::fd::AsFd;

    use super::{number, number_for_others, number_of};
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

    #[test]
    fn another_program_sees_the_number_by_its_descriptor() {
        let (number, file) = number_for_others().unwrap();
        let same = number_of(file.as_fd()).unwrap();
        number.store(7, Ordering::Relaxed);
        assert_eq!(same.load(Ordering::Relaxed), 7);
        let other = std::fs::File::open("/dev/null").unwrap();
        assert!(number_of(other.as_fd()).is_err());
    }
}
