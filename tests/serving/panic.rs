//! A panic in our own code is one failed request.

use clutch_tests::support::{Httpd, app, reference};

fn check(place: &str) {
    if !reference::ours_only("a panic is one failed request", "it is a promise of ours") {
        return;
    }
    let httpd = Httpd::serving(&app::answering("os.getpid()"))
        .modules(&["env"])
        .config(&format!(
            "<Location /panic>\nSetEnv clutch.panic {place}\n</Location>"
        ))
        .expects_log("panic")
        .start();
    let before = httpd.get("/").ok().to_owned();
    for count in 1..=3 {
        let response = httpd.get("/panic");
        assert_eq!(response.status, 500);
        let line = httpd.log().wait_for_count("panic", count).pop().unwrap();
        assert!(line.contains(".rs:"), "the place is named: {line}");
        assert_eq!(httpd.get("/").ok(), before, "the same child serves on");
    }
}

#[test]
fn a_panic_in_the_module_is_500_with_its_place_and_the_child_serves_on() {
    check("module");
}

#[test]
fn a_panic_in_the_engine_is_500_with_its_place_and_the_child_serves_on() {
    check("engine");
}
