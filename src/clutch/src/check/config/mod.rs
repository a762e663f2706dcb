//! `clutch check --config`: what becomes of an Apache configuration that was written for mod_wsgi. Nothing is started.

mod disk;
mod envvars;
mod machine;
mod report;

use std::collections::BTreeMap;
use std::env;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{self, Path};

use anyhow::{Context, Result};
use clutch_core::apache::{Variables, read};
use clutch_core::migration::{Severity, judge, tidy};

use super::typed::CheckArguments;
use crate::engine;
use crate::terminal::Terminal;

use disk::Disk;
use report::Report;

/// Judges the configuration that begins in `file` and shows what was found. Whether httpd can serve with it.
///
/// # Errors
///
/// The file cannot be read.
pub(super) fn check(file: &Path, typed: &CheckArguments, terminal: &mut Terminal) -> Result<bool> {
    let main = path::absolute(file)?;
    let variables = variables(&main, &typed.defines);
    let configuration = read(&main, variables, &mut Disk);
    let configuration =
        configuration.with_context(|| format!("{} cannot be read", file.display()))?;
    let (mut findings, site) = judge(&configuration);
    findings.extend(machine::judge(&site, &engine::directory()?));
    let mut findings = tidy(findings);
    findings.sort_by_key(|one| (one.severity, one.place));
    let report = Report {
        file,
        configuration: &configuration,
        findings: &findings,
    };
    match typed.json {
        true => terminal.answer(&report.json()),
        false => report.lines().iter().for_each(|line| terminal.answer(line)),
    }
    let is_wrong = |severity| severity == Severity::Error;
    Ok(!findings.iter().any(|one| is_wrong(one.severity)))
}

/// What is defined: on the command line, in Debian's `envvars` beside the main file, in our own environment.
fn variables(main: &Path, defines: &[String]) -> Variables {
    let mut environment: BTreeMap<Vec<u8>, Vec<u8>> = env::vars_os()
        .map(|(name, value)| (name.into_vec(), value.into_vec()))
        .collect();
    environment.extend(envvars::beside(main));
    let mut variables = Variables::with_environment(environment);
    for define in defines {
        match define.split_once('=') {
            Some((name, value)) => variables.define(name.as_bytes(), Some(value.as_bytes())),
            None => variables.define(define.as_bytes(), None),
        }
    }
    variables
}
