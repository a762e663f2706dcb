//! The engines beside the module or this program.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clutch_core::installation::{Version, engines_in};

use crate::terminal::Terminal;

/// The directory that this program lies in; module and engines lie beside it.
///
/// # Errors
///
/// The system does not say where this program is.
pub(crate) fn own_directory() -> Result<PathBuf> {
    let program = env::current_exe().context("where this program lies is not known")?;
    Ok(program.parent().unwrap_or(Path::new("/")).to_owned())
}

/// The Pythons that there is an engine for in `directory`.
pub(crate) fn versions_in(directory: &Path) -> Vec<Version> {
    engines_in(directory)
        .into_iter()
        .map(|(version, _)| version)
        .collect()
}

/// `clutch engine list`.
pub(crate) fn list(terminal: &mut Terminal) -> Result<()> {
    let directory = own_directory()?;
    let engines = engines_in(&directory);
    for (version, file) in &engines {
        terminal.answer(&format!("{version:<6} {}", file.display()));
    }
    if engines.is_empty() {
        terminal.say(&format!(
            "no engine in {}; `make engine` builds one, `make engine PYTHON=PATH` for the Python at PATH",
            directory.display()
        ));
    }
    Ok(())
}
