//! Falcon.

use super::tour;

#[test]
fn falcon_serves_a_page_and_takes_a_form_and_a_file() {
    let script = include_str!("apps/falcon.wsgi");
    if let Some(plan) = tour::plan("falcon", "falcon", "falcon", script) {
        tour::walk(&plan.start(), "Falcon");
    }
}
