//! Calls of applications by a real Python, carried by memory.

mod support;

use clutch_core::exchange::Then;
use support::{App, Memory};

const HELLO: &str = "
def application(environ, start_response):
    start_response('200 OK', [('Content-Type', 'text/plain'), ('X-A', '1'), ('X-A', '2')])
    return [b'hello']
";

#[test]
fn a_list_of_one_block_is_sent_whole() {
    let app = App::new("", HELLO);
    let (status, memory) = app.get();
    assert_eq!(
        (status, memory.status.as_deref()),
        (None, Some("200 OK")),
        "{}",
        memory.log()
    );
    assert_eq!(memory.blocks, [(b"hello".to_vec(), Some(Then::Finish))]);
    let headers: Vec<_> = memory
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    assert_eq!(headers, ["Content-Type: text/plain", "X-A: 1", "X-A: 2"]);
}

#[test]
fn each_group_is_an_interpreter_of_its_own() {
    let source = "
import sys, os
os.environ['MARK'] = os.environ.get('MARK', '') + __name__[-4:]
seen = getattr(sys, 'seen', 0); sys.seen = seen + 1
def application(environ, start_response):
    start_response('200 OK', [])
    return [repr((environ['mod_wsgi.application_group'], sys.seen, os.environ['MARK'].count(__name__[-4:]))).encode()]
";
    let apps = [App::new("one", source), App::new("two", source)];
    for app in &apps {
        for _ in 0..2 {
            let (_, memory) = app.get();
            assert_eq!(
                memory.text(),
                format!("('{}', 1, 1)", app.group),
                "{}",
                memory.log()
            );
        }
    }
}

#[test]
fn the_environ_is_what_pep_3333_wants() {
    let app = App::new(
        "environ",
        "
def application(environ, start_response):
    start_response('200 OK', [])
    names = 'REQUEST_METHOD SCRIPT_NAME PATH_INFO HTTP_X_ONE FROM_ENV wsgi.version wsgi.url_scheme mod_wsgi.request_start'
    assert type(environ) is dict and not [k for k in environ if 'TWO' in k or 'PROXY' in k]
    return [repr([environ[name] for name in names.split()]).encode()]
",
    );
    let (_, memory) = app.get();
    assert_eq!(
        memory.text(),
        "['GET', '/app', '/Ã¼', '1', 'e', (1, 0), 'http', 1.0]",
        "{}",
        memory.log()
    );
}

#[test]
fn a_generator_is_flushed_block_by_block_and_closed_once() {
    let app = App::new(
        "",
        "
class Blocks:
    closed = 0
    def __iter__(self):
        yield b'a'
        yield b''
        yield b'b'
    def close(self):
        Blocks.closed += 1
        print('closed', Blocks.closed)
def application(environ, start_response):
    start_response('200 OK', [])
    return Blocks()
",
    );
    let (_, memory) = app.get();
    assert_eq!(
        memory.blocks,
        [
            (b"a".to_vec(), Some(Then::Flush)),
            (b"b".to_vec(), Some(Then::Flush))
        ]
    );
    assert!(memory.finished && !memory.aborted);
    assert_eq!(memory.log(), "closed 1");
}

#[test]
fn an_exception_before_the_first_byte_is_500_with_a_traceback() {
    let app = App::new(
        "",
        "
def application(environ, start_response):
    start_response('200 OK', [])
    raise ValueError('no luck')
",
    );
    let (status, memory) = app.get();
    assert_eq!(
        (status, memory.status.as_deref(), memory.aborted),
        (Some(500), None, false)
    );
    let log = memory.log();
    assert!(
        log.contains("Traceback")
            && log.contains("in application")
            && log.contains("ValueError: no luck"),
        "{log}"
    );
}

#[test]
fn an_exception_after_the_first_byte_breaks_the_response() {
    let app = App::new(
        "",
        "
def application(environ, start_response):
    start_response('200 OK', [])
    yield b'a'
    raise SystemExit(3)
",
    );
    let (status, memory) = app.get();
    assert_eq!(
        (status, memory.aborted, memory.finished),
        (None, true, false),
        "{}",
        memory.log()
    );
}

#[test]
fn a_body_shorter_than_its_length_is_broken_and_a_longer_one_cut() {
    let source = |data: &str| {
        format!(
            "
def application(environ, start_response):
    start_response('200 OK', [('Content-Length', '5')])
    return {data}
"
        )
    };
    for (data, body, aborted) in [
        ("[b'1234']", "1234", true),
        ("[b'123456']", "12345", false),
        ("iter([b'1234', b'56'])", "12345", false),
    ] {
        let (status, memory) = App::new("", &source(data)).get();
        assert_eq!(
            (status, memory.text().as_str(), memory.aborted),
            (None, body, aborted),
            "{data}"
        );
        assert_eq!(memory.finished, !aborted);
    }
}

#[test]
fn the_input_is_read_as_the_application_likes() {
    let app = App::new(
        "",
        "
def application(environ, start_response):
    read = environ['wsgi.input']
    parts = [read.read(2), read.readline(), read.readline(3), next(read), read.readlines(), read.read(), read.read(5)]
    start_response('200 OK', [])
    return [repr(parts).encode()]
",
    );
    let (_, memory) = app.post(b"abc\ndefgh\nij\nkl");
    assert_eq!(
        memory.text(),
        "[b'ab', b'c\\n', b'def', b'gh\\n', [b'ij\\n', b'kl'], b'', b'']",
        "{}",
        memory.log()
    );
}

#[test]
fn objects_of_a_call_are_dead_after_it() {
    let app = App::new(
        "",
        "
kept = []
def application(environ, start_response):
    start_response('200 OK', [])
    if kept:
        said = []
        for use in kept:
            try:
                use()
                said.append('alive')
            except RuntimeError:
                said.append('dead')
        return [' '.join(said).encode()]
    kept.append(lambda: environ['wsgi.input'].read())
    kept.append(lambda: environ['wsgi.errors'].write('x'))
    kept.append(lambda: start_response('200 OK', []))
    return []
",
    );
    app.get();
    let (_, memory) = app.get();
    assert_eq!(memory.text(), "dead dead dead", "{}", memory.log());
}

#[test]
fn a_broken_script_is_told_once_in_full() {
    let app = App::new("", "import nothing_of_this_name\n");
    let (status, memory) = app.get();
    assert_eq!(status, Some(500));
    assert!(
        memory.log().contains("ModuleNotFoundError") && memory.log().contains("Traceback"),
        "{}",
        memory.log()
    );
    let (status, memory) = app.get();
    assert_eq!(status, Some(500));
    assert!(
        memory.log().contains("as logged before") && !memory.log().contains("Traceback"),
        "{}",
        memory.log()
    );
    std::fs::write(&app.path, HELLO).unwrap();
    assert_eq!(app.get().1.text(), "hello");
}

#[test]
fn a_client_that_is_gone_ends_the_iteration_and_close_is_called() {
    let app = App::new(
        "",
        "
class Blocks:
    def __iter__(self):
        for number in range(10):
            print('block', number)
            yield b'x'
    def close(self):
        print('closed')
def application(environ, start_response):
    start_response('200 OK', [])
    return Blocks()
",
    );
    let mut memory = Memory {
        client_gone: true,
        ..Memory::default()
    };
    assert_eq!(app.serve(&mut memory), None);
    assert_eq!(memory.log(), "block 0\nclosed");
}

#[test]
fn a_file_goes_out_by_its_descriptor_from_its_position() {
    let app = App::new(
        "",
        "
def application(environ, start_response):
    start_response('200 OK', [])
    file = open(__file__, 'rb')
    file.seek(1)
    return environ['wsgi.file_wrapper'](file)
",
    );
    let (_, memory) = app.get();
    assert!(memory.blocks[0].1.is_none(), "by descriptor");
    assert_eq!(
        memory.body(),
        std::fs::read(&app.path).unwrap()[1..],
        "{}",
        memory.log()
    );
}
