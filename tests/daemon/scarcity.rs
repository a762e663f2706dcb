//! What the system has no more of: descriptors, and room for the log.

use std::thread;
use std::time::Duration;

use clutch_tests::support::{Httpd, Request, app, daemons, installation};

/// Statements that take all descriptors which the process may have.
const TAKE: &str = "import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
sys.taken = []
try:
    while True: sys.taken.append(os.dup(0))
except OSError: pass
ok()
return [b'taken']";

/// Statements that give them back.
const GIVE: &str = "import sys
for number in sys.taken: os.close(number)
ok()
return [b'given']";

#[test]
fn requests_wait_while_a_daemon_has_no_descriptor_left_and_none_is_lost() {
    let httpd = daemons::running("threads=4")
        .children(1)
        .expects_log("CLUTCH0603")
        .start();
    // Under prefork each child has a connection to the daemon for itself: the child of this client keeps the one there is.
    let mut first = httpd.connect();
    assert_eq!(
        first
            .ask(&Request::get(&app::target(TAKE)).keep_alive())
            .ok(),
        "taken"
    );
    let slow = app::target("import time\ntime.sleep(1)\nok()\nreturn [str(os.getpid()).encode()]");
    let answers = thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| httpd.get(&slow).ok().to_owned()))
            .collect();
        let line = httpd.wait_for_log("CLUTCH0603");
        assert!(line.contains("Too many open files"), "{line}");
        thread::sleep(Duration::from_millis(500)); // all threads try, again and again
        // Under the others that connection has carried one of these requests, and is free again.
        thread::sleep(Duration::from_secs(1));
        assert_eq!(first.ask(&Request::get(&app::target(GIVE))).ok(), "given");
        let answers = clients.into_iter().map(|client| client.join().unwrap());
        answers.collect::<Vec<_>>()
    });
    let daemon = httpd.daemon().to_string();
    assert_eq!(answers, [daemon.as_str(); 4]);
    assert_eq!(httpd.log().count("CLUTCH0603"), 1, "not for each attempt");
}

#[test]
fn a_child_of_httpds_that_has_no_descriptor_left_answers_503_and_says_why() {
    if installation::is_prefork() {
        let name = "a_child_of_httpds_that_has_no_descriptor_left_answers_503_and_says_why";
        return installation::skipped(name, "needs a child with two clients");
    }
    let httpd = daemons::running("threads=4")
        .config("WSGIRestrictEmbedded Off\n<Directory />\nAllowOverride None\n</Directory>")
        .config("<Location /embedded>\nWSGIProcessGroup %{GLOBAL}\n</Location>")
        .expects_log("CLUTCH0702")
        .start();
    let embedded = |what| Request::get(&format!("/embedded{}", app::target(what))).keep_alive();
    let (mut client, mut other) = (httpd.connect(), httpd.connect());
    let pid = other.ask(&embedded("ok()\nreturn [str(os.getpid()).encode()]"));
    assert_eq!(pid.ok(), httpd.children().first().unwrap().to_string());
    assert_eq!(client.ask(&embedded(TAKE)).ok(), "taken");
    let target = daemons::answering("1");
    assert_eq!(client.ask(&Request::get(&target)).status, 503);
    let line = httpd.wait_for_log("CLUTCH0702");
    assert!(line.contains("Too many open files"), "{line}");
    assert_eq!(other.ask(&embedded(GIVE)).ok(), "given");
    assert_eq!(other.ask(&Request::get(&target)).ok(), "1");
}

#[test]
fn requests_are_served_although_there_is_no_room_for_the_error_log() {
    // The log of the main server is elsewhere.
    let httpd = Httpd::with_config("WSGIRestrictEmbedded On\n<VirtualHost *:${PORT}>\nErrorLog /dev/full")
        .script("app.wsgi", app::RUNNING)
        .config("WSGIDaemonProcess shop threads=2\nWSGIScriptAlias / ${APP}/app.wsgi process-group=shop application-group=%{GLOBAL}")
        .config("</VirtualHost>")
        .start();
    let pid = httpd.serving_pid();
    let noisy = "print('to nowhere' * 1000)
sys.stderr.write('nor this')
environ['wsgi.errors'].write('nor that')
import warnings, logging
logging.warning('nor this')
ok()
return [b'served']";
    for _ in 0..20 {
        assert_eq!(httpd.get(&app::target(noisy)).ok(), "served");
    }
    assert_eq!(
        httpd
            .get(&app::target("raise ValueError('nowhere')"))
            .status,
        500
    );
    assert_eq!(httpd.serving_pid(), pid);
}
