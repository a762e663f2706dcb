//! `clutch check`: says without a server what an application can be served in.

mod attempt;
mod config;
mod host;
mod outcome;
mod progress;
mod report;
mod run;
pub(crate) mod typed;

use std::path::Path;

use anyhow::{Result, bail};
use clutch_core::rung::Rung;
use clutch_sys::signal::Signals;

use crate::engine;
use crate::python::{self, Purpose};
use crate::serve::plan;
use crate::terminal::Terminal;

use attempt::{Attempt, End, Subject};
use outcome::{Loaded, Outcome, Refusal};
use report::{Judgement, Obstacle, Report};
use typed::{CheckArguments, Place};

pub(crate) use run::run;

/// Judges an application, or a configuration, and shows the verdict. Whether it can be served, or used, at all.
///
/// # Errors
///
/// One sentence: there is no such file, or no Python to load it on.
pub(crate) fn check(typed: &CheckArguments, terminal: &mut Terminal) -> Result<bool> {
    match (&typed.config, &typed.app) {
        (Some(file), _) => config::check(file, typed, terminal),
        (None, Some(app)) => check_application(app, typed, terminal),
        (None, None) => bail!("an application is missing"), // the command line requires one of both
    }
}

fn check_application(
    typed_app: &Path,
    typed: &CheckArguments,
    terminal: &mut Terminal,
) -> Result<bool> {
    let app = plan::script(typed_app)?;
    let directory = engine::directory()?;
    let engines = engine::versions_in(&directory);
    let choice = python::choose(typed.python.as_deref(), Purpose::Serve(&engines), None)?;
    let engine = directory.join(choice.facts.version.engine_file_name());
    let subject = Subject {
        engine: &engine,
        home: &choice.facts.prefix,
        app: &app,
        callable: &typed.callable,
    };
    let judgement = judge(&subject, &mut attempt::signals()?)?;
    let report = Report {
        script: typed_app,
        callable: &typed.callable,
        facts: &choice.facts,
        judgement: &judgement,
    };
    match typed.json {
        true => terminal.answer(&report.json()),
        false => report.lines().iter().for_each(|line| terminal.answer(line)),
    }
    Ok(judgement.rung.is_ok())
}

/// Goes down the isolation ladder with a process for each attempt, until the application is loaded or cannot be.
fn judge(subject: &Subject<'_>, signals: &mut Signals) -> Result<Judgement> {
    let mut judgement = Judgement::default();
    for place in [Place::Auto, Place::SharedGil, Place::Main] {
        if place == Place::SharedGil && judgement.has_left(Rung::SharedGil) {
            continue;
        }
        let Attempt { end, progress } = Attempt::make(subject, place, signals)?;
        judgement.without = progress.refused;
        if step(&mut judgement, place, end) {
            break;
        }
    }
    judgement.forget_what_stood_in_the_way();
    Ok(judgement)
}

/// Takes what an attempt has shown. Whether that decides.
fn step(judgement: &mut Judgement, place: Place, end: End) -> bool {
    let (outcome, died) = match end {
        End::Told { outcome, died } => (outcome, died),
        End::Died(death) => {
            judgement
                .obstacles
                .push(Obstacle::death(rung_tried(place), death));
            judgement.rung = Err("died");
            return place == Place::Main;
        }
    };
    judgement.died_at_end = died;
    match outcome {
        Outcome::Loaded(loaded) => {
            judgement.rung = Ok(rung_of(place, &loaded));
            judgement.traceback.clear();
            judgement.twins = loaded.twins;
            let refusal = loaded.refusal;
            let refused = refusal.map(|refusal| Obstacle::refusal(Rung::OwnGil, refusal));
            judgement.obstacles.extend(refused);
            true
        }
        Outcome::Refused(refusal) => {
            judgement
                .obstacles
                .push(Obstacle::refusal(Rung::SharedGil, refusal));
            false
        }
        Outcome::Alone(reason) => {
            judgement
                .obstacles
                .push(Obstacle::alone(rung_tried(place), reason));
            false
        }
        Outcome::Failed(lines) => failed(judgement, place, lines),
        Outcome::NoCallable => {
            judgement.rung = Err("no-callable");
            true
        }
        // An attempt that says so is an error before.
        Outcome::Unusable(sentence) => failed(judgement, Place::Main, vec![sentence]),
    }
}

/// The script raised an exception. In the main interpreter that decides; elsewhere the kind of interpreter may be to blame.
fn failed(judgement: &mut Judgement, place: Place, lines: Vec<String>) -> bool {
    let is_last = place == Place::Main;
    if is_last {
        judgement
            .obstacles
            .retain(|obstacle| !obstacle.is_an_exception());
    } else {
        let reason = outcome::last_of(&lines);
        let obstacle = Obstacle::exception(rung_tried(place), reason);
        judgement.obstacles.push(obstacle);
    }
    judgement.traceback = lines;
    judgement.rung = Err("cannot-import");
    is_last
}

/// The best rung that an attempt in this place can reach.
fn rung_tried(place: Place) -> Rung {
    match place {
        Place::Auto => Rung::OwnGil,
        Place::SharedGil => Rung::SharedGil,
        Place::Main => Rung::Process,
    }
}

fn rung_of(place: Place, loaded: &Loaded) -> Rung {
    match (place, loaded.own_gil) {
        (Place::Main, _) => Rung::Process,
        (_, true) => Rung::OwnGil,
        (_, false) => Rung::SharedGil,
    }
}

/// The path as it was typed, for a sentence.
fn shown(path: &Path) -> String {
    path.display().to_string()
}

impl Judgement {
    /// Whether an obstacle keeps the application off this rung.
    fn has_left(&self, rung: Rung) -> bool {
        self.obstacles.iter().any(|one| one.rung == rung)
    }

    /// What an application lives without is not what has kept it off a rung, nor what has a Python twin.
    fn forget_what_stood_in_the_way(&mut self) {
        let mut without: Vec<Refusal> = std::mem::take(&mut self.without);
        without.sort();
        without.dedup_by(|one, other| one.module == other.module);
        without.retain(|refusal| {
            let name = &refusal.module.name;
            let in_the_way = |one: &Obstacle| one.module.as_ref() == Some(&refusal.module);
            !self.obstacles.iter().any(in_the_way)
                && self.twins.iter().all(|twin| twin.name != *name)
        });
        self.without = without;
    }
}

#[cfg(test)]
mod tests;
