//! The locale of the process: the language, and the forms of numbers and dates, of what is written in C.

use std::ffi::CString;
use std::{fs, io, ptr};

/// Has the locale `name` in all categories. To be called at the start of a program, while it has one thread.
///
/// # Errors
///
/// `Unsupported` if this system has no such locale, which stays as it was; `InvalidInput` for a name with a NUL; `ResourceBusy`
/// if there are other threads, which might read what would be changed.
pub fn set_locale(name: &[u8]) -> io::Result<()> {
    let name = CString::new(name)?;
    if !has_one_thread()? {
        return Err(io::ErrorKind::ResourceBusy.into());
    }
    // SAFETY: a text with its end, which is not kept. No other thread is there that could use the locale meanwhile.
    let known = unsafe { libc::setlocale(libc::LC_ALL, name.as_ptr()) };
    match ptr::eq(known, ptr::null()) {
        true => Err(io::ErrorKind::Unsupported.into()),
        false => Ok(()),
    }
}

/// Whether this process has no other thread.
fn has_one_thread() -> io::Result<bool> {
    Ok(fs::read_dir("/proc/self/task")?.take(2).count() == 1)
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::set_locale;
    use crate::in_child::in_child;

    #[test]
    fn a_locale_is_had_if_the_system_has_it() {
        in_child(|| {
            assert!(set_locale(b"C").is_ok());
            let kind = |name: &[u8]| set_locale(name).unwrap_err().kind();
            assert_eq!(kind(b"xx_YY.none"), io::ErrorKind::Unsupported);
            assert_eq!(kind(b"a\0b"), io::ErrorKind::InvalidInput);
        });
    }

    #[test]
    fn a_locale_is_not_changed_under_other_threads() {
        let other = std::thread::spawn(std::thread::park);
        let refused = set_locale(b"C").unwrap_err();
        other.thread().unpark();
        other.join().unwrap();
        assert_eq!(refused.kind(), io::ErrorKind::ResourceBusy);
    }
}
