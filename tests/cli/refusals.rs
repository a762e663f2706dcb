//! What cannot be served is said in one sentence, at once, and leaves nothing behind.

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use clutch_tests::support::{app, installation, python};

use super::program::{Scratch, is_absent};

/// What the program says when it refuses; it is one sentence, said with exit status 1.
fn refusal(scratch: &Scratch, arguments: &[&str]) -> String {
    let output = scratch.run(arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    assert_eq!(scratch.left_over(), Vec::<String>::new(), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    assert!(!said.contains("panicked"), "{said}");
    let last = said.lines().last().unwrap_or_default();
    let sentence = last.strip_prefix("clutch: ");
    sentence.expect("the last line is the reason").to_owned()
}

/// A directory with an application, `app.wsgi`.
fn scratch() -> Scratch {
    let scratch = Scratch::new();
    scratch.file("app.wsgi", &app::answering("'x'"));
    scratch
}

#[test]
fn what_is_not_there_is_named() {
    if is_absent("what_is_not_there_is_named") {
        return;
    }
    let scratch = scratch();
    for (arguments, part) in [
        (&["serve", "nothere.wsgi"][..], "there is no nothere.wsgi"),
        (&["serve", "tmp"], "tmp is a directory;"),
        (
            &["serve", "app.wsgi", "--httpd", "/no/httpd"],
            "no httpd at /no/httpd",
        ),
        (&["serve", "app.wsgi", "--httpd", "/bin/true"], "/bin/true"),
        (
            &["serve", "app.wsgi", "--module", "/no.so"],
            "no module /no.so",
        ),
        (
            &["serve", "app.wsgi", "--python", "/no/python"],
            "no Python at /no/python",
        ),
        (
            &["serve", "app.wsgi", "--python", "nopython3"],
            "no nopython3 in $PATH",
        ),
        (
            &["serve", "app.wsgi", "--python", "tmp"],
            "no Python in tmp",
        ),
        (
            &["serve", "app.wsgi", "--alias", "/x=none"],
            "there is no none",
        ),
        (
            &["serve", "app.wsgi", "--alias", "/x=app.wsgi"],
            "app.wsgi is not a directory",
        ),
        (
            &["serve", "app.wsgi", "--host", "192.0.2.1"],
            "192.0.2.1 is no address",
        ),
        (
            &["serve", "app.wsgi", "--mount", "/=app.wsgi"],
            "two applications",
        ),
        (
            &["serve", "app.wsgi", "--mpm", "prefork", "--threads", "2"],
            "prefork",
        ),
        (
            &["pythons", "--chosen", "--python", "/bin/true"],
            "/bin/true",
        ),
    ] {
        let mut arguments = arguments.to_vec();
        if arguments[0] == "serve" && !arguments.contains(&"--host") {
            arguments.extend(["--port", "1"]); // nothing is listened on before all the rest is right
        }
        let sentence = refusal(&scratch, &arguments);
        let port_first = sentence.contains("only root may listen");
        assert!(
            sentence.contains(part) || port_first,
            "{arguments:?}: {sentence}"
        );
    }
}

#[test]
fn words_that_are_not_understood_are_status_2() {
    if is_absent("words_that_are_not_understood_are_status_2") {
        return;
    }
    let scratch = scratch();
    for arguments in [
        &["serve"][..],
        &["serve", "app.wsgi", "--log-level", "loud"],
        &["serve", "app.wsgi", "--port", "0"],
        &["serve", "app.wsgi", "--host", "localhost:80"],
        &["serve", "app.wsgi", "--mpm", "winnt"],
        &["serve", "--mount", "x=app.wsgi"],
        &["start"],
    ] {
        let output = scratch.run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn a_port_in_use_is_said_with_its_holder() {
    if is_absent("a_port_in_use_is_said_with_its_holder") {
        return;
    }
    let scratch = scratch();
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port().to_string();
    let sentence = refusal(&scratch, &["serve", "app.wsgi", "--port", &port]);
    let own = format!("(process {})", std::process::id());
    assert!(sentence.contains(&own), "{sentence}");
    assert!(sentence.contains("--port"), "{sentence}");
}

#[test]
fn pythons_that_will_not_do_are_refused_with_the_reason() {
    if is_absent("pythons_that_will_not_do_are_refused_with_the_reason") {
        return;
    }
    let scratch = scratch();
    for (version, implementation, shared, part) in [
        ("3.9", "CPython", "1", "is older than 3.10"),
        ("3.99", "CPython", "1", "is newer than 3."),
        ("3.11", "PyPy", "1", "is PyPy, not CPython"),
        ("3.11", "CPython", "0", "has no shared library"),
        (
            "3.11",
            "CPython",
            "1",
            "lacks its shared library libnone.so",
        ),
    ] {
        // It answers as a Python of that kind would.
        let python = scratch.file(
            "python",
            &format!(
                "#!/bin/sh\nprintf '%s\\t%s\\n' executable \"$0\" implementation {implementation} version {version} \
                 free-threaded 0 release {version}.1 level final prefix / landmark /etc/passwd shared {shared} \
                 link libnone.so library libnone.so directory /none multiarch None\n"
            ),
        );
        fs::set_permissions(&python, Permissions::from_mode(0o755)).unwrap();
        let python = python.to_str().unwrap();
        let port = free_port();
        let sentence = refusal(
            &scratch,
            &["serve", "app.wsgi", "--port", &port, "--python", python],
        );
        assert!(sentence.contains(part), "{sentence}");
    }
}

#[test]
fn a_python_without_an_engine_is_refused_with_the_command_that_builds_it() {
    let test = "a_python_without_an_engine_is_refused_with_the_command_that_builds_it";
    if is_absent(test) {
        return;
    }
    let scratch = scratch();
    // The module alone, in a directory without engines.
    let module = scratch.path("mod_clutch.so");
    let built = installation::build_directory().join("mod_clutch.so");
    fs::copy(built, &module).unwrap();
    let python = python::executable().expect("the Python under test has an executable");
    let sentence = refusal(
        &scratch,
        &[
            "serve",
            "app.wsgi",
            "--port",
            &free_port(),
            "--module",
            module.to_str().unwrap(),
            "--python",
            python.to_str().unwrap(),
        ],
    );
    assert!(sentence.contains("make engine PYTHON=/"), "{sentence}");
}

#[test]
fn httpds_refusal_is_shown_with_the_line_that_it_refuses() {
    let test = "httpds_refusal_is_shown_with_the_line_that_it_refuses";
    if is_absent(test) {
        return;
    }
    let scratch = scratch();
    let engine = format!("libclutch_engine-cp3{}.so", python::minor());
    for name in ["mod_clutch.so", &engine] {
        scratch.file(name, "no library");
    }
    let module = scratch.path("mod_clutch.so");
    let python = python::executable().expect("the Python under test has an executable");
    let sentence = refusal(
        &scratch,
        &[
            "serve",
            "app.wsgi",
            "--port",
            &free_port(),
            "--module",
            module.to_str().unwrap(),
            "--python",
            python.to_str().unwrap(),
        ],
    );
    assert!(
        sentence.starts_with("httpd refuses its configuration: "),
        "{sentence}"
    );
    let line = format!("(`LoadModule wsgi_module \"{}\"`)", module.display());
    assert!(sentence.ends_with(&line), "{sentence}");
}

#[test]
fn an_application_that_httpds_user_may_not_read_is_refused() {
    let test = "an_application_that_httpds_user_may_not_read_is_refused";
    if is_absent(test) || !installation::is_root(test) {
        return;
    }
    let scratch = scratch();
    fs::create_dir(scratch.path("closed")).unwrap();
    scratch.file("closed/app.wsgi", &app::answering("'x'"));
    let closed = scratch.path("closed");
    fs::set_permissions(&closed, Permissions::from_mode(0o700)).unwrap();
    let python = python::executable().expect("the Python under test has an executable");
    let port = free_port();
    let arguments = [
        "serve",
        "closed/app.wsgi",
        "--port",
        &port,
        "--python",
        python.to_str().unwrap(),
    ];
    let sentence = refusal(&scratch, &arguments);
    assert!(sentence.contains(installation::account()), "{sentence}");
    assert!(
        sentence.contains(&format!("chmod o+x {}", closed.display())),
        "{sentence}"
    );
}

fn free_port() -> String {
    super::program::free_port().to_string()
}
