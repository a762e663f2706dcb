//! Responses that have no body by their nature, with the length that a body would have.

use clutch_tests::support::{Ending, Httpd, MODULE_ERROR, Request, app, reference};

/// Ways to return nothing.
const NOTHING: [&str; 3] = ["[]", "[b'']", "iter(())"];

#[test]
fn a_response_to_head_may_declare_the_length_of_a_body_it_leaves_out() {
    for nothing in NOTHING {
        let script = app::running(&format!("ok(('Content-Length', '1234'))\nreturn {nothing}"));
        let httpd = Httpd::serving(&script).start();
        let response = httpd.send(&Request::new("HEAD", "/"));
        let length = response.header("Content-Length");
        assert_eq!(
            (response.status, length.as_deref()),
            (200, Some("1234")),
            "{nothing}"
        );
        assert_eq!(response.ending, Ending::Complete, "{nothing}");
    }
}

#[test]
fn a_304_may_declare_the_length_of_the_body_it_stands_for() {
    for nothing in NOTHING {
        let script = app::running(&format!(
            "start_response('304 Not Modified', [('Content-Length', '1234'), ('ETag', '\"x\"')])\nreturn {nothing}"
        ));
        let httpd = Httpd::serving(&script).start();
        let response = httpd.get("/");
        let tag = response.header("ETag");
        assert_eq!(
            (response.status, tag.as_deref()),
            (304, Some("\"x\"")),
            "{nothing}"
        );
    }
}

#[test]
fn a_get_whose_body_is_missing_altogether_is_500() {
    let name = "a_get_whose_body_is_missing_altogether_is_500";
    if !reference::ours_only(name, "httpd makes a complete empty response of it") {
        return;
    }
    for nothing in NOTHING {
        let script = app::running(&format!("ok(('Content-Length', '1234'))\nreturn {nothing}"));
        let httpd = Httpd::serving(&script).allows_log(MODULE_ERROR).start();
        let response = httpd.get("/");
        assert!(
            response.status == 500 || response.ending == Ending::Broken,
            "{nothing}: {response:?}"
        );
    }
}

#[test]
fn an_exception_after_the_whole_declared_length_leaves_the_response_complete() {
    let script =
        app::running("ok(('Content-Length', '5'))\nyield b'hello'\nraise ValueError('too late')");
    let httpd = Httpd::serving(&script).expects_log(MODULE_ERROR).start();
    let response = httpd.get("/");
    assert_eq!(
        (response.ok(), response.ending),
        ("hello", Ending::Complete)
    );
    httpd.wait_for_log("ValueError: too late");
}
