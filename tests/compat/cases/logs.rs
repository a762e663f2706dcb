//! What applications log: streams, `print`, `logging`; and where it goes.

use crate::case::{Case, Group, get, run};
use clutch_tests::support::app;

/// The groups.
pub(crate) fn groups() -> Vec<Group> {
    let streams = Group::serving("streams", app::RUNNING).cases(streams());
    let module = Group::new("module-output", "WSGIScriptAlias /s/ ${APP}/")
        .script("print.wsgi", &module_script("print('app: print')"))
        .script("fragment.wsgi", &module_script("print('app: fragment', end='')"))
        .script("errors.wsgi", &module_script("import sys\nsys.stderr.write('app: stderr\\n')"))
        .script("log.wsgi", &module_script("import logging\nlogging.warning('app: root')"))
        .script("thread.wsgi", &module_script("import threading\nthread = threading.Thread(target=print, args=('app: thread',))\nthread.start()\nthread.join()"))
        .cases(["print", "fragment", "errors", "log", "thread"].map(|name| get(&format!("/s/{name}.wsgi"))));
    let levels = ["debug", "info", "warn", "error", "crit"]
        .into_iter()
        .flat_map(|level| handler(level).in_both_modes());
    [
        streams.in_both_modes(),
        module.in_both_modes(),
        levels.collect(),
    ]
    .concat()
}

fn module_script(statements: &str) -> String {
    format!(
        "{statements}\ndef application(environ, start_response):\n    start_response('200 OK', [('Content-Length', '1')])\n    return [b'x']\n"
    )
}

/// These statements, and then an answer; `e` is `wsgi.errors`.
fn says(name: &str, statements: &str) -> Case {
    run(
        name,
        &format!(
            "e = environ['wsgi.errors']\n{statements}\nok(('Content-Length', '1'))\nreturn [b'x']"
        ),
    )
}

fn streams() -> Vec<Case> {
    vec![
        says("a line", "e.write('app: one\\n')"),
        says("print", "print('app: one')"),
        says("print to the errors", "print('app: one', file=e)"),
        says("print to stderr", "print('app: one', file=sys.stderr)"),
        says("a line without an end", "e.write('app: one')"),
        says("two lines at once", "e.write('app: one\\napp: two\\n')"),
        says(
            "a line and a fragment",
            "e.write('app: one\\napp: two')\ne.write(' app: three')",
        ),
        says(
            "fragments",
            "e.write('app: ')\ne.write('one')\ne.write('\\n')",
        ),
        says(
            "fragments of several streams",
            "e.write('app: ')\nsys.stdout.write('one ')\nsys.stderr.write('two\\n')",
        ),
        says(
            "flush",
            "e.write('app: one')\ne.flush()\ne.write('app: two')",
        ),
        says("an empty line", "e.write('app: one\\n\\napp: two\\n')"),
        says("writelines", "e.writelines(['app: one\\n', 'app: two\\n'])"),
        says("a return", "e.write('app: one\\rapp: two\\n')"),
        says("return and line feed", "e.write('app: one\\r\\n')"),
        says("non-ASCII", "e.write('app: caf\u{e9} \u{20ac}\\n')"),
        says("surrogates", "e.write('app: \\udc80\\n')"),
        says("control characters", "e.write('app: \\x07\\t\\x1b[0m\\n')"),
        says("NUL", "e.write('app: a\\0b\\n')"),
        says("a percent", "e.write('app: 100%s %d\\n')"),
        says("a long line", "e.write('app: ' + 'x' * 9000 + '\\n')"),
        says(
            "bytes",
            "try:\n    e.write(b'app: one')\nexcept TypeError as error:\n    print('app: TypeError')",
        ),
        says(
            "a number",
            "try:\n    e.write(5)\nexcept TypeError as error:\n    print('app: TypeError')",
        ),
        says("what write gives", "print('app:', e.write('app: four'))"),
        says(
            "bytes to the buffer",
            "sys.stdout.buffer.write(b'app: one\\napp: two')\nsys.stdout.buffer.write(b' three\\n')",
        ),
        says(
            "close, then write",
            "e.close()\ntry:\n    print('app: late', file=e)\nexcept Exception as error:\n    sys.__stderr__.flush()",
        ),
        says(
            "from a thread",
            "import threading\nthread = threading.Thread(target=print, args=('app: thread',))\nthread.start()\nthread.join()",
        ),
        says(
            "a warning",
            "import warnings\nwarnings.warn('app: a warning')",
        ),
        says(
            "a traceback of its own",
            "import traceback\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    traceback.print_exc(limit=0)\n    print('app: done')",
        ),
        says(
            "logging without set-up",
            "import logging\nlogging.getLogger('mine').error('app: %s', 'error')",
        ),
        says(
            "logging to stderr",
            "import logging\nhandler = logging.StreamHandler()\nlogger = logging.getLogger('stream')\nlogger.addHandler(handler)\nlogger.propagate = False\nlogger.warning('app: warned')\nlogger.removeHandler(handler)",
        ),
        run(
            "kept after the request",
            "import builtins\nbuiltins.kept = environ['wsgi.errors']\nok(('Content-Length', '1'))\nreturn [b'x']",
        ),
        says(
            "written after its request",
            "import builtins\ntry:\n    builtins.kept.write('app: late\\n')\nexcept Exception as error:\n    print('app:', type(error).__name__)",
        ),
        says(
            "flushed after its request",
            "import builtins\ntry:\n    builtins.kept.flush()\n    print('app: flushed')\nexcept Exception as error:\n    print('app:', type(error).__name__)",
        ),
    ]
}

/// `mod_wsgi.LogHandler` under a `LogLevel`.
fn handler(level: &str) -> Group {
    let logs = |name: &str, statements: &str| {
        run(
            name,
            &format!(
                "import logging, mod_wsgi\nlogger = logging.getLogger('app')\nlogger.setLevel(1)\nlogger.propagate = False\n\
                 handler = mod_wsgi.LogHandler()\nlogger.handlers[:] = [handler]\n{statements}\nok(('Content-Length', '1'))\nreturn [b'x']"
            ),
        )
    };
    Group::serving(&format!("handler-{level}"), app::RUNNING)
        .config(&format!("LogLevel warn wsgi:{level}"))
        .cases([
            logs("each level", "for level in (1, 10, 15, 20, 25, 30, 35, 40, 45, 50, 60):\n    logger.log(level, 'app: level %d', level)"),
            logs("lines", "logger.error('app: one\\napp: two\\n')"),
            logs("empty lines", "logger.error('app: one\\n\\napp: two')"),
            logs("a formatter", "handler.setFormatter(logging.Formatter('app: %(levelname)s %(message)s'))\nlogger.warning('formatted')"),
            logs("an exception", "try:\n    1 / 0\nexcept ZeroDivisionError:\n    logger.error('app: failed', exc_info=True)\n    print('app: end')"),
            logs("non-ASCII", "logger.error('app: caf\u{e9} \u{20ac}')"),
            logs("from a thread", "import threading\nthread = threading.Thread(target=logger.error, args=('app: thread',))\nthread.start()\nthread.join()"),
            logs("is it enabled", "print('app:', handler.level, isinstance(handler, logging.Handler))"),
        ])
}
