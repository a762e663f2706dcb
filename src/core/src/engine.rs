//! Which engine, and with it which Python, httpd's processes open.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use crate::code::{self, Fault};
use crate::config::daemon::DaemonGroup;
use crate::config::{EngineChoice, ProcessSettings, ServerSection};
use crate::installation::{Version, engines_in, what_is_wrong_with};

/// An engine that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its file.
    pub file: PathBuf,
    /// Its Python; `None` if the file's name does not say.
    pub version: Option<Version>,
}

/// The engine that `settings` ask for: the one named, else the one for the Python home, else the newest in `directory`.
///
/// # Errors
///
/// One sentence: which is missing, what is there, and how to get one.
pub fn choose(settings: &ProcessSettings<'_>, directory: &Path) -> Result<Choice, String> {
    let there = engines_in(directory);
    let of_version = |version: Version, because: String| {
        let found = there.iter().find(|(found, _)| *found == version);
        let missing = || missing(&because, version, directory, &there);
        found.map(choice).ok_or_else(missing)
    };
    match settings.engine {
        Some(EngineChoice::File(file)) => named(file),
        Some(EngineChoice::Version(version)) => {
            of_version(*version, format!("ClutchEngine asks for Python {version}"))
        }
        None => match settings.python_home.map(path_of).and_then(home_version) {
            Some((home, version)) => of_version(
                version,
                format!("WSGIPythonHome {} is a Python {version}", home.display()),
            ),
            None => there.first().map(choice).ok_or_else(|| none(directory)),
        },
    }
}

fn choice((version, file): &(Version, PathBuf)) -> Choice {
    Choice {
        file: file.clone(),
        version: Some(*version),
    }
}

fn named(file: &Path) -> Result<Choice, String> {
    if let Err(error) = fs::metadata(file) {
        let file = file.display();
        return Err(format!("ClutchEngine {file} cannot be used: {error}"));
    }
    let siblings = file.parent().map(engines_in).unwrap_or_default();
    let version = siblings.iter().find(|(_, sibling)| sibling == file);
    Ok(Choice {
        file: file.to_owned(),
        version: version.map(|(version, _)| *version),
    })
}

fn home_version(home: &Path) -> Option<(&Path, Version)> {
    Some((home, Version::of_home(home)?))
}

fn missing(
    because: &str,
    version: Version,
    directory: &Path,
    there: &[(Version, PathBuf)],
) -> String {
    let mut text = format!(
        "{because}, but {} has no engine for it",
        directory.display()
    );
    for (at, (found, _)) in there.iter().enumerate() {
        let before = if at == 0 { ", only for" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(text, "{before} {found}");
    }
    let _ = write!(
        text,
        "; `make engine PYTHON=python{version}` builds one in Clutch's sources"
    );
    text
}

fn none(directory: &Path) -> String {
    let directory = directory.display();
    format!(
        "there is no Python engine (libclutch_engine-cp3*.so) beside the module in {directory}; \
         `make engine` builds one in Clutch's sources"
    )
}

/// A path that the operator wrote.
pub fn path_of(text: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(text))
}

/// What is odd about a Python home. Python gets it all the same.
pub fn doubt_about(home: &Path) -> Option<Fault> {
    let shown = home.display();
    match fs::metadata(home) {
        Err(error) => {
            let text = format!("WSGIPythonHome {shown} cannot be looked at: {error}");
            Some(code::HOME_UNSEEN.says(text))
        }
        Ok(found) if !found.is_dir() => {
            let text = format!("WSGIPythonHome {shown} is not a directory");
            Some(code::HOME_NO_DIRECTORY.says(text))
        }
        Ok(_) => match fs::metadata(home.join(".")) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                let text = format!("WSGIPythonHome {shown} may not be searched");
                Some(code::HOME_NOT_SEARCHED.says(text))
            }
            _ => None,
        },
    }
}

/// The Python of a group of daemons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaemonPython {
    /// Its engine.
    pub choice: Choice,
    /// An installation or virtual environment; `None`: the one the engine was built for.
    pub home: Option<Arc<[u8]>>,
}

/// The Python of `group`, if the main server says `words`.
///
/// # Errors
///
/// One sentence: what is wrong with its home, or as [`choose`].
pub fn of_daemons(
    group: &DaemonGroup,
    words: &ServerSection,
    directory: &Path,
) -> Result<DaemonPython, String> {
    let mut words = words.clone();
    if let Some(home) = &group.python_home {
        words.python_home = Some(home.clone());
        words.engine = None;
        if let Some(doubt) = doubt_about(path_of(home)) {
            return Err(doubt.text().replace("WSGIPythonHome", "python-home"));
        }
        let path = path_of(home);
        if let Some(wrong) = what_is_wrong_with(path) {
            return Err(format!("python-home {} {wrong}", path.display()));
        }
    }
    let home = words.python_home.clone();
    let choice = choose(&ProcessSettings::of(&words), directory)
        .map_err(|refusal| refusal.replace("WSGIPythonHome", "python-home"))?;
    Ok(DaemonPython { choice, home })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use crate::code;
    use crate::config::{EngineChoice, ProcessSettings, ServerSection};
    use crate::installation::Version;

    use super::{choose, doubt_about};

    /// A directory of its own, removed at the end.
    struct Place(PathBuf);

    impl Place {
        fn with(name: &str, files: &[&str]) -> Self {
            let process = std::process::id();
            let place = Self(std::env::temp_dir().join(format!("clutch-{process}-{name}")));
            fs::create_dir_all(&place.0).unwrap();
            for file in files {
                place.write(file, "");
            }
            place
        }

        fn write(&self, file: &str, text: &str) {
            let path = self.0.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn chosen(section: &ServerSection, directory: &Path) -> Result<String, String> {
        let choice = choose(&ProcessSettings::of(section), directory)?;
        let name = choice.file.file_name().unwrap().to_string_lossy();
        Ok(name.into_owned())
    }

    const TWO: [&str; 3] = [
        "libclutch_engine-cp312.so",
        "libclutch_engine-cp314.so",
        "mod_clutch.so",
    ];

    #[test]
    fn the_newest_engine_is_chosen_if_nothing_says_which() {
        let place = Place::with("newest", &TWO);
        let section = ServerSection::default();
        assert_eq!(chosen(&section, &place.0).unwrap(), TWO[1]);
    }

    #[test]
    fn a_python_home_chooses_its_engine() {
        let place = Place::with("home", &TWO);
        let home = |version: &str| {
            place.write(
                "venv/pyvenv.cfg",
                &format!("home = /usr\nversion = {version}\n"),
            );
            let path = place.0.join("venv").into_os_string().into_encoded_bytes();
            ServerSection {
                python_home: Some(path.into()),
                ..ServerSection::default()
            }
        };
        assert_eq!(chosen(&home("3.12.9"), &place.0).unwrap(), TWO[0]);
        let refusal = chosen(&home("3.11.2"), &place.0).unwrap_err();
        assert!(refusal.contains("venv is a Python 3.11, but"), "{refusal}");
        assert!(refusal.contains("only for 3.14, 3.12;"), "{refusal}");
        assert!(
            refusal.contains("make engine PYTHON=python3.11"),
            "{refusal}"
        );
    }

    #[test]
    fn a_python_home_that_does_not_tell_its_version_chooses_nothing() {
        let place = Place::with("silent", &TWO);
        let section = ServerSection {
            python_home: Some(b"/nothing/here".as_slice().into()),
            ..ServerSection::default()
        };
        assert_eq!(chosen(&section, &place.0).unwrap(), TWO[1]);
    }

    #[test]
    fn the_operators_word_is_stronger_than_the_home() {
        let place = Place::with("word", &TWO);
        let section = |engine| ServerSection {
            engine: Some(engine),
            ..ServerSection::default()
        };
        let version = |text| EngineChoice::Version(Version::parse(text).unwrap());
        assert_eq!(chosen(&section(version("3.12")), &place.0).unwrap(), TWO[0]);
        let refusal = chosen(&section(version("3.13")), &place.0).unwrap_err();
        assert!(
            refusal.starts_with("ClutchEngine asks for Python 3.13"),
            "{refusal}"
        );

        let file = EngineChoice::File(place.0.join(TWO[0]));
        let section = section(file);
        let choice = choose(&ProcessSettings::of(&section), Path::new("/")).unwrap();
        assert_eq!(choice.version, Version::parse("3.12"));
    }

    #[test]
    fn a_directory_without_engines_is_named_with_the_command_that_helps() {
        let place = Place::with("none", &["mod_clutch.so"]);
        let refusal = chosen(&ServerSection::default(), &place.0).unwrap_err();
        assert!(
            refusal.contains(&place.0.display().to_string()),
            "{refusal}"
        );
        assert!(refusal.contains("`make engine`"), "{refusal}");
    }

    #[test]
    fn a_file_that_is_not_there_is_refused() {
        let section = ServerSection {
            engine: Some(EngineChoice::File("/nothing/here.so".into())),
            ..ServerSection::default()
        };
        let refusal = chosen(&section, Path::new("/")).unwrap_err();
        assert!(
            refusal.starts_with("ClutchEngine /nothing/here.so cannot"),
            "{refusal}"
        );
    }

    #[test]
    fn a_home_is_doubted_if_it_is_no_directory() {
        let place = Place::with("doubt", &["file"]);
        assert_eq!(doubt_about(&place.0), None);
        let doubt = |path: PathBuf| doubt_about(&path).unwrap();
        assert_eq!(doubt(place.0.join("none")).code(), code::HOME_UNSEEN);
        assert_eq!(doubt(place.0.join("file")).code(), code::HOME_NO_DIRECTORY);
    }
}
