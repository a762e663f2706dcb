//! Bottle.

use super::tour;

#[test]
fn bottle_serves_a_page_and_takes_a_form_and_a_file() {
    let script = include_str!("apps/bottle.wsgi");
    if let Some(plan) = tour::plan("bottle", "bottle", "bottle", script) {
        tour::walk(&plan.start(), "Bottle");
    }
}
