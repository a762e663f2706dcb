//! Werkzeug, and its debugger.

use clutch_tests::support::{MODULE_ERROR, Request};

use super::tour::{self, MOUNT};

const SCRIPT: &str = include_str!("apps/werkzeug.wsgi");

#[test]
fn werkzeug_serves_a_page_and_takes_a_form_and_a_file() {
    if let Some(plan) = tour::plan("werkzeug", "Werkzeug", "werkzeug.debug", SCRIPT) {
        tour::walk(&plan.start(), "Werkzeug");
    }
}

#[test]
fn werkzeugs_debugger_shows_the_failure_and_evaluates_in_its_frame() {
    let Some(plan) = tour::plan("werkzeug", "Werkzeug", "werkzeug.debug", SCRIPT) else {
        return;
    };
    let httpd = plan
        .expects_log(MODULE_ERROR)
        .expects_log("ZeroDivisionError: division by zero")
        .start();
    let broken = format!("{MOUNT}/broken");
    let ask = |query: &str| {
        let request = Request::get(&format!("{broken}{query}"));
        httpd.send(&request.header("Host", "localhost"))
    };

    let page = ask("");
    assert_eq!(page.status, 500);
    assert!(page.text().contains("// Werkzeug Debugger"), "{page:?}");
    assert!(page.text().contains("ZeroDivisionError"), "{page:?}");

    let style = ask("?__debugger__=yes&cmd=resource&f=style.css");
    assert!(style.ok().contains("font-family"), "{style:?}");

    let secret = between(page.text(), "SECRET = \"", "\"");
    let frames: Vec<_> = page.text().split("id=\"frame-").skip(1).collect();
    let innermost = frames.last().expect("the traceback has frames");
    let innermost = innermost.split('"').next().unwrap_or_default();
    let answer = ask(&format!(
        "?__debugger__=yes&cmd=local_to_the_failing_frame*1000&frm={innermost}&s={secret}"
    ));
    assert!(answer.ok().contains("42000"), "{answer:?}");
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text.split_once(before).expect("the page has it");
    rest.split(after).next().unwrap_or_default()
}
