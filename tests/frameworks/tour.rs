//! The walk through every framework's application in `apps/`: a page with a link, a redirect that sets a cookie, a form,
//! and a file.

use std::path::{Path, PathBuf};
use std::process::Command;

use clutch_tests::support::{Httpd, Plan, installation, python};

use super::browser::{Browser, File};
use super::checksum;

/// Where the applications are mounted: below the root, so that a framework which forgets `SCRIPT_NAME` is lost.
pub(super) const MOUNT: &str = "/at/here";

/// A name with letters beyond ASCII, and characters that mean something in a form and in HTML.
const NAME: &str = "Zoë + Søn = 100 %";

/// A plan for a server with this application at [`MOUNT`], and a package from PyPI as [`packages`] has it.
pub(super) fn plan(test: &str, package: &str, import: &str, script: &str) -> Option<Plan> {
    packages(test, package, import).map(|venv| mounted(&venv, script))
}

/// A virtual environment with `package` from PyPI. `None`, with a line on the terminal, if the package cannot be
/// installed for this Python, or `import` not be imported.
pub(super) fn packages(test: &str, package: &str, import: &str) -> Option<PathBuf> {
    let venv = python::venv(test, &[package])?;
    let tried = Command::new(venv.join("bin/python"))
        .args(["-W", "ignore", "-c", &format!("import {import}")])
        .output()
        .expect("the virtual environment has a Python");
    let complaint = String::from_utf8_lossy(&tried.stderr);
    if tried.status.success() {
        return Some(venv);
    }
    let why = complaint.lines().last().unwrap_or("no reason given");
    installation::skipped(
        test,
        &format!("Python {} and {import}: {why}", python::version()),
    );
    None
}

/// A plan for a server with the packages of `venv`.
pub(super) fn server(venv: &Path) -> Plan {
    // Which functions a framework should no longer use is not our concern.
    Plan::new().config(&format!(
        "WSGIPythonHome {}\nWSGIPythonWarnings ignore",
        venv.display()
    ))
}

/// A plan for a server with this application at [`MOUNT`] and the packages of `venv`.
pub(super) fn mounted(venv: &Path, script: &str) -> Plan {
    server(venv)
        .script("app.wsgi", script)
        .config(&format!("WSGIScriptAlias {MOUNT} ${{APP}}/app.wsgi"))
}

/// Walks through the application of the framework that calls itself `name`.
pub(super) fn walk(httpd: &Httpd, name: &str) {
    let mut browser = Browser::of(httpd);
    let home = format!("{MOUNT}/");

    let first = browser.open(&home);
    assert!(
        first.ok().contains(&format!("<h1>Hello from {name}</h1>")),
        "{first:?}"
    );
    assert!(first.ok().contains("<p>new</p>"), "{first:?}");

    let second = browser.open(&first.links()[0]);
    assert_eq!(second.target, home);
    assert_eq!(browser.cookie("seen"), Some("yes"));
    assert!(second.ok().contains("<p>again</p>"), "{second:?}");

    let greeting = browser.submit(&format!("{MOUNT}/form"), &[("name", NAME), ("other", "x")]);
    assert_eq!(greeting.ok(), format!("Hello, {NAME}"));

    let content = noise(3_000_000);
    let file = File {
        field: "file",
        name: "noise.bin",
        content: &content,
    };
    let receipt = browser.upload(&format!("{MOUNT}/file"), &[("other", NAME)], file);
    let expected = format!("noise.bin {} {}", content.len(), checksum::of(&content));
    assert_eq!(receipt.ok(), expected);
}

/// Bytes of every value without a pattern that a lost or doubled block would leave intact.
pub(super) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}
