//! Pyramid.

use super::tour;

#[test]
fn pyramid_serves_a_page_and_takes_a_form_and_a_file() {
    let script = include_str!("apps/pyramid.wsgi");
    if let Some(plan) = tour::plan("pyramid", "pyramid", "pyramid.config", script) {
        tour::walk(&plan.start(), "Pyramid");
    }
}
