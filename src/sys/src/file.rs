//! What std's `File` tells only of files it owns.

use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd};

/// The size in bytes of a regular file; `None` for anything else.
pub fn regular_size(file: BorrowedFd<'_>) -> Option<u64> {
    let mut found = MaybeUninit::<libc::stat>::zeroed();
    // SAFETY: the descriptor is open while it is borrowed (a wrong one is an error); fstat writes to `found`.
    if unsafe { libc::fstat(file.as_raw_fd(), found.as_mut_ptr()) } != 0 {
        return None;
    }
    // SAFETY: fstat has filled it.
    let found = unsafe { found.assume_init() };
    (found.st_mode & libc::S_IFMT == libc::S_IFREG).then_some(found.st_size.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsFd;

    use super::regular_size;

    #[test]
    fn only_a_regular_file_has_a_size() {
        let here = File::open(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(
            regular_size(here.as_fd()),
            Some(here.metadata().unwrap().len())
        );
        let folder = File::open("/").unwrap();
        assert_eq!(regular_size(folder.as_fd()), None);
    }
}
