//! Configurations that are taken or refused.

use super::{BETTER, DIFFERENT};
use crate::expected::Expected;

pub(super) const ROWS: &[Expected] = &[
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
        line: "`#uid` without an account",
        seen: &[
            [
                "config/WSGIDaemonProcess one user=#65000",
                "config",
                "refused",
                "taken",
            ],
            [
                "config/WSGIDaemonProcess one script-user=#65000",
                "config",
                "refused",
                "taken",
            ],
            [
                "config/WSGIDaemonProcess one socket-user=#65000",
                "config",
                "refused",
                "taken",
            ],
        ],
    },
    Expected {
        reason: "a word is the same in capitals",
        heading: DIFFERENT,
        line: "`WSGIPythonHashSeed Random`",
        seen: &[[
            "config/WSGIPythonHashSeed Random",
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
