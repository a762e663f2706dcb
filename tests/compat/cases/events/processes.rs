//! What interpreters are told of their process: signals, and why it stops.

use std::time::Duration;

use crate::case::{Case, Group, Step, get, gets, steps};
use clutch_tests::support::{Request, app};

/// Writes what it is told to a file. `/told?3` answers with it once there are three lines, of all interpreters.
const TELLING: &str = r#"
import atexit, mod_wsgi, os, time
from urllib.parse import unquote
FILE = os.path.join(os.path.dirname(os.path.dirname(__file__)), 'out', 'told')
GROUP = mod_wsgi.application_group or 'main'
def tell(text):
    with open(FILE, 'a') as file:
        file.write('%s: %s\n' % (GROUP, text))
def teller(of):
    return lambda name, **event: name.startswith('process') and tell('%s %s %r' % (of, name, sorted(event.items())))
mod_wsgi.subscribe_shutdown(teller('shutdown'))
mod_wsgi.subscribe_signals(teller('signals'))
mod_wsgi.subscribe_events(teller('events'))
atexit.register(tell, 'atexit')
calls = 0
def lines():
    # mod_wsgi tells some of it twice at times.
    return list(dict.fromkeys(open(FILE).read().splitlines())) if os.path.exists(FILE) else []
def application(environ, start_response):
    global calls
    calls += 1
    path, query, body = environ['PATH_INFO'], unquote(environ['QUERY_STRING']), b'x'
    if path == '/told':
        until = time.time() + 5
        while len(lines()) < int(query.split('&')[0]) and time.time() < until:
            time.sleep(0.02)
        body = '\n'.join(sorted(lines(), key=lambda line: line.split(':')[0])).encode()
        if os.path.exists(FILE):
            os.remove(FILE)
    elif path == '/kill':
        os.kill(os.getpid(), int(query))
    elif path == '/run':
        exec(query, globals())
    elif path == '/calls':
        body = repr((calls, GROUP)).encode()
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
    return [body]
"#;

// Not the main interpreter: beside others, mod_wsgi at times takes the one that the thread has used last for it.
const MORE: &str =
    "WSGIApplicationGroup one\n<Location /more>\nWSGIApplicationGroup more\n</Location>";

/// The groups.
pub(super) fn groups() -> Vec<Group> {
    let ends = |name: &str, statements: &str| {
        Group::serving(name, TELLING)
            .config("WSGIApplicationGroup %{GLOBAL}")
            .cases([get(&format!("/run{}", &app::target(statements)[1..]))])
            .and_its_end()
    };
    let kept = ends("ends-kept", "calls").config("WSGIDestroyInterpreter Off");
    let others = "mod_wsgi.shutdown_callbacks[:] = [lambda: None, 5, lambda name, **event: 1 / 0, teller('last')]";
    [
        ends("ends", "calls").in_both_modes(),
        ends("ends-failing", others).in_both_modes(),
        ends(
            "ends-nothing",
            "mod_wsgi.shutdown_callbacks.clear()\nmod_wsgi.event_callbacks.clear()",
        )
        .in_both_modes(),
        kept.in_both_modes(),
        vec![
            signals(),
            limits(),
            changed(),
            timed("idle@daemon", "inactivity-timeout=1"),
            timed("interval@daemon", "restart-interval=2"),
            daemon("evicted@daemon", "eviction-timeout=5 graceful-timeout=3").cases(killed(10, 3)),
        ],
    ]
    .concat()
}

/// A group of one daemon process with these options.
fn daemon(name: &str, options: &str) -> Group {
    Group::serving(name, TELLING).config(MORE).config(&format!(
        "WSGISocketPrefix ${{ROOT}}/run/wsgi\nWSGIDaemonProcess told threads=3 {options}\nWSGIProcessGroup told\nWSGIRestrictEmbedded On"
    ))
}

/// A signal to the process, and what was told of it.
fn killed(number: u8, count: u8) -> [Case; 3] {
    [
        get(&format!("/kill?{number}")),
        get(&format!("/told?{count}&{number}")),
        get(&format!("/calls?{number}")),
    ]
}

fn signals() -> Group {
    daemon("signals@daemon", "")
        .config("WSGIScriptAlias /more ${APP}/app.wsgi")
        .cases(gets(&["/more", "/calls"]))
        .cases(
            [
                killed(1, 4),
                killed(12, 4),
                killed(15, 6),
                killed(10, 3),
                killed(2, 3),
                killed(24, 3),
            ]
            .concat(),
        )
}

fn limits() -> Group {
    daemon("requests@daemon", "maximum-requests=3")
        .cases(gets(&["/", "/?2", "/?3", "/told?3", "/calls"]))
}

/// A process that ends after a time, when it has nothing to do.
fn timed(name: &str, options: &str) -> Group {
    let later = vec![
        Step::Wait(Duration::from_millis(4500)),
        Step::Send(Request::get("/told?0").bytes()),
    ];
    daemon(name, options).cases([get("/"), steps("after a time", "GET", later)])
}

fn changed() -> Group {
    let bytes = Request::get("/").bytes();
    let step = Step::Write("app.wsgi", format!("{TELLING}\n"));
    daemon("changed@daemon", "").cases([
        get("/"),
        steps("the script changes", "GET", vec![step, Step::Send(bytes)]),
        get("/told?3"),
        get("/calls"),
    ])
}
