//! Directives about interpreters, for all or within `<WSGIInterpreterOptions>`.

use crate::config::directive::{Apply, Directive, Scope, Takes};
use crate::config::interpreter::{
    self, Block, Guard, Interpreters, Isolation, Reload, ReloadPolicy,
};
use crate::config::{number, value};

pub(super) const ROWS: &[Directive] = &[
    Directive {
        name: c"ClutchConcurrency",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "NUMBER",
        default: "0",
        summary: c"How many requests of an application group run at once in a process; 0: as many as there are threads. Others wait, see ClutchQueue.",
        apply: Apply::Interpreter(|says, args| {
            says.concurrency = Some(number::whole(args.only(), 0, u32::MAX)?);
            Ok(())
        }),
    },
    Directive {
        name: c"ClutchDrainTimeout",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "SECONDS",
        default: "30",
        summary: c"How long the running requests of a replaced interpreter may take, and then its threads and exit functions. What does not end by then is left as it is.",
        apply: Apply::Interpreter(|says, args| {
            says.drain_timeout = Some(number::seconds(args.only())?);
            Ok(())
        }),
    },
    Directive {
        name: c"ClutchGuard",
        scope: Scope::Main,
        takes: Takes::OneOrMore,
        syntax: "off|log|deny [EVENT...]",
        default: "off",
        summary: c"What happens when an application reaches beyond its interpreter, to what all applications of the process share: nothing, a line in the log, or an exception as well. A fence against accidents, no security boundary. Events: chdir, umask, environ, signal, fork, exec, spawn, identity, kill, switchinterval, rlimit, dlopen; without names, all of them.",
        apply: Apply::Interpreter(|says, args| {
            says.guard = Some(Guard::parse(args.words)?);
            Ok(())
        }),
    },
    Directive {
        name: c"ClutchIdleTimeout",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "SECONDS",
        default: "0",
        summary: c"After how long without a request the interpreters of an application group are ended; 0: never. The next request makes a new one.",
        apply: Apply::Interpreter(|says, args| {
            says.idle_timeout = Some(number::seconds(args.only())?);
            Ok(())
        }),
    },
    Directive {
        name: c"ClutchInterpreters",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "NUMBER|auto",
        default: "1",
        summary: c"How many interpreters with a GIL of their own serve an application group in one process, from 1 to 64; auto: as many as there are processors.",
        apply: Apply::Interpreter(|says, args| {
            says.interpreters = Some(Interpreters::parse(args.only())?);
            Ok(())
        }),
    },
    Directive {
        name: c"ClutchIsolation",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "auto|own-gil|shared-gil|process",
        default: "shared-gil",
        summary: c"What the interpreters of an application group share with others of the process. auto: a GIL of their own where the Python and the extension modules allow it.",
        apply: Apply::Interpreter(|says, args| {
            says.isolation = Some(Isolation::parse(args.only())?);
            Ok(())
        }),
    },
    Directive {
        name: c"ClutchMaxRequests",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "NUMBER",
        default: "0",
        summary: c"After how many requests an interpreter is replaced, without anybody waiting; 0: never.",
        apply: Apply::Interpreter(|says, args| {
            says.max_requests = Some(number::whole(args.only(), 0, u32::MAX)?);
            Ok(())
        }),
    },
    Directive {
        name: c"ClutchPythonHome",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "DIRECTORY",
        default: "the packages of the process",
        summary: c"The virtual environment, by its absolute path, whose packages an application group sees. It must be of the Python version of the process.",
        apply: Apply::Interpreter(|says, args| {
            says.python_home = Some(interpreter::absolute_directory(args.only())?);
            Ok(())
        }),
    },
    Directive {
        name: c"ClutchQueue",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "NUMBER",
        default: "0",
        summary: c"How many requests of an application group may wait when as many run as ClutchConcurrency lets; others get status 503.",
        apply: Apply::Interpreter(|says, args| {
            says.queue = Some(number::whole(args.only(), 0, u32::MAX)?);
            Ok(())
        }),
    },
    Directive {
        name: c"ClutchQueueTimeout",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "SECONDS",
        default: "10",
        summary: c"How long a request may wait for its turn; then it gets status 504.",
        apply: Apply::Interpreter(|says, args| {
            says.queue_timeout = Some(number::seconds(args.only())?);
            Ok(())
        }),
    },
    Directive {
        name: c"ClutchReload",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "off|script|group|modules",
        default: "script",
        summary: c"What makes new code of an application run: only a restart; a changed script, executed again in the same interpreter; a changed script, in a new interpreter; or a change of any imported source file, in a new interpreter. Where WSGIScriptReloading is Off, nothing does.",
        apply: Apply::Interpreter(|says, args| {
            says.reload = Some(Reload::parse(args.only())?);
            Ok(())
        }),
    },
    Directive {
        name: c"ClutchReloadPolicy",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "fresh|seamless",
        default: "fresh",
        summary: c"Who waits for a new interpreter: the first request after the change, or nobody, so that the old code serves until the new one has been loaded.",
        apply: Apply::Interpreter(|says, args| {
            says.reload_policy = Some(ReloadPolicy::parse(args.only())?);
            Ok(())
        }),
    },
    Directive {
        name: c"ClutchRequestTimeout",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "SECONDS",
        default: "0",
        summary: c"How long a request may run; 0 is no limit. mod_wsgi.RequestTimeout is raised in its thread then, and the request gets status 504.",
        apply: Apply::Interpreter(|says, args| {
            says.request_timeout = Some(number::seconds(args.only())?);
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIFreeThreading",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "On|Off",
        default: "Off",
        summary: c"Whether a free-threaded build of Python stays without a GIL. Has no effect on other builds, nor in a block that names an application group.",
        apply: Apply::Interpreter(|says, args| {
            says.free_threading = Some(value::on_off(args.only())?);
            Ok(())
        }),
    },
    Directive {
        name: c"<WSGIInterpreterOptions",
        scope: Scope::Main,
        takes: Takes::Line,
        syntax: "[process-group=NAME] [application-group=NAME]>",
        default: "none",
        summary: c"A block of words about interpreters, for those of the process group and of the application group named; without a name, for those of any. %{GLOBAL} is httpd's own processes, and the main interpreter. For each word the block that names more is stronger, of equals the later one; the words of the main server are the weakest. WSGIPythonPath adds up: the directories of stronger blocks come first. A directive that is not about interpreters has the effect that it has outside of the block.",
        apply: Apply::Block(Block::parse),
    },
    Directive {
        name: c"WSGIPerInterpreterGIL",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "On|Off|Auto",
        default: "Off",
        summary: c"Whether each interpreter but the main one has a GIL of its own, where the Python can do that. ClutchIsolation is stronger.",
        apply: Apply::Interpreter(|says, args| {
            says.per_interpreter_gil = Some(Isolation::parse_switch(args.only())?);
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIPythonPath",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "DIRECTORY[:DIRECTORY...]",
        default: "none",
        summary: c"Directories for the front of sys.path. Their .pth files are read.",
        apply: Apply::Interpreter(|says, args| {
            says.python_path = Some(args.only().into());
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIRestrictSignal",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "On|Off",
        default: "On",
        summary: c"Whether an application's signal handlers are ignored, with a line in the log.",
        apply: Apply::Interpreter(|says, args| {
            says.restrict_signal = Some(value::on_off(args.only())?);
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIRestrictStdin",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "On|Off",
        default: "Off",
        summary: c"Whether any use of sys.stdin raises an exception.",
        apply: Apply::Interpreter(|says, args| {
            says.restrict_stdin = Some(value::on_off(args.only())?);
            Ok(())
        }),
    },
    Directive {
        name: c"WSGIRestrictStdout",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "On|Off",
        default: "Off",
        summary: c"Whether any use of sys.stdout raises an exception. Otherwise what is printed goes to the error log.",
        apply: Apply::Interpreter(|says, args| {
            says.restrict_stdout = Some(value::on_off(args.only())?);
            Ok(())
        }),
    },
    Directive {
        name: c"WSGISwitchInterval",
        scope: Scope::Main,
        takes: Takes::One,
        syntax: "SECONDS",
        default: "Python's own",
        summary: c"How long a thread keeps the GIL while others wait for it, above 0. In a block that names an application group it needs an interpreter with a GIL of its own.",
        apply: Apply::Interpreter(|says, args| {
            says.switch_interval = Some(number::switch_interval(args.only())?);
            Ok(())
        }),
    },
];
