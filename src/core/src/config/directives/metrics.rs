//! Directives about what applications and others are told of the server's work.

use crate::config::directive::{Apply, Directive, Scope, Takes};
use crate::config::value;

pub(super) const ROWS: &[Directive] = &[switch!(
    c"WSGIServerMetrics",
    Main,
    Server.server_metrics,
    "Off",
    c"Whether mod_wsgi.server_metrics() tells applications in httpd's own processes what all of httpd does, with the addresses and requests of clients. Groups of daemons have an option of their own."
)];
