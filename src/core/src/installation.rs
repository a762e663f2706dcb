//! Pythons and engines by their version: which Python a directory holds, and which engine file serves it.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// A Python that an engine is built for: minor version and build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Always 3 so far.
    pub major: u8,
    /// 14 of 3.14.
    pub minor: u8,
    /// The build without a GIL (PEP 703), `3.14t`.
    pub free_threaded: bool,
}

impl Version {
    /// The version in text such as `3.14`, `3.14.7` or `3.14t`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('.');
        let major = parts.next()?.parse().ok()?;
        let minor = parts.next()?;
        let digits = minor.trim_end_matches(|letter: char| !letter.is_ascii_digit());
        Some(Self {
            major,
            minor: digits.parse().ok()?,
            free_threaded: minor[digits.len()..].starts_with('t'),
        })
    }

    /// The tag that CPython and wheels use, such as `cp314` or `cp314t`.
    pub fn tag(self) -> String {
        let Self {
            major,
            minor,
            free_threaded,
        } = self;
        format!("cp{major}{minor}{}", if free_threaded { "t" } else { "" })
    }

    fn from_tag(tag: &str) -> Option<Self> {
        let (major, rest) = tag.strip_prefix("cp")?.split_at_checked(1)?;
        Self::parse(&format!("{major}.{rest}")).filter(|version| version.tag() == tag)
    }

    /// Name of the file that holds the engine for this Python.
    pub fn engine_file_name(self) -> String {
        format!("libclutch_engine-{}.so", self.tag())
    }

    /// The version of the Python at `home`, a virtual environment or an installation prefix.
    ///
    /// A virtual environment says it in `pyvenv.cfg`; an installation has a `lib/pythonX.Y`. `None` if neither tells,
    /// or if an installation has several.
    pub fn of_home(home: &Path) -> Option<Self> {
        match fs::read_to_string(home.join("pyvenv.cfg")) {
            Ok(text) => pyvenv_version(&text).map(|version| Self {
                free_threaded: version.free_threaded
                    || libraries(home).iter().any(|found| found.free_threaded),
                ..version
            }),
            Err(_) => match libraries(home)[..] {
                [only] => Some(only),
                _ => None,
            },
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            major,
            minor,
            free_threaded,
        } = self;
        write!(
            f,
            "{major}.{minor}{}",
            if *free_threaded { "t" } else { "" }
        )
    }
}

/// The version named in the text of a `pyvenv.cfg`: `version` (venv) or `version_info` (virtualenv).
fn pyvenv_version(text: &str) -> Option<Version> {
    text.lines()
        .filter_map(|line| line.split_once('='))
        .find(|(key, _)| matches!(key.trim(), "version" | "version_info"))
        .and_then(|(_, value)| Version::parse(value))
}

/// What keeps `home` from being the home of a Python, in words that follow its path; `None` if nothing is seen.
///
/// A home that cannot be looked at is not judged.
pub fn what_is_wrong_with(home: &Path) -> Option<String> {
    let Ok(text) = fs::read_to_string(home.join("pyvenv.cfg")) else {
        let nothing = fs::read_dir(home).is_ok() && libraries(home).is_empty();
        return nothing.then(|| {
            "is neither an installation of Python (with lib/python3.X) nor a virtual environment (with pyvenv.cfg)".into()
        });
    };
    let mut words = text.lines().filter_map(|line| line.split_once('='));
    let base = words.find(|(key, _)| key.trim() == "home")?.1.trim();
    let is_there = ["python3", "python"]
        .iter()
        .any(|name| Path::new(base).join(name).exists());
    let version = pyvenv_version(&text).map_or(String::from("3"), |found| found.to_string());
    (!is_there).then(|| {
        format!(
            "is a virtual environment of a Python in {base} that is not there any more; make it anew with `python{version} -m venv --clear {}`",
            home.display()
        )
    })
}

/// The versions of the `lib/pythonX.Y` directories below `home` that hold a standard library or site-packages.
fn libraries(home: &Path) -> Vec<Version> {
    let Ok(entries) = fs::read_dir(home.join("lib")) else {
        return Vec::new();
    };
    let mut found: Vec<_> = entries
        .filter_map(Result::ok)
        .filter(|entry| {
            entry.path().join("os.py").exists() || entry.path().join("site-packages").exists()
        })
        .filter_map(|entry| Version::parse(entry.file_name().to_str()?.strip_prefix("python")?))
        .collect();
    found.sort();
    found.dedup();
    found
}

/// The engines in `directory`, newest Python first; a default build stands before the free-threaded one of its version.
pub fn engines_in(directory: &Path) -> Vec<(Version, PathBuf)> {
    let Ok(entries) = fs::read_dir(directory) else {
        return Vec::new();
    };
    let mut found: Vec<_> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| {
            let name = entry.file_name();
            let tag = name
                .to_str()?
                .strip_prefix("libclutch_engine-")?
                .strip_suffix(".so")?;
            Some((Version::from_tag(tag)?, entry.path()))
        })
        .collect();
    found.sort_by_key(|(version, _)| (std::cmp::Reverse(version.minor), version.free_threaded));
    found
}

#[cfg(test)]
mod tests {
    use super::{Version, pyvenv_version};

    #[test]
    fn a_version_and_its_tag_are_the_same_thing() {
        for (text, tag) in [
            ("3.9", "cp39"),
            ("3.14", "cp314"),
            ("3.14t", "cp314t"),
            ("3.13.0", "cp313"),
        ] {
            let version = Version::parse(text).unwrap();
            assert_eq!(version.tag(), tag);
            assert_eq!(Version::from_tag(tag), Some(version));
        }
        assert_eq!(Version::parse("three"), None);
        for tag in ["cp3x", "cp314-old", "cp3014"] {
            assert_eq!(Version::from_tag(tag), None, "{tag}");
        }
    }

    #[test]
    fn a_virtual_environment_says_its_version() {
        let venv = "home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.13.5\n";
        assert_eq!(pyvenv_version(venv).unwrap().to_string(), "3.13");
        let virtualenv = "home = /opt\nversion_info = 3.14.0.final.0\n";
        assert_eq!(pyvenv_version(virtualenv).unwrap().to_string(), "3.14");
        assert_eq!(pyvenv_version("home = /usr/bin\n"), None);
    }
}
