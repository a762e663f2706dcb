//! The table of expected differences, by subject.

mod asked;
mod configuration;
mod daemons;
mod environs;
mod handlers;
mod proxies;
mod responses;

use super::Expected;

/// Headings of the page.
const BETTER: &str = "Better on purpose";
const ASKED: &str = "Scripts that httpd asks, better on purpose";
const DAEMONS: &str = "Daemon processes, better on purpose";
const DIFFERENT: &str = "Different, and hardly noticed";

/// All of it.
pub(super) fn all() -> impl Iterator<Item = &'static Expected> {
    [
        responses::ROWS,
        daemons::ROWS,
        environs::ROWS,
        configuration::ROWS,
        asked::ROWS,
        handlers::ROWS,
        proxies::ROWS,
    ]
    .into_iter()
    .flatten()
}
