//! Which Python is taken, and why. Pure.

use std::cmp::Reverse;
use std::path::Path;

use clutch_core::installation::Version;

use super::facts::{Facts, Library};
use crate::httpd::Distribution;

/// The oldest usable minor version of Python 3.
pub(crate) const OLDEST: u8 = 10;
/// The newest one that engines are known to work with.
pub(crate) const NEWEST: u8 = 15;

/// What the Python is wanted for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose<'engines> {
    /// To serve, with one of these engines.
    Serve(&'engines [Version]),
    /// To build an engine for it.
    Build,
}

/// A Python, and what stands against it (the end of a sentence that begins with its name).
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) facts: Facts,
    pub(crate) obstacle: Option<String>,
}

/// How a choice came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Asked,
    VirtualEnvironment,
    Newest,
}

impl Reason {
    /// As the end of a sentence that begins with the chosen one.
    pub(crate) fn words(self, purpose: Purpose<'_>) -> &'static str {
        match (self, purpose) {
            (Self::Asked, _) => "as asked",
            (Self::VirtualEnvironment, _) => "of the active virtual environment",
            (Self::Newest, Purpose::Build) => "the newest here with a shared library",
            (Self::Newest, Purpose::Serve(_)) => "the newest here with an engine",
        }
    }
}

/// What stands against using the Python with these `facts`; `locked` is a place that httpd's user may not enter or read.
pub(crate) fn obstacle(
    facts: &Facts,
    purpose: Purpose<'_>,
    locked: Option<&Path>,
) -> Option<String> {
    let Version { major, minor, .. } = facts.version;
    if facts.implementation != "CPython" {
        return Some(format!("is {}, not CPython", facts.implementation));
    }
    if major != 3 || minor < OLDEST {
        return Some(format!("is older than 3.{OLDEST}"));
    }
    if minor > NEWEST {
        return Some(format!(
            "is newer than 3.{NEWEST}, the newest that Clutch knows"
        ));
    }
    library_obstacle(facts, purpose)
        .or_else(|| engine_obstacle(facts, purpose))
        .or_else(|| {
            let locked = locked?.display();
            Some(format!(
                "is closed to httpd's user, who may not enter or read {locked}"
            ))
        })
}

fn library_obstacle(facts: &Facts, purpose: Purpose<'_>) -> Option<String> {
    let install = Distribution::of_this_machine()
        .how_to_install_libpython(facts.version.minor)
        .filter(|_| facts.landmark.starts_with("/usr/lib"))
        .map(|command| format!("; install it: {command}"))
        .unwrap_or_default();
    match (&facts.library, purpose) {
        (Library::NotBuilt, _) => {
            Some("has no shared library (it was built without --enable-shared)".into())
        }
        (Library::NotInstalled(name), _) => {
            Some(format!("lacks its shared library {name}{install}"))
        }
        (Library::NotLinkable(_, name), Purpose::Build) => {
            Some(format!("lacks {name}, which linking needs{install}"))
        }
        _ => None,
    }
}

fn engine_obstacle(facts: &Facts, purpose: Purpose<'_>) -> Option<String> {
    match purpose {
        Purpose::Serve(engines) if !engines.contains(&facts.version) => Some(format!(
            "has no engine; build it: make engine PYTHON={}",
            facts.executable.display()
        )),
        _ => None,
    }
}

/// Whether it is worth asking a Python whose name says that it is 3.`minor`.
pub(crate) fn is_likely(minor: u8, purpose: Purpose<'_>) -> bool {
    let fits = match purpose {
        Purpose::Serve(engines) => engines.iter().any(|engine| engine.minor == minor),
        Purpose::Build => true,
    };
    fits && (OLDEST..=NEWEST).contains(&minor)
}

/// Whether no Python up to 3.`minor` can be better than `candidate`.
pub(crate) fn settles(candidate: &Candidate, minor: u8) -> bool {
    let Candidate { facts, obstacle } = candidate;
    let is_best_of_its_kind = facts.is_final && !facts.version.free_threaded;
    obstacle.is_none() && is_best_of_its_kind && facts.version.minor > minor
}

/// The best of `candidates` that nothing stands against: default builds before free-threaded ones, final releases before
/// others, then the newest, then the first.
pub(crate) fn best(candidates: &[Candidate]) -> Option<&Candidate> {
    candidates
        .iter()
        .filter(|candidate| candidate.obstacle.is_none())
        .min_by_key(|candidate| rank(&candidate.facts))
}

/// The smaller, the better.
pub(crate) fn rank(facts: &Facts) -> impl Ord + use<> {
    (
        facts.version.free_threaded,
        !facts.is_final,
        Reverse(facts.version.minor),
        Reverse(patch_level(&facts.release)),
    )
}

/// 5 of `3.13.5` and of `3.13.5rc1`.
fn patch_level(release: &str) -> u32 {
    let last = release.splitn(3, '.').nth(2).unwrap_or_default();
    let digits = last.find(|letter: char| !letter.is_ascii_digit());
    last[..digits.unwrap_or(last.len())].parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clutch_core::installation::Version;

    use super::{Candidate, Facts, Library, Purpose, best, is_likely, obstacle, settles};

    fn facts(release: &str) -> Facts {
        let version = Version::parse(release).unwrap();
        Facts {
            executable: format!("/opt/bin/python{release}").into(),
            implementation: "CPython".into(),
            version,
            release: release.trim_end_matches('t').into(),
            is_final: !release.contains("rc"),
            prefix: "/opt".into(),
            landmark: "/opt/lib/os.py".into(),
            library: Library::Here("/opt/lib/libpython.so".into()),
        }
    }

    fn chosen(releases: &[&str]) -> String {
        let candidates: Vec<_> = releases
            .iter()
            .map(|release| Candidate {
                facts: facts(release),
                obstacle: obstacle(&facts(release), Purpose::Build, None),
            })
            .collect();
        best(&candidates).map_or(String::new(), |best| best.facts.release.clone())
    }

    #[test]
    fn the_newest_final_default_build_is_chosen() {
        assert_eq!(chosen(&["3.9.18", "3.11.2", "3.13.0", "3.12.1"]), "3.13.0");
        assert_eq!(chosen(&["3.13.9", "3.13.15", "3.13.2"]), "3.13.15");
        assert_eq!(chosen(&["3.13.0", "3.14.0rc1"]), "3.13.0");
        assert_eq!(chosen(&["3.14.0rc2"]), "3.14.0rc2");
        assert_eq!(chosen(&["3.9.1", "3.16.0", "2.7.18"]), "");
    }

    #[test]
    fn older_ones_need_not_be_asked_once_a_good_one_is_found() {
        let candidate = |release| Candidate {
            facts: facts(release),
            obstacle: None,
        };
        assert!(settles(&candidate("3.13.0"), 12));
        assert!(
            !settles(&candidate("3.13.0"), 13),
            "its patch level may be higher"
        );
        assert!(!settles(&candidate("3.14t"), 12));
        assert!(!settles(&candidate("3.14.0rc1"), 12));
        assert!(is_likely(13, Purpose::Build) && !is_likely(9, Purpose::Build));
        assert!(!is_likely(13, Purpose::Serve(&[])));
    }

    #[test]
    fn free_threaded_builds_are_the_last_resort() {
        let free = facts("3.14t");
        assert!(free.version.free_threaded);
        let all = [free, facts("3.10.1")].map(|facts| Candidate {
            facts,
            obstacle: None,
        });
        assert_eq!(best(&all).unwrap().facts.release, "3.10.1");
        assert_eq!(best(&all[..1]).unwrap().facts.release, "3.14");
    }

    #[test]
    fn what_stands_against_a_python_is_said() {
        let engines = [Version::parse("3.13").unwrap()];
        let serve = Purpose::Serve(&engines);
        assert_eq!(obstacle(&facts("3.13.1"), serve, None), None);
        let said = |facts: &Facts, purpose| obstacle(facts, purpose, None).unwrap();
        assert!(said(&facts("3.12.1"), serve).contains("make engine PYTHON=/opt/bin/python3.12.1"));
        assert!(said(&facts("3.9.1"), serve).contains("older than 3.10"));
        let mut python = facts("3.13.1");
        python.library = Library::NotBuilt;
        assert!(said(&python, serve).contains("no shared library"));
        python.library = Library::NotLinkable("/l".into(), "libpython3.13.so".into());
        assert_eq!(obstacle(&python, serve, None), None);
        assert!(said(&python, Purpose::Build).contains("libpython3.13.so"));
        python.implementation = "PyPy".into();
        assert!(said(&python, serve).contains("PyPy"));
        let locked = obstacle(&facts("3.13.1"), serve, Some(Path::new("/root")));
        assert!(locked.unwrap().ends_with("/root"));
    }
}
