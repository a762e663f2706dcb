//! Runs the groups, some side by side.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use super::case::{Check, Group};
use super::cases;
use super::check;
use super::difference::{self, Difference};
use super::server::Server;

/// What came of it all.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The differences of each case.
    pub(crate) cases: Vec<Vec<Difference>>,
    /// Groups that could not be run to their end, and why.
    pub(crate) failures: Vec<String>,
    /// How many groups there were.
    pub(crate) groups: usize,
    /// The pieces that took longest, and how long.
    pub(crate) slowest: Vec<(Duration, String)>,
    /// How long it took.
    pub(crate) took: Duration,
}

/// What one thread takes from the pile.
enum Work {
    Group(Box<Group>),
    Checks(Vec<Check>),
}

impl Work {
    fn name(&self) -> String {
        match self {
            Self::Group(group) => group.name.clone(),
            Self::Checks(checks) => format!("{} configurations", checks.len()),
        }
    }
}

/// Runs the groups whose names contain one of `names`; all of them if there are none.
pub(crate) fn all(peer: &Path, names: &[String]) -> Outcome {
    let began = Instant::now();
    let wanted =
        |name: &str| names.is_empty() || names.iter().any(|part| name.contains(part.as_str()));
    let groups: Vec<_> = cases::groups()
        .into_iter()
        .filter(|group| wanted(&group.name))
        .collect();
    let mut outcome = Outcome {
        groups: groups.len(),
        failures: twice(&groups),
        ..Outcome::default()
    };
    let mut pile: Vec<_> = groups
        .into_iter()
        .map(|group| Work::Group(Box::new(group)))
        .collect();
    if wanted("config") {
        let checks = cases::checks();
        pile.extend(checks.chunks(12).map(|some| Work::Checks(some.to_vec())));
    }
    let pile = Mutex::new(pile);
    let results = Mutex::new(Vec::new());
    let workers = thread::available_parallelism().map_or(2, usize::from) * 2;
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                // The lock is given back before the work begins.
                let next = || pile.lock().unwrap().pop();
                while let Some(work) = next() {
                    let began = Instant::now();
                    let result = run(&work, peer);
                    let took = (began.elapsed(), work.name());
                    results.lock().unwrap().push((took, result));
                }
            });
        }
    });
    for (took, result) in results.into_inner().unwrap() {
        outcome.slowest.push(took);
        match result {
            Ok(cases) => outcome.cases.extend(cases),
            Err(why) => outcome.failures.push(why),
        }
    }
    outcome
        .cases
        .sort_by(|one, other| first(one).cmp(first(other)));
    outcome.slowest.sort_by(|one, other| other.cmp(one));
    outcome.slowest.truncate(5);
    outcome.took = began.elapsed();
    outcome
}

fn first(differences: &[Difference]) -> &str {
    differences.first().map_or("", |one| one.case.as_str())
}

/// Names that stand twice.
fn twice(groups: &[Group]) -> Vec<String> {
    let mut known = BTreeSet::new();
    let names = groups.iter().flat_map(|group| {
        let cases = group.cases.iter();
        cases.map(move |case| format!("{}/{}", group.name, case.name))
    });
    names
        .filter(|name| !known.insert(name.clone()))
        .map(|name| format!("{name} stands twice"))
        .collect()
}

fn run(work: &Work, peer: &Path) -> Result<Vec<Vec<Difference>>, String> {
    match work {
        Work::Group(group) => compare(group, peer),
        Work::Checks(checks) => Ok(checks
            .iter()
            .map(|one| check::differences(one, peer))
            .collect()),
    }
}

/// Starts both servers of a group and asks both each case. What goes wrong is the outcome of the group.
fn compare(group: &Group, peer: &Path) -> Result<Vec<Vec<Difference>>, String> {
    let compared = catch_unwind(AssertUnwindSafe(|| {
        let is_daemon = group.name.ends_with("@daemon");
        let mut theirs = Server::start(group.plan.clone(), Some(peer), is_daemon);
        let mut ours = Server::start(group.plan.clone(), None, is_daemon);
        let mut all = Vec::new();
        for case in &group.cases {
            let name = format!("{}/{}", group.name, case.name);
            all.push(difference::between(
                &name,
                &theirs.observe(case),
                &ours.observe(case),
            ));
        }
        if group.has_end {
            let name = format!("{}/the end", group.name);
            all.push(difference::between(&name, &theirs.end(), &ours.end()));
        }
        all
    }));
    compared.map_err(|cause| {
        let text = cause.downcast_ref::<String>().cloned();
        let text = text.or_else(|| cause.downcast_ref::<&str>().map(|&text| text.to_owned()));
        format!("{}: {}", group.name, text.unwrap_or_default())
    })
}
