//! [`Source`]: Python code of our own, compiled once in the process and run in each interpreter.

use std::ffi::CStr;
use std::sync::OnceLock;

use pyo3_ffi as ffi;

use super::attached::Attached;
use super::exception::PyResult;
use super::object::Object;

/// The text of a file of ours.
#[derive(Debug)]
pub struct Source {
    file: &'static CStr,
    text: &'static CStr,
    /// The code in `marshal`'s form, which belongs to no interpreter. Reading it takes a fiftieth of the time of compiling.
    /// Set by the interpreter that comes first.
    code: OnceLock<Vec<u8>>,
}

impl Source {
    /// The text of `file`, the name that its frames carry, with a NUL at its end.
    ///
    /// # Panics
    ///
    /// If there is another NUL, or none.
    pub const fn new(file: &'static CStr, text: &'static str) -> Self {
        let Ok(text) = CStr::from_bytes_with_nul(text.as_bytes()) else {
            panic!("a text with a NUL at its end and nowhere else");
        };
        Self {
            file,
            text,
            code: OnceLock::new(),
        }
    }

    fn code<'py>(&self, py: Attached<'py>) -> PyResult<Object<'py>> {
        if let Some(code) = self.code.get() {
            return read(py, code);
        }
        let code = self.compile(py)?;
        let _ = self.code.set(written(&code)?); // Another interpreter may have been faster, with the same.
        Ok(code)
    }

    fn compile<'py>(&self, py: Attached<'py>) -> PyResult<Object<'py>> {
        let (text, file) = (self.text.as_ptr(), self.file.as_ptr());
        // SAFETY: attached; both NUL-terminated.
        let raw = unsafe { ffi::Py_CompileString(text, file, ffi::Py_file_input) };
        // SAFETY: a new reference or null.
        unsafe { Object::owned(py, raw) }
    }
}

fn read<'py>(py: Attached<'py>, code: &[u8]) -> PyResult<Object<'py>> {
    let length = code.len() as ffi::Py_ssize_t;
    // SAFETY: attached; `length` bytes that this Python has written in this process.
    let raw = unsafe { ffi::PyMarshal_ReadObjectFromString(code.as_ptr().cast(), length) };
    // SAFETY: a new reference or null.
    unsafe { Object::owned(py, raw) }
}

fn written(code: &Object<'_>) -> PyResult<Vec<u8>> {
    // SAFETY: attached; a code object, alive.
    let raw = unsafe { ffi::PyMarshal_WriteObjectToString(code.as_ptr(), ffi::Py_MARSHAL_VERSION) };
    // SAFETY: a new reference or null.
    unsafe { Object::owned(code.py(), raw) }?.to_bytes()
}

impl<'py> Attached<'py> {
    /// Runs sources of ours, one after the other, as one module called `name`, without entering it in `sys.modules`. Its
    /// `__file__` is `file`.
    pub fn run_module(self, name: &CStr, file: &CStr, sources: &[Source]) -> PyResult<Object<'py>> {
        // SAFETY: attached; NUL-terminated.
        let module = unsafe { ffi::PyModule_New(name.as_ptr()) };
        // SAFETY: a new reference or null.
        let module = unsafe { Object::owned(self, module) }?;
        let names = module.module_dict().expect("a module was just made");
        // SAFETY: attached; a borrowed reference.
        let builtins = unsafe { ffi::PyEval_GetBuiltins() };
        // SAFETY: alive as long as the interpreter.
        let builtins =
            unsafe { Object::borrowed(self, builtins) }.expect("an interpreter has builtins");
        names.set_item(&self.interned(c"__builtins__")?, &builtins)?;
        names.set_item(&self.interned(c"__file__")?, &self.interned(file)?)?;
        for source in sources {
            let code = source.code(self)?;
            // SAFETY: attached; a code object and a dict.
            let result =
                unsafe { ffi::PyEval_EvalCode(code.as_ptr(), names.as_ptr(), names.as_ptr()) };
            // SAFETY: a new reference or null.
            unsafe { Object::owned(self, result) }?;
        }
        Ok(module)
    }
}
