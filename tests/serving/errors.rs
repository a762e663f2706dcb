//! `wsgi.errors`, `sys.stdout` and `sys.stderr`: lines in httpd's error log.

use clutch_tests::support::error_log::{level, message};
use clutch_tests::support::{Httpd, MODULE_ERROR, Plan, app, reference};

/// One server; each case is what the module writes at error level while these statements run in a request.
fn check(cases: &[(&str, &[&str])]) {
    let httpd = Httpd::serving(app::RUNNING)
        .expects_log(MODULE_ERROR)
        .start();
    let mut before = 0;
    for (statements, expected) in cases {
        let statements =
            format!("errors = environ['wsgi.errors']\n{statements}\nok()\nreturn [b'done']");
        assert_eq!(httpd.get(&app::target(&statements)).ok(), "done");
        let lines = httpd
            .log()
            .wait_for_count(MODULE_ERROR, before + expected.len());
        let new: Vec<_> = lines[before..]
            .iter()
            .map(|line| own_text(&httpd, line))
            .collect();
        assert_eq!(new, *expected, "{statements}");
        before = lines.len();
    }
}

/// The text of a line about a request, behind all decoration.
fn own_text(httpd: &Httpd, line: &str) -> String {
    assert_eq!(level(line), Some("error"));
    assert!(line.contains("[client 127.0.0.1:"), "{line}");
    let script = format!("[script {}] ", httpd.script("app.wsgi").display());
    let text = message(line).strip_prefix(script.as_str());
    text.unwrap_or_else(|| panic!("no {script} in {line}"))
        .to_owned()
}

#[test]
fn a_line_is_a_record_with_the_requests_decoration() {
    check(&[(
        "errors.write('one\\n')\nprint('two', file=errors)\nerrors.writelines(['thr', 'ee\\n'])",
        &["one", "two", "three"],
    )]);
}

#[test]
fn fragments_join_until_a_line_ends_the_stream_is_flushed_or_the_request_ends() {
    check(&[
        (
            "errors.write('a')\nerrors.write('b')\nerrors.write('c\\n')",
            &["abc"],
        ),
        (
            "errors.write('a')\nerrors.flush()\nerrors.write('b')\nerrors.flush()",
            &["a", "b"],
        ),
        ("errors.write('at the end')", &["at the end"]),
        ("errors.write('a\\nb')\nerrors.write('c')", &["a", "b", "c"]),
        ("errors.write('x\\n')", &["x"]),
    ]);
}

#[test]
fn empty_lines_are_empty_records() {
    check(&[
        ("errors.write('a\\n\\nb\\n')", &["a", "", "b"]),
        ("print('a\\nb', file=errors)", &["a", "b", ""]),
        (
            "errors.flush()\nerrors.write('')\nerrors.write('x\\n')",
            &["x"],
        ),
    ]);
}

#[test]
fn stdout_and_stderr_of_the_request_thread_are_the_same_stream() {
    check(&[
        (
            "print('out')\nprint('err', file=sys.stderr)",
            &["out", "err"],
        ),
        (
            "sys.stdout.write('a')\nsys.stderr.write('b')\nerrors.write('c\\n')",
            &["abc"],
        ),
    ]);
}

#[test]
fn text_is_utf_8_and_control_characters_are_escaped_by_httpd() {
    check(&[
        ("errors.write('J\u{fc}rgen\\n')", &["J\\xc3\\xbcrgen"]),
        ("errors.write('a\\x1bb\\n')", &["a\\x1bb"]),
        ("errors.write('\\udc80\\n')", &["?"]),
    ]);
}

#[test]
fn a_very_long_line_is_cut_and_harms_nobody() {
    let httpd = Httpd::serving(app::RUNNING)
        .expects_log(MODULE_ERROR)
        .start();
    let long = "errors = environ['wsgi.errors']\nerrors.write('x' * 100000 + '\\n')\nerrors.write('next\\n')\nok()\nreturn []";
    assert_eq!(httpd.get(&app::target(long)).ok(), "");
    let next = httpd.wait_for_log("] next");
    assert_eq!(own_text(&httpd, &next), "next");
    let lines = httpd.log().matching(MODULE_ERROR);
    let cut = own_text(&httpd, &lines[0]);
    assert!(
        cut.len() > 4000 && cut.chars().all(|letter| letter == 'x'),
        "{}",
        cut.len()
    );
}

#[test]
fn the_buffer_takes_bytes() {
    check(&[
        (
            "errors.buffer.write(b'raw\\n')\nerrors.buffer.write(bytearray(b'more\\n'))",
            &["raw", "more"],
        ),
        (
            "sys.stdout.buffer.write(b'raw')\nsys.stdout.flush()",
            &["raw"],
        ),
    ]);
}

#[test]
fn the_streams_have_the_attributes_of_text_streams() {
    let httpd = Httpd::serving(app::EVALUATING).start();
    for (expression, value) in [
        (
            "[s.encoding for s in (environ['wsgi.errors'], sys.stdout, sys.stderr)]",
            "['utf-8', 'utf-8', 'utf-8']",
        ),
        (
            "[s.errors for s in (environ['wsgi.errors'], sys.stdout)]",
            "['replace', 'replace']",
        ),
        (
            "[s.isatty() for s in (environ['wsgi.errors'], sys.stdout, sys.stderr)]",
            "[False, False, False]",
        ),
        ("environ['wsgi.errors'].fileno()", "UnsupportedOperation"),
        ("sys.stderr.fileno()", "UnsupportedOperation"),
        (
            "[environ['wsgi.errors'].writable(), environ['wsgi.errors'].readable(), environ['wsgi.errors'].seekable()]",
            "[True, False, False]",
        ),
        ("environ['wsgi.errors'].line_buffering", "True"),
        ("environ['wsgi.errors'].closed", "False"),
        (
            "isinstance(environ['wsgi.errors'], __import__('io').TextIOBase)",
            "True",
        ),
        (
            "[sys.stdout.name, sys.stderr.name, environ['wsgi.errors'].name]",
            "['<stdout>', '<stderr>', '<wsgi.errors>']",
        ),
        ("environ['wsgi.errors'].write('')", "0"),
        ("environ['wsgi.errors'].write(b'x')", "TypeError"),
        ("environ['wsgi.errors'].write(None)", "TypeError"),
    ] {
        let seen = httpd.get(&app::target(expression)).ok().to_owned();
        let seen = if seen == "OSError" {
            "UnsupportedOperation".to_owned()
        } else {
            seen
        };
        assert_eq!(seen, value, "{expression}");
    }
}

#[test]
fn after_its_request_wsgi_errors_refuses_text() {
    let httpd = Httpd::serving(app::EVALUATING).start();
    httpd
        .get(&app::target("kept.append(environ['wsgi.errors'])"))
        .ok();
    httpd.wait_for_ended(1);
    let late = "[kept[0].flush(), kept[0].write('late\\n')]";
    assert_eq!(httpd.get(&app::target(late)).ok(), "RuntimeError");
    assert_eq!(httpd.get(&app::target("kept[0].close()")).ok(), "None");
}

#[test]
fn output_outside_a_request_is_a_server_line_without_decoration() {
    let script = format!(
        "import threading\nprint('while loading')\n{}",
        app::running(
            "def work():\n    print('from a thread')\nthread = threading.Thread(target=work)\nthread.start(); thread.join()\nok()\nreturn [b'done']"
        )
    );
    let httpd = Httpd::serving(&script).expects_log(MODULE_ERROR).start();
    assert_eq!(httpd.get("/").ok(), "done");
    for text in ["while loading", "from a thread"] {
        let line = httpd.wait_for_log(text);
        assert_eq!((message(&line), level(&line)), (text, Some("error")));
        assert!(!line.contains("[client"), "{line}");
    }
}

#[test]
fn lines_go_to_the_virtual_hosts_log() {
    let script = app::running("print('hello')\nok()\nreturn [b'done']");
    let httpd = Plan::new()
        .script("app.wsgi", &script)
        .config("<VirtualHost *>\nServerName own.example\nErrorLog ${ROOT}/own.log\nWSGIScriptAlias / ${APP}/app.wsgi\n</VirtualHost>")
        .start();
    assert_eq!(httpd.get("/").ok(), "done");
    let own = std::fs::read_to_string(httpd.root().join("own.log")).unwrap();
    assert!(own.contains("hello"), "{own}");
}

#[test]
fn a_log_level_above_error_hides_the_lines() {
    let script = app::running("print('hidden')\nok()\nreturn [b'done']");
    let httpd = Httpd::serving(&script).config("LogLevel wsgi:crit").start();
    assert_eq!(httpd.get("/").ok(), "done");
    assert_eq!(httpd.log().count("hidden"), 0);
}

#[test]
fn events_of_the_module_are_traced_when_the_operator_asks() {
    if !reference::ours_only(
        "events_of_the_module_are_traced_when_the_operator_asks",
        "it has events of its own",
    ) {
        return;
    }
    let httpd = Httpd::serving(&app::answering("1"))
        .config("LogLevel wsgi:trace1")
        .start();
    assert_eq!(httpd.get("/").ok(), "1");
    for level in ["[wsgi:debug]", "[wsgi:trace1]"] {
        httpd.wait_for_log(level);
    }
    let quiet = Httpd::serving(&app::answering("1")).start();
    assert_eq!(quiet.get("/").ok(), "1");
    assert_eq!(quiet.log().count("[wsgi:"), 0, "{}", quiet.error_log());
}

#[test]
fn stdin_and_stdout_can_be_forbidden() {
    let httpd = Httpd::serving(app::EVALUATING)
        .config("WSGIRestrictStdout On\nWSGIRestrictStdin On")
        // CPython flushes sys.stdout when it ends.
        .allows_log(MODULE_ERROR)
        .start();
    for expression in [
        "print('x')",
        "sys.stdout.write('x')",
        "sys.stdin.read()",
        "input()",
        "sys.stdin.fileno()",
    ] {
        let seen = httpd.get(&app::target(expression)).ok().to_owned();
        assert!(
            ["OSError", "RuntimeError"].contains(&seen.as_str()),
            "{expression}: {seen}"
        );
    }
    assert_eq!(httpd.get(&app::target("sys.stderr.isatty()")).ok(), "False");
}
