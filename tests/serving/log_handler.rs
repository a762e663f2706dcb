//! `mod_wsgi.LogHandler`: Python's `logging` in httpd's error log, with its levels.

use clutch_tests::support::error_log::{level, message};
use clutch_tests::support::{Httpd, MODULE_ERROR, Plan, app, wait};

fn plan(statements: &str) -> Plan {
    let script = format!(
        "import logging, mod_wsgi\nlog = logging.getLogger('mine')\nlog.propagate = False\nlog.setLevel(1)\n\
         handler = mod_wsgi.LogHandler()\nlog.addHandler(handler)\n{}",
        app::running(&format!("{statements}\nok()\nreturn [b'done']"))
    );
    Httpd::serving(&script)
}

#[test]
fn levels_of_logging_become_levels_of_httpd() {
    let statements =
        "for number in (60, 50, 45, 40, 30, 20, 10, 5):\n    log.log(number, 'number %d.', number)";
    let httpd = plan(statements)
        .config("LogLevel wsgi:debug")
        .expects_log("number 60.")
        .expects_log("number 5")
        .expects_log("number 4")
        .start();
    assert_eq!(httpd.get("/").ok(), "done");
    for (number, word) in [
        (60, "crit"),
        (50, "crit"),
        (45, "error"),
        (40, "error"),
        (30, "warn"),
        (20, "info"),
        (10, "debug"),
        (5, "debug"),
    ] {
        let line = httpd.wait_for_log(&format!("number {number}."));
        assert_eq!(level(&line), Some(word), "{line}");
        assert!(line.contains("[script "), "{line}");
    }
}

#[test]
fn records_below_the_servers_level_are_not_even_formatted() {
    let statements = "class Spy:\n    def __str__(self):\n        open(environ['mine'], 'w').close()\n        return 'spy'\n\
                      log.info('%s', Spy())";
    let httpd = plan(statements)
        .modules(&["env"])
        .config("SetEnv mine ${OUT}/formatted")
        .start();
    assert_eq!(httpd.get("/").ok(), "done");
    assert!(!httpd.out("formatted").exists());
    let lower = plan(statements)
        .modules(&["env"])
        .config("SetEnv mine ${OUT}/formatted\nLogLevel wsgi:info")
        .start();
    assert_eq!(lower.get("/").ok(), "done");
    wait::until_true("the record", || lower.out("formatted").exists());
}

#[test]
fn each_line_of_a_record_is_a_line_of_the_log() {
    let httpd = plan("log.error('one\\n\\nthree\\n')")
        .expects_log(MODULE_ERROR)
        .start();
    assert_eq!(httpd.get("/").ok(), "done");
    let prefix = format!("[script {}] ", httpd.script("app.wsgi").display());
    let lines: Vec<_> = httpd.log().matching(MODULE_ERROR);
    let texts: Vec<_> = lines
        .iter()
        .map(|line| message(line).strip_prefix(&prefix).unwrap())
        .collect();
    assert_eq!(texts, ["one", "", "three"]);
}

#[test]
fn a_formatter_and_a_traceback_are_honoured() {
    let statements = "handler.setFormatter(logging.Formatter('%(name)s: %(message)s'))\n\
                      try:\n    raise KeyError('gone')\nexcept KeyError:\n    log.exception('failed')";
    let httpd = plan(statements).expects_log(MODULE_ERROR).start();
    assert_eq!(httpd.get("/").ok(), "done");
    httpd.wait_for_log("mine: failed");
    httpd.wait_for_log("Traceback (most recent call last)");
    httpd.wait_for_log("KeyError: 'gone'");
}

#[test]
fn the_place_in_the_python_source_is_httpds_file_field() {
    let httpd = plan("log.error('here')")
        .config("ErrorLogFormat \"[%t] [%-m:%l] %F %M\"")
        .expects_log("here")
        .start();
    assert_eq!(httpd.get("/").ok(), "done");
    let line = httpd.wait_for_log("here");
    assert!(
        line.contains("app.wsgi(11)") || line.contains("app.wsgi:11"),
        "{line}"
    );
}

#[test]
fn a_formatter_that_fails_is_the_handlers_error_and_not_the_applications() {
    let statements = "class Bad(logging.Formatter):\n    def format(self, record):\n        raise ValueError('bad format')\n\
                      handler.setFormatter(Bad())\nlogging.raiseExceptions = False\nlog.error('x')";
    let httpd = plan(statements).start();
    assert_eq!(httpd.get("/").ok(), "done");
}

#[test]
fn records_from_other_threads_go_to_the_server_log() {
    let statements = "import threading\nthread = threading.Thread(target=log.error, args=('from a thread',))\nthread.start(); thread.join()";
    let httpd = plan(statements).expects_log("from a thread").start();
    assert_eq!(httpd.get("/").ok(), "done");
    let line = httpd.wait_for_log("from a thread");
    assert_eq!(message(&line), "from a thread", "{line}");
}

#[test]
fn the_handler_is_an_ordinary_handler() {
    let script = format!(
        "import logging, mod_wsgi\n{}",
        app::answering(
            "[issubclass(mod_wsgi.LogHandler, logging.Handler), mod_wsgi.LogHandler(logging.ERROR).level, \
             issubclass(mod_wsgi.RequestTimeout, BaseException), issubclass(mod_wsgi.RequestTimeout, Exception)]"
        )
    );
    let httpd = Httpd::serving(&script).start();
    assert_eq!(httpd.get("/").ok(), "[True, 40, True, False]");
}
