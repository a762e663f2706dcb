//! C code that asks for "the" thread state (`PyGILState_Ensure`), as callbacks of ctypes and many extensions do.

use clutch_tests::support::{Httpd, app, reference};

/// Answers with the groups that callbacks from C saw: one with the interpreter's lock released, one with it held.
const CALLING_BACK: &str = "import ctypes, mod_wsgi
seen = []
def note():
    seen.append(mod_wsgi.application_group)
    return 0
released = ctypes.CFUNCTYPE(ctypes.c_int)(note)
held = ctypes.PYFUNCTYPE(ctypes.c_int)(note)
def application(environ, start_response):
    del seen[:]
    released()
    held()
    start_response('200 OK', [])
    return [repr(seen).encode()]
";

#[test]
fn a_callback_from_c_in_the_main_interpreter_runs_there_on_every_thread() {
    let name = "a_callback_from_c_in_the_main_interpreter_runs_there_on_every_thread";
    if !reference::ours_only(name, "a thread's first interpreter is the callback's") {
        return;
    }
    let httpd = Httpd::with_config(
        "WSGIScriptAlias /other ${APP}/other.wsgi application-group=other\n\
         WSGIScriptAlias / ${APP}/app.wsgi application-group=%{GLOBAL}",
    )
    .script("app.wsgi", CALLING_BACK)
    .script("other.wsgi", &app::answering("1"))
    .workers(4)
    .start();
    // Threads enter the sub-interpreter first, and the main one later.
    for _ in 0..8 {
        assert_eq!(httpd.get("/other").ok(), "1");
    }
    for _ in 0..16 {
        assert_eq!(httpd.get("/").ok(), "['', '']");
    }
}
