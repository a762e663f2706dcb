//! Tells the compiler which Python this engine is for, and the linker where its libpython lies at run time.

fn main() {
    pyo3_build_config::use_pyo3_cfgs();
    let python = pyo3_build_config::get();
    if !python.shared {
        let name = python
            .executable
            .as_deref()
            .unwrap_or("the Python named by PYO3_PYTHON");
        println!(
            "cargo::error={name} has no shared library; an engine needs one (build it with --enable-shared)"
        );
        return;
    }
    if let Some(directory) = &python.lib_dir {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{directory}");
    }
    println!(
        "cargo::rustc-env=CLUTCH_PYTHON_EXECUTABLE={}",
        python.executable.as_deref().unwrap_or_default()
    );
    println!("cargo::rerun-if-env-changed=PYO3_PYTHON");
}
