//! The Python under test: its version, its executable, and virtual environments with packages for it.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use rustix::fs::{FlockOperation, flock};

use super::{installation, reference};

/// Minor version of the CPython 3 under test.
///
/// # Panics
///
/// If nothing tells: no `CLUTCH_TEST_PYTHON`, no engine in the build directory.
pub fn minor() -> u8 {
    static MINOR: OnceLock<u8> = OnceLock::new();
    *MINOR.get_or_init(|| {
        let named = env::var_os("CLUTCH_TEST_PYTHON").map(|python| {
            minor_of(Path::new(&python)).expect("CLUTCH_TEST_PYTHON is a Python executable")
        });
        named
            .or_else(|| reference::is_under_test().then(minor_of_reference))
            .or_else(|| engines().into_iter().max())
            .unwrap_or_else(|| {
                let directory = installation::build_directory();
                panic!(
                    "no libclutch_engine-cp3XX.so in {}; run `make build`",
                    directory.display()
                )
            })
    })
}

/// Version of the engine under test as `ClutchEngine` wants it, such as `3.13`.
pub fn version() -> String {
    format!("3.{}", minor())
}

/// Executable of the Python under test: `CLUTCH_TEST_PYTHON`, else the first on `PATH` (or of pyenv) of that version.
pub fn executable() -> Option<PathBuf> {
    if let Some(named) = env::var_os("CLUTCH_TEST_PYTHON") {
        return Some(PathBuf::from(named));
    }
    let name = format!("python{}", version());
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).map(|directory| directory.join(&name));
    on_path
        .chain(pyenv(&name))
        .find(|file| is_version(file, minor()))
}

/// A virtual environment of the Python under test with these packages from PyPI, made once and kept under
/// `target/test-venvs`. `None`, with a line on the terminal, if it cannot be made.
pub fn venv(test: &str, packages: &[&str]) -> Option<PathBuf> {
    let Some(python) = executable() else {
        installation::skipped(test, &format!("no executable of Python {} here", version()));
        return None;
    };
    let directory = installation::repository().join("target/test-venvs");
    fs::create_dir_all(&directory).unwrap();
    let venv = directory.join(format!("{}-{}", version(), packages.join("-")));
    let lock = File::create(venv.with_extension("lock")).unwrap();
    flock(&lock, FlockOperation::LockExclusive).unwrap();
    let done = venv.join("complete");
    if !done.exists() {
        let _ = fs::remove_dir_all(&venv);
        let pip = venv.join("bin/pip");
        let made = run(Command::new(&python).args(["-m", "venv"]).arg(&venv)).and_then(|()| {
            run(Command::new(pip)
                .args(["install", "--quiet"])
                .args(packages))
        });
        if let Err(complaint) = made {
            installation::skipped(test, &complaint);
            return None;
        }
        fs::write(done, "").unwrap();
    }
    Some(venv)
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command
        .output()
        .map_err(|cause| format!("{command:?}: {cause}"))?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    output.status.success().then_some(()).ok_or_else(|| {
        format!(
            "{command:?} failed: {}",
            complaint.lines().last().unwrap_or_default()
        )
    })
}

/// The minor version that this executable says it has; `None` if it is no Python (a shim of a version that is not there).
fn minor_of(python: &Path) -> Option<u8> {
    let output = Command::new(python)
        .args(["-c", "import sys; print(sys.version_info[1])"])
        .output()
        .ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

fn is_version(python: &Path, minor: u8) -> bool {
    python.exists() && minor_of(python) == Some(minor)
}

fn pyenv(name: &str) -> Vec<PathBuf> {
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let versions = fs::read_dir(home.join(".pyenv/versions"))
        .into_iter()
        .flatten();
    versions
        .flatten()
        .map(|version| version.path().join("bin").join(name))
        .collect()
}

/// The reference says its Python in its file name, `….cpython-313-….so`.
fn minor_of_reference() -> u8 {
    let file = reference::module_file();
    let name = file.to_string_lossy();
    let (_, tail) = name
        .split_once("cpython-3")
        .expect("the reference's file name has its Python's tag");
    let digits: String = tail.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

/// Minor versions of the engines in the build directory.
fn engines() -> Vec<u8> {
    let entries = fs::read_dir(installation::build_directory())
        .into_iter()
        .flatten();
    let names = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    names
        .filter_map(|name| {
            name.strip_prefix("libclutch_engine-cp3")?
                .strip_suffix(".so")?
                .parse()
                .ok()
        })
        .collect()
}
