//! `clutch check-run`: loads an application as a child of httpd's would, in a process that may die of it.

use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use anyhow::{Context, Result};
use clutch_core::log::Level;
use clutch_core::rung::Rung;
use clutch_core::verdict::Verdict;
use ffi_engine::Slice;
use ffi_engine::abi::{GroupPlan, Isolation, List, Plan, Preload};
use ffi_engine::host::Engine;

use super::host;
use super::outcome::{Loaded, Module, Outcome, Probe, Refusal, last_of};
use super::typed::{CheckRunArguments, Place};

/// Files of the directory of a run.
pub(super) const PROGRESS: &str = "watch/progress";
pub(super) const OUTCOME: &str = "outcome";
pub(super) const ERRORS: &str = "errors";
const STATE: &str = "state";
const WATCH: &str = "watch";
const PROBE: &str = "probe.wsgi";

/// How long the engine may take to end, in milliseconds.
const STOP_LIMIT_MS: u32 = 2_000;

/// The groups that have the application at once. Many extension modules load in the first interpreter of a process only.
const BESIDE: [&[u8]; 2] = [b"check-1", b"check-2"];
/// The group of the main interpreter.
const MAIN: [&[u8]; 1] = [b""];

/// Loads the application and writes into the directory what came of it.
///
/// # Errors
///
/// The directory cannot be written.
pub(crate) fn run(typed: &CheckRunArguments) -> Result<()> {
    let directory = &typed.directory;
    lay_out(directory)?;
    let engine = started(typed);
    let outcome = match &engine {
        Ok(engine) => loaded(*engine, typed),
        Err(sentence) => Outcome::Unusable(sentence.clone()),
    };
    let text = serde_json::to_vec(&outcome)?;
    fs::write(directory.join(OUTCOME), text)?;
    if let Ok(engine) = engine {
        engine.stop(STOP_LIMIT_MS, "");
    }
    Ok(())
}

fn lay_out(directory: &Path) -> Result<()> {
    let watch = directory.join(WATCH);
    fs::create_dir(&watch)?;
    fs::create_dir(directory.join(STATE))?;
    for (file, text) in [
        (
            watch.join("clutch_check_watch.py"),
            include_str!("python/watch.py"),
        ),
        (watch.join("watch.pth"), include_str!("python/watch.pth")),
        (directory.join(PROBE), include_str!("python/probe.wsgi")),
    ] {
        fs::write(&file, text).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(())
}

/// Opens and starts the engine.
fn started(typed: &CheckRunArguments) -> Result<Engine, String> {
    let layer = |path: &Path| Slice::new(path.as_os_str().as_bytes().to_vec().leak());
    let own = typed.app.parent().unwrap_or(Path::new("/"));
    // The layer that goes in front of the other comes last.
    let layers = vec![layer(own), layer(&typed.directory.join(WATCH))];
    host::plan(GroupPlan {
        isolation: match typed.place {
            Place::Auto => Isolation::Auto,
            Place::SharedGil | Place::Main => Isolation::SharedGil,
        },
        python_path: List::new(layers.leak()),
        ..GroupPlan::DEFAULT
    });
    let engine = Engine::open(&typed.engine).map_err(|unusable| unusable.to_string())?;
    let state = typed.directory.join(STATE);
    let plan = Plan {
        python_home: Slice::new(typed.home.as_os_str().as_bytes()),
        dont_write_bytecode: true, // The packages may not be ours.
        state_directory: Slice::new(state.as_os_str().as_bytes()),
        apache_description: Slice::new(b"clutch check"),
        apache_mpm: Slice::new(b"event"),
        ..Plan::of(&host::HOST)
    };
    match engine.start(&plan) {
        true => Ok(engine),
        false => Err(host::take_log(Level::Error).join("; ")),
    }
}

/// Loads the application in each group of its place, and says what came of all.
fn loaded(engine: Engine, typed: &CheckRunArguments) -> Outcome {
    let groups: &[&[u8]] = match typed.place {
        Place::Main => &MAIN,
        Place::Auto | Place::SharedGil => &BESIDE,
    };
    let mut all: Option<Loaded> = None;
    for group in groups {
        let one = match (loaded_in(engine, group, typed), &all) {
            (Outcome::Loaded(one), _) => one,
            (Outcome::Failed(lines), Some(_)) => {
                return Outcome::Alone(last_of(&lines));
            }
            (other, _) => return other,
        };
        all = Some(match all {
            None => one,
            Some(before) => both(before, one),
        });
    }
    all.map_or(Outcome::NoCallable, Outcome::Loaded)
}

/// What two interpreters have in common.
fn both(first: Loaded, second: Loaded) -> Loaded {
    let mut twins = [first.twins, second.twins].concat();
    twins.sort();
    twins.dedup();
    Loaded {
        own_gil: first.own_gil && second.own_gil,
        refusal: first.refusal.or(second.refusal),
        twins,
    }
}

fn loaded_in(engine: Engine, group: &[u8], typed: &CheckRunArguments) -> Outcome {
    let app = typed.app.as_os_str().as_bytes();
    let probe = typed.directory.join(PROBE).into_os_string().into_vec();
    engine.preload(&[Preload {
        group: Slice::new(group),
        script: Slice::new(app),
    }]);
    let errors = host::take_log(Level::Error);
    let variables: [(&[u8], &[u8]); 2] = [
        (b"clutch.check.script", app),
        (b"clutch.check.callable", typed.callable.as_bytes()),
    ];
    let answer = host::ask(engine, group, &probe, &variables);
    let Some(probe) = answer.and_then(|body| serde_json::from_slice::<Probe>(&body).ok()) else {
        return Outcome::Failed([errors, host::take_log(Level::Error)].concat());
    };
    let learned = learned(&typed.directory.join(STATE), group);
    match (probe, learned) {
        (
            Probe {
                loaded: true,
                callable: false,
                ..
            },
            _,
        ) => Outcome::NoCallable,
        (
            Probe {
                loaded: true,
                own_gil,
                twins,
                ..
            },
            learned,
        ) => Outcome::Loaded(Loaded {
            own_gil,
            refusal: learned.map(|(_, refusal)| refusal),
            twins,
        }),
        (_, Some((Rung::Process, refusal))) => Outcome::Refused(refusal),
        _ => Outcome::Failed(errors),
    }
}

/// What the engine remembers of a group.
fn learned(state: &Path, group: &[u8]) -> Option<(Rung, Refusal)> {
    let files = fs::read_dir(state).ok()?.flatten();
    let texts = files.filter_map(|file| fs::read(file.path()).ok());
    let mut verdicts = texts.filter_map(|text| Verdict::parse(&text));
    let verdict = verdicts.find(|verdict| verdict.key.group == group)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let refusal = Refusal {
        module: Module {
            name: text(&verdict.module),
            file: text(&verdict.file),
        },
        reason: text(&verdict.reason),
    };
    Some((verdict.rung, refusal))
}
