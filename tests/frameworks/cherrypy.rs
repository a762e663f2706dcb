//! CherryPy.

use super::tour;

#[test]
fn cherrypy_serves_a_page_and_takes_a_form_and_a_file() {
    let script = include_str!("apps/cherrypy.wsgi");
    if let Some(plan) = tour::plan("cherrypy", "CherryPy", "cherrypy", script) {
        tour::walk(&plan.start(), "CherryPy");
    }
}
