//! Each directive has a test that carries its name.

use std::fs;

use clutch_tests::support::installation;

use super::files::rust_files;

/// Names of all directives, from the rows that register them.
fn directives() -> Vec<String> {
    let folder = installation::repository().join("src/core/src/config/directives");
    let files = fs::read_dir(folder).expect("the rows of the directives");
    let text: String = files
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let quoted = text
        .split("c\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    let names = quoted
        .map(|name| name.trim_start_matches('<'))
        .filter(|name| {
            ["WSGI", "Clutch"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
                && !name.contains(' ')
        });
    names.map(str::to_owned).collect()
}

/// Names of all tests in this package.
fn tests() -> Vec<String> {
    let files = rust_files()
        .into_iter()
        .filter(|(path, _)| path.starts_with("tests"));
    let texts: Vec<String> = files.map(|(_, text)| text).collect();
    let after_attribute = texts
        .iter()
        .flat_map(|text| text.split("\n#[test]\n").skip(1));
    let names = after_attribute.filter_map(|rest| rest.split_once("fn ")?.1.split('(').next());
    names.map(str::to_owned).collect()
}

#[test]
fn every_directive_has_a_test_of_its_name() {
    let tests: Vec<String> = tests().iter().map(|name| name.replace('_', "")).collect();
    let directives = directives();
    assert!(directives.len() > 20, "the rows were found: {directives:?}");
    let untested: Vec<_> = directives
        .iter()
        .filter(|name| !tests.iter().any(|test| test.contains(&name.to_lowercase())))
        .collect();
    assert!(untested.is_empty(), "{untested:?}");
}

/// What a promise does not begin with.
const PREFIX: &str = "test_";

#[test]
fn names_of_tests_are_promises() {
    let odd: Vec<_> = tests()
        .into_iter()
        .filter(|name| name.starts_with(PREFIX) || !name.contains('_'))
        .collect();
    assert!(odd.is_empty(), "{odd:?}");
}
