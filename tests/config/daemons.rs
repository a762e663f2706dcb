//! Words about daemon processes: what is taken, what is refused, and which process group a request gets.

use clutch_tests::support::{Httpd, MODULE_ERROR, Plan, app, mode, reference};

use super::refusals;

/// Lines that are refused, the value that must be named, and what was expected.
const REFUSED: &[(&str, &str, &str)] = &[
    ("WSGIAcceptMutex spin", "spin", "sysvsem"),
    ("WSGIDaemonProcess \"\"", "none", "NAME"),
    ("WSGIDaemonProcess shop colour=red", "colour", ""),
    ("WSGIDaemonProcess shop threads", "threads", "name=value"),
    ("WSGIDaemonProcess shop threads=", "threads", "65533"),
    ("WSGIDaemonProcess shop threads=-1", "-1", "65533"),
    ("WSGIDaemonProcess shop threads=65534", "65534", "65533"),
    ("WSGIDaemonProcess shop processes=0", "0", "from 1"),
    ("WSGIDaemonProcess shop home=srv", "srv", "absolute"),
    ("WSGIDaemonProcess shop umask=8", "8", "octal"),
    ("WSGIDaemonProcess shop stack-size=0", "0", "bytes"),
    ("WSGIDaemonProcess shop server-metrics=x", "x", "On or Off"),
    ("WSGIDaemonProcess shop request-timeout=-1", "-1", "seconds"),
    ("WSGIDaemonProcess shop send-buffer-size=511", "511", "512"),
    (
        "WSGIDaemonProcess shop header-buffer-size=8191",
        "8191",
        "8192",
    ),
    (
        "WSGIDaemonProcess shop response-buffer-size=1",
        "1",
        "65536",
    ),
    ("WSGIIgnoreActivity x", "x", "On or Off"),
    ("WSGISocketRotation x", "x", "On or Off"),
];

/// The same, where the reference takes the line, or does not know the directive.
const REFUSED_BY_US: &[(&str, &str, &str)] = &[
    ("ClutchDaemonProcesses 2", "2", "exactly two"),
    ("ClutchDaemonProcesses 3 2", "2", "from 3"),
    ("ClutchDaemonStart late", "late", "eager or on-demand"),
    ("ClutchProgram clutch", "clutch", "absolute path"),
    ("ClutchReloadUnit group", "group", "interpreter or process"),
    ("WSGIDaemonProcess shop threads=many", "many", "65533"),
    ("WSGIDaemonProcess shop request-timeout=5x", "5x", "seconds"),
    ("WSGIDaemonProcess shop start=late", "late", "eager"),
    (
        "WSGIDaemonProcess shop processes=3 max-processes=2",
        "2",
        "3 or more",
    ),
];

#[test]
fn wsgi_daemon_process_refuses_what_is_no_option_and_no_value() {
    for (line, value, expected) in REFUSED {
        refusals::check(line, value, expected);
    }
    let twice = "WSGIDaemonProcess shop\nWSGIDaemonProcess shop threads=2";
    refusals::check(twice, "shop", "");
}

#[test]
fn a_number_with_something_behind_it_is_refused() {
    let name = "a_number_with_something_behind_it_is_refused";
    if !reference::ours_only(name, "it takes what there is of a number") {
        return;
    }
    for (line, value, expected) in REFUSED_BY_US {
        refusals::check(line, value, expected);
    }
}

#[test]
fn wsgi_daemon_process_may_stand_in_a_virtual_host_and_in_no_directory() {
    let line = "WSGIDaemonProcess shop processes=2 threads=1 display-name=%{GROUP} python-path=\"/a b:/c\"";
    for config in [
        line.to_owned(),
        format!("<VirtualHost *>\n{line}\n</VirtualHost>"),
    ] {
        Plan::new().config(&config).check().unwrap();
    }
    let inside = format!("<Location />\n{line}\n</Location>");
    assert!(Plan::new().config(&inside).check().is_err());
}

#[test]
fn wsgi_accept_mutex_wsgi_socket_prefix_and_wsgi_socket_rotation_are_taken() {
    Plan::new()
        .config("WSGIAcceptMutex Default\nWSGISocketPrefix run/wsgi\nWSGISocketRotation Off")
        .check()
        .unwrap();
}

#[test]
fn clutch_daemon_processes_clutch_daemon_start_clutch_program_and_clutch_reload_unit_are_taken() {
    let name = "clutch_daemon_processes_clutch_daemon_start_clutch_program_and_clutch_reload_unit_are_taken";
    if !reference::ours_only(name, "it has no such directives") {
        return;
    }
    Plan::new()
        .config("ClutchDaemonProcesses 1 4\nClutchDaemonStart on-demand\nClutchProgram /opt/clutch")
        .config("ClutchReloadUnit interpreter")
        .config("<WSGIInterpreterOptions application-group=x>\nClutchReloadUnit process\n</WSGIInterpreterOptions>")
        .check()
        .unwrap();
}

#[test]
fn wsgi_process_group_that_does_not_exist_is_500_and_never_served_by_httpd() {
    let httpd = Httpd::serving(&app::answering("'served'"))
        .config("<Location /shop>\nWSGIProcessGroup shop\n</Location>")
        .config("<Location /here>\nWSGIProcessGroup %{GLOBAL}\n</Location>")
        .expects_log(MODULE_ERROR)
        .start();
    assert_eq!(httpd.get("/shop").status, 500);
    assert_eq!(httpd.get("/here").ok(), "served");
}

#[test]
fn wsgi_restrict_process_keeps_requests_out_of_groups_that_it_does_not_name() {
    let httpd = Httpd::serving(&app::answering("'served'"))
        .config(&format!("WSGIRestrictProcess shop {}", mode::group_word()))
        .config("<Location /others>\nWSGIRestrictProcess shop\n</Location>")
        .config("<Location /none>\nWSGIRestrictProcess\n</Location>")
        .expects_log(MODULE_ERROR)
        .start();
    assert_eq!(httpd.get("/").ok(), "served");
    assert_eq!(httpd.get("/others").status, 500);
    assert_eq!(httpd.get("/none").status, 500);
}

#[test]
fn wsgi_ignore_activity_does_not_disturb_requests_inside_httpd() {
    let httpd = Httpd::serving(&app::answering("'served'"))
        .config("WSGIIgnoreActivity On")
        .start();
    assert_eq!(httpd.get("/").ok(), "served");
}
