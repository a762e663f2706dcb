//! Where two observations differ.

use std::collections::BTreeSet;
use std::fmt;

use super::observation::Observation;

/// One difference in one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// `group/case`.
    pub(crate) case: String,
    /// `status`, `header NAME`, `ending`, `body`, `environ KEY`, `rest`, `log`, `config`.
    pub(crate) aspect: String,
    /// What mod_wsgi did; empty if nothing of the kind.
    pub(crate) peer: String,
    /// What we did.
    pub(crate) ours: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            case,
            aspect,
            peer,
            ours,
        } = self;
        write!(
            f,
            "{case}\n    {aspect}\n      mod_wsgi: {peer:?}\n      ours:     {ours:?}"
        )
    }
}

/// All differences between what the peer and we did in `case`.
pub(crate) fn between(case: &str, peer: &Observation, ours: &Observation) -> Vec<Difference> {
    let difference = |aspect: &str, peer: String, ours: String| Difference {
        case: case.to_owned(),
        aspect: aspect.to_owned(),
        peer,
        ours,
    };
    let mut all = Vec::new();
    let aspects = |one: &Observation| {
        one.seen
            .iter()
            .map(|(aspect, _)| aspect.clone())
            .collect::<BTreeSet<_>>()
    };
    for aspect in &aspects(peer) | &aspects(ours) {
        let (theirs, own) = (values(peer, &aspect), values(ours, &aspect));
        if theirs != own {
            all.push(difference(&aspect, theirs, own));
        }
    }
    for (theirs, own) in unmatched(&peer.records, &ours.records) {
        all.push(difference("log", theirs, own));
    }
    all
}

/// What was seen of an aspect, several things with a mark between them.
fn values(one: &Observation, aspect: &str) -> String {
    let values: Vec<_> = one
        .seen
        .iter()
        .filter(|(own, _)| own == aspect)
        .map(|(_, value)| value.as_str())
        .collect();
    values.join(" ¦ ")
}

/// The records that only one of the two has, by the longest common subsequence.
fn unmatched(peer: &[String], ours: &[String]) -> Vec<(String, String)> {
    let mut longest = vec![vec![0_usize; ours.len() + 1]; peer.len() + 1];
    for at in (0..peer.len()).rev() {
        for by in (0..ours.len()).rev() {
            longest[at][by] = match peer[at] == ours[by] {
                true => longest[at + 1][by + 1] + 1,
                false => longest[at + 1][by].max(longest[at][by + 1]),
            };
        }
    }
    let (mut at, mut by, mut found) = (0, 0, Vec::new());
    while at < peer.len() || by < ours.len() {
        if at < peer.len() && by < ours.len() && peer[at] == ours[by] {
            (at, by) = (at + 1, by + 1);
        } else if by == ours.len() || at < peer.len() && longest[at + 1][by] >= longest[at][by + 1]
        {
            found.push((peer[at].clone(), String::new()));
            at += 1;
        } else {
            found.push((String::new(), ours[by].clone()));
            by += 1;
        }
    }
    found
}
