//! Where this machine keeps httpd and its modules, and under which account its children run.

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// httpd's program on Debian and on Fedora, in the order of preference.
const PROGRAMS: &[&str] = &[
    "/usr/sbin/apache2",
    "/usr/sbin/httpd",
    "/usr/local/apache2/bin/httpd",
];

/// Directories of httpd's own modules, likewise.
const MODULE_DIRECTORIES: &[&str] = &[
    "/usr/lib/apache2/modules",
    "/usr/lib64/httpd/modules",
    "/usr/lib/httpd/modules",
    "/usr/local/apache2/modules",
];

/// Accounts that distributions make for httpd's children, each with a group of the same name.
const ACCOUNTS: &[&str] = &["www-data", "apache", "http", "daemon"];

/// The httpd program.
///
/// # Panics
///
/// If there is none.
pub fn program() -> PathBuf {
    first_existing(PROGRAMS).expect("Apache httpd is installed")
}

/// The directory of httpd's own modules.
///
/// # Panics
///
/// If there is none.
pub fn module_directory() -> PathBuf {
    first_existing(MODULE_DIRECTORIES).expect("Apache httpd's modules are installed")
}

/// The file of httpd's module with this short name (`env` for `mod_env.so`), if it is installed.
pub fn module_file(name: &str) -> Option<PathBuf> {
    let file = module_directory().join(format!("mod_{name}.so"));
    file.exists().then_some(file)
}

/// Whether all these modules of httpd are installed; says so on the terminal if not, and the test should return.
pub fn has_modules(test: &str, names: &[&str]) -> bool {
    let missing: Vec<_> = names
        .iter()
        .filter(|name| module_file(name).is_none())
        .collect();
    if !missing.is_empty() {
        skipped(test, &format!("httpd has no {missing:?} here"));
    }
    missing.is_empty()
}

/// Whether this process may change its user; says so on the terminal if not, and the test should return.
pub fn is_root(test: &str) -> bool {
    let root = rustix::process::geteuid().is_root();
    if !root {
        skipped(test, "needs root");
    }
    root
}

/// Prints the one line that makes a skipped test visible, past the test harness that captures output.
pub fn skipped(test: &str, why: &str) {
    let _ = writeln!(io::stderr(), "SKIPPED: {test}: {why}");
}

/// User and group of httpd's children when the tests run as root.
///
/// # Panics
///
/// If the machine has no such account.
pub fn account() -> &'static str {
    let passwd = fs::read_to_string("/etc/passwd").unwrap();
    ACCOUNTS
        .iter()
        .copied()
        .find(|name| {
            passwd
                .lines()
                .any(|line| line.starts_with(&format!("{name}:")))
        })
        .expect("the machine has an account for httpd's children")
}

/// The MPM that this run tests.
pub fn mpm() -> String {
    env::var("CLUTCH_TEST_MPM").unwrap_or_else(|_| "event".to_owned())
}

/// Whether a child of this run's MPM has one thread only.
pub fn is_prefork() -> bool {
    mpm() == "prefork"
}

/// The repository's root.
pub fn repository() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests
        .parent()
        .expect("the package lies in the repository")
        .to_owned()
}

/// The directory of the artifacts under test.
pub fn build_directory() -> PathBuf {
    env::var_os("CLUTCH_BUILD").map_or_else(|| repository().join("build"), PathBuf::from)
}

fn first_existing(paths: &[&str]) -> Option<PathBuf> {
    paths.iter().map(PathBuf::from).find(|path| path.exists())
}
