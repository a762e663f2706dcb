//! Tells the compiler which Python this engine is for, and the linker where its libpython lies at run time.

fn main() {
    pyo3_build_config::use_pyo3_cfgs();
    println!("cargo::rerun-if-env-changed=PYO3_PYTHON");
    let python = pyo3_build_config::get();
    let executable = python.executable().unwrap_or_default();
    if !python.shared() {
        println!(
            "cargo::error=the Python {executable} has no shared library, and an engine needs one"
        );
        return;
    }
    if let Some(directory) = python.lib_dir() {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{directory}");
    }
    let version = python.version();
    println!(
        "cargo::rustc-env=CLUTCH_PYTHON_VERSION={}.{}",
        version.major, version.minor
    );
    println!("cargo::rustc-env=CLUTCH_PYTHON_EXECUTABLE={executable}");
}
