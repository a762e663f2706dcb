//! What is measured, and who is told.

mod program;
mod receiver;
mod requests;
mod server;
mod telemetry;

use clutch_tests::support::{Httpd, app};

/// What the application at `place` makes of the expression.
fn ask(httpd: &Httpd, place: &str, expression: &str) -> String {
    let query = app::target(expression);
    let target = format!("{place}{}", query.trim_start_matches('/'));
    httpd.get(&target).ok().to_owned()
}
