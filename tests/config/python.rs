//! Directives that configure Python itself.

use clutch_tests::support::{Httpd, Plan, app, installation, python, reference};

fn ask(httpd: &Httpd, expression: &str) -> String {
    httpd.get(&app::target(expression)).ok().to_owned()
}

/// Plans for the main interpreter and for a sub-interpreter.
fn both(config: &str) -> [Plan; 2] {
    ["%{GLOBAL}", "sub"].map(|group| {
        Httpd::serving(app::EVALUATING)
            .config(config)
            .config(&format!("WSGIApplicationGroup {group}"))
    })
}

#[test]
fn wsgi_python_optimize_sets_the_level() {
    for (level, expected) in [
        ("0", "(0, True)"),
        ("1", "(1, False)"),
        ("2", "(2, False)"),
        ("-1", "(0, True)"),
        ("x", "(0, True)"),
    ] {
        let httpd = Httpd::serving(app::EVALUATING)
            .config(&format!("WSGIPythonOptimize {level}"))
            .start();
        assert_eq!(
            ask(&httpd, "sys.flags.optimize, __debug__"),
            expected,
            "{level}"
        );
    }
    for plan in both("WSGIPythonOptimize 1") {
        assert_eq!(ask(&plan.start(), "sys.flags.optimize"), "1");
    }
}

#[test]
fn wsgi_dont_write_bytecode_keeps_python_from_writing_it() {
    for plan in both("WSGIDontWriteBytecode On") {
        assert_eq!(ask(&plan.start(), "sys.dont_write_bytecode"), "True");
    }
    for plan in both("") {
        assert_eq!(ask(&plan.start(), "sys.dont_write_bytecode"), "False");
    }
    let by_variable = Httpd::serving(app::EVALUATING)
        .environment("PYTHONDONTWRITEBYTECODE", "1")
        .start();
    assert_eq!(ask(&by_variable, "sys.dont_write_bytecode"), "True");
}

#[test]
fn wsgi_python_warnings_adds_filters_in_order() {
    let config = "WSGIPythonWarnings ignore::DeprecationWarning\nWSGIPythonWarnings \"error:mine\"";
    for plan in both(config) {
        let httpd = plan.start();
        assert_eq!(
            ask(&httpd, "sys.warnoptions"),
            "['ignore::DeprecationWarning', 'error:mine']"
        );
        assert_eq!(
            ask(&httpd, "__import__('warnings').warn('mine')"),
            "UserWarning"
        );
        assert_eq!(
            ask(
                &httpd,
                "__import__('warnings').warn('x', DeprecationWarning)"
            ),
            "None"
        );
    }
}

#[test]
fn wsgi_python_hash_seed_makes_hashes_repeatable_and_random_makes_them_random() {
    let hash = |config: &str| {
        ask(
            &Httpd::serving(app::EVALUATING).config(config).start(),
            "hash('some text')",
        )
    };
    assert_eq!(hash("WSGIPythonHashSeed 7"), hash("WSGIPythonHashSeed 7"));
    assert_ne!(hash("WSGIPythonHashSeed 7"), hash("WSGIPythonHashSeed 8"));
    assert_ne!(hash(""), hash(""));
    if reference::ours_only("WSGIPythonHashSeed random", "it takes the word as seed 0") {
        assert_ne!(
            hash("WSGIPythonHashSeed random"),
            hash("WSGIPythonHashSeed random")
        );
        assert_ne!(
            hash("WSGIPythonHashSeed random"),
            hash("WSGIPythonHashSeed 0")
        );
    }
}

#[test]
fn wsgi_python_path_puts_its_directories_in_front_and_reads_pth_files() {
    let config = "WSGIPythonPath ${ROOT}/one:${ROOT}/two";
    for plan in both(config) {
        let httpd = plan
            .daemon_options("python-path=${ROOT}/one:${ROOT}/two")
            .file("one/mine.py", "WHERE = 'one'\n")
            .file("two/mine.py", "WHERE = 'two'\n")
            .file("two/more.pth", "../three\n")
            .file("three/third.py", "WHERE = 'three'\n")
            .start();
        let root = httpd.root().to_str().unwrap().to_owned();
        let tails = format!("[path.replace('{root}/', '') for path in sys.path[:3]]");
        let seen = ask(&httpd, &tails);
        assert!(
            seen.starts_with("['one', 'two', '") && seen.contains("three"),
            "{seen}"
        );
        assert_eq!(
            ask(
                &httpd,
                "__import__('mine').WHERE, __import__('third').WHERE"
            ),
            "('one', 'three')"
        );
    }
}

#[test]
fn what_an_interpreter_is_given_is_told_at_level_info() {
    let config = "LogLevel warn wsgi:info\nWSGIPythonPath ${ROOT}/one\nWSGISwitchInterval 0.02";
    for plan in both(config) {
        let httpd = plan
            .daemon_options("python-path=${ROOT}/one switch-interval=0.02")
            .file("one/mine.py", "WHERE = 'one'\n")
            .start();
        assert_eq!(ask(&httpd, "__import__('mine').WHERE"), "'one'");
        if reference::is_under_test() {
            return;
        }
        let one = httpd.root().join("one");
        httpd.wait_for_log(&format!(
            "the main interpreter: modules are looked for in {}",
            one.display()
        ));
        httpd.wait_for_log("the main interpreter: the switch interval is 0.02 seconds");
    }
}

#[test]
fn wsgi_python_path_with_a_missing_directory_harms_nobody() {
    let httpd = Httpd::serving(app::EVALUATING)
        .config("WSGIPythonPath /nowhere/at/all:${ROOT}/one")
        .daemon_options("python-path=/nowhere/at/all:${ROOT}/one")
        .file("one/mine.py", "")
        .start();
    assert_eq!(ask(&httpd, "__import__('mine').__name__"), "'mine'");
}

#[test]
fn wsgi_python_home_can_be_a_virtual_environment() {
    let Some(python) = python::executable() else {
        return installation::skipped(
            "wsgi_python_home_can_be_a_virtual_environment",
            "no such Python here",
        );
    };
    let directory = tempfile::tempdir().unwrap();
    let venv = directory.path().join("venv");
    let made = std::process::Command::new(python)
        .args(["-m", "venv", "--without-pip"])
        .arg(&venv)
        .status()
        .unwrap();
    assert!(made.success());
    std::fs::set_permissions(
        directory.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    let packages = venv.join(format!("lib/python{}/site-packages", python::version()));
    std::fs::write(packages.join("only_in_the_venv.py"), "").unwrap();
    for plan in both(&format!("WSGIPythonHome {}", venv.display())) {
        let httpd = plan.start();
        assert_eq!(ask(&httpd, "sys.prefix"), format!("'{}'", venv.display()));
        assert_eq!(ask(&httpd, "sys.prefix != sys.base_prefix"), "True");
        assert_eq!(
            ask(&httpd, "__import__('only_in_the_venv').__name__"),
            "'only_in_the_venv'"
        );
        assert_eq!(
            ask(&httpd, "sys.executable"),
            format!("'{}/bin/python'", venv.display())
        );
    }
}

#[test]
fn wsgi_python_home_that_is_no_directory_is_said_in_the_log() {
    let mut httpd = Httpd::serving(app::EVALUATING)
        .config("WSGIPythonHome ${ROOT}/nowhere")
        .allows_log("")
        .start();
    httpd.wait_for_log("nowhere");
    // Other content is served, or the child ends; httpd itself lives.
    httpd.stop();
    assert!(httpd.exit_status().unwrap().success());
}

#[test]
fn without_directives_python_is_as_it_comes() {
    for plan in both("") {
        let httpd = plan.start();
        for (expression, value) in [
            ("sys.argv", "['mod_wsgi']"),
            ("sys.flags.optimize", "0"),
            ("sys.warnoptions", "[]"),
            ("sys.flags.isolated", "0"),
            ("'site' in sys.modules", "True"),
            ("os.path.dirname(__file__) in sys.path", "False"),
            ("'' in sys.path", "False"),
            ("__import__('signal').getsignal(2) in (None, 1)", "True"),
            ("sys.version_info[:2]", &format!("(3, {})", python::minor())),
            ("sys.getfilesystemencoding()", "'utf-8'"),
        ] {
            assert_eq!(ask(&httpd, expression), value, "{expression}");
        }
    }
}

#[test]
fn wsgi_restrict_signal_ignores_handlers_unless_it_is_off() {
    let set = "__import__('signal').signal(10, lambda *a: None).__name__";
    for plan in both("") {
        assert_eq!(ask(&plan.start(), set), "'<lambda>'");
    }
    let off = Httpd::serving(app::EVALUATING)
        .config("WSGIRestrictSignal Off\nWSGIApplicationGroup sub")
        .start();
    assert_eq!(ask(&off, set), "ValueError", "CPython's own rule holds");
    // The parent's restart signals still work after an application tried to take them.
    let httpd = Httpd::serving(app::EVALUATING).start();
    for number in [1, 10, 15, 28] {
        ask(
            &httpd,
            &format!("__import__('signal').signal({number}, lambda *a: None)"),
        );
    }
    httpd.graceful();
    assert_eq!(ask(&httpd, "1"), "1");
}
