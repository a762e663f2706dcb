//! What a Python says about itself when asked once.

use std::collections::HashMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{fs::File, os::fd::AsFd, os::fd::OwnedFd};

use anyhow::{Context, Result, bail, ensure};
use clutch_core::installation::Version;
use clutch_sys::poll;

/// A Python's answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Its executable, a virtual environment's own if it is one's.
    pub(crate) executable: PathBuf,
    /// `CPython` or another name.
    pub(crate) implementation: String,
    pub(crate) version: Version,
    /// `3.13.5`, with what follows in a pre-release.
    pub(crate) release: String,
    /// Whether the release is a final one.
    pub(crate) is_final: bool,
    /// Where it finds its packages: the virtual environment, or the installation.
    pub(crate) prefix: PathBuf,
    /// A file of its standard library.
    pub(crate) landmark: PathBuf,
    pub(crate) library: Library,
}

/// The shared library of a Python.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Library {
    /// It was built without one.
    NotBuilt,
    /// It was built with one, but this file is not installed.
    NotInstalled(String),
    /// It is there, but not the link of this name, which linking needs.
    NotLinkable(PathBuf, String),
    /// It is there and can be linked with.
    Here(PathBuf),
}

/// Understood by every Python since 2.6, so that old ones can be told apart.
const QUESTIONS: &str = r#"
import os, platform, sys, sysconfig
ask = sysconfig.get_config_var
for answer in [
    ("executable", sys.executable),
    ("implementation", platform.python_implementation()),
    ("version", "%d.%d" % sys.version_info[:2]),
    ("free-threaded", ask("Py_GIL_DISABLED")),
    ("release", sys.version.split()[0]),
    ("level", sys.version_info[3]),
    ("prefix", sys.prefix),
    ("landmark", os.__file__),
    ("shared", ask("Py_ENABLE_SHARED")),
    ("link", ask("LDLIBRARY")),
    ("library", ask("INSTSONAME")),
    ("directory", ask("LIBDIR")),
    ("multiarch", ask("MULTIARCH")),
]:
    print("%s\t%s" % answer)
"#;

/// How long a Python may take to answer. A healthy one needs 50 ms.
const PATIENCE: Duration = Duration::from_secs(20);

impl Facts {
    /// Asks the Python at `executable`.
    ///
    /// # Errors
    ///
    /// It cannot be run, does not answer in time, or is not a Python.
    pub(crate) fn ask(executable: &Path) -> Result<Self> {
        let mut child = Command::new(executable)
            .args(["-I", "-c", QUESTIONS])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{} cannot be run", executable.display()))?;
        let answers = match child.stdout.take() {
            Some(answers) => read_to_end(OwnedFd::from(answers)),
            None => Ok(String::new()),
        };
        if answers.is_err() {
            child.kill()?;
        }
        child.wait()?;
        let answers = answers
            .with_context(|| format!("{} does not answer as a Python", executable.display()))?;
        Self::of_answers(&answers)
            .with_context(|| format!("{} does not answer as a Python", executable.display()))
    }

    fn of_answers(answers: &str) -> Result<Self> {
        let answers: HashMap<_, _> = answers
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .collect();
        let answer = |key: &str| {
            let said = answers.get(key).copied();
            said.with_context(|| format!("it does not say its {key}"))
        };
        let version = Version::parse(answer("version")?).context("its version is no version")?;
        let landmark = answer("landmark")?;
        Ok(Self {
            executable: answer("executable")?.into(),
            implementation: answer("implementation")?.into(),
            version: Version {
                free_threaded: answer("free-threaded")? == "1",
                ..version
            },
            release: answer("release")?.into(),
            is_final: answer("level")? == "final",
            prefix: answer("prefix")?.into(),
            landmark: landmark.into(),
            library: match answer("shared")? {
                "1" => find_library(
                    answer("library")?,
                    answer("link")?,
                    answer("directory")?,
                    answer("multiarch")?,
                ),
                _ => Library::NotBuilt,
            },
        })
    }
}

fn read_to_end(pipe: OwnedFd) -> Result<String> {
    let mut text = String::new();
    let mut pipe = File::from(pipe);
    let mut chunk = [0; 4096];
    loop {
        ensure!(
            poll::readable(&[pipe.as_fd()], PATIENCE)?[0],
            "it is silent"
        );
        match pipe.read(&mut chunk) {
            Ok(0) => return Ok(text),
            Ok(length) => text.push_str(&String::from_utf8_lossy(&chunk[..length])),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => bail!(error),
        }
    }
}

/// Debian keeps libraries in a directory named after the machine's kind, below the one that Python calls its own.
fn find_library(library: &str, link: &str, directory: &str, multiarch: &str) -> Library {
    let own = PathBuf::from(directory);
    let places = [own.clone(), own.join(multiarch)];
    let find = |name: &str| {
        let files = places.iter().map(|place| place.join(name));
        files.into_iter().find(|file| file.exists())
    };
    match (find(library), find(link)) {
        (_, Some(file)) => Library::Here(file),
        (Some(file), None) => Library::NotLinkable(file, link.to_owned()),
        (None, None) => Library::NotInstalled(library.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Facts, Library};

    fn answers(shared: &str, directory: &str, link: &str) -> String {
        [
            ("executable", "/opt/bin/python3.14"),
            ("implementation", "CPython"),
            ("version", "3.14"),
            ("free-threaded", "1"),
            ("release", "3.14.0rc1"),
            ("level", "candidate"),
            ("prefix", "/opt"),
            ("landmark", "/opt/lib/python3.14/os.py"),
            ("shared", shared),
            ("link", link),
            ("library", "libc.so.6"),
            ("directory", directory),
            ("multiarch", "x86_64-linux-gnu"),
        ]
        .map(|(key, value)| format!("{key}\t{value}\n"))
        .concat()
    }

    fn library(shared: &str, directory: &str, link: &str) -> Library {
        Facts::of_answers(&answers(shared, directory, link))
            .unwrap()
            .library
    }

    #[test]
    fn answers_become_facts() {
        let facts = Facts::of_answers(&answers("0", "/usr/lib", "x.a")).unwrap();
        assert_eq!(facts.version.tag(), "cp314t");
        assert!(!facts.is_final);
        assert_eq!(facts.library, Library::NotBuilt);
    }

    #[test]
    fn a_shared_library_is_looked_for_where_it_is_said_to_be() {
        assert_eq!(
            library("1", "/nowhere", "libx.so"),
            Library::NotInstalled("libc.so.6".into())
        );
        let directory = std::env::temp_dir().join(format!("clutch-facts-{}", std::process::id()));
        let place = directory.join("x86_64-linux-gnu");
        std::fs::create_dir_all(&place).unwrap();
        std::fs::write(place.join("libc.so.6"), "").unwrap();
        let said = directory.to_str().unwrap();
        assert_eq!(
            library("1", said, "libx.so"),
            Library::NotLinkable(place.join("libc.so.6"), "libx.so".into())
        );
        assert_eq!(
            library("1", said, "libc.so.6"),
            Library::Here(place.join("libc.so.6"))
        );
        std::fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn another_program_is_no_python() {
        let error = Facts::ask("/bin/echo".as_ref()).unwrap_err();
        assert!(format!("{error:#}").contains("/bin/echo"), "{error:#}");
        assert!(Facts::ask("/no/python".as_ref()).is_err());
    }
}
