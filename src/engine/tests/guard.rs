//! What a guard denies, logs and leaves alone, in a real Python.

mod support;

use ffi_engine::Slice;
use ffi_engine::abi::{GroupPlan, Guard, List};
use support::{App, plan_for, server_log};

fn guarded(guard: Guard, events: &'static [Slice<'static>]) -> GroupPlan<'static> {
    GroupPlan {
        guard,
        guard_events: List::new(events),
        ..GroupPlan::DEFAULT
    }
}

/// An application that does `deeds`, lines of Python, one by one, and answers with those that were denied.
fn doing(group: &'static str, deeds: &str) -> App {
    App::new(
        group,
        &format!(
            "
import ctypes, os, posix, subprocess, sys, _posixsubprocess
DEEDS = '''{deeds}'''.strip().splitlines()
def application(environ, start_response):
    start_response('200 OK', [])
    denied = []
    for deed in DEEDS:
        try:
            exec(compile(deed, __file__, 'exec'))
        except PermissionError as error:
            assert 'ClutchGuard' in str(error), error
            denied.append(deed.strip())
    return ['\\n'.join(denied).encode()]
"
        ),
    )
}

const REACHING: &str = "
os.chdir(os.getcwd())
os.umask(0o22)
os.setuid(os.getuid())
os.nice(0)
sys.setswitchinterval(sys.getswitchinterval())
os.kill(os.getpid(), 0)
subprocess.run(['/bin/true'])
posix.putenv(b'GUARD_OF_TESTS', b'1')
ctypes.CDLL('libc.so.6')";

#[test]
fn a_guard_denies_what_reaches_beyond_its_interpreter_and_no_other() {
    plan_for("denied", guarded(Guard::Deny, &[]));
    let apps = [doing("denied", REACHING), doing("unguarded", REACHING)];
    for _ in 0..2 {
        assert_eq!(apps[0].get().1.text(), REACHING.trim());
        assert_eq!(apps[1].get().1.text(), "");
    }
}

#[test]
fn a_guard_denies_only_the_events_it_names() {
    static EVENTS: [Slice<'static>; 2] = [Slice::new(b"chdir"), Slice::new(b"umask")];
    plan_for("named", guarded(Guard::Deny, &EVENTS));
    let app = doing("named", REACHING);
    assert_eq!(app.get().1.text(), "os.chdir(os.getcwd())\nos.umask(0o22)");
}

#[test]
fn what_stays_in_the_interpreter_is_not_denied() {
    plan_for("private", guarded(Guard::Deny, &[]));
    let app = doing(
        "private",
        "
os.environ['GUARD_OF_TESTS'] = '1'
del os.environ['GUARD_OF_TESTS']
os.putenv('GUARD_OF_TESTS', '1')
ctypes.PyDLL(None)
os.getcwd()
open('/dev/null').close()",
    );
    assert_eq!(app.get().1.text(), "");
}

#[test]
fn each_place_is_logged_once_with_the_applications_file_and_line() {
    plan_for("logged", guarded(Guard::Log, &[]));
    let app = App::new(
        "logged",
        "import os, subprocess
def application(environ, start_response):
    start_response('200 OK', [])
    os.chdir(os.getcwd())
    subprocess.run(['/bin/true'])
    return []
",
    );
    let log = app.get().1.log() + &app.get().1.log();
    for (line, event) in [(4, "os.chdir"), (5, "subprocess.Popen")] {
        let told = format!("does {event} at {}:{line}", app.path.display());
        assert_eq!(log.matches(&told).count(), 1, "{log}");
    }
    assert_eq!(log.matches("CLUTCH0013").count(), 2, "{log}");
}

#[test]
fn programs_that_are_started_without_an_event_of_pythons_are_denied() {
    plan_for("spawning", guarded(Guard::Deny, &[]));
    let app = doing("spawning", "_posixsubprocess.fork_exec()");
    assert_eq!(app.get().1.text(), "_posixsubprocess.fork_exec()");
}

#[test]
fn without_a_guard_functions_are_pythons_own() {
    let app = App::new(
        "off",
        "import os, posix, sys
def application(environ, start_response):
    start_response('200 OK', [])
    functions = posix.umask, os.umask, os.nice, os._exit, sys.setswitchinterval
    return [repr({type(one).__name__ for one in functions}).encode()]
",
    );
    let (_, memory) = app.get();
    assert_eq!(
        memory.text(),
        "{'builtin_function_or_method'}",
        "{:?}",
        server_log()
    );
}
