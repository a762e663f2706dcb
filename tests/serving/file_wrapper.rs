//! `wsgi.file_wrapper`: files go out as files, everything else as the iterable it is.

use clutch_tests::support::{Ending, Httpd, Plan, Request, app, reference, wait};

/// Statements that may use `wrap` and `path`, a file with the 26 letters.
fn plan(statements: &str) -> Plan {
    let script = app::running(&format!(
        "wrap, path = environ['wsgi.file_wrapper'], environ['mine']\n{statements}"
    ));
    Httpd::serving(&script)
        .modules(&["env"])
        .file("data/letters", "abcdefghijklmnopqrstuvwxyz")
        .config("SetEnv mine ${ROOT}/data/letters")
}

#[test]
fn a_file_is_sent_whole_with_its_length() {
    let httpd = plan("ok()\nreturn wrap(open(path, 'rb'))").start();
    let response = httpd.get("/");
    assert_eq!(response.ok(), "abcdefghijklmnopqrstuvwxyz");
    assert_eq!(response.header("Content-Length").as_deref(), Some("26"));
    let head = httpd.send(&Request::new("HEAD", "/"));
    assert_eq!(
        (
            head.status,
            head.body.len(),
            head.header("Content-Length").as_deref()
        ),
        (200, 0, Some("26"))
    );
}

#[test]
fn a_file_is_sent_from_its_position() {
    let httpd = plan("file = open(path, 'rb')\nfile.seek(20)\nok()\nreturn wrap(file)").start();
    let response = httpd.get("/");
    assert_eq!(
        (response.ok(), response.header("Content-Length").as_deref()),
        ("uvwxyz", Some("6"))
    );
    let read = plan("file = open(path, 'rb')\nfile.read(3)\nok()\nreturn wrap(file, 2)").start();
    assert_eq!(read.get("/").ok(), "defghijklmnopqrstuvwxyz");
}

#[test]
fn a_length_of_the_application_limits_the_file() {
    let httpd = plan(
        "file = open(path, 'rb')\nfile.seek(2)\nok(('Content-Length', '3'))\nreturn wrap(file)",
    )
    .start();
    let response = httpd.get("/");
    assert_eq!(
        (response.ok(), response.header("Content-Length").as_deref()),
        ("cde", Some("3"))
    );
}

#[test]
fn a_length_beyond_the_file_is_no_complete_response() {
    if !reference::ours_only(
        "a_length_beyond_the_file_is_no_complete_response",
        "it sends what lies behind the file",
    ) {
        return;
    }
    let httpd = plan("ok(('Content-Length', '30'))\nreturn wrap(open(path, 'rb'))")
        .allows_log("[")
        .start();
    let mut client = httpd.connect();
    client.send(Request::get("/").bytes());
    let answer = client.until_close();
    let text = String::from_utf8_lossy(&answer);
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    assert!(
        body.len() < 30 || text.starts_with("HTTP/1.1 500"),
        "{text}"
    );
}

#[test]
fn a_range_of_a_file_is_206() {
    let httpd = plan("ok()\nreturn wrap(open(path, 'rb'))").start();
    let response = httpd.send(&Request::get("/").header("Range", "bytes=2-4"));
    assert_eq!(
        (response.status, response.text(), response.ending),
        (206, "cde", Ending::Complete)
    );
    assert_eq!(
        response.header("Content-Range").as_deref(),
        Some("bytes 2-4/26")
    );
}

#[test]
fn a_file_is_sent_as_a_file_and_never_read_by_python() {
    let statements = "class Unread:\n    def __init__(self, file):\n        \
        self.fileno, self.tell, self.close = file.fileno, file.tell, file.close\n    \
        def read(self, size=-1):\n        raise AssertionError('read')\n\
        ok()\nreturn wrap(Unread(open(path, 'rb')))";
    let httpd = plan(statements).start();
    assert_eq!(httpd.get("/").ok().len(), 26);
}

#[test]
fn a_subclass_is_sent_as_a_file_too() {
    let httpd = plan(
        "class Mine(wrap):\n    def __iter__(self):\n        raise AssertionError('iterated')\nok()\nreturn Mine(open(path, 'rb'), 10)",
    )
    .start();
    assert_eq!(httpd.get("/").ok().len(), 26);
}

#[test]
fn what_is_no_regular_file_is_read_block_by_block() {
    for (file, whole) in [
        ("__import__('io').BytesIO(b'0123456789')", "0123456789"),
        (
            "type('Mine', (), {'items': [b'01', b'2', b''], 'read': lambda self, size: self.items.pop(0), 'close': lambda self: None})()",
            "012",
        ),
        (
            "os.fdopen([os.write(pipe[1], b'piped'), os.close(pipe[1]), pipe[0]][2], 'rb')",
            "piped",
        ),
    ] {
        let httpd = plan(&format!("pipe = os.pipe()\nok()\nreturn wrap({file}, 3)")).start();
        let response = httpd.get("/");
        assert_eq!(response.ok(), whole, "{file}");
        assert_eq!(response.header("Content-Length"), None, "{file}");
    }
}

#[test]
fn a_wrapped_file_behind_middleware_is_an_iterable() {
    let httpd =
        plan("file = wrap(open(path, 'rb'), 10)\nok()\nreturn (block.upper() for block in file)")
            .start();
    assert_eq!(httpd.get("/").ok(), "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

#[test]
fn written_data_comes_before_the_file() {
    let httpd = plan("ok()(b'first ')\nreturn wrap(open(path, 'rb'), 5)").start();
    assert_eq!(httpd.get("/").ok(), "first abcdefghijklmnopqrstuvwxyz");
}

#[test]
fn the_wrapper_is_a_class_with_attributes_and_close() {
    let script = r#"
import io
from mod_wsgi import FileWrapper
class Noisy(io.BytesIO):
    closed_count = 0
    def close(self):
        Noisy.closed_count += 1
        if Noisy.closed_count == 1:
            raise OSError('in close')
def attempt(call):
    try:
        return call()
    except Exception as error:
        return type(error).__name__
def application(environ, start_response):
    file = Noisy(b'abcde')
    w = FileWrapper(filelike=file, blksize=2)
    seen = [w.filelike is file, w.blksize, FileWrapper(file).blksize, list(w)]
    seen += [attempt(lambda: setattr(w, 'blksize', 1)), attempt(lambda: FileWrapper(file, -1)), attempt(FileWrapper)]
    seen += [attempt(w.close), attempt(w.close), Noisy.closed_count]
    seen += [attempt(lambda: w.filelike), attempt(lambda: list(w))]
    text = FileWrapper(io.StringIO('text'))
    seen += [attempt(lambda: list(text)), attempt(lambda: FileWrapper(object()).blksize)]
    start_response('200 OK', [])
    return [repr(seen).encode()]
"#;
    let httpd = Httpd::serving(script).start();
    let expected = "[True, 2, 8192, [b'ab', b'cd', b'e'], 'AttributeError', 'ValueError', 'TypeError', None, None, 1, \
                    'ValueError', 'ValueError', 'TypeError', 8192]";
    assert_eq!(httpd.get("/").ok(), expected);
}

#[test]
fn close_is_called_and_the_position_restored_after_the_file_was_sent() {
    let httpd = plan(
        "class Kept:\n    def __init__(self, file):\n        self.file, self.fileno, self.tell = file, file.fileno, file.tell\n    \
         def close(self):\n        with open(environ['out'], 'w') as out:\n            out.write(str(os.lseek(self.file.fileno(), 0, 1)))\n        self.file.close()\n\
         file = open(path, 'rb', 0)\nfile.seek(4)\nok()\nreturn wrap(Kept(file))",
    )
    .config("SetEnv out ${OUT}/position")
    .start();
    assert_eq!(httpd.get("/").ok().len(), 22);
    wait::until_true("close()", || httpd.written("position") == "4");
}

#[test]
fn a_response_that_was_not_started_is_500_with_a_file_too() {
    let httpd = plan("return wrap(open(path, 'rb'))")
        .expects_log("RuntimeError")
        .start();
    assert_eq!(httpd.get("/").status, 500);
}

#[test]
fn sendfile_and_mmap_settings_do_not_change_what_is_sent() {
    for config in [
        "WSGIEnableSendfile On\nEnableSendfile On",
        "EnableMMAP Off",
        "WSGIEnableSendfile Off",
    ] {
        let httpd = plan("file = open(path, 'rb')\nfile.seek(1)\nok()\nreturn wrap(file)")
            .config(config)
            .start();
        assert_eq!(httpd.get("/").ok(), "bcdefghijklmnopqrstuvwxyz", "{config}");
    }
}
