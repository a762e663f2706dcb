//! What an application returns: iterables, `write`, `close`, lengths that are not kept.

use crate::case::{Case, Group, ask, run};
use clutch_tests::support::{Request, app};

/// The groups.
pub(crate) fn groups() -> Vec<Group> {
    let all = Group::serving("responses", app::RUNNING)
        .cases(iterables())
        .cases(writes())
        .cases(lengths())
        .cases(closes())
        .cases(bodiless());
    all.in_both_modes()
}

fn iterables() -> Vec<Case> {
    [
        ("one block", "ok()\nreturn [b'body']"),
        ("two blocks", "ok()\nreturn [b'bo', b'dy']"),
        ("a tuple", "ok()\nreturn (b'bo', b'dy')"),
        ("a generator", "ok()\nyield b'bo'\nyield b'dy'"),
        ("an iterator", "ok()\nreturn iter([b'bo', b'dy'])"),
        ("a map", "ok()\nreturn map(bytes, [b'bo', b'dy'])"),
        ("an object with __iter__", "class Body:\n    def __iter__(self):\n        return iter([b'body'])\nok()\nreturn Body()"),
        ("an object with __getitem__", "class Body:\n    def __getitem__(self, at):\n        return [b'bo', b'dy'][at]\nok()\nreturn Body()"),
        ("empty blocks", "ok()\nreturn [b'', b'x', b'', b'y', b'']"),
        ("only empty blocks", "ok()\nreturn [b'', b'']"),
        ("an empty list", "ok()\nreturn []"),
        ("an empty generator", "ok()\nreturn\nyield"),
        ("an empty list with a length", "ok(('Content-Length', '0'))\nreturn []"),
        ("bytes", "ok()\nreturn b'body'"),
        ("bytearray blocks", "ok()\nreturn [bytearray(b'body')]"),
        ("memoryview blocks", "ok()\nreturn [memoryview(b'body')]"),
        ("a subclass of bytes", "ok()\nreturn [type('Mine', (bytes,), {})(b'body')]"),
        ("text blocks", "ok()\nreturn ['body']"),
        ("text", "ok()\nreturn 'body'"),
        ("none", "ok()\nreturn None"),
        ("a number", "ok()\nreturn 5"),
        ("number blocks", "ok()\nreturn [5]"),
        ("none as a block", "ok()\nreturn [None]"),
        ("text after bytes", "ok()\nreturn [b'first', 'second']"),
        ("text after bytes, from a generator", "ok()\nyield b'first'\nyield 'second'"),
        ("a dict", "ok()\nreturn {b'key': 1}"),
        ("a set of one", "ok()\nreturn {b'body'}"),
        ("a file", "import io\nok()\nreturn io.BytesIO(b'one\\ntwo\\n')"),
        ("large", "ok()\nreturn [b'x' * 300000]"),
        ("many", "ok()\nreturn [b'%d ' % n for n in range(2000)]"),
        ("an async generator", "async def body():\n    yield b'x'\nok()\nreturn body()"),
        ("no start_response", "return [b'body']"),
    ]
    .iter()
    .map(|(name, statements)| run(name, statements))
    .collect()
}

fn writes() -> Vec<Case> {
    [
        ("write", "ok()(b'body')\nreturn []"),
        ("write, then blocks", "ok()(b'bo')\nreturn [b'dy']"),
        ("write nothing", "ok()(b'')\nreturn []"),
        ("write twice", "write = ok()\nwrite(b'bo')\nwrite(b'dy')\nreturn []"),
        ("write with a length", "ok(('Content-Length', '4'))(b'body')\nreturn []"),
        ("write text", "try:\n    ok()('body')\nexcept TypeError:\n    return [b'TypeError']\nreturn []"),
        ("write bytearray", "try:\n    ok()(bytearray(b'body'))\nexcept TypeError:\n    return [b'TypeError']\nreturn []"),
        ("write nothing at all", "try:\n    ok()()\nexcept TypeError:\n    return [b'TypeError']\nreturn []"),
        ("write by keyword", "try:\n    ok()(data=b'x')\nexcept TypeError:\n    return [b'TypeError']\nreturn []"),
        ("write what it returns", "write = ok()\nreturn [repr(write(b'x')).encode()]"),
        ("write and return none", "ok()(b'body')"),
        ("write in a generator", "write = ok()\nyield b'a'\nwrite(b'b')\nyield b'c'"),
    ]
    .iter()
    .map(|(name, statements)| run(name, statements))
    .collect()
}

fn lengths() -> Vec<Case> {
    let length = |value: &str| format!("('Content-Length', '{value}')");
    let with =
        |name: &str, value: &str, rest: &str| run(name, &format!("ok({})\n{rest}", length(value)));
    vec![
        with("longer than its length", "2", "return [b'body']"),
        with("longer, in blocks", "3", "return [b'bo', b'dy']"),
        with(
            "longer, from a generator",
            "3",
            "yield b'bo'\nyield b'dy'\nyield b'more'",
        ),
        run(
            "longer, by write",
            "ok(('Content-Length', '2'))(b'body')\nreturn []",
        ),
        with("shorter than its length", "10", "return [b'body']"),
        with("shorter, from a generator", "10", "yield b'body'"),
        with("nothing of its length", "10", "return []"),
        with("exact, from a generator", "4", "yield b'bo'\nyield b'dy'"),
        with("an empty length", "", "return [b'body']"),
        with("a length of letters", "abc", "return [b'body']"),
        with("a negative length", "-1", "return [b'body']"),
        with("a length with a plus", "+4", "return [b'body']"),
        with("a length with blanks", " 4 ", "return [b'body']"),
        with("a length with a fraction", "4.0", "return [b'body']"),
        with("a length in hexadecimal", "0x4", "return [b'body']"),
        with("a length with zeros", "0004", "return [b'body']"),
        with("a huge length", "99999999999999999999", "return [b'body']"),
        with("a wrong length and nothing", "abc", "return []"),
        run(
            "two lengths",
            "ok(('Content-Length', '1'), ('Content-Length', '4'))\nreturn [b'body']",
        ),
        run(
            "chunks of its own",
            "ok(('Transfer-Encoding', 'chunked'))\nreturn [b'4\\r\\nbody\\r\\n0\\r\\n\\r\\n']",
        ),
    ]
}

fn closes() -> Vec<Case> {
    let body = |rest: &str| {
        format!(
            "class Body:\n    def __iter__(self):\n        return iter([b'body'])\n{rest}\nok(('Content-Length', '4'))\nreturn Body()"
        )
    };
    vec![
        run(
            "close is called",
            &body("    def close(self):\n        print('app: closed')"),
        ),
        run(
            "close raises",
            &body("    def close(self):\n        raise ValueError('in close')"),
        ),
        run(
            "close exits",
            &body("    def close(self):\n        sys.exit(3)"),
        ),
        run("close is no function", &body("    close = 5")),
        run("close is none", &body("    close = None")),
        run(
            "close is a property that raises",
            &body("    @property\n    def close(self):\n        raise ValueError('no close')"),
        ),
        run(
            "close is a property that is missing",
            &body("    @property\n    def close(self):\n        raise AttributeError('no close')"),
        ),
        run(
            "close of a generator",
            "ok(('Content-Length', '4'))\ntry:\n    yield b'body'\nfinally:\n    print('app: finally')",
        ),
        run(
            "close after a failure",
            "class Body:\n    def __iter__(self):\n        raise ValueError('in iter')\n    def close(self):\n        print('app: closed')\nok()\nreturn Body()",
        ),
        run(
            "close with prints of all kinds",
            "class Body:\n    def __iter__(self):\n        print('app: iter')\n        yield b'body'\n        print('app: end')\n    def close(self):\n        print('app: close')\nprint('app: call')\nok(('Content-Length', '4'))\nreturn Body()",
        ),
    ]
}

/// HEAD, and statuses without a body.
fn bodiless() -> Vec<Case> {
    let asks = |name: &str, method: &str, statements: &str| {
        ask(
            &format!("{method}: {name}"),
            &Request::new(method, &app::target(statements)),
        )
    };
    let mut all = Vec::new();
    for method in ["HEAD", "OPTIONS", "DELETE"] {
        all.extend([
            asks("one block", method, "ok()\nreturn [b'body']"),
            asks(
                "a length",
                method,
                "ok(('Content-Length', '4'))\nreturn [b'body']",
            ),
            asks("a generator", method, "ok()\nyield b'bo'\nyield b'dy'"),
            asks(
                "a length and nothing",
                method,
                "ok(('Content-Length', '4'))\nreturn []",
            ),
            asks(
                "a length and empty blocks",
                method,
                "ok(('Content-Length', '4'))\nyield b''",
            ),
            asks("nothing", method, "ok()\nreturn []"),
            asks("write", method, "ok()(b'body')\nreturn []"),
            asks("an exception", method, "raise ValueError('mine')"),
        ]);
    }
    for status in [
        "204 No Content",
        "205 Reset Content",
        "304 Not Modified",
        "101 Switching",
    ] {
        all.push(run(
            &format!("{status}, nothing"),
            &format!("start_response('{status}', [('X-One', '1')])\nreturn []"),
        ));
        all.push(run(
            &format!("{status}, a length"),
            &format!("start_response('{status}', [('Content-Length', '4')])\nreturn []"),
        ));
        all.push(run(&format!("{status}, a body"), &format!("start_response('{status}', [('Content-Type', 'text/plain'), ('Content-Length', '4')])\nreturn [b'body']")));
    }
    all
}
