//! `clutch check`: what an application can be served in, and what stands in the way, without a server.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use clutch_tests::support::{app, installation, python};

use super::program::{Scratch, is_absent};

/// What the program has said of an application.
struct Said {
    code: Option<i32>,
    text: String,
}

impl Said {
    fn is(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, Some(code), "{}", self.text);
        for part in parts {
            assert!(self.text.contains(part), "{part} is not in:\n{}", self.text);
        }
    }
}

/// Has the program check `app.wsgi`; it leaves nothing behind.
fn check(scratch: &Scratch, more: &[&str]) -> Said {
    let python = python::executable().expect("the Python under test has an executable");
    let output = scratch
        .program()
        .args(["check", "app.wsgi", "--python"])
        .arg(python)
        .args(more)
        .output()
        .unwrap();
    assert_eq!(scratch.left_over(), Vec::<String>::new());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(errors, "");
    Said {
        code: output.status.code(),
        text: String::from_utf8(output.stdout).unwrap(),
    }
}

fn with_app(script: &str) -> Scratch {
    let scratch = Scratch::new();
    scratch.file("app.wsgi", script);
    scratch
}

/// An application beside an extension module `made_up`, which runs `body` when it is executed. `None`, with a line on the
/// terminal, if it cannot be compiled here.
fn with_module(test: &str, claims_own_gil: bool, body: &str) -> Option<(Scratch, PathBuf)> {
    let python = python::executable().expect("the Python under test has an executable");
    let question = "import sysconfig as s; print(s.get_paths()['include']); print(s.get_config_var('EXT_SUFFIX'))";
    let output = Command::new(python)
        .args(["-c", question])
        .output()
        .unwrap();
    let answer = String::from_utf8(output.stdout).unwrap();
    let (include, suffix) = answer.trim().split_once('\n').unwrap();
    if !PathBuf::from(include).join("Python.h").exists() {
        installation::skipped(test, "this Python has no headers here");
        return None;
    }
    let scratch = with_app(&format!("import made_up\n{}", app::answering("1")));
    let slot = match claims_own_gil && python::minor() >= 12 {
        true => "{Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},",
        false => "",
    };
    let source = scratch.file(
        "made_up.c",
        &format!(
            "#include <Python.h>\nstatic int run(PyObject *module) {{ {body} return 0; }}\n\
             static PyModuleDef_Slot slots[] = {{{{Py_mod_exec, run}}, {slot} {{0, NULL}}}};\n\
             static struct PyModuleDef definition = {{PyModuleDef_HEAD_INIT, \"made_up\", NULL, 0, NULL, slots}};\n\
             PyMODINIT_FUNC PyInit_made_up(void) {{ return PyModuleDef_Init(&definition); }}\n"
        ),
    );
    let file = scratch.path(&format!("made_up{suffix}"));
    let made = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(&file)
        .arg(format!("-I{include}"))
        .arg(source)
        .status();
    if !made.is_ok_and(|status| status.success()) {
        installation::skipped(test, "no C compiler here");
        return None;
    }
    Some((scratch, file))
}

/// As Cython's modules do.
const LOADS_ONCE: &str = "static PyInterpreterState *first; if (!first) first = PyInterpreterState_Get(); \
     if (first != PyInterpreterState_Get()) { PyErr_SetString(PyExc_ImportError, \"Interpreter change detected - this module \
     can only be loaded into one interpreter per process.\"); return -1; }";

const CRASHES_BESIDE: &str =
    "if (PyInterpreterState_Get() != PyInterpreterState_Main()) *(volatile int *)8 = 1;";

const CRASH: &str = "*(volatile int *)8 = 1;";

/// The best that an application can get from the Python under test.
fn best() -> &'static str {
    match python::minor() >= 13 {
        true => "interpreters with a GIL of their own (own-gil)",
        false => "interpreters that share the GIL (shared-gil)",
    }
}

#[test]
fn an_application_that_nothing_keeps_from_it_gets_the_best_rung() {
    if is_absent("an_application_that_nothing_keeps_from_it_gets_the_best_rung") {
        return;
    }
    let scratch = with_app(&app::answering("1"));
    check(&scratch, &[]).is(0, &["app.wsgi can be served in ", best(), " on Python 3."]);
}

#[test]
fn an_extension_module_that_refuses_the_own_gil_is_named_with_its_file() {
    let test = "an_extension_module_that_refuses_the_own_gil_is_named_with_its_file";
    if is_absent(test) {
        return;
    }
    if python::minor() < 13 {
        return installation::skipped(test, "needs Python 3.13");
    }
    let Some((scratch, file)) = with_module(test, false, "") else {
        return;
    };
    let file = file.display();
    let refuses = format!("not own-gil: the extension module made_up ({file}) refuses: ");
    check(&scratch, &[]).is(0, &["that share the GIL (shared-gil)", &refuses]);
    let parts = [
        r#""verdict":"shared-gil""#,
        r#""module":"made_up""#,
        r#""rung":"own-gil""#,
        &format!(r#""file":"{file}""#),
    ];
    check(&scratch, &["--json"]).is(0, &parts);
}

#[test]
fn an_extension_module_that_loads_once_leads_to_a_process_of_its_own() {
    let test = "an_extension_module_that_loads_once_leads_to_a_process_of_its_own";
    if is_absent(test) {
        return;
    }
    let Some((scratch, _)) = with_module(test, false, LOADS_ONCE) else {
        return;
    };
    check(&scratch, &[]).is(
        0,
        &[
            "can be served in a process of its own (process)",
            "not shared-gil: the extension module made_up (",
            "Interpreter change detected",
        ],
    );
}

#[test]
fn the_python_twin_of_an_extension_module_is_named() {
    let test = "the_python_twin_of_an_extension_module_is_named";
    if is_absent(test) {
        return;
    }
    let Some((scratch, _)) = with_module(test, false, LOADS_ONCE) else {
        return;
    };
    let twin = scratch.file("made_up.py", "");
    let taken = format!("the Python source of made_up ({}) is taken", twin.display());
    check(&scratch, &[]).is(0, &[best(), &taken]);
}

#[test]
fn a_crash_while_importing_is_a_verdict() {
    let test = "a_crash_while_importing_is_a_verdict";
    if is_absent(test) {
        return;
    }
    let Some((scratch, file)) = with_module(test, true, CRASHES_BESIDE) else {
        return;
    };
    let file = file.display();
    let died = format!("the process died by SIGSEGV while importing made_up ({file})");
    check(&scratch, &[]).is(0, &["in a process of its own", &died]);
}

#[test]
fn what_crashes_everywhere_cannot_be_served() {
    let test = "what_crashes_everywhere_cannot_be_served";
    if is_absent(test) {
        return;
    }
    let Some((scratch, _)) = with_module(test, true, CRASH) else {
        return;
    };
    let parts = [
        "cannot be served",
        "not process: the process died by SIGSEGV",
    ];
    check(&scratch, &[]).is(1, &parts);
    check(&scratch, &["--json"]).is(1, &[r#""verdict":"died""#, r#""kind":"died""#]);
}

#[test]
fn what_an_application_lives_without_is_named() {
    let test = "what_an_application_lives_without_is_named";
    if is_absent(test) {
        return;
    }
    let Some((scratch, _)) = with_module(test, false, LOADS_ONCE) else {
        return;
    };
    let script = format!(
        "try:\n    import made_up\nexcept ImportError:\n    pass\n{}",
        app::answering("1")
    );
    fs::write(scratch.path("app.wsgi"), script).unwrap();
    check(&scratch, &[]).is(
        0,
        &[best(), "it lives without the extension module made_up ("],
    );
}

#[test]
fn a_script_that_cannot_be_imported_is_shown_with_its_traceback() {
    if is_absent("a_script_that_cannot_be_imported_is_shown_with_its_traceback") {
        return;
    }
    let scratch = with_app("def fails():\n    raise ValueError('so it is')\nfails()\n");
    let parts = [
        "cannot be imported",
        "app.wsgi\", line 3",
        "ValueError: so it is",
    ];
    check(&scratch, &[]).is(1, &parts);
}

#[test]
fn what_loads_in_the_main_interpreter_alone_is_led_to_a_process() {
    if is_absent("what_loads_in_the_main_interpreter_alone_is_led_to_a_process") {
        return;
    }
    let script = "from mod_wsgi import application_group\nif application_group: raise ValueError('not here')\napplication = len\n";
    check(&with_app(script), &[]).is(
        0,
        &[
            "in a process of its own",
            "not shared-gil: it does not load there: ValueError: not here",
        ],
    );
}

#[test]
fn what_auto_does_not_find_out_is_told() {
    let test = "what_auto_does_not_find_out_is_told";
    if is_absent(test) {
        return;
    }
    if python::minor() < 13 {
        return installation::skipped(test, "needs Python 3.13");
    }
    let script = "from _interpreters import get_config, get_current\n\
         if get_config(get_current()[0]).gil == 'own': raise ValueError('not here')\napplication = len\n";
    check(&with_app(script), &[]).is(
        0,
        &[
            "(shared-gil)",
            "not own-gil: it does not load there: ValueError: not here",
            "set ClutchIsolation shared-gil",
        ],
    );
}

#[test]
fn a_script_without_the_callable_is_no_application() {
    if is_absent("a_script_without_the_callable_is_no_application") {
        return;
    }
    let scratch = with_app("app = len\n");
    check(&scratch, &[]).is(1, &["app.wsgi has no callable application"]);
    check(&scratch, &["--callable", "app"]).is(0, &[best()]);
}

#[test]
fn what_an_application_prints_is_no_part_of_the_verdict() {
    if is_absent("what_an_application_prints_is_no_part_of_the_verdict") {
        return;
    }
    let script = format!(
        "import os\nprint('noise')\nos.write(1, b'noise')\n{}",
        app::answering("1")
    );
    let said = check(&with_app(&script), &["--json"]);
    said.is(0, &[r#""traceback":[]"#]);
    assert!(
        said.text.starts_with('{') && !said.text.contains("noise"),
        "{}",
        said.text
    );
}

#[test]
fn an_application_that_is_not_there_is_refused_in_a_sentence() {
    if is_absent("an_application_that_is_not_there_is_refused_in_a_sentence") {
        return;
    }
    let output = Scratch::new().run(&["check", "nothere.wsgi"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "clutch: there is no nothere.wsgi\n");
}
