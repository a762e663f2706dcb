//! Where module and engines lie, and which engines there are.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clutch_core::installation::{Version, engines_in};

use crate::httpd;
use crate::terminal::Terminal;

/// Name of the module's file.
pub(crate) const MODULE: &str = "mod_clutch.so";

/// The directory that this program lies in; module and engines lie beside it.
///
/// # Errors
///
/// The system does not say where this program is.
pub(crate) fn own_directory() -> Result<PathBuf> {
    let program = env::current_exe().context("where this program lies is not known")?;
    Ok(program.parent().unwrap_or(Path::new("/")).to_owned())
}

/// The directory that holds module and engines: our own, else, as after `make install`, that of httpd's modules.
///
/// # Errors
///
/// As [`own_directory`].
pub(crate) fn directory() -> Result<PathBuf> {
    let own = own_directory()?;
    if own.join(MODULE).exists() || !engines_in(&own).is_empty() {
        return Ok(own);
    }
    let installed = httpd::find(None).map(|httpd| httpd.modules);
    Ok(installed
        .ok()
        .filter(|modules| modules.join(MODULE).exists())
        .unwrap_or(own))
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
    let directory = directory()?;
    let engines = engines_in(&directory);
    for (version, file) in &engines {
        let version = version.to_string();
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
