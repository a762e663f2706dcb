//! Applications that raise: before the first byte a 500, after it a response that the client can see is broken.

use clutch_tests::support::{Ending, Httpd, MODULE_ERROR, Plan, Request, app, reference};

fn plan() -> Plan {
    Httpd::serving(app::RUNNING).expects_log(MODULE_ERROR)
}

#[test]
fn an_exception_before_the_first_byte_is_500_without_the_applications_headers() {
    let httpd = plan().start();
    let cases = [
        "raise ValueError('mine')",
        "ok(('X-Mine', '1'))\nraise ValueError('mine')",
        "ok(('X-Mine', '1'))\nyield b''\nraise ValueError('mine')",
        "ok(('X-Mine', '1'), ('Set-Cookie', 'a=b'))\nclass Body:\n    def __iter__(self):\n        raise ValueError('mine')\nreturn Body()",
    ];
    for (count, statements) in (1..).zip(cases) {
        let response = httpd.get(&app::target(statements));
        assert_eq!(
            (response.status, response.ending),
            (500, Ending::Complete),
            "{statements}"
        );
        assert_eq!(
            (response.header("X-Mine"), response.header("Set-Cookie")),
            (None, None),
            "{statements}"
        );
        assert!(response.text().contains("Internal Server Error"));
        httpd.log().wait_for_count("ValueError: mine", count);
    }
}

#[test]
fn a_500_is_httpds_own_error_document() {
    let httpd = plan().config("ErrorDocument 500 \"my own page\"").start();
    let response = httpd.get(&app::target("raise ValueError()"));
    assert_eq!((response.status, response.text()), (500, "my own page"));
}

#[test]
fn system_exit_and_keyboard_interrupt_are_500_and_the_process_lives() {
    let httpd = plan().start();
    let pid = app::target("ok()\nreturn [str(os.getpid()).encode()]");
    let before = httpd.get(&pid).ok().to_owned();
    for exception in [
        "SystemExit(3)",
        "KeyboardInterrupt()",
        "GeneratorExit()",
        "BaseException()",
    ] {
        assert_eq!(
            httpd
                .get(&app::target(&format!("raise {exception}")))
                .status,
            500,
            "{exception}"
        );
        assert_eq!(httpd.get(&pid).ok(), before, "{exception}");
    }
}

/// Each of these breaks after exactly these bytes, and the client can tell.
fn check_broken(cases: &[(&str, &[u8])]) {
    let httpd = plan().start();
    for (statements, whole) in cases {
        let request = Request::get(&app::target(&format!(
            "{statements}\nraise ValueError('mine')"
        )));
        let broken = httpd.send(&request);
        assert_eq!(
            (broken.status, broken.ending),
            (200, Ending::Broken),
            "{statements}: {broken:?}"
        );
        assert_eq!(broken.body, *whole, "{statements}");
        if reference::is_under_test() {
            continue;
        }
        // On a connection that was to stay open, too, the client learns it at once.
        let broken = httpd.connect().ask(&request.keep_alive());
        assert_eq!(
            (broken.body.as_slice(), broken.ending),
            (*whole, Ending::Broken),
            "{statements}"
        );
    }
    httpd.log().wait_for_count("ValueError: mine", cases.len());
}

#[test]
fn a_chunked_response_that_breaks_has_no_last_chunk() {
    check_broken(&[
        ("ok()\nyield b'first'", b"first"),
        ("ok()\nyield b'first'\nyield b'second'", b"firstsecond"),
        ("ok()\nyield b'x' * 500000", &b"x".repeat(500_000)),
        ("ok()(b'written')\nyield b''", b"written"),
    ]);
}

#[test]
fn a_response_with_a_length_that_breaks_is_short() {
    check_broken(&[
        ("ok(('Content-Length', '100'))\nyield b'first'", b"first"),
        (
            "ok(('Content-Length', '100'))(b'first')\nyield b''",
            b"first",
        ),
    ]);
}

#[test]
fn an_exception_after_written_data_breaks_the_response_instead_of_adding_a_page() {
    let name = "an_exception_after_written_data_breaks_the_response_instead_of_adding_a_page";
    if !reference::ours_only(name, "it adds the page") {
        return;
    }
    check_broken(&[
        ("write = ok()\nwrite(b'written')", b"written"),
        ("ok(('Content-Length', '9'))(b'written')", b"written"),
    ]);
}

#[test]
fn returning_nothing_after_written_data_breaks_the_response() {
    let httpd = plan().start();
    let response = httpd.get(&app::target("ok()(b'written')\nreturn None"));
    assert_eq!(
        (response.text(), response.ending),
        ("written", Ending::Broken)
    );
    httpd.wait_for_log("TypeError");
}

#[test]
fn an_item_that_is_not_bytes_breaks_the_response() {
    let httpd = plan().start();
    let response = httpd.get(&app::target("ok()\nyield b'first'\nyield 'text'"));
    assert_eq!(
        (response.text(), response.ending),
        ("first", Ending::Broken)
    );
    httpd.wait_for_log("TypeError");
}

#[test]
fn an_http_1_0_client_sees_a_broken_length() {
    let httpd = plan().start();
    let target =
        app::target("ok(('Content-Length', '100'))\nyield b'first'\nraise ValueError('mine')");
    let response = httpd.send(&Request::get(&target).http10());
    assert_eq!(
        (response.text(), response.ending),
        ("first", Ending::Broken)
    );
}

#[test]
fn a_broken_response_harms_no_other_request_of_the_process() {
    let httpd = plan().start();
    let before = httpd.children();
    for _ in 0..20 {
        let broken = app::target("ok()\nyield b'first'\nraise ValueError('mine')");
        assert_eq!(httpd.get(&broken).ending, Ending::Broken);
        assert_eq!(httpd.get(&app::target("ok()\nyield b'fine'")).ok(), "fine");
    }
    assert_eq!(httpd.children(), before);
}

#[test]
fn an_exception_after_an_empty_write_in_a_generator_is_no_complete_response() {
    let httpd = plan().start();
    let response = httpd.get(&app::target(
        "ok()(b'')\nyield b''\nraise ValueError('mine')",
    ));
    match reference::is_under_test() {
        true => assert_eq!((response.status, response.text()), (200, "")),
        // Nothing has reached the client, so an honest status still can.
        false => assert!(
            response.status == 500 || response.ending == Ending::Broken,
            "{response:?}"
        ),
    }
}
