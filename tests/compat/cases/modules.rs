//! What an interpreter looks like from within: `sys`, `mod_wsgi`, `apache`, the script as a module, threads, signals.

use crate::case::{Case, Group, evals, get};
use clutch_tests::support::app;

/// The groups.
pub(crate) fn groups() -> Vec<Group> {
    let sub = Group::serving("modules", app::EVALUATING).cases(attributes());
    let main = Group::serving("modules-main", app::EVALUATING)
        .config("WSGIApplicationGroup %{GLOBAL}")
        .cases(attributes());
    let environments = Group::new(
        "interpreters",
        "WSGIScriptAlias /main ${APP}/app.wsgi application-group=%{GLOBAL}\nWSGIScriptAlias /a ${APP}/app.wsgi application-group=a\n\
         WSGIScriptAlias /b ${APP}/app.wsgi application-group=b\n",
    )
    .script("app.wsgi", COUNTING)
    .cases([get("/main"), get("/a"), get("/a/again"), get("/b"), get("/main/again"), get("/a/last")]);
    [
        sub.in_both_modes(),
        main.in_both_modes(),
        configured().in_both_modes(),
        vec![environments, paths(), daemon_paths(), optimised()],
    ]
    .concat()
}

/// Counts its calls in a module of its interpreter, and in the environment of the process.
const COUNTING: &str = r#"
import sys, builtins, threading
local = threading.local()
def application(environ, start_response):
    builtins.calls = [*getattr(builtins, 'calls', []), environ['PATH_INFO']]
    body = repr((builtins.calls, __name__ in sys.modules, __file__.rsplit('/', 1)[-1], environ['mod_wsgi.application_group'])).encode()
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
    return [body]
"#;

fn attributes() -> Vec<Case> {
    evals(&[
        "sys.argv",
        "sys.flags.optimize, sys.flags.dont_write_bytecode, sys.flags.isolated, sys.flags.utf8_mode",
        "sys.warnoptions",
        "sys.stdin is sys.__stdin__",
        "type(sys.stdout).__mro__[-2].__name__, sys.stdout.encoding, sys.stdout.errors, sys.stdout.line_buffering",
        "sys.stderr.isatty(), sys.stdout.isatty()",
        "sys.stdout.fileno()",
        "sys.stderr.writable(), sys.stderr.readable(), sys.stderr.seekable()",
        "sys.stdout.name, sys.stderr.name, environ['wsgi.errors'].name",
        "environ['wsgi.errors'].encoding, environ['wsgi.errors'].errors, environ['wsgi.errors'].closed",
        "environ['wsgi.errors'].write('')",
        "environ['wsgi.errors'].write(b'bytes')",
        "environ['wsgi.errors'].writelines([])",
        "environ['wsgi.errors'].flush()",
        "environ['wsgi.errors'].fileno()",
        "environ['wsgi.errors'].read()",
        "hasattr(environ['wsgi.errors'], 'buffer')",
        "sys.executable.rsplit('/', 1)[-1] if sys.executable else sys.executable",
        "sys.getswitchinterval()",
        "__import__('signal').getsignal(2), __import__('signal').getsignal(15)",
        "__import__('signal').signal(10, lambda *_: None) is not None",
        "__import__('signal').signal(10)",
        "__name__[:10], len(__name__)",
        "__file__",
        "__package__, __doc__",
        "type(__loader__).__name__, type(__spec__).__name__",
        "type(__mtime__).__name__",
        "__name__ in sys.modules",
        "sys.modules[__name__].__dict__ is globals()",
        "'apache' in sys.modules, 'mod_wsgi' in sys.modules",
        "sorted(name for name in dir(__import__('apache')) if not name.startswith('_'))",
        "__import__('apache').mpm_name, __import__('apache').maximum_processes, __import__('apache').threads_per_process",
        "__import__('apache').version[:2]",
        "type(__import__('apache').build_date).__name__",
        "sorted(name for name in dir(__import__('mod_wsgi')) if not name.startswith('_'))",
        "__import__('mod_wsgi').version",
        "__import__('mod_wsgi').process_group, __import__('mod_wsgi').application_group",
        "__import__('mod_wsgi').maximum_processes, __import__('mod_wsgi').threads_per_process",
        "__import__('mod_wsgi').FileWrapper is environ['wsgi.file_wrapper']",
        "__import__('mod_wsgi').RequestTimeout.__mro__",
        "__import__('mod_wsgi').RequestTimeout.__doc__ is not None",
        "__import__('mod_wsgi').LogHandler.__mro__",
        "__import__('mod_wsgi').__spec__, __import__('mod_wsgi').__loader__, __import__('mod_wsgi').__package__, __import__('mod_wsgi').__doc__",
        "hasattr(__import__('mod_wsgi'), '__file__'), hasattr(__import__('mod_wsgi'), '__path__')",
        "__import__('mod_wsgi').event_callbacks, __import__('mod_wsgi').shutdown_callbacks, __import__('mod_wsgi').signal_callbacks",
        "__import__('mod_wsgi').subscribe_events(len) is len, __import__('mod_wsgi').event_callbacks.pop()",
        "__import__('mod_wsgi').subscribe_shutdown(5)",
        "__import__('mod_wsgi').shutdown_callbacks.pop()",
        "__import__('mod_wsgi').subscribe_events()",
        "__import__('mod_wsgi').subscribe_events(callback=len)",
        "__import__('mod_wsgi').request_data()",
        "__import__('mod_wsgi').request_data() is __import__('mod_wsgi').request_data()",
        "__import__('mod_wsgi').request_data() is __import__('mod_wsgi').active_requests[environ['mod_wsgi.request_id']]",
        "list(__import__('mod_wsgi').active_requests) == [environ['mod_wsgi.request_id']]",
        "__import__('mod_wsgi').request_data(1)",
        "__import__('mod_wsgi').server_metrics()",
        "__import__('mod_wsgi').request_metrics()",
        "__import__('importlib').reload(__import__('mod_wsgi'))",
        "__import__('threading').current_thread() is __import__('threading').main_thread()",
        "type(__import__('threading').current_thread()).__name__",
        "__import__('threading').current_thread().daemon",
        "type(start_response).__name__, type(start_response.__self__).__name__",
        "start_response.__self__.ssl_is_https()",
        "start_response.__self__.ssl_var_lookup('HTTPS')",
        "start_response.__self__.ssl_var_lookup(b'HTTPS')",
        "start_response.__self__.ssl_var_lookup(5)",
        "start_response.__self__.ssl_var_lookup(chr(8364))",
        "start_response.__self__.ssl_var_lookup()",
        "repr(environ['wsgi.file_wrapper']), environ['wsgi.file_wrapper'].__name__",
        "type(environ) is dict",
        "environ['wsgi.multithread'], environ['wsgi.multiprocess'], environ['wsgi.run_once']",
        "'' in sys.path, os.path.dirname(__file__) in sys.path",
        "sys.path_hooks != [], sys.meta_path != []",
        "os.getcwd()",
        "os.environ.get('MINE')",
        "os.getuid() == os.geteuid()",
        "sys.getfilesystemencoding(), sys.getdefaultencoding()",
        "__import__('locale').setlocale(0)",
        "__import__('asyncio').run(__import__('asyncio').sleep(0, 'slept'))",
        "__import__('decimal').Decimal('1.5'), __import__('datetime').date(2000, 1, 1)",
        "__import__('json').dumps({'a': [1]})",
        "[thread.join() for thread in [__import__('threading').Thread(target=print)] if thread.start() is None]",
        "exit",
        "__builtins__ is not None",
    ])
}

/// Directives that set something up.
fn configured() -> Group {
    Group::serving("configured", app::EVALUATING)
        .config(
            "WSGIPythonOptimize 1\nWSGIDontWriteBytecode On\nWSGIPythonWarnings ignore::DeprecationWarning\nWSGIPythonWarnings error::BytesWarning\n\
             WSGISwitchInterval 0.01\nWSGIRestrictStdin On\nWSGIRestrictStdout On\nWSGIRestrictSignal Off\nWSGIPythonHashSeed 42",
        )
        .cases(evals(&[
            "sys.flags.optimize, sys.flags.dont_write_bytecode",
            "sys.warnoptions",
            "sys.getswitchinterval()",
            "sys.stdin",
            "sys.stdin.read()",
            "sys.stdout.write('x')",
            "sys.stdout.name",
            "print('x')",
            "type(sys.stdout).__name__",
            "hash('a')",
            "sys.flags.hash_randomization",
            "type(__import__('signal').signal).__name__",
            "sys.stderr.write('')",
        ]))
}

fn paths() -> Group {
    Group::serving("python-path", app::EVALUATING)
        .config(
            "WSGIPythonPath ${ROOT}/lib:${ROOT}/more\nWSGIPythonEggs ${OUT}/eggs\n\
             <WSGIInterpreterOptions application-group=special>\nWSGIPythonPath ${ROOT}/special\n</WSGIInterpreterOptions>\n\
             <Location /special>\nWSGIApplicationGroup special\n</Location>",
        )
        .file("lib/found.py", "HERE = 'lib'\n")
        .file("lib/paths.pth", "../more/deep\n")
        .file("more/deep/found_deep.py", "HERE = 'deep'\n")
        .file("special/found.py", "HERE = 'special'\n")
        .cases(evals(&[
            "__import__('found').HERE",
            "__import__('found_deep').HERE",
            "[path for path in sys.path if os.path.dirname(os.path.dirname(__file__)) in path]",
            "os.environ['PYTHON_EGG_CACHE']",
        ]))
        .cases([get(&app::target("[path for path in sys.path if os.path.dirname(os.path.dirname(__file__)) in path]").replacen('/', "/special", 1))])
}

fn daemon_paths() -> Group {
    Group::serving("daemon-path", app::EVALUATING)
        .config(
            "WSGISocketPrefix ${ROOT}/run/wsgi\nWSGIPythonPath ${ROOT}/not-this\nWSGIRestrictEmbedded On\n\
             WSGIDaemonProcess path python-path=${ROOT}/lib:${ROOT}/more home=${ROOT}/out lang=C.UTF-8 locale=C.UTF-8 umask=0027 processes=1 \
             threads=3 maximum-requests=0 display-name=%{GROUP}\n\
             WSGIProcessGroup path",
        )
        .file("lib/found.py", "HERE = 'lib'\n")
        .cases(evals(&[
            "__import__('found').HERE",
            "[path for path in sys.path if os.path.dirname(os.path.dirname(__file__)) in path]",
            "os.getcwd()",
            "os.environ['LANG'], os.environ['LC_ALL']",
            "__import__('locale').setlocale(0)",
            "os.umask(0o027)",
            "environ['wsgi.multithread'], environ['wsgi.multiprocess'], environ['wsgi.run_once']",
            "__import__('mod_wsgi').maximum_processes, __import__('mod_wsgi').threads_per_process",
            "os.environ['HOME'] != '', 'USER' in os.environ",
            "__import__('pwd').getpwuid(os.getuid()).pw_name",
            "os.getgroups()",
        ]))
}

fn optimised() -> Group {
    Group::serving(
        "asserts",
        "def application(environ, start_response):\n    'text'\n    body = repr((__debug__, application.__doc__)).encode()\n    \
         start_response('200 OK', [('Content-Length', str(len(body)))])\n    return [body]\n",
    )
    .config("WSGIPythonOptimize 2")
    .cases([get("/")])
}
