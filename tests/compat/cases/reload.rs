//! A script that changes.

use crate::case::{Case, Group, Step, ask, get, steps};
use clutch_tests::support::Request;

/// The groups.
pub(crate) fn groups() -> Vec<Group> {
    [
        vec![changes("reload", ""), replaced().in_daemon()],
        changes("reload-off", "WSGIScriptReloading Off").in_both_modes(),
        hooks().in_both_modes(),
    ]
    .concat()
}

/// A script that answers with its version, and with how often a module of its interpreter was told of a load.
fn version(number: u8) -> String {
    format!(
        "import builtins\nbuiltins.loads = getattr(builtins, 'loads', 0) + 1\nVERSION = {number}\ndef application(environ, start_response):\n    \
         body = ('version %d' % VERSION).encode()\n    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])\n    \
         return [body]\n"
    )
}

/// Writes the script, and asks for it.
fn changed(name: &str, text: &str) -> Case {
    let request = Request::get("/").bytes();
    steps(
        name,
        "GET",
        vec![
            Step::Write("app.wsgi", text.to_owned()),
            Step::Send(request),
        ],
    )
}

fn changes(name: &str, config: &str) -> Group {
    Group::serving(name, &version(1)).config(config).cases([
        get("/"),
        ask("again", &Request::get("/")),
        changed("a new version", &version(2)),
        ask("the new version again", &Request::get("/")),
        changed("one that cannot be compiled", "def application(:\n"),
        changed("the next version", &version(3)),
        changed("one that raises", "raise ValueError('mine')\n"),
        changed("the version after it", &version(4)),
        changed("one without the callable", "VERSION = 5\n"),
        changed("the last version", &version(6)),
        ask("the last version again", &Request::get("/")),
        ask("a POST", &Request::post("/", "body")),
    ])
}

/// In daemons each change is another process, which takes mod_wsgi a while.
fn replaced() -> Group {
    Group::serving("reload", &version(1)).cases([
        get("/"),
        changed("a new version", &version(2)),
        changed("one without the callable", "VERSION = 5\n"),
        changed("the last version", &version(6)),
    ])
}

/// `reload_required`, which a script may have.
fn hooks() -> Group {
    let script = "import os\nimport mod_wsgi\ndef reload_required(path):\n    if os.path.basename(path) == 'app.wsgi' and wanted[0] == 'raise':\n        \
                  raise ValueError('in the hook')\n    return wanted[0] == 'yes'\nwanted = ['no']\nNUMBER = id(wanted)\n\
                  def application(environ, start_response):\n    body = environ['PATH_INFO'].encode()\n    \
                  wanted[0] = environ['PATH_INFO'].strip('/')\n    \
                  start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])\n    return [body]\n";
    Group::serving("reload-hook", script).cases([
        get("/no"),
        get("/raise"),
        get("/yes?1"),
        get("/yes?2"),
        get("/no?2"),
    ])
}
