//! Uncaught exceptions in the error log: who, where, and why.

use clutch_tests::support::error_log::message;
use clutch_tests::support::{Httpd, MODULE_ERROR, app, python, reference};

/// On 3.10 and 3.11 the reference logs the last line of a traceback alone.
fn has_frames() -> bool {
    !reference::is_under_test() || python::minor() >= 12
}

#[test]
fn a_traceback_has_its_frames_and_the_script() {
    let script = app::running("def inner():\n    raise ValueError('mine')\ninner()");
    let httpd = Httpd::serving(&script).expects_log(MODULE_ERROR).start();
    assert_eq!(httpd.get("/").status, 500);
    httpd.wait_for_log("ValueError: mine");
    let log = httpd.error_log();
    let path = httpd.script("app.wsgi");
    assert!(
        log.contains(&format!("[script {}]", path.display())),
        "{log}"
    );
    if has_frames() {
        assert!(log.contains("Traceback (most recent call last):"), "{log}");
        assert!(
            log.contains(&format!("File \"{}\", line 6, in inner", path.display())),
            "{log}"
        );
        assert!(log.contains("raise ValueError('mine')"), "{log}");
    }
}

#[test]
fn a_traceback_belongs_to_its_request() {
    let httpd = Httpd::serving(&app::running("raise ValueError('mine')"))
        .expects_log(MODULE_ERROR)
        .start();
    assert_eq!(httpd.get("/").status, 500);
    let last = httpd.wait_for_log("ValueError: mine");
    assert!(last.contains("[client 127.0.0.1:"), "{last}");
    let lines = httpd.log().matching(MODULE_ERROR);
    assert!(
        lines[0].contains("ValueError") && lines[0].contains("[script "),
        "{}",
        lines[0]
    );
    assert!(
        lines.iter().all(|line| !message(line).trim().is_empty()),
        "no empty lines: {lines:#?}"
    );
}

#[test]
fn a_chain_of_exceptions_is_shown_whole() {
    let script = app::running(
        "try:\n    raise KeyError('first')\nexcept KeyError as error:\n    raise ValueError('second') from error",
    );
    let httpd = Httpd::serving(&script).expects_log(MODULE_ERROR).start();
    assert_eq!(httpd.get("/").status, 500);
    httpd.wait_for_log("ValueError: second");
    if has_frames() {
        httpd.wait_for_log("KeyError: 'first'");
        httpd.wait_for_log("direct cause");
    }
}

#[test]
fn each_failing_request_is_logged() {
    let httpd = Httpd::serving(&app::running("raise ValueError('mine')"))
        .expects_log(MODULE_ERROR)
        .start();
    for count in 1..=3 {
        assert_eq!(httpd.get("/").status, 500);
        httpd.log().wait_for_count("ValueError: mine", count);
    }
}

#[test]
fn exceptions_that_cannot_be_printed_are_500_like_any_other() {
    let script = app::running(
        "class Mean(Exception):\n    def __str__(self):\n        raise RuntimeError('no text')\n    __repr__ = __str__\nraise Mean()",
    );
    let httpd = Httpd::serving(&script).expects_log(MODULE_ERROR).start();
    assert_eq!(httpd.get("/").status, 500);
    httpd.wait_for_log("Mean");
}

#[test]
fn an_exception_keeps_nothing_of_its_request_alive() {
    let script = format!(
        "import weakref\nclass Big: pass\nseen = []\n{}",
        app::running(
            "if environ['PATH_INFO'] == '/seen':\n    ok()\n    return [repr([ref() is None for ref in seen]).encode()]\n\
             big = Big()\nseen.append(weakref.ref(big))\nraise ValueError('mine')"
        )
    );
    let httpd = Httpd::serving(&script).expects_log(MODULE_ERROR).start();
    for _ in 0..2 {
        assert_eq!(httpd.get("/").status, 500);
    }
    httpd.wait_for_ended(2);
    assert_eq!(httpd.get("/seen").ok(), "[True, True]");
}

#[test]
fn a_raising_iterator_and_a_raising_close_are_both_logged() {
    let script = app::running(
        "class Body:\n    def __iter__(self):\n        raise ValueError('in iter')\n    def close(self):\n        raise KeyError('in close')\nok()\nreturn Body()",
    );
    let httpd = Httpd::serving(&script).expects_log(MODULE_ERROR).start();
    assert_eq!(httpd.get("/").status, 500);
    httpd.wait_for_log("ValueError: in iter");
    httpd.wait_for_log("KeyError: 'in close'");
}
