//! `clutch check --config`: what becomes of an Apache configuration, without httpd; and that httpd says the same.

use std::path::PathBuf;
use std::process::Output;

use clutch_tests::support::{Plan, installation};

use super::program::{Scratch, is_absent};

/// Lines that load the module that was built.
pub(super) fn load() -> String {
    let module = installation::build_directory().join("mod_clutch.so");
    format!("LoadModule wsgi_module {}\n", module.display())
}

/// What the program has said, and its exit status.
pub(super) struct Said {
    code: Option<i32>,
    pub(super) text: String,
}

impl Said {
    pub(super) fn of(output: Output) -> Self {
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
        Self {
            code: output.status.code(),
            text: String::from_utf8(output.stdout).unwrap(),
        }
    }

    #[track_caller]
    pub(super) fn is(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, Some(code), "{}", self.text);
        for part in parts {
            assert!(self.text.contains(part), "{part} is not in:\n{}", self.text);
        }
    }
}

/// Has the program check `httpd.conf`; it writes nothing and leaves nothing.
pub(super) fn check(scratch: &Scratch, more: &[&str]) -> Said {
    let output = scratch.run(&[&["check", "--config", "httpd.conf"], more].concat());
    assert_eq!(scratch.left_over(), Vec::<String>::new());
    Said::of(output)
}

pub(super) fn with(text: &str) -> Scratch {
    let scratch = Scratch::new();
    scratch.file("httpd.conf", text);
    scratch
}

/// A virtual environment of a Python of this version, as far as its files tell.
fn environment(scratch: &Scratch, version: &str) -> PathBuf {
    let home = scratch.path("venv");
    std::fs::create_dir_all(home.join("bin")).unwrap();
    scratch.file("venv/bin/python3", "");
    let text = format!(
        "home = {}\nversion = {version}\n",
        home.join("bin").display()
    );
    scratch.file("venv/pyvenv.cfg", &text);
    home
}

#[test]
fn a_configuration_of_several_files_is_judged_line_by_line() {
    if is_absent("a_configuration_of_several_files_is_judged_line_by_line") {
        return;
    }
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.path("sites")).unwrap();
    let main = format!(
        "{}Define WSGI sites\nIncludeOptional ${{WSGI}}/*.conf\nIncludeOptional none/*\n",
        load()
    );
    scratch.file("httpd.conf", &main);
    let site = scratch.file(
        "sites/shop.conf",
        "<VirtualHost *:80>\n  WSGIDaemonProcess shop threads=five\n  WSGIPassAuthorization \\\n    On\n  WSGIInvented On\n  WSGIPythonHashSeed random\n</VirtualHost>\n",
    );
    let at = |line: u32| format!("{}:{line}: ", site.display());
    check(&scratch, &[]).is(
        1,
        &[
            "httpd.conf cannot be used as it stands: 3 errors, 0 differences, 0 hints in 2 files\n",
            &format!("  error: {}WSGIDaemonProcess takes a whole number from 0 to 65533 for its option threads, not \"five\"\n", at(2)),
            &format!("  error: {}WSGIInvented is no directive", at(5)),
            &format!("  error: {}WSGIPythonHashSeed can stand in the main server, outside of all sections, and stands in <VirtualHost>", at(6)),
        ],
    );
}

#[test]
fn a_configuration_that_can_be_used_is_told_with_what_to_know() {
    if is_absent("a_configuration_that_can_be_used_is_told_with_what_to_know") {
        return;
    }
    let scratch = Scratch::new();
    let script = scratch.file("app.wsgi", "application = len\n");
    let script = script.display();
    let text = format!(
        "LoadModule wsgi_module /usr/lib/apache2/modules/mod_wsgi.so\nWSGIAcceptMutex flock\nWSGIScriptAlias / {script}\n"
    );
    scratch.file("httpd.conf", &text);
    check(&scratch, &[]).is(
        0,
        &[
            "httpd.conf can be used: 0 errors, 1 difference, 3 hints in 1 file\n",
            "httpd.conf:1: LoadModule loads /usr/lib/apache2/modules/mod_wsgi.so: this is the line to change",
            "  difference: ",
            "httpd.conf:2: WSGIAcceptMutex has no effect",
            "  hint: ",
            "httpd.conf:3: WSGIScriptAlias runs in httpd's own processes",
            "no section says who may come in",
        ],
    );
    let said = check(&scratch, &["--json"]);
    said.is(
        0,
        &[
            r#""verdict":"usable""#,
            r#""severity":"difference""#,
            r#""line":2"#,
            r#""directive":"WSGIAcceptMutex""#,
        ],
    );
    assert!(
        said.text.starts_with('{') && said.text.ends_with("}\n"),
        "{}",
        said.text
    );
}

/// Lines that keep httpd from starting, in words that both have.
const REFUSED: &[&str] = &[
    "WSGIPassAuthorization maybe",
    "WSGIPassAuthorization On Off",
    "WSGIPassAuthorization",
    "WSGIScriptAlias /",
    "WSGIScriptAlias / /a color=red",
    "WSGIDaemonProcess",
    "WSGIDaemonProcess a threads=\"a b\"",
    "WSGIDaemonProcess a user=root",
    "WSGIDaemonProcess a script-user=x script-group=y",
    "WSGIDaemonProcess a\nWSGIDaemonProcess a",
    "WSGIPythonHashSeed 'x  y'",
    "WSGIImportScript /a",
    "ClutchIsolation \\\n  none",
    "ClutchDaemonProcesses 3 2",
    "<WSGIInterpreterOptions color=red>\n</WSGIInterpreterOptions>",
    "<WSGIInterpreterOptions>\n<WSGIInterpreterOptions>\n</WSGIInterpreterOptions>\n</WSGIInterpreterOptions>",
];

#[test]
fn what_the_check_calls_an_error_httpd_refuses_in_the_same_words() {
    if is_absent("what_the_check_calls_an_error_httpd_refuses_in_the_same_words") {
        return;
    }
    for line in REFUSED {
        let said = check(&with(&format!("{}{line}\n", load())), &[]);
        said.is(1, &["cannot be used as it stands: 1 error, "]);
        let error = said
            .text
            .lines()
            .find_map(|line| line.strip_prefix("  error: "));
        let (_, sentence) = error.unwrap().split_once(": ").unwrap();
        let httpd = Plan::new().config(line).check().unwrap_err();
        assert!(httpd.contains(sentence), "{sentence} is not in:\n{httpd}");
    }
}

#[test]
fn what_the_check_calls_misplaced_httpd_refuses_too() {
    if is_absent("what_the_check_calls_misplaced_httpd_refuses_too") {
        return;
    }
    let host = |line: &str| format!("<VirtualHost *:80>\n{line}\n</VirtualHost>");
    let directory = |line: &str| format!("<Directory /tmp>\n{line}\n</Directory>");
    let location = |line: &str| host(&format!("<Location /x>\n{line}\n</Location>"));
    for (text, is_fine) in [
        (host("WSGIPythonPath /x"), false),
        (directory("WSGIPythonHome /x"), false),
        (directory("WSGIScriptAlias / /x"), false),
        (location("WSGIDaemonProcess x"), false),
        (
            host("<WSGIInterpreterOptions>\n</WSGIInterpreterOptions>"),
            false,
        ),
        (host("WSGIScriptAlias / /x"), true),
        (location("WSGIProcessGroup %{GLOBAL}"), true),
        (
            "<WSGIInterpreterOptions>\nWSGIProcessGroup %{GLOBAL}\n</WSGIInterpreterOptions>"
                .into(),
            true,
        ),
    ] {
        let said = check(&with(&format!("{}{text}\n", load())), &[]);
        let httpd = Plan::new().config(&text).check();
        assert_eq!(said.code == Some(0), is_fine, "{}", said.text);
        assert_eq!(httpd.is_ok(), is_fine, "{text}: {httpd:?}");
    }
}

#[test]
fn groups_and_users_that_are_not_there_are_errors_for_both() {
    if is_absent("groups_and_users_that_are_not_there_are_errors_for_both") {
        return;
    }
    for (text, part) in [
        (
            "WSGIDaemonProcess a user=nobody-of-this-name",
            "takes a user of this machine for its option user, not 'nobody-of-this-name'",
        ),
        (
            "WSGIDaemonProcess a group=none-of-this-name",
            "takes a group of this machine for its option group, not 'none-of-this-name'",
        ),
        (
            "WSGIDaemonProcess a python-home=/nothing/here",
            "python-home /nothing/here cannot be looked at",
        ),
    ] {
        check(&with(&format!("{}{text}\n", load())), &[]).is(1, &[part]);
        let httpd = Plan::new().config(text).check().unwrap_err();
        assert!(httpd.contains(part), "{httpd}");
    }
    let import = "WSGIImportScript /a process-group=none application-group=x";
    check(&with(&format!("{}{import}\n", load())), &[]).is(
        1,
        &["\"none\", and no WSGIDaemonProcess declares it: httpd does not start"],
    );
    assert!(Plan::new().config(import).check().is_err());
}

#[test]
fn a_python_without_an_engine_is_an_error_with_the_command_that_helps() {
    if is_absent("a_python_without_an_engine_is_an_error_with_the_command_that_helps") {
        return;
    }
    let scratch = Scratch::new();
    let home = environment(&scratch, "3.9.2");
    let text = format!("{}WSGIPythonHome {}\n", load(), home.display());
    scratch.file("httpd.conf", &text);
    check(&scratch, &[]).is(
        1,
        &[
            "httpd.conf:2: WSGIPythonHome ",
            "is a Python 3.9, but ",
            "make engine PYTHON=python3.9",
        ],
    );
    let text = format!(
        "{}WSGIPythonHome {}\n",
        load(),
        scratch.path("out").display()
    );
    scratch.file("httpd.conf", &text);
    check(&scratch, &[]).is(1, &["is neither an installation of Python"]);
}

#[test]
fn what_httpd_would_be_started_with_is_typed() {
    if is_absent("what_httpd_would_be_started_with_is_typed") {
        return;
    }
    let text = format!(
        "{}<IfDefine Strict>\nWSGIRestrictEmbedded ${{WORD}}\n</IfDefine>\n",
        load()
    );
    let scratch = with(&text);
    check(&scratch, &[]).is(0, &["0 errors, 0 differences, 0 hints"]);
    check(&scratch, &["-D", "Strict"])
        .is(1, &["not \"${WORD}\"", "say it with --define WORD=VALUE"]);
    check(&scratch, &["-D", "Strict", "--define", "WORD=On"]).is(0, &["0 errors"]);
    scratch.file("envvars", "export WORD=On\n");
    check(&scratch, &["-D", "Strict"]).is(0, &["0 errors"]);
}

#[test]
fn a_part_of_a_configuration_is_judged_as_one() {
    if is_absent("a_part_of_a_configuration_is_judged_as_one") {
        return;
    }
    let text = "<IfModule mod_ssl.c>\nWSGIProcessGroup shop\n</IfModule>\n";
    check(&with(text), &[]).is(
        0,
        &[
            "no line loads a module: it is taken for a part of a configuration",
            "hint: ",
            "what was read has no WSGIDaemonProcess for it",
        ],
    );
}

#[test]
fn what_a_terminal_would_obey_is_not_shown() {
    if is_absent("what_a_terminal_would_obey_is_not_shown") {
        return;
    }
    let said = check(
        &with(&format!("{}WSGI\x1b[31mx\x07 y\n</\x1b]0;x>\n", load())),
        &[],
    );
    said.is(1, &["2 errors"]);
    assert!(!said.text.contains(['\x1b', '\x07']), "{:?}", said.text);
}

#[test]
fn a_configuration_that_is_not_there_is_refused_in_a_sentence() {
    if is_absent("a_configuration_that_is_not_there_is_refused_in_a_sentence") {
        return;
    }
    let scratch = Scratch::new();
    let output = scratch.run(&["check", "--config", "none.conf"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1));
    assert!(
        said.starts_with("clutch: none.conf cannot be read: "),
        "{said}"
    );
    assert_eq!(scratch.run(&["check"]).status.code(), Some(2));
    assert_eq!(
        scratch
            .run(&["check", "a.wsgi", "--config", "b"])
            .status
            .code(),
        Some(2)
    );
}
