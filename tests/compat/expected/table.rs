//! The table of expected differences.

use super::Expected;

/// Headings of the page.
const BETTER: &str = "Better on purpose";
const DAEMONS: &str = "Daemon processes, better on purpose";
const DIFFERENT: &str = "Different, and hardly noticed";

/// All of them.
pub(super) const EXPECTED: &[Expected] = &[
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
        reason: "one path for both modes",
        heading: DAEMONS,
        line: "`Range` for a file wrapper",
        seen: &[
            ["files@daemon/*range*", "*", "*", "*"],
            ["files/a range that is none", "log", "error *", ""],
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
        reason: "order does not matter",
        heading: DIFFERENT,
        line: "a static group of `WSGIScriptAlias` or `WSGIImportScript`",
        seen: &[[
            "config/WSGI*process-group=one *\nWSGIDaemonProcess one",
            "config",
            "refused",
            "taken",
        ]],
    },
    Expected {
        reason: "numbers are enough for the kernel",
        heading: DIFFERENT,
        line: "`user=#uid` without an account",
        seen: &[[
            "config/WSGIDaemonProcess one user=#65000",
            "config",
            "refused",
            "taken",
        ]],
    },
    Expected {
        reason: "it would mean nothing",
        heading: BETTER,
        line: "a block within a `<WSGIInterpreterOptions>` block",
        seen: &[["config/<WSGI*\n<WSGI*", "config", "taken", "refused"]],
    },
    Expected {
        reason: "a slip of the pen is said",
        heading: DIFFERENT,
        line: "numbers among the options of `WSGIDaemonProcess`",
        seen: &[
            [
                "config/WSGIDaemonProcess one threads=5x",
                "config",
                "taken",
                "refused",
            ],
            [
                "config/WSGIDaemonProcess one request-timeout=abc",
                "config",
                "taken",
                "refused",
            ],
        ],
    },
    Expected {
        reason: "a Python that is not there is found out at the start",
        heading: BETTER,
        line: "`WSGIPythonHome` of another Python version",
        seen: &[["config/*python-home=/z", "config", "taken", "refused"]],
    },
];
