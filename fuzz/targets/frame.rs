//! What comes over a connection between an httpd child and a daemon is a frame and says the same when it is sent on, or is
//! refused. Input: frames, one after the other.
#![no_main]

use clutch_core::question::Answer;
use clutch_core::transport::{Frame, Kind};
use ffi_engine::wire::{Received, put_head, put_request, with_head};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut rest = input;
    while let Ok(Some((frame, length))) = Frame::first(rest) {
        let mut again = Vec::new();
        Frame::put(&mut again, frame.kind, frame.flag, |bytes| {
            bytes.extend_from_slice(frame.payload);
        });
        assert_eq!(again, &rest[..length]);
        assert_eq!(Frame::first(&again[..length - 1]), Ok(None));
        match frame.kind {
            Kind::Request => request(frame.payload),
            Kind::Head => head(frame.payload),
            Kind::Reply => reply(frame.payload),
            _ => (),
        }
        rest = &rest[length..];
    }
    // What stands behind the last frame, or is none, may be a payload all the same.
    request(rest);
    head(rest);
    reply(rest);
});

/// A request says the same when it is sent on.
fn request(payload: &[u8]) {
    let Ok(received) = Received::of(payload) else {
        return;
    };
    let mut again = Vec::new();
    put_request(&mut again, &received.request(0), received.attached);
    assert_eq!(again, payload);
}

/// An answer says the same when it is sent on.
fn reply(payload: &[u8]) {
    if let Ok(answer) = Answer::of(payload) {
        let mut again = Vec::new();
        answer.put(&mut again);
        assert_eq!(again, payload);
    }
}

/// A head cannot harm httpd, and says the same when it is sent on.
fn head(payload: &[u8]) {
    let sent_on = with_head(payload, |head| {
        let harms = |text: &[u8]| text.iter().any(|byte| b"\r\n\0".contains(byte));
        assert!(head.status <= 999 && !harms(head.status_line));
        for (name, value) in head.headers {
            assert!(!name.is_empty() && !harms(name) && !harms(value));
        }
        let mut again = Vec::new();
        put_head(&mut again, head);
        again
    });
    let Ok(sent_on) = sent_on else { return };
    let mut more = Vec::new();
    let sent_again = with_head(&sent_on, |head| put_head(&mut more, head));
    assert_eq!(sent_again, Ok(()));
    assert_eq!(more, sent_on);
}
