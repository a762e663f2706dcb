//! `clutch serve`: what is served, and what its user sees of it.

use std::fs;

use clutch_tests::support::process::{self, Signal};
use clutch_tests::support::{app, wait};

use super::program::{Scratch, is_absent};

#[test]
fn an_application_is_served_from_its_file_with_its_modules() {
    if is_absent("an_application_is_served_from_its_file_with_its_modules") {
        return;
    }
    let scratch = Scratch::new();
    scratch.file("beside.py", "NAME = 'beside'\n");
    scratch.file(
        "app.wsgi",
        &format!("import beside\n{}", app::answering("beside.NAME")),
    );
    let serving = scratch.serve(&["app.wsgi"]);
    assert_eq!(serving.get("/x?y=z").ok(), "beside");
    wait::until_true("the access line", || {
        serving.output().contains(" 200 GET /x?y=z  6 B, ")
    });
    assert!(
        !serving.output().contains("OPTIONS"),
        "its own questions are not shown"
    );
}

#[test]
fn several_applications_are_served_each_in_a_group_of_its_own_and_files_beside_them() {
    if is_absent("several_applications_are_served_each_in_a_group_of_its_own_and_files_beside_them")
    {
        return;
    }
    let scratch = Scratch::new();
    scratch.file(
        "app.wsgi",
        &app::answering("__import__('mod_wsgi').application_group"),
    );
    fs::create_dir(scratch.path("files")).unwrap();
    scratch.file("files/page.html", "a file");
    let serving = scratch.serve(&[
        "--mount",
        "/=app.wsgi",
        "--mount",
        "/shop=app.wsgi",
        "--mount",
        "/shop/cart=app.wsgi,group=my cart",
        "--alias",
        "/shop/files=files",
    ]);
    for (path, group) in [
        ("/", "root"),
        ("/shopping", "root"),
        ("/shop", "shop"),
        ("/shop/cart/1", "my cart"),
    ] {
        assert_eq!(serving.get(path).ok(), group, "{path}");
    }
    let page = serving.get("/shop/files/page.html");
    assert_eq!(page.ok(), "a file");
    assert_eq!(
        page.head.header("Content-Type").as_deref(),
        Some("text/html")
    );
    assert_eq!(serving.get("/shop/files/none").head.status, 404);
}

#[test]
fn odd_names_are_served() {
    if is_absent("odd_names_are_served") {
        return;
    }
    let scratch = Scratch::new();
    let directory = "it's [a] \"d*r\" – ü";
    fs::create_dir(scratch.path(directory)).unwrap();
    let script = format!("{directory}/a?b \\x.wsgi");
    scratch.file(
        &script,
        &app::answering("'odd'").replace("application", "the_app"),
    );
    let serving = scratch.serve(&[&script, "--url-path", "/odd/", "--callable", "the_app"]);
    assert_eq!(serving.get("/odd").ok(), "odd");
    assert_eq!(serving.get("/").head.status, 404);
}

#[test]
fn a_traceback_is_shown_whole_and_without_decoration() {
    if is_absent("a_traceback_is_shown_whole_and_without_decoration") {
        return;
    }
    let scratch = Scratch::new();
    scratch.file(
        "app.wsgi",
        "def application(environ, start_response):\n    raise ValueError('bäng')\n",
    );
    let serving = scratch.serve(&["app.wsgi"]);
    assert_eq!(serving.get("/").head.status, 500);
    wait::until_true("the traceback", || {
        serving.errors().contains("ValueError: bäng")
    });
    let errors = serving.errors();
    let lines: Vec<_> = errors.lines().map(str::trim_start).collect();
    let last = lines.iter().position(|line| *line == "ValueError: bäng");
    let last = last.expect("the exception stands on a line of its own");
    assert_eq!(lines[last - 1], "raise ValueError('bäng')", "{errors}");
    assert!(lines[last - 2].starts_with("File \""), "{errors}");
    for decoration in ["[pid", "[wsgi:", "[script", "clutch\t"] {
        assert!(!errors.contains(decoration), "{errors}");
    }
}

#[test]
fn an_edited_application_is_the_new_one_at_the_next_request() {
    if is_absent("an_edited_application_is_the_new_one_at_the_next_request") {
        return;
    }
    let scratch = Scratch::new();
    scratch.file("app.wsgi", &app::answering("'old'"));
    let serving = scratch.serve(&["app.wsgi"]);
    assert_eq!(serving.get("/").ok(), "old");
    scratch.file("app.wsgi", &app::answering("'new, and longer'"));
    assert_eq!(serving.get("/").ok(), "new, and longer");
}

#[test]
fn usr1_restarts_gracefully() {
    if is_absent("usr1_restarts_gracefully") {
        return;
    }
    let scratch = Scratch::new();
    scratch.file("app.wsgi", &app::answering("os.getpid()"));
    let serving = scratch.serve(&["app.wsgi", "--workers", "1"]);
    let httpd = serving.httpd();
    let before = serving.get("/").ok().to_owned();
    serving.signal(Signal::USR1);
    wait::until_true("another child to serve", || serving.get("/").ok() != before);
    assert_eq!(serving.httpd(), httpd, "the parent is the same");
    assert!(process::is_alive(serving.child.id()));
}

#[test]
fn the_configuration_is_private_and_can_be_kept() {
    if is_absent("the_configuration_is_private_and_can_be_kept") {
        return;
    }
    let scratch = Scratch::new();
    scratch.file("app.wsgi", &app::answering("'x'"));
    let mut serving = scratch.serve(&["app.wsgi", "--keep-config"]);
    let [kept] = &scratch.left_over()[..] else {
        panic!("one directory: {:?}", scratch.left_over());
    };
    let directory = scratch.path("tmp").join(kept);
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&directory).unwrap().permissions());
    assert_eq!(
        mode & 0o067,
        0,
        "others may not enter, the group may not read: {mode:o}"
    );
    serving.signal(Signal::INT);
    assert_eq!(serving.ended(), Some(0));
    let config = fs::read_to_string(directory.join("httpd.conf")).unwrap();
    assert!(config.contains("WSGIScriptAlias"), "{config}");
}
