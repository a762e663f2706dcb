//! The one place that chooses a Python: asked for, else the active virtual environment's, else the newest that will do.

mod candidates;
mod choice;
mod facts;

use std::cmp::Reverse;
use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clutch_sys::account::Account;

use crate::args::PythonsArguments;
use crate::engine;
use crate::serve::access;
use crate::terminal::Terminal;

use choice::{Candidate, Reason};

pub(crate) use choice::Purpose;
pub(crate) use facts::Facts;

/// A Python that was chosen.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) facts: Facts,
    reason: Reason,
}

impl Choice {
    /// One sentence: which, and why.
    pub(crate) fn sentence(&self, purpose: Purpose<'_>) -> String {
        format!(
            "Python {} ({}), {}",
            self.facts.release,
            self.facts.executable.display(),
            self.reason.words(purpose)
        )
    }
}

/// Chooses a Python. `reader` is the account that will read it, if that is another than ours.
///
/// # Errors
///
/// The one asked for, or the active virtual environment's, will not do; or there is none that will.
pub(crate) fn choose(
    asked: Option<&Path>,
    purpose: Purpose<'_>,
    reader: Option<&Account>,
) -> Result<Choice> {
    let named = match asked {
        Some(asked) => Some((executable_of(asked)?, Reason::Asked)),
        None => env::var_os("VIRTUAL_ENV")
            .filter(|home| !home.is_empty())
            .map(|home| {
                Ok::<_, anyhow::Error>((
                    executable_of(Path::new(&home))?,
                    Reason::VirtualEnvironment,
                ))
            })
            .transpose()?,
    };
    if let Some((executable, reason)) = named {
        let Candidate { facts, obstacle } = candidate(&executable, purpose, reader)?;
        return match obstacle {
            None => Ok(Choice { facts, reason }),
            Some(obstacle) => bail!(
                "Python {} ({}), {}, {obstacle}",
                facts.release,
                facts.executable.display(),
                reason.words(purpose)
            ),
        };
    }
    match newest(purpose, reader) {
        Some(facts) => Ok(Choice {
            facts,
            reason: Reason::Newest,
        }),
        None => bail!(none_will_do(&candidates(purpose, reader))),
    }
}

/// The best Python of the machine; asks no more of them than it must, as each takes a while to answer.
fn newest(purpose: Purpose<'_>, reader: Option<&Account>) -> Option<Facts> {
    let minor = |file: &PathBuf| candidates::minor_in_name(file);
    let mut likely = candidates::executables();
    likely.retain(|file| minor(file).is_none_or(|minor| choice::is_likely(minor, purpose)));
    likely.sort_by_key(|file| Reverse(minor(file).unwrap_or(u8::MAX)));
    let mut asked: Vec<Candidate> = Vec::new();
    for file in likely {
        let next = minor(&file).unwrap_or(u8::MAX);
        if asked.iter().any(|found| choice::settles(found, next)) {
            break;
        }
        asked.extend(candidate(&file, purpose, reader));
    }
    choice::best(&asked).map(|best| best.facts.clone())
}

fn none_will_do(candidates: &[Candidate]) -> String {
    let mut sentence = "no Python on this machine will do".to_owned();
    for Candidate { facts, obstacle } in candidates {
        let Some(obstacle) = obstacle else { continue };
        let executable = facts.executable.display();
        sentence.push_str(&format!("\n  {executable} {obstacle}"));
    }
    if candidates.is_empty() {
        sentence.push_str(": there is none from 3.10 on");
    }
    sentence
}

/// The executable that `asked` means: itself, one in `$PATH`, or that of a virtual environment or an installation.
fn executable_of(asked: &Path) -> Result<PathBuf> {
    if asked.is_dir() {
        return ["bin/python3", "bin/python"]
            .iter()
            .map(|name| asked.join(name))
            .find(|file| file.exists())
            .with_context(|| format!("there is no Python in {}", asked.display()));
    }
    if asked.components().count() == 1 && !asked.exists() {
        let path = env::var_os("PATH").unwrap_or_default();
        return env::split_paths(&path)
            .map(|directory| directory.join(asked))
            .find(|file| file.is_file())
            .with_context(|| format!("there is no {} in $PATH", asked.display()));
    }
    if !asked.exists() {
        bail!("there is no Python at {}", asked.display());
    }
    Ok(std::path::absolute(asked)?)
}

fn candidate(
    executable: &Path,
    purpose: Purpose<'_>,
    reader: Option<&Account>,
) -> Result<Candidate> {
    let facts = Facts::ask(executable)?;
    let locked = reader.and_then(|reader| {
        let needed = [facts.landmark.as_path(), facts.prefix.as_path()];
        access::first_locked(reader, &needed)
    });
    let obstacle = choice::obstacle(&facts, purpose, locked.as_deref());
    Ok(Candidate { facts, obstacle })
}

/// All Pythons of the machine that can be asked.
fn candidates(purpose: Purpose<'_>, reader: Option<&Account>) -> Vec<Candidate> {
    candidates::executables()
        .iter()
        .filter_map(|executable| candidate(executable, purpose, reader).ok())
        .collect()
}

/// `clutch pythons`.
pub(crate) fn show(typed: &PythonsArguments, terminal: &mut Terminal) -> Result<()> {
    let engines = engine::versions_in(&engine::directory()?);
    let purpose = match typed.to_build {
        true => Purpose::Build,
        false => Purpose::Serve(&engines),
    };
    let reader = access::reader(None)?;
    let reader = reader.as_ref();
    if typed.chosen {
        let choice = choose(typed.python.as_deref(), purpose, reader)?;
        terminal.say(&choice.sentence(purpose));
        terminal.answer(&line_for_programs(&choice.facts));
        return Ok(());
    }
    let mut all = candidates(purpose, reader);
    all.sort_by_key(|candidate| choice::rank(&candidate.facts));
    if typed.usable {
        return show_usable(&all, terminal);
    }
    for Candidate { facts, obstacle } in &all {
        let verdict = obstacle.as_deref().unwrap_or("will do");
        let executable = facts.executable.display().to_string();
        terminal.answer(&format!("{:<9} {executable:<50} {verdict}", facts.release));
    }
    let choice = choose(typed.python.as_deref(), purpose, reader)?;
    terminal.answer(&format!("chosen: {}", choice.sentence(purpose)));
    Ok(())
}

/// The best of each version, oldest first, free-threaded builds last.
fn show_usable(all: &[Candidate], terminal: &mut Terminal) -> Result<()> {
    let mut usable: Vec<&Facts> = Vec::new();
    for candidate in all.iter().filter(|candidate| candidate.obstacle.is_none()) {
        if usable
            .iter()
            .all(|facts| facts.version != candidate.facts.version)
        {
            usable.push(&candidate.facts);
        }
    }
    usable.sort_by_key(|facts| (facts.version.free_threaded, facts.version));
    for facts in usable {
        terminal.answer(&line_for_programs(facts));
    }
    Ok(())
}

fn line_for_programs(facts: &Facts) -> String {
    format!("{}\t{}", facts.version.tag(), facts.executable.display())
}
