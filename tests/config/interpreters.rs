//! `<WSGIInterpreterOptions>` and the words about interpreters: all are taken, what stands inside, and what httpd refuses
//! before it serves.

use std::fs;
use std::path::Path;

use clutch_tests::support::{Httpd, Plan, app, installation, mode, python, reference};

/// A line for every directive about interpreters.
const WORDS: &str = "\
ClutchConcurrency 25
ClutchDrainTimeout 2.5
ClutchGuard deny chdir umask environ signal fork exec spawn identity kill switchinterval rlimit dlopen
ClutchIdleTimeout 0
ClutchInterpreters auto
ClutchIsolation own-gil
ClutchMaxRequests 1000
ClutchQueue 10
ClutchQueueTimeout .5
ClutchReload modules
ClutchReloadPolicy seamless
ClutchRequestTimeout 60
WSGIFreeThreading Off
WSGIPerInterpreterGIL Auto
WSGIPythonPath /srv/one:/srv/two
WSGIRestrictSignal Off
WSGIRestrictStdin On
WSGIRestrictStdout On
WSGISwitchInterval 0.005
";

fn in_block(selectors: &str, words: &str) -> String {
    format!("<WSGIInterpreterOptions{selectors}>\n{words}\n</WSGIInterpreterOptions>\n")
}

#[test]
fn every_word_about_interpreters_is_taken_for_all_of_them_and_in_a_block() {
    let name = "every_word_about_interpreters_is_taken_for_all_of_them_and_in_a_block";
    if !reference::ours_only(name, "most of the words are ours") {
        return;
    }
    let accepted = |config: &str| Plan::new().config(config).check().unwrap();
    accepted(WORDS);
    accepted("ClutchMaxInterpreters 0\nClutchMaxReplacements 100");
    for selectors in [
        "",
        " process-group=%{GLOBAL}",
        " APPLICATION-group=shop",
        " application-group=\"my shop\" process-group=daemon",
        " application-group=",
    ] {
        accepted(&in_block(selectors, WORDS));
    }
}

#[test]
fn a_block_is_taken_in_the_main_server_only_and_has_an_end() {
    for (config, said) in [
        ("<WSGIInterpreterOptions>", "WSGIInterpreterOptions"),
        ("</WSGIInterpreterOptions>", "WSGIInterpreterOptions"),
        (
            "<WSGIInterpreterOptions process-group=a\n</WSGIInterpreterOptions>",
            ">",
        ),
        (
            "<VirtualHost *:1>\n<WSGIInterpreterOptions>\n</WSGIInterpreterOptions>\n</VirtualHost>",
            "VirtualHost",
        ),
        (
            "<Directory /srv>\n<WSGIInterpreterOptions>\n</WSGIInterpreterOptions>\n</Directory>",
            "Directory",
        ),
        (
            "<VirtualHost *:1>\nWSGISwitchInterval 1\n</VirtualHost>",
            "VirtualHost",
        ),
        (
            "<WSGIInterpreterOptions>\n<VirtualHost *:1>\nWSGIRestrictStdin On\n</VirtualHost>\n</WSGIInterpreterOptions>",
            "VirtualHost",
        ),
    ] {
        let refused = Plan::new().config(config).check().expect_err(config);
        assert!(refused.contains(said), "{config}: {refused}");
    }
}

#[test]
fn httpd_names_the_line_inside_a_block_that_it_refuses() {
    let block = in_block("", "WSGIRestrictStdin On\nWSGIRestrictStdout maybe");
    let plan = Plan::new().config(&block);
    let refused = plan.check().expect_err("a wrong word");
    assert!(refused.contains("AH00526"), "{refused}");
    assert!(refused.contains("WSGIRestrictStdout"), "{refused}");
    if reference::is_under_test() {
        return;
    }
    let nested = in_block("", &in_block(" application-group=x", ""));
    let refused = Plan::new().config(&nested).check().expect_err("nested");
    let sentence = "WSGIInterpreterOptions cannot stand in another of its kind";
    assert!(refused.contains(sentence), "{refused}");
}

#[test]
fn other_directives_in_a_block_have_the_effect_they_have_outside() {
    let words = "WSGIPythonOptimize 1\nWSGIScriptAlias / ${APP}/app.wsgi\nWSGICallableObject mine";
    let script = app::answering("sys.flags.optimize").replace("application", "mine");
    let httpd = Plan::new()
        .script("app.wsgi", &script)
        .config(&in_block(" application-group=nobody", words))
        .start();
    assert_eq!(httpd.get("/").ok(), "1");
}

#[test]
fn wsgi_python_path_of_a_more_specific_block_comes_first() {
    let path = "[p.rsplit('/', 1)[1] for p in sys.path if '/test-path/' in p]";
    let one = |name: &str| format!("WSGIPythonPath ${{ROOT}}/test-path/{name}");
    let httpd = Httpd::serving(&app::answering(path))
        .file("test-path/base/x", "")
        .file("test-path/all/x", "")
        .file("test-path/group/x", "")
        .file("test-path/both/x", "")
        .config(&in_block(
            &format!(
                " process-group={} application-group=shop",
                mode::process_group()
            ),
            &one("both"),
        ))
        .config(&in_block(" application-group=shop", &one("group")))
        .config(&in_block("", &one("all")))
        .config(&one("base"))
        .daemon_options("python-path=${ROOT}/test-path/base")
        .config("<Location /shop>\nWSGIApplicationGroup shop\n</Location>")
        .config("<Location /other>\nWSGIApplicationGroup other\n</Location>")
        .start();
    assert_eq!(httpd.get("/shop").ok(), "['both', 'group', 'all', 'base']");
    assert_eq!(httpd.get("/other").ok(), "['all', 'base']");
}

#[test]
fn wsgi_free_threading_without_effect_is_said() {
    let free = "WSGIFreeThreading On";
    Httpd::serving(&app::answering("1"))
        .config(&in_block(" application-group=shop", free))
        .expects_log("WSGI0201")
        .start();
    if python::version().ends_with('t') {
        return;
    }
    let httpd = Httpd::serving(&app::answering("'served'"))
        .config(free)
        .expects_log("WSGI0200")
        .start();
    assert_eq!(httpd.get("/").ok(), "served");
}

fn environment(directory: &Path, version: &str) -> String {
    fs::create_dir_all(directory).unwrap();
    let text = format!("home = /usr/bin\nversion = {version}\n");
    fs::write(directory.join("pyvenv.cfg"), text).unwrap();
    directory.display().to_string()
}

#[test]
fn clutch_python_home_that_does_not_suit_keeps_httpd_from_starting() {
    let name = "clutch_python_home_that_does_not_suit_keeps_httpd_from_starting";
    if !reference::ours_only(name, "it has no such directive") {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let own = environment(&place.path().join("own"), &python::version());
    let other = environment(&place.path().join("other"), "3.9.1");
    let bare = place.path().display().to_string();
    let line = |home: &str| format!("ClutchPythonHome {home}");
    let check = |config: &str| Plan::new().config(config).check();
    check(&line(&own)).unwrap();
    check(&in_block(" process-group=daemon", &line(&other))).unwrap();
    for (home, said) in [
        ("/no/such/home", "cannot be used"),
        (
            &installation::program().display().to_string(),
            "is not a directory",
        ),
        (&bare, "has no pyvenv.cfg"),
        (
            &other,
            "is for Python 3.9, but httpd's processes run Python",
        ),
    ] {
        for config in [line(home), in_block(" application-group=shop", &line(home))] {
            let refused = check(&config).expect_err(&config);
            let sentence = refused.lines().find(|line| line.contains("CLUTCH0004"));
            let sentence = sentence.unwrap_or_else(|| panic!("no sentence in {refused}"));
            assert!(
                sentence.contains(home) && sentence.contains(said),
                "{sentence}"
            );
        }
    }
}
