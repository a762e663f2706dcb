//! What the packages of a daemon are found by, in order.

use clutch_tests::support::{Httpd, app};

#[test]
fn the_home_of_a_group_stands_before_all_other_paths_and_is_no_site_directory() {
    let httpd = Httpd::serving(&app::answering("'\\n'.join(sys.path[:3])"))
        .config("WSGISocketPrefix ${ROOT}/run/wsgi\nWSGIDaemonProcess shop home=${ROOT}/home python-path=${ROOT}/path")
        .config("<WSGIInterpreterOptions process-group=shop application-group=%{GLOBAL}>\nWSGIPythonPath ${ROOT}/block\n</WSGIInterpreterOptions>")
        .config("WSGIProcessGroup shop\nWSGIApplicationGroup %{GLOBAL}")
        .file("home/named.pth", "/named-by-a-file-in-home\n")
        .file("path/named.pth", "/\n")
        .file("block/file", "")
        .start();
    let place = |name: &str| httpd.root().join(name).display().to_string();
    let expected = [place("home"), place("block"), place("path")];
    assert_eq!(httpd.get("/").ok(), expected.join("\n"));
}
