//! What clients get.

use super::{BETTER, DIFFERENT};
use crate::expected::Expected;

pub(super) const ROWS: &[Expected] = &[
    Expected {
        reason: "all of a list is known when it is sent, so it has a length",
        heading: BETTER,
        line: "a list or tuple of blocks",
        seen: &[
            ["responses*", "header Transfer-Encoding", "chunked", ""],
            ["responses*", "header Content-Length", "", "*"],
            ["events*", "header Transfer-Encoding", "chunked", ""],
            ["events*", "header Content-Length", "", "*"],
            ["files*/*", "header Transfer-Encoding", "chunked", ""],
            ["files*/*", "header Content-Length", "", "*"],
            // A filter compresses all of it at once, and not up to a flush.
            [
                "head*/* /filter/*",
                "header Transfer-Encoding",
                "chunked",
                "",
            ],
            ["head*/* /filter/*", "header Content-Length", "", "44"],
            ["head*/* /filter/*", "body", "*", "*"],
        ],
    },
    Expected {
        reason: "what has begun is broken off",
        heading: BETTER,
        line: "exception after the first byte",
        seen: &[
            ["applications/after write", "ending", "Complete", "Broken"],
            ["applications/after write", "body", "abc<*", "abc"],
            [
                "applications/after write with a length",
                "ending",
                "Complete",
                "Broken",
            ],
            [
                "applications/after write with a length",
                "body",
                "abc<*",
                "abc",
            ],
            ["applications/after write with a length", "rest", "*", ""],
            ["applications@daemon/*", "ending", "Complete", "Broken"],
            ["responses@daemon/*", "ending", "Complete", "Broken"],
        ],
    },
    Expected {
        reason: "a response that has all of its length stays complete",
        heading: BETTER,
        line: "an exception after the whole `Content-Length` was sent",
        seen: &[["applications/after all of the length", "rest", "<*", ""]],
    },
    Expected {
        reason: "nothing has reached the client, so it can be told",
        heading: BETTER,
        line: "exception after `write(b'')` in a generator",
        seen: &[
            [
                "applications*/in a generator, after write of nothing",
                "status",
                "* 200 OK",
                "* 500 *",
            ],
            [
                "applications*/in a generator, after write of nothing",
                "*",
                "*",
                "*",
            ],
        ],
    },
    Expected {
        reason: "a length was promised, and nothing has come",
        heading: BETTER,
        line: "body shorter than its `Content-Length`",
        seen: &[
            [
                "responses*/nothing of its length",
                "status",
                "* 200 OK",
                "* 500 *",
            ],
            ["responses*/nothing of its length", "*", "*", "*"],
            [
                "responses*/*: a length and *",
                "status",
                "* 200 OK",
                "* 500 *",
            ],
            ["responses*/*: a length and *", "*", "*", "*"],
            ["responses*/*, a length", "status", "*", "* 500 *"],
            ["responses*/*, a length", "*", "*", "*"],
        ],
    },
    Expected {
        reason: "a response has no more than the file has",
        heading: BETTER,
        line: "a file wrapper whose offset or `Content-Length` lies beyond the end of the file",
        seen: &[
            [
                "files*/with a longer length",
                "body",
                "0123456789\0*",
                "0123456789",
            ],
            [
                "files*/with a longer length",
                "header Content-Length",
                "20",
                "10",
            ],
            ["files/beyond its end", "status", "", "* 200 OK"],
            [
                "files@daemon/beyond its end",
                "status",
                "* 502 *",
                "* 200 OK",
            ],
            ["files*/beyond its end", "*", "*", "*"],
        ],
    },
    Expected {
        reason: "a file wrapper closes what can be closed",
        heading: DIFFERENT,
        line: "a file wrapper around an object without `close`",
        seen: &[
            [
                "files*/of a* *",
                "log",
                "error traceback AttributeError: * has no attribute 'close'",
                "",
            ],
            ["files*/of a* *", "log", "error request WSGI0174", ""],
        ],
    },
    Expected {
        reason: "each 503 that httpd answers for us has it",
        heading: DIFFERENT,
        line: "503 of an application under `WSGIErrorOverride`",
        seen: &[["pages@daemon//over/503", "header Retry-After", "", "1"]],
    },
    Expected {
        reason: "a number has digits",
        heading: BETTER,
        line: "a `Content-Length` with a plus",
        seen: &[["responses*/a length with a plus", "*", "*", "*"]],
    },
    Expected {
        reason: "what cannot be sent is said to the application",
        heading: BETTER,
        line: "NUL in a status or header",
        seen: &[["heads*/NUL in a value", "*", "*", "*"]],
    },
    Expected {
        reason: "one error page",
        heading: BETTER,
        line: "a header that httpd refuses to send",
        seen: &[
            ["heads/*", "ending", "Broken", "Closed"],
            ["heads/*", "header Content-Length", "575", ""],
            [
                "heads@daemon/* in a *",
                "body",
                "<*</html>\n<*</html>\n",
                "<*</html>\n",
            ],
            ["heads@daemon/a colon in a name", "*", "*", "*"],
        ],
    },
];
