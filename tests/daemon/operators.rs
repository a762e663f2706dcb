//! What operators ask of a running server: `clutch status` and `clutch reload`.

use std::process::{Command, Output};

use clutch_tests::support::daemons;
use clutch_tests::support::{Httpd, app, installation, wait};

/// What `clutch` answers when it is asked with these words about this server.
pub(super) fn clutch(httpd: &Httpd, words: &[&str]) -> Output {
    let socket = format!("wsgi.{}.supervisor.sock", httpd.pid());
    Command::new(installation::build_directory().join("clutch"))
        .args(words)
        .arg("--server")
        .arg(httpd.root().join("run").join(socket))
        .output()
        .unwrap()
}

pub(super) fn said(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8(text).unwrap()
}

#[test]
fn clutch_status_shows_the_daemons_of_each_group() {
    let httpd = daemons::running("processes=2")
        .config("WSGIDaemonProcess wiki threads=1")
        .start();
    wait::until_true("all daemons", || httpd.daemons().len() == 3);
    let ready = || {
        let text = said(&clutch(&httpd, &["status"]));
        (text.matches("ready").count() == 3).then_some(text)
    };
    let text = wait::until("all daemons to be ready", ready);
    assert!(
        text.starts_with("shop\n") && text.contains("\nwiki\n"),
        "{text}"
    );
    for pid in httpd.daemons() {
        assert!(text.contains(&format!("{pid}  ready")), "{pid}: {text}");
    }
}

#[test]
fn clutch_reload_replaces_the_daemons_of_a_group_and_no_request_fails() {
    let httpd = daemons::running("").start();
    let old = httpd.serving_pid();
    let output = clutch(&httpd, &["reload", "shop"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("one process runs new code soon"));
    wait::until_true("another process to serve", || httpd.serving_pid() != old);
    daemons::wait_for_end(old);
}

#[test]
fn clutch_reload_replaces_the_interpreters_of_an_application_group_in_httpds_own_processes() {
    if installation::is_prefork() {
        let name = "clutch_reload_replaces_the_interpreters_of_an_application_group_in_httpds_own_processes";
        return installation::skipped(name, "needs children that stay");
    }
    let script = "import os, time\nborn = time.monotonic()\ndef application(environ, start_response):\n    \
         start_response('200 OK', [])\n    return [str(born).encode()]\n";
    let httpd = Httpd::with_config(
        "ClutchReload group\nWSGIScriptAlias / ${APP}/app.wsgi application-group=site",
    )
    .script("app.wsgi", script)
    .start();
    let old = httpd.get("/").ok().to_owned();
    assert_eq!(httpd.get("/").ok(), old);
    let output = clutch(&httpd, &["reload", "site"]);
    assert!(
        said(&output).contains("with its next request"),
        "{}",
        said(&output)
    );
    assert_ne!(httpd.get("/").ok(), old);
}

#[test]
fn what_operators_ask_in_vain_is_said_in_one_sentence() {
    let httpd = Httpd::serving(&app::answering("1")).start();
    let output = clutch(&httpd, &["reload", "shop", "--application-group", "x"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("no group of daemon processes called 'shop'"));
    let nobody = Command::new(installation::build_directory().join("clutch"))
        .args(["status", "--server", "/nothing/here.sock"])
        .output()
        .unwrap();
    assert_eq!(nobody.status.code(), Some(1));
    assert!(
        said(&nobody).contains("the server cannot be asked"),
        "{}",
        said(&nobody)
    );
}
