//! The start of daemons: what does not come to be loaded, and a supervisor that does not come to be.

use std::time::{Duration, Instant};

use clutch_tests::support::app;
use clutch_tests::support::daemons::{self, wait_for_end};

/// What is said about a daemon that nobody has told to end.
const ENDED: &str = "of group 'shop' has ended";

#[test]
fn startup_timeout_replaces_a_process_whose_first_application_does_not_load() {
    let script = format!("import time\ntime.sleep(60)\n{}", app::answering("1"));
    let httpd = daemons::serving(
        "startup-timeout=1 graceful-timeout=1 shutdown-timeout=1",
        &script,
    )
    .allows_log("WSGI0146")
    .allows_log(ENDED)
    .start();
    let old = httpd.daemon();
    let begun = Instant::now();
    let response = httpd.get("/");
    let took = begun.elapsed();
    assert_eq!(response.status, 502);
    assert!(took < Duration::from_secs(8), "{took:?}");
    wait_for_end(old);
    httpd.wait_for_log("startup_timeout");
}

#[test]
fn startup_timeout_is_over_when_the_application_has_begun_its_response() {
    let httpd = daemons::running("startup-timeout=1").start();
    let before = httpd.daemon();
    let long = "import time
ok()
yield b'begun '
time.sleep(3)
yield b'done'";
    assert_eq!(httpd.get(&app::target(long)).ok(), "begun done");
    assert_eq!(httpd.serving_pid(), before);
}

#[test]
fn startup_timeout_is_over_when_the_script_is_loaded_however_long_its_first_request_takes() {
    let httpd = daemons::running("startup-timeout=1").start();
    let before = httpd.daemon();
    let long = "import time\ntime.sleep(3)\nok()\nreturn [b'done']";
    assert_eq!(httpd.get(&app::target(long)).ok(), "done");
    assert_eq!(httpd.serving_pid(), before);
}

#[test]
fn startup_timeout_covers_scripts_that_are_loaded_at_the_start() {
    let script = format!("import time\ntime.sleep(60)\n{}", app::answering("1"));
    let httpd = daemons::serving("startup-timeout=1", &script)
        .config("WSGIImportScript ${APP}/app.wsgi process-group=shop application-group=%{GLOBAL}")
        .expects_log("CLUTCH0623")
        .allows_log("CLUTCH0508")
        .allows_log("CLUTCH0509")
        .start();
    let line = httpd.wait_for_log("CLUTCH0508");
    assert!(line.contains("255"), "{line}");
}

#[test]
fn a_supervisor_that_ends_at_its_start_keeps_httpd_from_starting() {
    let started = std::panic::catch_unwind(|| {
        let program = "ClutchProgram /bin/false";
        daemons::running("").config(program).start()
    });
    let said = *started.unwrap_err().downcast::<String>().unwrap();
    let sentence = "the supervisor, /bin/false, has ended at its start";
    assert!(said.contains(sentence), "{said}");
}
