//! `mod_clutch.so`: what httpd opens and closes of Clutch, which is one record.
//!
//! The module itself, `libclutch_module.so` beside it, stays mapped in a process that has opened it once. But httpd makes the symbols of
//! the modules that it opens known to those that it opens later, and the record has the name of mod_wsgi's. Were it in what stays, a
//! server that goes back to mod_wsgi without a new process would have mod_wsgi take our record for its own, and crash. So the record
//! goes when httpd closes this file, and a new one comes with the next opening.

use std::cell::UnsafeCell;
use std::ffi::{CStr, CString, c_char, c_void};
use std::mem::MaybeUninit;

/// The library that fills the record.
const MODULE: &[u8] = b"libclutch_module.so\0";

/// Its function for that. The name tells which layout of the record it knows.
const FILL: &CStr = c"clutch_fill_record_1";

type Fill = unsafe extern "C" fn(*mut ffi_httpd::module);

/// httpd's record of a module. Filled while the dynamic linker opens this file, then written by httpd, which is single-threaded.
#[derive(Debug)]
#[repr(transparent)]
pub struct Record(UnsafeCell<MaybeUninit<ffi_httpd::module>>);

// SAFETY: written only while httpd is single-threaded.
unsafe impl Sync for Record {}

/// The record. httpd refuses it as it is here, without its magic number; [`fill`] makes it one.
#[unsafe(no_mangle)]
pub static wsgi_module: Record = Record(UnsafeCell::new(MaybeUninit::zeroed()));

/// Runs when the file is opened, before httpd looks for the record.
#[used]
#[unsafe(link_section = ".init_array")]
static FIRST: extern "C" fn() = fill;

extern "C" fn fill() {
    if let Err(why) = filled() {
        const BEFORE: &[u8] =
            b"mod_clutch.so: libclutch_module.so, which belongs beside it, cannot be used: ";
        for part in [BEFORE, why.to_bytes(), b"\n"] {
            // SAFETY: bytes that live as long as the call. Nobody is there to be told that they cannot be written.
            unsafe { libc::write(libc::STDERR_FILENO, part.as_ptr().cast(), part.len()) };
        }
    }
}

fn filled() -> Result<(), CString> {
    let path = beside().ok_or(c"nobody knows where that is")?;
    // SAFETY: NUL-terminated. Its initialisers run; it is a library that the operator has installed.
    let library = unsafe { libc::dlopen(path.as_ptr().cast(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
    if library.is_null() {
        return Err(last_error());
    }
    // SAFETY: the handle is open, and is never closed; the name is NUL-terminated.
    let fill = unsafe { libc::dlsym(library, FILL.as_ptr()) };
    if fill.is_null() {
        return Err(c"it is another build of Clutch".into());
    }
    // SAFETY: a function of this name has this type.
    let fill = unsafe { std::mem::transmute::<*mut c_void, Fill>(fill) };
    // SAFETY: the record is static, and nobody else has seen it yet.
    unsafe { fill(wsgi_module.0.get().cast()) };
    Ok(())
}

/// The path of the library beside this file, with a NUL at its end.
fn beside() -> Option<Vec<u8>> {
    let mut found = MaybeUninit::<libc::Dl_info>::zeroed();
    let here: *const c_void = (&raw const wsgi_module).cast();
    // SAFETY: an address in this file; `found` is written to.
    if unsafe { libc::dladdr(here, found.as_mut_ptr()) } == 0 {
        return None;
    }
    // SAFETY: zeroed is a valid Dl_info, and dladdr has filled it.
    let name: *const c_char = unsafe { found.assume_init() }.dli_fname;
    if name.is_null() {
        return None;
    }
    // SAFETY: the dynamic linker's own name of this file, which lives as long as it is open.
    let name = unsafe { CStr::from_ptr(name) }.to_bytes();
    let directory = name
        .iter()
        .rposition(|&byte| byte == b'/')
        .map_or(0, |at| at + 1);
    Some([&name[..directory], MODULE].concat())
}

fn last_error() -> CString {
    // SAFETY: may be called at any time; the text is this thread's.
    let text = unsafe { libc::dlerror() };
    match text.is_null() {
        true => c"the dynamic linker gave no reason".into(),
        // SAFETY: NUL-terminated, and valid until this thread's next call of a dl function.
        false => unsafe { CStr::from_ptr(text) }.into(),
    }
}
