//! The `write` callable that `start_response` returns.

use clutch_tests::support::{Httpd, MODULE_ERROR, app, reference, wait};

#[test]
fn written_data_comes_before_the_returned_and_in_order() {
    let httpd = Httpd::serving(&app::running(
        "write = ok()\nresults = [write(b'one '), write(b''), write(b'two ')]\nreturn [repr(results).encode()]",
    ))
    .start();
    assert_eq!(httpd.get("/").ok(), "one two [None, None, None]");
}

#[test]
fn each_written_block_reaches_the_client_before_write_returns_to_work() {
    let httpd = Httpd::serving(&app::running(
        "write = ok()\nwrite(b'first')\nenviron['wsgi.input'].read(1)\nwrite(b'second')\nreturn []",
    ))
    .start();
    let mut client = httpd.connect();
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n");
    assert_eq!(client.head().status, 200);
    assert_eq!(client.chunk().unwrap(), b"first");
    client.send("x");
    assert_eq!(client.chunk().unwrap(), b"second");
    assert_eq!(client.chunk().unwrap(), b"");
}

#[test]
fn only_one_bytes_object_can_be_written() {
    let script = app::running(
        "write = ok()\nseen = []\n\
         for arguments in [('text',), (bytearray(b'x'),), (memoryview(b'x'),), (None,), (), (b'x', b'y')]:\n    \
         try:\n        write(*arguments)\n    except Exception as error:\n        seen.append(type(error).__name__)\n\
         try:\n    write(data=b'x')\nexcept Exception as error:\n    seen.append(type(error).__name__)\n\
         return [' '.join(seen).encode()]",
    );
    let httpd = Httpd::serving(&script).start();
    assert_eq!(httpd.get("/").ok(), ["TypeError"; 7].join(" "));
}

#[test]
fn write_raises_after_its_request() {
    let script = app::running(
        "if kept:\n    try:\n        kept[0](b'late')\n    except RuntimeError:\n        ok()\n        return [b'RuntimeError']\n\
         kept.append(ok())\nreturn [b'kept']",
    );
    let httpd = Httpd::serving(&format!("kept = []\n{script}")).start();
    assert_eq!(httpd.get("/").ok(), "kept");
    httpd.wait_for_ended(1);
    assert_eq!(httpd.get("/").ok(), "RuntimeError");
}

#[test]
fn an_empty_write_commits_the_head() {
    let script = app::running(
        "write = ok(('X-One', '1'))\nwrite(b'')\ntry:\n    start_response('404 No', [])\n\
         except RuntimeError:\n    return [b'committed']",
    );
    let httpd = Httpd::serving(&script).start();
    let response = httpd.get("/");
    assert_eq!(
        (response.ok(), response.header("X-One").as_deref()),
        ("committed", Some("1"))
    );
}

#[test]
fn an_exception_after_an_empty_write_is_500() {
    let httpd = Httpd::serving(&app::running("ok()(b'')\nraise ValueError('mine')"))
        .expects_log(MODULE_ERROR)
        .start();
    let response = httpd.get("/");
    assert_eq!(response.status, 500);
    httpd.wait_for_log("ValueError: mine");
}

#[test]
fn writing_to_a_client_that_has_gone_is_an_os_error() {
    let script = app::running(
        "write = ok()\ntry:\n    while True:\n        write(b'x' * 100000)\nexcept OSError as error:\n    \
         seen = repr(error.errno)\n\
         try:\n    write(b'')\n    seen += ' and then nothing'\nexcept OSError:\n    seen += ' and again'\n\
         with open(environ['mine'], 'w') as file:\n    file.write(seen)\nreturn []",
    );
    let httpd = Httpd::serving(&script)
        .modules(&["env"])
        .config("SetEnv mine ${OUT}/seen")
        .start();
    let mut client = httpd.connect();
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(client.head().status, 200);
    drop(client);
    let seen = wait::until("the OSError", || {
        Some(httpd.written("seen")).filter(|seen| !seen.is_empty())
    });
    assert!(
        seen.ends_with(" and again"),
        "{seen} reference: {}",
        reference::is_under_test()
    );
}
