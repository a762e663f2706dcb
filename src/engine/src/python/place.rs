//! Where in the application's code this thread is.

use pyo3_ffi as ffi;

use super::attached::Attached;
use super::exception::PyResult;
use super::object::Object;

/// The directory of the standard library.
pub(super) fn library(py: Attached<'_>) -> PyResult<String> {
    let file = py.import(c"os")?.attribute_named(c"__file__")?.to_text();
    let (directory, _) = file.rsplit_once('/').unwrap_or_default();
    Ok(format!("{directory}/"))
}

/// File and line of the application that this thread runs: the innermost frame that is neither the prelude's nor of the
/// standard library, if there is one.
pub(super) fn place(py: Attached<'_>, library: &str) -> PyResult<(String, i64)> {
    // SAFETY: attached; a borrowed reference, or null without a frame.
    let raw = unsafe { ffi::PyEval_GetFrame() };
    // SAFETY: alive while the thread runs it.
    let mut next = unsafe { Object::borrowed(py, raw.cast()) };
    let mut innermost = None;
    while let Some(frame) = next.filter(|frame| !frame.is_none()) {
        let code = frame.attribute_named(c"f_code")?;
        let file = code.attribute_named(c"co_filename")?.to_text();
        let here = (file, frame.attribute_named(c"f_lineno")?);
        next = Some(frame.attribute_named(c"f_back")?);
        if is_of_application(&here.0, library) {
            return Ok((here.0, here.1.to_index()?));
        }
        if innermost.is_none() && !here.0.starts_with("<clutch") {
            innermost = Some(here);
        }
    }
    match innermost {
        Some((file, line)) => Ok((file, line.to_index()?)),
        None => Ok(("the server's own code".to_owned(), 0)),
    }
}

/// Whether code of this file is neither ours nor of the standard library.
fn is_of_application(file: &str, library: &str) -> bool {
    let within = file.strip_prefix(library).filter(|_| !library.is_empty());
    let is_installed =
        |path: &str| path.starts_with("site-packages/") || path.starts_with("dist-packages/");
    !file.starts_with("<clutch") && !file.starts_with("<frozen ") && within.is_none_or(is_installed)
}

#[cfg(test)]
mod tests {
    use super::is_of_application;

    #[test]
    fn the_application_is_what_neither_python_nor_we_have_brought() {
        let library = "/usr/lib/python3.13/";
        assert!(is_of_application("/srv/app.wsgi", library));
        assert!(is_of_application(
            "/usr/lib/python3.13/site-packages/a.py",
            library
        ));
        assert!(is_of_application("/srv/app.wsgi", ""));
        for not in [
            "/usr/lib/python3.13/subprocess.py",
            "<frozen os>",
            "<clutch prelude guard>",
        ] {
            assert!(!is_of_application(not, library), "{not}");
        }
    }
}
