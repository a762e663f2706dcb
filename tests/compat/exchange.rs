//! One server, one process, and the two modules in turns: the line that loads one is changed, and httpd is told to restart.

use std::panic;
use std::path::Path;

use clutch_tests::support::{Httpd, app, wait};

/// What this part is called where groups are named.
pub(crate) const NAME: &str = "exchange";

/// What went wrong.
pub(crate) fn failure(peer: &Path) -> Option<String> {
    let peer = peer.to_owned();
    let done = panic::catch_unwind(move || there_and_back(&peer));
    done.is_err().then(|| {
        format!("{NAME}: a server does not go from one module to the other and back (see above)")
    })
}

fn there_and_back(peer: &Path) {
    for config in ["", DAEMONS] {
        let httpd = Httpd::serving(&app::answering("environ['SERVER_SOFTWARE']"));
        visit(httpd.config(config).allows_log("").start(), peer);
    }
}

/// Applications in daemons, in the main interpreter.
const DAEMONS: &str = "WSGISocketPrefix ${ROOT}/run/wsgi\nWSGIRestrictEmbedded On\nWSGIDaemonProcess shop threads=2\n\
                       WSGIProcessGroup shop\nWSGIApplicationGroup %{GLOBAL}";

fn visit(mut httpd: Httpd, peer: &Path) {
    let serves = |httpd: &Httpd, name: &str| {
        let banner = httpd.get("/").ok().to_owned();
        assert!(banner.contains(name), "{banner}");
    };
    serves(&httpd, "mod_clutch/");
    for restart in [Httpd::graceful, Httpd::restart, Httpd::graceful] {
        httpd.change_module(Some(peer));
        restart(&httpd);
        serves(&httpd, "mod_wsgi/");
        httpd.change_module(None);
        restart(&httpd);
        serves(&httpd, "mod_clutch/");
    }
    httpd.change_module(Some(peer));
    httpd.graceful();
    wait::until_true("the end of the supervisor and its daemons", || {
        httpd.supervisor().is_none()
    });
    httpd.change_module(None);
    httpd.graceful();
    serves(&httpd, "mod_clutch/");
}
