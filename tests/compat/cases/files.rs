//! `wsgi.file_wrapper`.

use crate::case::{Case, Group, ask, run};
use clutch_tests::support::{Request, app};

/// The groups.
pub(crate) fn groups() -> Vec<Group> {
    let plain = Group::serving("files", app::RUNNING)
        .file("out/ten", "0123456789")
        .file("out/empty", "")
        .file("out/large", &"0123456789abcdef".repeat(10_000))
        .config("WSGIScriptAlias /unused ${APP}/app.wsgi\nSetEnv FILES ${OUT}")
        .modules(&["env"])
        .cases(cases());
    let sent = Group::serving("files-sendfile", app::RUNNING)
        .file("out/ten", "0123456789")
        .config("SetEnv FILES ${OUT}\nWSGIEnableSendfile On\nEnableSendfile On")
        .modules(&["env"])
        .cases(cases().into_iter().take(6));
    [plain.in_both_modes(), sent.in_both_modes()].concat()
}

/// Statements with `f`, the file of ten bytes, and `wrap`.
fn with(name: &str, statements: &str) -> Case {
    run(name, &opened(statements))
}

fn opened(statements: &str) -> String {
    format!(
        "f = open(environ['FILES'] + '/ten', 'rb')\nwrap = environ['wsgi.file_wrapper']\n{statements}"
    )
}

fn cases() -> Vec<Case> {
    let ranged = |name: &str, range: &str| {
        let target = app::target(&opened("ok()\nreturn wrap(f)"));
        ask(name, &Request::get(&target).header("Range", range))
    };
    let head = |name: &str, statements: &str| {
        ask(
            name,
            &Request::new("HEAD", &app::target(&opened(statements))),
        )
    };
    vec![
        with("a file", "ok()\nreturn wrap(f)"),
        with(
            "with its length",
            "ok(('Content-Length', '10'))\nreturn wrap(f)",
        ),
        with("from an offset", "f.seek(3)\nok()\nreturn wrap(f)"),
        with(
            "with a shorter length",
            "ok(('Content-Length', '4'))\nreturn wrap(f)",
        ),
        with(
            "with a shorter length from an offset",
            "f.seek(3)\nok(('Content-Length', '4'))\nreturn wrap(f)",
        ),
        with("at its end", "f.seek(10)\nok()\nreturn wrap(f)"),
        with("with a block size", "ok()\nreturn wrap(f, 3)"),
        with(
            "with a block size by name",
            "ok()\nreturn wrap(filelike=f, blksize=3)",
        ),
        with("beyond its end", "f.seek(20)\nok()\nreturn wrap(f)"),
        with(
            "with a longer length",
            "ok(('Content-Length', '20'))\nreturn wrap(f)",
        ),
        with(
            "an empty file",
            "ok()\nreturn wrap(open(environ['FILES'] + '/empty', 'rb'))",
        ),
        with(
            "a large file",
            "ok()\nreturn wrap(open(environ['FILES'] + '/large', 'rb'))",
        ),
        with("after write", "ok()(b'first ')\nreturn wrap(f)"),
        with("without start_response", "return wrap(f)"),
        with("in an iterator", "ok()\nreturn iter(wrap(f, 4))"),
        with("in a list", "ok()\nreturn list(wrap(f, 4))"),
        with(
            "in a generator",
            "ok()\nfor block in wrap(f, 4):\n    yield block",
        ),
        with(
            "of BytesIO",
            "import io\nok()\nreturn wrap(io.BytesIO(b'body'))",
        ),
        with(
            "of BytesIO with a length",
            "import io\nok(('Content-Length', '4'))\nreturn wrap(io.BytesIO(b'body'))",
        ),
        with(
            "of text",
            "import io\nok()\nreturn wrap(io.StringIO('body'))",
        ),
        with("of an object without read", "ok()\nreturn wrap(5)"),
        with(
            "of an object whose fileno raises",
            "class File:\n    def fileno(self):\n        raise OSError('none')\n    def read(self, size):\n        return f.read(size)\nok()\nreturn wrap(File(), 4)",
        ),
        with(
            "of an object whose tell raises",
            "class File:\n    def fileno(self):\n        return f.fileno()\n    def tell(self):\n        raise OSError('none')\n    def read(self, size):\n        return f.read(size)\nok()\nreturn wrap(File(), 4)",
        ),
        with(
            "of a pipe",
            "r, w = os.pipe()\nos.write(w, b'piped')\nos.close(w)\nok()\nreturn wrap(os.fdopen(r, 'rb'))",
        ),
        with("of a closed file", "f.close()\nok()\nreturn wrap(f)"),
        with(
            "of a file that closes",
            "class File:\n    def read(self, size):\n        return f.read(size)\n    def close(self):\n        print('app: closed')\nok()\nreturn wrap(File())",
        ),
        with(
            "of a file whose close raises",
            "class File:\n    def read(self, size):\n        return f.read(size)\n    def close(self):\n        raise ValueError('in close')\nok()\nreturn wrap(File())",
        ),
        with(
            "of a file whose read raises",
            "class File:\n    def read(self, size):\n        raise ValueError('in read')\nok()\nreturn wrap(File())",
        ),
        with(
            "in a subclass",
            "class Mine(wrap):\n    pass\nok()\nreturn Mine(f)",
        ),
        with(
            "in a subclass that reads",
            "class Mine(wrap):\n    def __iter__(self):\n        return iter([b'mine'])\nok()\nreturn Mine(f)",
        ),
        with(
            "its attributes",
            "w = wrap(f, 7)\nok()\nreturn [repr((w.filelike is f, w.blksize)).encode()]",
        ),
        with(
            "its attributes cannot be set",
            "w = wrap(f)\nok()\ntry:\n    w.blksize = 5\nexcept Exception as error:\n    return [type(error).__name__.encode()]\nreturn [b'set']",
        ),
        with(
            "a negative block size",
            "ok()\ntry:\n    wrap(f, -1)\nexcept Exception as error:\n    return [type(error).__name__.encode()]\nreturn [b'taken']",
        ),
        with(
            "no arguments",
            "ok()\ntry:\n    wrap()\nexcept Exception as error:\n    return [type(error).__name__.encode()]\nreturn [b'taken']",
        ),
        with(
            "after its close",
            "w = wrap(f)\nw.close()\nok()\nseen = []\nfor what in (lambda: w.filelike, lambda: next(iter(w)), lambda: w.close()):\n    try:\n        seen.append(repr(what()))\n    except Exception as error:\n        seen.append(type(error).__name__)\nreturn [repr(seen).encode()]",
        ),
        ranged("a range", "bytes=2-4"),
        ranged("an open range", "bytes=4-"),
        ranged("two ranges", "bytes=0-1,4-5"),
        ranged("a range that is none", "bytes=50-60"),
        head("HEAD", "ok()\nreturn wrap(f)"),
        head(
            "HEAD with a length",
            "ok(('Content-Length', '4'))\nreturn wrap(f)",
        ),
        with(
            "304",
            "start_response('304 Not Modified', [])\nreturn wrap(f)",
        ),
        with(
            "404",
            "start_response('404 Not Found', [('Content-Type', 'text/plain')])\nreturn wrap(f)",
        ),
    ]
}
