//! Scripts that are handlers.

use super::{BETTER, DIFFERENT};
use crate::expected::Expected;

pub(super) const ROWS: &[Expected] = &[
    Expected {
        reason: "the URL is right, and the configuration is not",
        heading: BETTER,
        line: "a handler script without `handle_request`",
        seen: &[
            [
                "handler-reload/without the function",
                "status",
                "* 404 *",
                "* 500 *",
            ],
            [
                "handler-reload/without the function",
                "body",
                "*<title>404 *",
                "*<title>500 *",
            ],
            [
                "handler-reload/without the function",
                "header Content-Length",
                "236",
                "571",
            ],
            ["handler-scripts/*", "status", "* 404 *", "* 500 *"],
            [
                "handler-scripts/*",
                "body",
                "*<title>404 *",
                "*<title>500 *",
            ],
            ["handler-scripts/*", "header Content-Length", "236", "571"],
        ],
    },
    Expected {
        reason: "once for each change of the file",
        heading: BETTER,
        line: "a script that cannot be loaded",
        seen: &[
            [
                "handler-scripts*?again",
                "log",
                "error request a script",
                "",
            ],
            ["handler-scripts*?again", "log", "error traceback *", ""],
            [
                "handler-scripts*?again",
                "log",
                "",
                "error script CLUTCH0402",
            ],
        ],
    },
    Expected {
        reason: "the mistake is not one of Python's",
        heading: DIFFERENT,
        line: "a handler script that is missing",
        seen: &[
            [
                "handler-scripts*//missing*",
                "log",
                "error traceback FileNotFoundError: *",
                "",
            ],
            [
                "handler-scripts*//directory",
                "log",
                "error traceback IsADirectoryError: *",
                "",
            ],
            [
                "handler-scripts@daemon//missing*",
                "log",
                "warn server WSGI0082",
                "",
            ],
        ],
    },
    Expected {
        reason: "all of a list is known when it is sent, so it has a length",
        heading: BETTER,
        line: "a list or tuple of blocks",
        seen: &[
            [
                "handler-requests*",
                "header Transfer-Encoding",
                "chunked",
                "",
            ],
            ["handler-requests*", "header Content-Length", "", "*"],
        ],
    },
    Expected {
        reason: "a page that has a length",
        heading: DIFFERENT,
        line: "413 for a declared length above `LimitRequestBody`",
        seen: &[
            ["handler-requests*/too long", "ending", "Closed", "Complete"],
            [
                "handler-requests*/too long",
                "header Content-Length",
                "",
                "356",
            ],
        ],
    },
    Expected {
        reason: "each 503 that httpd answers for us has it",
        heading: DIFFERENT,
        line: "503 of an application under `WSGIErrorOverride`",
        seen: &[[
            "handler-requests@daemon/an error page",
            "header Retry-After",
            "",
            "1",
        ]],
    },
];
