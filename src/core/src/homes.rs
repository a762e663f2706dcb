//! Virtual environments of groups: each must be there, and of the Python that the processes run.

use std::fs;

use crate::config::interpreter::{EMBEDDED, InterpreterWords};
use crate::installation::Version;

use crate::engine::path_of;

/// Judges every `ClutchPythonHome` of `words`. `engine` is the Python of httpd's own processes, if it is known; blocks
/// for other processes may name environments of another Python.
///
/// # Errors
///
/// One sentence about the first that cannot be used.
pub fn check(words: &InterpreterWords, engine: Option<Version>) -> Result<(), String> {
    if let Some(home) = &words.base.python_home {
        check_one(home, engine)?;
    }
    for block in &words.blocks {
        if let Some(home) = &block.section.python_home {
            let engine = engine.filter(|_| block.is_about_processes(EMBEDDED));
            check_one(home, engine)?;
        }
    }
    Ok(())
}

fn check_one(home: &[u8], engine: Option<Version>) -> Result<(), String> {
    let home = path_of(home);
    let refused = |why: String| Err(format!("ClutchPythonHome {} {why}", home.display()));
    match fs::metadata(home) {
        Err(error) => return refused(format!("cannot be used: {error}")),
        Ok(found) if !found.is_dir() => return refused("is not a directory".into()),
        Ok(_) => (),
    }
    if !home.join("pyvenv.cfg").is_file() {
        return refused("is not a virtual environment: it has no pyvenv.cfg".into());
    }
    match (Version::of_home(home), engine) {
        (None, _) => refused("does not tell its Python version in pyvenv.cfg".into()),
        (Some(own), Some(engine)) if own != engine => refused(format!(
            "is for Python {own}, but httpd's processes run Python {engine}; \
             make it anew with that, or choose the engine with ClutchEngine"
        )),
        (Some(_), _) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use crate::config::interpreter::{Block, InterpreterWords};
    use crate::installation::Version;

    use super::check;

    /// A directory with environments in it, removed at the end.
    struct Place(PathBuf);

    impl Place {
        fn new(name: &str) -> Self {
            let process = std::process::id();
            Self(std::env::temp_dir().join(format!("clutch-{process}-{name}")))
        }

        fn environment(&self, name: &str, config: &str) -> PathBuf {
            let home = self.0.join(name);
            fs::create_dir_all(&home).unwrap();
            fs::write(home.join("pyvenv.cfg"), config).unwrap();
            home
        }
    }

    impl Drop for Place {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn of_server(home: &Path) -> InterpreterWords {
        let mut words = InterpreterWords::default();
        words.base.python_home = Some(home.as_os_str().as_encoded_bytes().into());
        words
    }

    fn of_block(selectors: &str, home: &Path) -> InterpreterWords {
        let mut block = Block::parse(format!("{selectors}>").as_bytes()).unwrap();
        block.section = of_server(home).base;
        InterpreterWords {
            blocks: vec![block],
            ..InterpreterWords::default()
        }
    }

    #[test]
    fn an_environment_must_be_of_the_processes_python() {
        let place = Place::new("homes-version");
        let home = place.environment("venv", "version = 3.12.1\n");
        let engine = Version::parse("3.12");
        check(&of_server(&home), engine).unwrap();
        check(&of_server(&home), None).unwrap();
        let other = Version::parse("3.13");
        let refusal = check(&of_server(&home), other).unwrap_err();
        assert!(
            refusal.contains("venv is for Python 3.12, but httpd's processes run Python 3.13;")
        );
        let shop = "application-group=shop";
        assert!(check(&of_block(shop, &home), other).is_err());
        check(&of_block("process-group=daemon", &home), other).unwrap();
    }

    #[test]
    fn what_is_no_environment_is_refused_in_one_sentence() {
        let place = Place::new("homes-none");
        let silent = place.environment("silent", "home = /usr/bin\n");
        let bare = place.0.join("bare");
        fs::create_dir_all(&bare).unwrap();
        for (home, said) in [
            (place.0.join("none"), "cannot be used: No such file"),
            (silent.join("pyvenv.cfg"), "is not a directory"),
            (bare, "it has no pyvenv.cfg"),
            (silent, "does not tell its Python version"),
        ] {
            let refusal = check(&of_server(&home), None).unwrap_err();
            assert!(
                refusal.contains(said) && !refusal.contains('\n'),
                "{refusal}"
            );
        }
    }
}
