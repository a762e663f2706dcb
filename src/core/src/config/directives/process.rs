//! Directives about whole processes.

use crate::config::directive::{Apply, Directive, Scope, Takes};
use crate::config::number;
use crate::config::server::EngineChoice;
use crate::config::value;

pub(super) const ROWS: &[Directive] = &[
    Directive {
        name: c"ClutchEngine",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "VERSION|FILE",
        default: "the engine for the Python of WSGIPythonHome, else the newest beside the module",
        summary: c"The Python engine that httpd's processes open: a Python version such as 3.14, or the absolute path of an engine file.",
        apply: Apply::Server(|server, args| {
            server.engine = Some(EngineChoice::parse(args.only())?);
            Ok(())
        }),
    },
    switch!(
        c"WSGICaseSensitivity",
        Main,
        Server.case_sensitivity,
        "On",
        c"Whether script paths that differ only in case are different scripts."
    ),
    switch!(
        c"WSGIDestroyInterpreter",
        Main,
        Server.destroy_interpreter,
        "On",
        c"Whether interpreters are ended, and their atexit functions called, when a process ends."
    ),
    switch!(
        c"WSGIDontWriteBytecode",
        Main,
        Server.dont_write_bytecode,
        "Off",
        c"Whether Python never writes .pyc files."
    ),
    Directive {
        name: c"WSGIPythonEggs",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "DIRECTORY",
        default: "what PYTHON_EGG_CACHE says in httpd's environment",
        summary: c"Where Python packages unpack files that must be files: PYTHON_EGG_CACHE in os.environ of the interpreters in httpd's own processes. Daemon processes have the option python-eggs of WSGIDaemonProcess.",
        apply: Apply::Server(|server, args| {
            server.python_eggs = Some(args.only().into());
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIPythonHashSeed",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "random|NUMBER",
        default: "Python's own: the variable PYTHONHASHSEED, else random",
        summary: c"Seed of Python's string hashes: random, or a number from 0 to 4294967295.",
        apply: Apply::Server(|server, args| {
            server.hash_seed = Some(value::hash_seed(args.only())?);
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIPythonHome",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "DIRECTORY",
        default: "the Python that the engine was built for",
        summary: c"The Python installation or virtual environment of the applications.",
        apply: Apply::Server(|server, args| {
            server.python_home = Some(args.only().into());
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIPythonOptimize",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "LEVEL",
        default: "0",
        summary: c"Python's optimisation level: 1 removes assertions, 2 removes docstrings too. What is no number counts as 0.",
        apply: Apply::Server(|server, args| {
            server.optimize = Some(value::level(args.only()));
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIPythonWarnings",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "ACTION[:MESSAGE[:CATEGORY[:MODULE[:LINE]]]]",
        default: "none",
        summary: c"A warning filter, as Python's option -W. Each line adds one.",
        apply: Apply::Server(|server, args| {
            server.warnings.push(args.only().into());
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIVerboseDebugging",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "On|Off",
        default: "Off",
        summary: c"Accepted, without effect: LogLevel wsgi:debug shows what happens inside.",
        apply: Apply::Server(|server, args| {
            server.verbose_debugging = Some(value::on_off(args.only())?);
            args.remark(None, "has no effect: LogLevel wsgi:debug shows what happens inside");
            Ok(())
        }),
    },
    switch!(
        c"WSGIRestrictEmbedded",
        Main,
        Server.restrict_embedded,
        "Off",
        c"Whether applications are kept out of httpd's own processes. Requests for them get status 500, and Python is not started there."
    ),
    Directive {
        name: c"ClutchMaxInterpreters",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "NUMBER",
        default: "256",
        summary: c"How many interpreters a process may have besides the main one; 0 is no limit. When there is one too many, the application group that was idle for the longest time gives way, if its interpreters may be ended; else a request for a new group gets status 503.",
        apply: Apply::Server(|server, args| {
            server.max_interpreters = Some(number::whole(args.only(), 0, u32::MAX)?);
            Ok(())
        }),
    },
    Directive {
        name: c"ClutchMaxReplacements",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "NUMBER",
        default: "0",
        summary: c"After how many replaced interpreters a process asks to be replaced itself; 0: when these have kept more than 128 MiB and more than half of its memory.",
        apply: Apply::Server(|server, args| {
            server.max_replacements = Some(number::whole(args.only(), 0, u32::MAX)?);
            Ok(())
        }),
    },
];
