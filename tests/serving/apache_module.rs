//! What applications learn of httpd: the module `apache`, and httpd's record of a request (`WSGIPassApacheRequest`).
use clutch_tests::support::environ::{self, Environ};
use clutch_tests::support::{Httpd, Plan, Request, app, mode, reference};

/// An application that asks httpd's record, through its capsule, and keeps the last one.
const WITH_RECORD: &str = r"
import ctypes
pointer = ctypes.pythonapi.PyCapsule_GetPointer
pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
kept = []
def state():
    try:
        return bool(pointer(kept[-1], None)) if kept else None
    except ValueError:
        return 'closed'
def application(environ, start_response):
    start_response('200 OK', [])
    before, capsule = state(), environ['apache.request_rec']
    kept.append(capsule)
    yield repr((type(capsule).__name__, before, state())).encode()
";

#[test]
fn wsgi_pass_apache_request_shows_the_record_of_a_request_within_httpd_alone() {
    let httpd = Httpd::serving(environ::SCRIPT)
        .config("<Location /with>\nWSGIPassApacheRequest On\n</Location>")
        .start();
    let without = Environ::of(&httpd, &Request::get("/"));
    assert!(!without.has("apache.request_rec"));
    let with = Environ::of(&httpd, &Request::get("/with"));
    assert_eq!(with.has("apache.request_rec"), !mode::is_daemon());
    if !mode::is_daemon() {
        assert_eq!(with.kind("apache.request_rec"), "PyCapsule");
        assert!(
            with.repr("apache.request_rec")
                .contains("capsule object NULL")
        );
    }
}

#[test]
fn the_record_of_a_request_is_closed_when_the_request_is_over() {
    if !mode::embedded_only("daemons have no record of httpd's") {
        return;
    }
    let httpd = Httpd::serving(WITH_RECORD)
        .config("WSGIPassApacheRequest On\nWSGIApplicationGroup %{GLOBAL}")
        .start();
    assert_eq!(httpd.get("/").ok(), "('PyCapsule', None, True)");
    // The reference leaves the pointer, to what is no request any more.
    let before = if reference::is_under_test() {
        "True"
    } else {
        "'closed'"
    };
    assert_eq!(
        httpd.get("/").ok(),
        format!("('PyCapsule', {before}, True)")
    );
}

#[test]
fn the_record_of_a_request_is_not_for_htaccess() {
    let httpd = Plan::new()
        .file("htdocs/.htaccess", "WSGIPassApacheRequest On\n")
        .config("<Directory ${ROOT}/htdocs>\nAllowOverride All\n</Directory>")
        .expects_log("WSGIPassApacheRequest not allowed here")
        .start();
    assert_eq!(httpd.get("/").status, 500);
}

#[test]
fn the_module_apache_says_what_httpd_is() {
    let httpd = Httpd::serving(app::EVALUATING).start();
    let told = |expression: &str| httpd.get(&app::target(expression)).ok().to_owned();
    assert_eq!(told("__import__('apache').version[:2]"), "(2, 4)");
    assert_eq!(
        told("environ['apache.version'] == __import__('apache').version"),
        "True"
    );
    assert!(told("__import__('apache').description").starts_with("'Apache/2.4"));
    let mpm = told("__import__('apache').mpm_name");
    assert!(
        ["'event'", "'worker'", "'prefork'"].contains(&&*mpm),
        "{mpm}"
    );
    assert_eq!(
        told("type(__import__('apache').build_date).__name__"),
        "'str'"
    );
    for name in ["maximum_processes", "threads_per_process"] {
        let least = told(&format!("__import__('apache').{name} >= 1"));
        assert_eq!(least, "True", "{name}");
    }
}

#[test]
fn the_module_apache_has_the_numbers_of_httpd_in_daemons_too() {
    let httpd = Httpd::serving(app::EVALUATING)
        .config("WSGISocketPrefix ${ROOT}/run/wsgi\nWSGIDaemonProcess shop processes=2 threads=3\n<Location /shop>\nWSGIProcessGroup shop\n</Location>")
        .config("<Location /embedded>\nWSGIProcessGroup %{GLOBAL}\n</Location>")
        .start();
    let told = |path: &str, name: &str| {
        let expression = app::target(&format!("__import__('{name}').threads_per_process"));
        httpd
            .get(&expression.replacen('/', path, 1))
            .ok()
            .to_owned()
    };
    assert_eq!(told("/shop", "mod_wsgi"), "3");
    assert_eq!(told("/shop", "apache"), told("/embedded", "apache"));
}

#[test]
fn an_importable_module_apache_is_extended_within_httpd_and_left_alone_in_daemons() {
    let httpd = Httpd::serving(app::EVALUATING)
        .file("lib/apache.py", "mine = 'mine'\n")
        .config("WSGIPythonPath ${ROOT}/lib\nWSGISocketPrefix ${ROOT}/run/wsgi")
        .config("WSGIDaemonProcess shop python-path=${ROOT}/lib\n<Location /shop>\nWSGIProcessGroup shop\n</Location>")
        .config("<Location /embedded>\nWSGIProcessGroup %{GLOBAL}\n</Location>")
        .start();
    let told = |path: &str, expression: &str| {
        let target = app::target(&format!("__import__('apache').{expression}"));
        httpd.get(&target.replacen('/', path, 1)).ok().to_owned()
    };
    assert_eq!(told("/embedded", "mine"), "'mine'");
    assert_eq!(told("/shop", "mine"), "AttributeError");
    for path in ["/embedded", "/shop"] {
        assert_eq!(told(path, "version[0]"), "2", "{path}");
    }
}

#[test]
fn wsgi_python_eggs_is_in_os_environ_of_httpds_own_processes() {
    let script = app::answering("os.environ.get('PYTHON_EGG_CACHE')");
    let httpd = Httpd::serving(&script)
        .config("WSGIPythonEggs ${OUT}/eggs")
        .config("<Location /main>\nWSGIApplicationGroup %{GLOBAL}\n</Location>\n<Location /embedded>\nWSGIProcessGroup %{GLOBAL}\n</Location>")
        .config("WSGISocketPrefix ${ROOT}/run/wsgi\nWSGIDaemonProcess eggs python-eggs=${OUT}/others\n<Location /eggs>\nWSGIProcessGroup eggs\n</Location>")
        .start();
    let eggs = httpd.out("eggs").display().to_string();
    assert_eq!(httpd.get("/embedded").ok(), eggs);
    assert_eq!(
        httpd.get("/eggs").ok(),
        httpd.out("others").display().to_string()
    );
    assert_eq!(httpd.get("/").ok(), eggs);
    assert_eq!(httpd.get("/main").ok(), eggs);
}

#[test]
fn wsgi_verbose_debugging_is_accepted_and_said_to_have_no_effect() {
    let httpd = Httpd::serving(&app::answering("1"))
        .config("LogLevel warn wsgi:info\nWSGIVerboseDebugging On")
        .start();
    assert_eq!(httpd.get("/").ok(), "1");
    if !reference::is_under_test() {
        httpd.wait_for_log("WSGIVerboseDebugging has no effect");
    }
}
