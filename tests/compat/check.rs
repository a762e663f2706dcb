//! Configurations that both modules take, or both refuse.

use std::path::Path;

use clutch_tests::support::Plan;

use super::case::Check;
use super::difference::Difference;

/// What differs in what `httpd -t` says of a configuration; the texts are each module's own.
pub(crate) fn differences(check: &Check, peer: &Path) -> Vec<Difference> {
    let plan = Plan::new().config(check.config);
    let verdict = |plan: &Plan| match plan.check() {
        Ok(()) => "taken".to_owned(),
        Err(_) => "refused".to_owned(),
    };
    let (theirs, ours) = (verdict(&plan.clone().peer(peer)), verdict(&plan));
    let difference = Difference {
        case: format!("config/{}", check.config),
        aspect: "config".to_owned(),
        peer: theirs,
        ours,
    };
    match difference.peer == difference.ours {
        true => Vec::new(),
        false => vec![difference],
    }
}
