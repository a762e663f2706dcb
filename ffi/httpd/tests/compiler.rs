//! The C compiler and the installed headers.

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Where headers are if `apxs` does not say.
const PLACES: [&str; 6] = [
    "/usr/include/apache2",
    "/usr/include/httpd",
    "/usr/local/apache2/include",
    "/usr/include/apr-1.0",
    "/usr/include/apr-1",
    "/usr/local/apr/include/apr-1",
];

/// A C compiler and what it needs to read httpd's headers.
pub(crate) struct Compiler {
    program: String,
    flags: Vec<String>,
}

impl Compiler {
    /// The machine's; `None`, said on the terminal, if it has no compiler or no headers.
    ///
    /// `HTTPD_INCLUDES`, directories separated by colons, names the headers of another httpd; `CC` another compiler.
    pub(crate) fn find(test: &str) -> Option<Self> {
        let places = match env::var("HTTPD_INCLUDES") {
            Ok(named) => named.split(':').map(PathBuf::from).collect(),
            Err(_) => installed(),
        };
        let has = |header: &str| places.iter().any(|place| place.join(header).exists());
        if !has("httpd.h") || !has("apr.h") || !has("apr_buckets.h") {
            skipped(
                test,
                "the headers of httpd, APR and APR-util are not installed",
            );
            return None;
        }
        let program = env::var("CC").unwrap_or_else(|_| "cc".into());
        if Command::new(&program).arg("--version").output().is_err() {
            skipped(test, "there is no C compiler");
            return None;
        }
        // Without _GNU_SOURCE apr.h knows no off64_t; every APR on Linux is built with it.
        let mut flags = vec!["-D_GNU_SOURCE".into()];
        flags.extend(places.iter().map(|place| format!("-I{}", place.display())));
        Some(Self { program, flags })
    }

    /// Judges `unit`; the compiler's complaints if there are any.
    pub(crate) fn judge(&self, unit: &str) -> Result<(), String> {
        let output = self.run(&["-fsyntax-only", "-x", "c", "-"], unit);
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }

    /// Compiles `unit`, runs it, and returns what it prints.
    pub(crate) fn printed_by(&self, unit: &str) -> String {
        let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("judge");
        let output = self.run(&["-o", program.to_str().unwrap(), "-x", "c", "-"], unit);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let printed = Command::new(&program).output().unwrap();
        fs::remove_file(&program).unwrap();
        assert!(printed.status.success(), "{printed:?}");
        String::from_utf8(printed.stdout).unwrap()
    }

    fn run(&self, arguments: &[&str], unit: &str) -> Output {
        let mut child = Command::new(&self.program)
            .args(&self.flags)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(unit.as_bytes()).unwrap();
        drop(stdin);
        child.wait_with_output().unwrap()
    }
}

/// Prints the one line that makes a skipped test visible, past the test harness that captures output.
pub(crate) fn skipped(test: &str, why: &str) {
    let _ = writeln!(io::stderr(), "SKIPPED: {test}: {why}");
}

/// What `apxs -q` says; `None` if there is no apxs, or it does not know.
pub(crate) fn apxs(variable: &str) -> Option<String> {
    ["apxs", "apxs2"]
        .iter()
        .filter_map(|apxs| Command::new(apxs).args(["-q", variable]).output().ok())
        .map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned())
        .find(|said| !said.is_empty())
}

fn installed() -> Vec<PathBuf> {
    let of_config = |variable| {
        let config = apxs(variable)?;
        let said = Command::new(config).arg("--includedir").output().ok()?;
        Some(String::from_utf8_lossy(&said.stdout).trim().to_owned())
    };
    let asked = [
        apxs("INCLUDEDIR"),
        of_config("APR_CONFIG"),
        of_config("APU_CONFIG"),
    ];
    asked
        .into_iter()
        .flatten()
        .map(PathBuf::from)
        .chain(PLACES.map(PathBuf::from))
        .filter(|place| place.is_dir())
        .collect()
}
