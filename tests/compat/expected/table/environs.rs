//! What applications see and say.

use super::{BETTER, DIFFERENT};
use crate::expected::Expected;

pub(super) const ROWS: &[Expected] = &[
    Expected {
        reason: "io.TextIOWrapper, and a class of our own",
        heading: DIFFERENT,
        line: "`wsgi.errors`",
        seen: &[
            ["*", "environ wsgi.errors", "TextIOWrapper *", "Errors *"],
            [
                "modules*/environ['wsgi.errors'].read()",
                "body",
                "UnsupportedOperation",
                "AttributeError",
            ],
            [
                "modules*/environ['wsgi.errors'].read()",
                "header Content-Length",
                "20",
                "14",
            ],
            [
                "streams*/close, then write",
                "log",
                "",
                "error script app: late",
            ],
        ],
    },
    Expected {
        reason: "a page that has a length",
        heading: DIFFERENT,
        line: "413 for a declared length above `LimitRequestBody`",
        seen: &[
            ["bodies-*/above*", "ending", "Closed", "Complete"],
            ["bodies-*/above*", "header Content-Length", "", "356"],
        ],
    },
    Expected {
        reason: "a client names no interpreters",
        heading: BETTER,
        line: "port in a group name",
        seen: &[
            [
                "environ*/a host with a port",
                "environ mod_wsgi.application_group",
                "*:1234|'",
                "*",
            ],
            [
                "redirects*/a proxy-style target",
                "environ mod_wsgi.application_group",
                "*:81|/app'",
                "*",
            ],
            ["names-canonical-off*:9999\"", "body", "*:9999*", "*"],
            [
                "names-canonical-off*:9999\"",
                "header Content-Length",
                "*",
                "*",
            ],
        ],
    },
    Expected {
        reason: "a name that httpd computes is hidden wherever it comes from",
        heading: BETTER,
        line: "`SetEnv GATEWAY_INTERFACE`",
        seen: &[
            ["variables*", "environ LD_LIBRARY_PATH", "str '/x'", ""],
            ["variables*", "environ PATH_TRANSLATED", "str 'x'", ""],
            ["variables*", "environ REMOTE_IDENT", "str 'x'", ""],
            [
                "variables*/gateway",
                "environ GATEWAY_INTERFACE",
                "str 'x'",
                "",
            ],
            [
                "variables*/signature",
                "environ SERVER_SIGNATURE",
                "str 'x'",
                "",
            ],
            ["variables*/remote", "environ REMOTE_HOST", "str 'x'", ""],
        ],
    },
    Expected {
        reason: "the one that runs",
        heading: DIFFERENT,
        line: "`sys.executable`",
        seen: &[["modules*/sys.executable*", "*", "*", "*"]],
    },
    Expected {
        reason: "a daemon has options of its own",
        heading: DIFFERENT,
        line: "`WSGISwitchInterval` and daemons",
        seen: &[["configured@daemon/sys.getswitchinterval()", "*", "*", "*"]],
    },
    Expected {
        reason: "it is no part of the application's call",
        heading: DIFFERENT,
        line: "an exception in `reload_required`",
        seen: &[
            ["reload-hook*//yes?1", "log", "error request WSGI0174", ""],
            ["reload-hook*//yes?1", "log", "error traceback *", ""],
            ["reload-hook*//yes?1", "log", "", "error server *"],
        ],
    },
    Expected {
        reason: "what had begun before it is not measured",
        heading: DIFFERENT,
        line: "the request that calls `start_recording_metrics()`",
        seen: &[["metrics*//request_metrics?2", "*", "*", "*"]],
    },
    Expected {
        reason: "what had begun before it is not measured",
        heading: DIFFERENT,
        line: "the request during which the first subscriber of events comes",
        seen: &[
            [
                "subscriptions*/*subscribe_events(print)*",
                "log",
                "error server WSGI0112",
                "",
            ],
            [
                "subscriptions*/*subscribe_events(print)*",
                "log",
                "error server TypeError: print() *",
                "",
            ],
        ],
    },
];
