//! Words about whole processes: what they load, what they remember, and when they are replaced.

use std::fs;
use std::os::unix::fs::MetadataExt;

use clutch_tests::support::{Httpd, MODULE_ERROR, Plan, app, installation, mode, reference, wait};

#[test]
fn wsgi_import_script_starts_python_where_wsgi_restrict_embedded_keeps_requests_out() {
    if !mode::embedded_only("it is about applications in httpd's children") {
        return;
    }
    let script = format!(
        "import os\nopen(os.path.join(os.path.dirname(__file__), '../out/loaded'), 'w').close()\n{}",
        app::answering("1")
    );
    let httpd = Httpd::serving(&script)
        .config("WSGIRestrictEmbedded On")
        .config(
            "WSGIImportScript ${APP}/app.wsgi process-group=%{GLOBAL} application-group=%{GLOBAL}",
        )
        .expects_log(MODULE_ERROR)
        .start();
    wait::until_true("the script to be loaded", || httpd.out("loaded").exists());
    assert_eq!(httpd.get("/").status, 500);
}

#[test]
fn scripts_of_one_group_are_loaded_once_and_in_the_order_of_the_lines() {
    let script = |name: &str| {
        format!(
            "import os\nwith open(os.path.join(os.path.dirname(__file__), '../out/loads'), 'a') as file:\n    \
             file.write('{name} ')\n{}",
            app::answering("1")
        )
    };
    let groups = format!(
        "process-group={} application-group=shop",
        mode::group_word()
    );
    let httpd = Plan::new()
        .script("a.wsgi", &script("a"))
        .script("b.wsgi", &script("b"))
        .script("c.wsgi", &script("c"))
        .config(&format!("WSGIImportScript ${{APP}}/b.wsgi {groups}"))
        .config(&format!("WSGIScriptAlias /a ${{APP}}/a.wsgi {groups}"))
        .config(&format!("WSGIImportScript ${{APP}}/c.wsgi {groups}"))
        .config(&format!(
            "<VirtualHost *>\nServerName host\nWSGIImportScript ${{APP}}/a.wsgi {groups}\n</VirtualHost>"
        ))
        .start();
    wait::until_true("all to be loaded", || httpd.written("loads").contains('c'));
    assert_eq!(httpd.get("/a").ok(), "1");
    assert_eq!(httpd.written("loads"), "b a c ");
}

#[test]
fn the_directory_for_what_is_remembered_belongs_to_the_children_alone() {
    let name = "the_directory_for_what_is_remembered_belongs_to_the_children_alone";
    if !reference::ours_only(name, "it remembers nothing") {
        return;
    }
    let httpd = Httpd::serving(&app::answering("os.geteuid()")).start();
    let uid: u32 = httpd.get("/").ok().parse().unwrap();
    let directory = httpd.root().join("run/clutch-state");
    let found = fs::metadata(&directory).unwrap();
    assert!(found.is_dir());
    assert_eq!((found.uid(), found.mode() & 0o777), (uid, 0o700));
    httpd.graceful();
    assert!(directory.is_dir());
    assert_eq!(httpd.get("/").ok(), uid.to_string());
}

/// A child whose interpreter has been replaced once, where `config` lets it be replaced no more.
fn replaced_once(httpd: &Httpd) -> String {
    let pid = httpd.get("/").ok().to_owned();
    let new = app::answering("os.getpid()") + "# new\n";
    fs::write(httpd.script("app.wsgi"), new).unwrap();
    httpd.get("/").ok();
    pid
}

#[test]
fn a_process_that_clutch_max_replacements_retires_is_replaced_without_a_lost_request() {
    let name = "a_process_that_clutch_max_replacements_retires_is_replaced_without_a_lost_request";
    if !reference::ours_only(name, "it replaces no interpreters") {
        return;
    }
    let httpd = Httpd::serving(&app::answering("os.getpid()"))
        .config("ClutchReload group\nClutchReloadUnit interpreter")
        .config("ClutchMaxReplacements 1\nClutchDrainTimeout 1")
        .allows_log("CLUTCH0003")
        .allows_log("restarting gracefully")
        .start();
    let first = replaced_once(&httpd);
    // Each answer is a whole one; at last it is another process's.
    wait::until_true("another process", || httpd.get("/").ok() != first);
    if mode::is_daemon() {
        return assert_eq!(httpd.log().count("CLUTCH0003"), 0, "nothing is wrong");
    }
    let line = httpd.log().matching("CLUTCH0003");
    assert_eq!(line.len(), 1, "said once: {line:?}");
    if installation::is_prefork() {
        assert!(line[0].contains("it ends after its request"), "{line:?}");
    } else {
        assert!(line[0].contains("restarts gracefully"), "{line:?}");
    }
}

#[test]
fn a_single_process_only_says_that_it_should_be_replaced() {
    if !mode::embedded_only("the process that should be replaced is not httpd's only one") {
        return;
    }
    let name = "a_single_process_only_says_that_it_should_be_replaced";
    if !reference::ours_only(name, "it replaces no interpreters") {
        return;
    }
    let httpd = Httpd::serving(&app::answering("os.getpid()"))
        .single_process()
        .config("ClutchReload group\nClutchMaxReplacements 1\nClutchDrainTimeout 1")
        .expects_log("CLUTCH0003")
        .start();
    let pid = replaced_once(&httpd);
    httpd.wait_for_log("CLUTCH0003");
    assert_eq!(httpd.get("/").ok(), pid);
}
