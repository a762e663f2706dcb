//! The same requests to mod_wsgi and to us: status, headers, body, environ and error log are compared.
//!
//! `make test-compat` installs mod_wsgi beside us and runs this. Arguments are parts of the names of groups that are to
//! run alone; `--all` also shows the differences that are expected. `CLUTCH_PEER` names mod_wsgi's module.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program that tells what it found; where it cannot go on, the place is the message"
)]

mod case;
mod cases;
mod check;
mod difference;
mod exchange;
mod expected;
mod normal;
mod observation;
mod run;
mod server;

use std::path::PathBuf;
use std::process::ExitCode;

use expected::Table;
use run::Outcome;

fn main() -> ExitCode {
    let (flags, names): (Vec<_>, Vec<_>) = std::env::args()
        .skip(1)
        .partition(|word| word.starts_with("--"));
    let peer = std::env::var_os("CLUTCH_PEER").map(PathBuf::from);
    let Some(peer) = peer.filter(|file| file.exists()) else {
        println!("FAILED: CLUTCH_PEER names no module of mod_wsgi; `make test-compat` installs it");
        return ExitCode::FAILURE;
    };
    let mut outcome = run::all(&peer, &names);
    if names.is_empty() || names.iter().any(|name| exchange::NAME.contains(&**name)) {
        outcome.failures.extend(exchange::failure(&peer));
    }
    let shows_all = flags.iter().any(|flag| flag == "--all");
    match report(&outcome, names.is_empty(), shows_all) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// Prints what was found; whether all is well.
fn report(outcome: &Outcome, is_whole: bool, shows_all: bool) -> bool {
    let table = Table::new();
    let (mut wrong, mut expected, mut cases_with) = (Vec::new(), 0, 0);
    for differences in &outcome.cases {
        let mut is_different = false;
        for difference in differences {
            let is_expected = table.expects(difference);
            expected += usize::from(is_expected);
            is_different |= is_expected;
            if !is_expected {
                wrong.push(difference.to_string());
            }
            if is_expected && shows_all {
                println!("expected: {difference}");
            }
        }
        cases_with += usize::from(is_different);
    }
    wrong.extend(outcome.failures.iter().cloned());
    wrong.extend(expected::unexplained());
    if is_whole {
        let unseen = table.unseen().into_iter();
        wrong.extend(unseen.map(|row| format!("an expected difference is no more: {row}")));
    }
    for one in &wrong {
        println!("FAILED: {one}");
    }
    println!("the slowest: {:.1?}", outcome.slowest);
    println!(
        "compat: {} cases in {} groups on two servers each; {} with differences that are meant ({expected} differences, {} rows of the table); {} wrong; {:.0?}",
        outcome.cases.len(),
        outcome.groups,
        cases_with,
        table.len(),
        wrong.len(),
        outcome.took,
    );
    wrong.is_empty()
}
