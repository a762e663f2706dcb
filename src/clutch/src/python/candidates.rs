//! The Pythons of this machine: in `$PATH`, in `/usr/bin`, of pyenv and uv.

use std::env;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::choice::OLDEST;

/// The executables that may be a usable Python, each once, in the order of `$PATH`. None was run.
pub(crate) fn executables() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let named = directories()
        .into_iter()
        .flat_map(|directory| executables_in(&directory));
    for file in named {
        let Ok(real) = fs::canonicalize(&file) else {
            continue;
        };
        if !found.contains(&real) && !is_script(&real) {
            found.push(real);
        }
    }
    found
}

fn directories() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut directories: Vec<_> = env::split_paths(&path).collect();
    directories.extend(["/usr/bin".into(), "/usr/local/bin".into()]);
    let home = env::home_dir().unwrap_or_default();
    let pyenv = env::var_os("PYENV_ROOT").map_or_else(|| home.join(".pyenv"), PathBuf::from);
    for kept in [pyenv.join("versions"), home.join(".local/share/uv/python")] {
        let mut versions: Vec<_> = fs::read_dir(kept)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
            .collect();
        versions.sort();
        directories.extend(versions);
    }
    directories
}

/// `python3` and `python3.N`, N new enough, in `directory`.
fn executables_in(directory: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(directory)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            is_python(entry.file_name().to_str()?).then(|| entry.path())
        })
        .collect();
    found.sort();
    found
}

fn is_python(name: &str) -> bool {
    match name.strip_prefix("python3") {
        Some("") => true,
        Some(_) => minor_in_name(Path::new(name)).is_some_and(|minor| minor >= OLDEST),
        None => false,
    }
}

/// The minor version that the name of `executable` tells, 13 of `python3.13t`.
pub(crate) fn minor_in_name(executable: &Path) -> Option<u8> {
    let name = executable.file_name()?.to_str()?;
    let minor = name.strip_prefix("python3.")?;
    minor.trim_end_matches('t').parse().ok()
}

/// Whether `file` is a script, as the shims of pyenv are: what it runs is found in its own place.
fn is_script(file: &Path) -> bool {
    let mut start = [0; 2];
    fs::File::open(file)
        .and_then(|mut file| file.read_exact(&mut start))
        .is_ok_and(|()| start == *b"#!")
}

#[cfg(test)]
mod tests {
    use super::{executables, is_python, is_script};

    #[test]
    fn names_of_pythons_that_may_be_usable() {
        for name in ["python3", "python3.10", "python3.14t"] {
            assert!(is_python(name), "{name}");
        }
        for name in [
            "python",
            "python3.9",
            "python3-config",
            "python3.11-config",
            "python2",
        ] {
            assert!(!is_python(name), "{name}");
        }
    }

    #[test]
    fn each_file_is_there_once_and_is_a_program() {
        let all = executables();
        for (index, file) in all.iter().enumerate() {
            assert!(!is_script(file), "{}", file.display());
            assert!(!all[..index].contains(file), "{}", file.display());
        }
    }
}
