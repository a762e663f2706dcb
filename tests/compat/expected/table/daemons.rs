//! What is otherwise in daemons.

use super::DAEMONS;
use crate::expected::Expected;

pub(super) const ROWS: &[Expected] = &[
    Expected {
        reason: "one path for both modes",
        heading: DAEMONS,
        line: "`Range` for a file wrapper",
        seen: &[
            ["files@daemon/*range*", "*", "*", "*"],
            ["files/a range that is none", "log", "error *", ""],
        ],
    },
    Expected {
        reason: "the head of a response comes from a daemon as it was given",
        heading: DAEMONS,
        line: "response heads",
        seen: &[
            ["heads@daemon/the same name *", "header *", "*", "*"],
            [
                "heads@daemon/two locations",
                "header Location",
                "",
                "/a ¦ /b",
            ],
            [
                "heads@daemon/a type in capitals",
                "header Content-Type",
                "text/plain; *",
                "Text/PLAIN; *",
            ],
            [
                "heads@daemon/Last-Modified *",
                "header Last-Modified",
                "*",
                "*",
            ],
            ["heads@daemon/Status", "*", "*", "*"],
            ["heads@daemon/status \"200 Error\"", "*", "*", "*"],
            [
                "responses@daemon/101 Switching, nothing",
                "rest",
                "0\r\n\r\n",
                "",
            ],
        ],
    },
    Expected {
        reason: "a header of an application means what it says",
        heading: DAEMONS,
        line: "200 with a `Location` that begins with `/`",
        seen: &[
            ["heads@daemon/a local location", "*", "*", "*"],
            ["heads@daemon/two locations", "*", "*", "*"],
        ],
    },
    Expected {
        reason: "one status in both modes",
        heading: DAEMONS,
        line: "missing callable",
        seen: &[
            ["reload@daemon/one without the callable", "*", "*", "*"],
            ["callables@daemon/*", "status", "* 500 *", "* 404 *"],
            [
                "callables@daemon/*",
                "body",
                "*<title>500 *",
                "*<title>404 *",
            ],
            ["callables@daemon/*", "header Content-Length", "571", "236"],
            [
                "scripts@daemon//s/empty.wsgi",
                "status",
                "* 500 *",
                "* 404 *",
            ],
            [
                "scripts@daemon//s/empty.wsgi",
                "body",
                "*<title>500 *",
                "*<title>404 *",
            ],
            [
                "scripts@daemon//s/empty.wsgi",
                "header Content-Length",
                "571",
                "236",
            ],
        ],
    },
    Expected {
        reason: "a body is read when the application reads it",
        heading: DAEMONS,
        line: "request body",
        seen: &[
            ["bodies-broken@daemon/*", "*", "*", "*"],
            [
                "bodies-limited@daemon/chunked above, not read",
                "*",
                "*",
                "*",
            ],
            [
                "input@daemon/expect, and read nothing",
                "status",
                "* 100 Continue ¦ *",
                "* 200 OK",
            ],
            [
                "auth-requests@daemon/expect, and refused",
                "status",
                "* 100 Continue ¦ *",
                "* 200 OK",
            ],
        ],
    },
];
