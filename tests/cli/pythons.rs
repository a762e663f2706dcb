//! `clutch pythons` and `clutch engine list`: what is there, what is chosen, and why.

use clutch_tests::support::{installation, python};

use super::program::{Scratch, is_absent};

fn said(scratch: &Scratch, arguments: &[&str]) -> String {
    let output = scratch.run(arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_engine_under_test_is_listed() {
    if is_absent("the_engine_under_test_is_listed") {
        return;
    }
    let listed = said(&Scratch::new(), &["engine", "list"]);
    let engine = format!("libclutch_engine-cp3{}.so", python::minor());
    let file = installation::build_directory().join(engine);
    let line = format!("{:<6} {}", python::version(), file.display());
    assert!(listed.lines().any(|listed| listed == line), "{listed}");
}

#[test]
fn a_python_that_is_asked_for_is_chosen() {
    if is_absent("a_python_that_is_asked_for_is_chosen") {
        return;
    }
    let python = python::executable().expect("the Python under test has an executable");
    let scratch = Scratch::new();
    let output = scratch.run(&["pythons", "--chosen", "--python", python.to_str().unwrap()]);
    let chosen = String::from_utf8(output.stdout).unwrap();
    let tag = format!("cp3{}\t", python::minor());
    assert!(chosen.starts_with(&tag), "{chosen}");
    let why = String::from_utf8(output.stderr).unwrap();
    assert!(why.trim_end().ends_with("as asked"), "{why}");
}

#[test]
fn the_active_virtual_environment_is_chosen_before_others() {
    let test = "the_active_virtual_environment_is_chosen_before_others";
    if is_absent(test) {
        return;
    }
    let Some(venv) = python::venv(test, &["bottle"]) else {
        return;
    };
    let scratch = Scratch::new();
    let output = scratch
        .program()
        .args(["pythons", "--chosen"])
        .env("VIRTUAL_ENV", &venv)
        .output()
        .unwrap();
    let chosen = String::from_utf8(output.stdout).unwrap();
    let why = String::from_utf8(output.stderr).unwrap();
    assert!(chosen.contains(venv.to_str().unwrap()), "{chosen}{why}");
    assert!(
        why.trim_end()
            .ends_with("of the active virtual environment"),
        "{why}"
    );
}

#[test]
fn all_pythons_are_shown_and_one_is_chosen_with_the_reason() {
    if is_absent("all_pythons_are_shown_and_one_is_chosen_with_the_reason") {
        return;
    }
    let scratch = Scratch::new();
    let shown = said(&scratch, &["pythons"]);
    let last = shown.lines().last().unwrap_or_default();
    assert!(last.starts_with("chosen: Python 3."), "{shown}");
    assert!(
        last.ends_with(", the newest here with an engine"),
        "{shown}"
    );
    let usable = said(&scratch, &["pythons", "--usable"]);
    let tag = format!("cp3{}\t", python::minor());
    assert!(
        usable.lines().any(|line| line.starts_with(&tag)),
        "{usable}"
    );
}
