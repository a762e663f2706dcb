//! `close()` of the returned iterable: exactly once, whatever happened.

use clutch_tests::support::{Httpd, MODULE_ERROR, Plan, Request, app, wait};

/// An iterable that notes each `close()` in `${OUT}/closed`; the rest of the script may use it.
const BODY: &str = r#"
class Body:
    def __init__(self, path, items):
        self.path, self.items = path, iter(items)
    def __iter__(self):
        return self
    def __next__(self):
        item = next(self.items)
        if isinstance(item, Exception):
            raise item
        return item
    def close(self):
        with open(self.path, 'a') as file:
            file.write('x')
"#;

/// Runs each of `cases`, with `mine` as the path for [`BODY`], and demands `calls` of `close()`.
fn check(plan: Plan, cases: &[(&str, &str)], calls: &str) {
    let mut httpd = plan.modules(&["env"]).config("SetEnv out ${OUT}/").start();
    for (number, (method, statements)) in cases.iter().enumerate() {
        let target = app::target(&format!("mine = environ['out'] + '{number}'\n{statements}"));
        let mut client = httpd.connect();
        client.send(Request::new(method, &target).bytes());
        client.until_close();
    }
    httpd.stop();
    for (number, case) in cases.iter().enumerate() {
        assert_eq!(httpd.written(&number.to_string()), calls, "{case:?}");
    }
}

fn plan() -> Plan {
    Httpd::serving(&format!("{BODY}\n{}", app::RUNNING))
}

#[test]
fn close_is_called_once_after_a_normal_end() {
    let cases = [
        ("GET", "ok()\nreturn Body(mine, [b'a', b'b'])"),
        ("GET", "ok()\nreturn Body(mine, [])"),
        ("GET", "ok()\nreturn Body(mine, [b''])"),
        ("GET", "ok()\nreturn Body(mine, [b'a' * 1000000])"),
        ("HEAD", "ok()\nreturn Body(mine, [b'a', b'b'])"),
        (
            "GET",
            "start_response('304 Not Modified', [])\nreturn Body(mine, [b'a'])",
        ),
        (
            "GET",
            "start_response('204 No Content', [])\nreturn Body(mine, [b'a', b'b'])",
        ),
        (
            "GET",
            "ok(('Content-Length', '1'))\nreturn Body(mine, [b'ab', b'c'])",
        ),
    ];
    check(plan(), &cases, "x");
}

#[test]
fn close_is_called_once_after_every_failure() {
    let cases = [
        ("GET", "ok()\nreturn Body(mine, [ValueError()])"),
        ("GET", "ok()\nreturn Body(mine, [b'a', ValueError()])"),
        ("GET", "ok()\nreturn Body(mine, ['text'])"),
        ("GET", "ok()\nreturn Body(mine, [b'a', 'text'])"),
        ("GET", "return Body(mine, [b'a'])"),
        ("GET", "return Body(mine, [])"),
        (
            "GET",
            "ok(('Content-Length', 'x'))\nreturn Body(mine, [b'a'])",
        ),
        (
            "GET",
            "ok(('Content-Length', '9'))\nreturn Body(mine, [b'a'])",
        ),
        ("GET", "ok()(b'written')\nreturn Body(mine, [ValueError()])"),
        (
            "GET",
            "class Bad(Body):\n    __iter__ = None\nok()\nreturn Bad(mine, [])",
        ),
        (
            "GET",
            "class Bad(Body):\n    def __iter__(self):\n        raise ValueError()\nok()\nreturn Bad(mine, [])",
        ),
    ];
    check(plan().expects_log(MODULE_ERROR), &cases, "x");
}

#[test]
fn close_is_not_called_on_what_was_never_returned() {
    let cases = [("GET", "body = Body(mine, [])\nok()\nraise ValueError()")];
    check(plan().expects_log(MODULE_ERROR), &cases, "");
}

#[test]
fn a_failing_close_changes_nothing_for_the_client() {
    let script = app::running(
        "class Body(list):\n    def close(self):\n        raise ValueError('in close')\nok()\nreturn Body([b'fine'])",
    );
    let httpd = Httpd::serving(&script).expects_log(MODULE_ERROR).start();
    let mut client = httpd.connect();
    assert_eq!(client.ask(&Request::get("/").keep_alive()).ok(), "fine");
    assert_eq!(client.ask(&Request::get("/")).ok(), "fine");
    httpd.log().wait_for_count("ValueError: in close", 2);
}

#[test]
fn a_close_that_cannot_be_looked_up_changes_nothing_for_the_client() {
    let script = app::running(
        "class Body(list):\n    @property\n    def close(self):\n        raise ValueError('no close')\nok()\nreturn Body([b'fine'])",
    );
    let httpd = Httpd::serving(&script).expects_log(MODULE_ERROR).start();
    assert_eq!(httpd.get("/").ok(), "fine");
    httpd.wait_for_log("ValueError: no close");
}

#[test]
fn close_may_still_log_and_the_client_need_not_wait_for_it() {
    let script = app::running(
        "class Body(list):\n    def close(self):\n        print('closing', file=environ['wsgi.errors'])\nok()\nreturn Body([b'fine'])",
    );
    let httpd = Httpd::serving(&script).expects_log("closing").start();
    assert_eq!(httpd.get("/").ok(), "fine");
    let line = httpd.wait_for_log("closing");
    assert!(line.contains("[script "), "{line}");
}

#[test]
fn a_generators_own_close_runs_its_finally() {
    let script = app::running(
        "ok()\ntry:\n    while True:\n        yield b'x' * 65536\nfinally:\n    open(environ['mine'], 'w').close()",
    );
    let httpd = Httpd::serving(&script)
        .modules(&["env"])
        .config("SetEnv mine ${OUT}/finally")
        .start();
    let mut client = httpd.connect();
    client.send(Request::get("/").bytes());
    client.exactly(100_000);
    drop(client);
    wait::until_true("the finally block", || httpd.out("finally").exists());
}
