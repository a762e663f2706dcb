//! What becomes of an Apache configuration that was written for mod_wsgi: mistakes, what is different here, and what could be
//! better.
//!
//! ```text
//! Configuration ── servers ──▶ Site     every line about WSGI applied by the row that the module registers for it
//!                     Site ── groups, scripts, hints, known ──▶ findings
//! ```
//!
//! What only the machine knows (is there such a user, has this Python an engine) is asked by who calls.

mod groups;
mod hints;
mod known;
mod placement;
mod scripts;
mod servers;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::apache::{Configuration, Directive, Place};

pub use servers::{Server, Site};

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// httpd does not start, or requests fail.
    Error,
    /// Something is otherwise than with mod_wsgi.
    Difference,
    /// Something could be better.
    Hint,
}

impl Severity {
    /// In one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Difference => "difference",
            Self::Hint => "hint",
        }
    }
}

/// Something to know about a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// How grave.
    pub severity: Severity,
    /// The directive, or the section in brackets.
    pub directive: String,
    /// A predicate, whose subject is the directive; or what has to be known about it, in a sentence.
    pub text: String,
}

/// Findings, as they are made.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    pub(crate) fn add(
        &mut self,
        severity: Severity,
        place: Place,
        directive: &str,
        text: impl Into<String>,
    ) {
        self.0.push(Finding {
            place,
            severity,
            directive: directive.to_owned(),
            text: text.into(),
        });
    }
}

/// Judges a configuration: the findings, in the order of files and lines; and what it says, for further questions.
pub fn judge(configuration: &Configuration) -> (Vec<Finding>, Site<'_>) {
    let mut findings = Findings::default();
    for complaint in &configuration.complaints {
        let (place, text) = (complaint.place, complaint.text.clone());
        findings.add(Severity::Error, place, &complaint.name, text);
    }
    for remark in &configuration.remarks {
        let (place, text) = (remark.place, remark.text.clone());
        findings.add(Severity::Hint, place, &remark.name, text);
    }
    let site = Site::of(configuration, &mut findings);
    groups::judge(&site, &mut findings);
    scripts::judge(&site, &mut findings);
    hints::judge(&site, &mut findings);
    (tidy(findings.0), site)
}

/// `findings` in the order of files and lines, each once: what is said of a line of a macro is said with the first place where the
/// macro is used.
pub fn tidy(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort();
    let mut said = BTreeSet::new();
    findings.retain(|one| {
        let place = Place {
            used: 0,
            ..one.place
        };
        said.insert(Finding {
            place,
            ..one.clone()
        })
    });
    findings
}

/// The name of a directive, for a sentence.
pub(crate) fn name_of(directive: &Directive) -> String {
    String::from_utf8_lossy(&directive.name).into_owned()
}

/// A name of the operator's, in quotes.
pub(crate) fn quoted(text: &[u8]) -> String {
    format!("{:?}", String::from_utf8_lossy(text))
}
