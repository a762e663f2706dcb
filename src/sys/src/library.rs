//! Shared libraries at run time: `dlopen`, `dlsym`, and where a symbol came from.

use std::ffi::{CStr, CString, OsStr, c_void};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::ptr::NonNull;

/// A library that stays mapped until the process ends.
#[derive(Debug)]
pub struct Library(NonNull<c_void>);

// SAFETY: a dlopen handle may be used from any thread.
unsafe impl Send for Library {}
// SAFETY: dlsym is thread-safe, and the handle is never closed.
unsafe impl Sync for Library {}

impl Library {
    /// Maps `path` and all it needs, with every symbol resolved now and visible to libraries opened later.
    ///
    /// Extension modules of Python that do not name libpython find its symbols only so.
    ///
    /// # Errors
    ///
    /// The dynamic linker's own sentence.
    pub fn open_global(path: &Path) -> io::Result<Self> {
        let name = CString::new(path.as_os_str().as_bytes())?;
        // SAFETY: `name` is NUL-terminated. Initialisers of the library run; it is one the operator installed.
        let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL) };
        NonNull::new(handle).map(Self).ok_or_else(last_error)
    }

    /// The address of `symbol`; `None` if the library has none of that name.
    pub fn symbol(&self, symbol: &CStr) -> Option<NonNull<c_void>> {
        // SAFETY: the handle is open for ever, `symbol` is NUL-terminated.
        NonNull::new(unsafe { libc::dlsym(self.0.as_ptr(), symbol.as_ptr()) })
    }
}

/// The file that `address`, a function or static of a mapped library, belongs to.
#[expect(
    clippy::not_unsafe_ptr_arg_deref,
    reason = "the address is compared, never dereferenced"
)]
pub fn file_of(address: *const c_void) -> Option<PathBuf> {
    let mut found = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: dladdr only compares `address` with what is mapped, and writes to `found`.
    if unsafe { libc::dladdr(address, found.as_mut_ptr()) } == 0 {
        return None;
    }
    // SAFETY: zeroed is a valid Dl_info (pointers and addresses), and dladdr has filled it.
    let found = unsafe { found.assume_init() };
    let name = NonNull::new(found.dli_fname.cast_mut())?;
    // SAFETY: dladdr gives a NUL-terminated name that lives as long as the library is mapped.
    let name = unsafe { CStr::from_ptr(name.as_ptr()) };
    Some(PathBuf::from(OsStr::from_bytes(name.to_bytes())))
}

/// Whether some library mapped with global symbols already defines `symbol`.
pub fn is_defined(symbol: &CStr) -> bool {
    // SAFETY: RTLD_DEFAULT asks for the global scope; `symbol` is NUL-terminated.
    !unsafe { libc::dlsym(libc::RTLD_DEFAULT, symbol.as_ptr()) }.is_null()
}

fn last_error() -> io::Error {
    // SAFETY: dlerror may be called at any time; the text is this thread's.
    let text = unsafe { libc::dlerror() };
    match NonNull::new(text) {
        // SAFETY: non-null, NUL-terminated, and valid until this thread's next call of a dl function.
        Some(text) => io::Error::other(
            unsafe { CStr::from_ptr(text.as_ptr()) }
                .to_string_lossy()
                .into_owned(),
        ),
        None => io::Error::other("the dynamic linker gave no reason"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Library, file_of, is_defined};

    #[test]
    fn a_missing_library_is_an_error_that_names_it() {
        let error = Library::open_global(Path::new("/nothing/here.so")).unwrap_err();
        assert!(error.to_string().contains("/nothing/here.so"), "{error}");
    }

    #[test]
    fn symbols_of_an_open_library_are_found() {
        let c = Library::open_global(Path::new("libc.so.6")).unwrap();
        assert!(c.symbol(c"getpid").is_some());
        assert!(c.symbol(c"no_such_function_here").is_none());
        assert!(is_defined(c"getpid"));
    }

    #[test]
    fn the_file_of_a_function_is_where_it_was_mapped_from() {
        let here = file_of(file_of as *const std::ffi::c_void).unwrap();
        assert_eq!(
            here.file_name(),
            std::env::current_exe().unwrap().file_name()
        );
    }
}
