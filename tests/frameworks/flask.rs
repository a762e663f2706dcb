//! Flask.

use super::tour;

#[test]
fn flask_serves_a_page_and_takes_a_form_and_a_file() {
    let script = include_str!("apps/flask.wsgi");
    if let Some(plan) = tour::plan("flask", "Flask", "flask", script) {
        tour::walk(&plan.start(), "Flask");
    }
}
