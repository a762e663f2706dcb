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

/// Whether this is a regular file that was opened for reading: whoever has opened it may read it. A descriptor that only
/// names a file (`O_PATH`) can be had of files that its owner may not read.
pub fn is_open_for_reading(file: BorrowedFd<'_>) -> bool {
    use rustix::fs::OFlags;
    let reads = rustix::fs::fcntl_getfl(file).is_ok_and(|flags| {
        !flags.contains(OFlags::PATH) && flags & OFlags::ACCMODE != OFlags::WRONLY
    });
    reads && regular_size(file).is_some()
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsFd;

    use super::{is_open_for_reading, regular_size};

    #[test]
    fn only_a_file_that_was_opened_for_reading_is() {
        use std::os::unix::fs::OpenOptionsExt as _;
        let path = std::env::current_exe().unwrap();
        let open = |flags: i32| {
            let mut options = File::options();
            options.read(true).custom_flags(flags).open(&path).unwrap()
        };
        assert!(is_open_for_reading(open(0).as_fd()));
        assert!(!is_open_for_reading(open(libc::O_PATH).as_fd()));
        let null = File::options().write(true).open("/dev/null").unwrap();
        assert!(!is_open_for_reading(null.as_fd()));
        assert!(!is_open_for_reading(File::open("/").unwrap().as_fd()));
    }

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
