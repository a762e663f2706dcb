//! web.py.

use super::tour;

#[test]
fn webpy_serves_a_page_and_takes_a_form_and_a_file() {
    let script = include_str!("apps/webpy.wsgi");
    if let Some(plan) = tour::plan("webpy", "web.py", "web", script) {
        tour::walk(&plan.start(), "web.py");
    }
}
