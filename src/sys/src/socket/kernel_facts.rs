//! What the kernel does with Unix sockets, as far as the protocol between httpd's children and daemons rests on it.
//!
//! "Nothing of this request was read, so it may go to another daemon" is told from "it was read" by these.

use std::fs;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;

use super::tests::{Directory, LISTENING, connected, hear, say};
use super::{Buffers, Listener, accept, address, pair};
use crate::in_child::{Idle, in_child};

#[test]
fn a_peer_that_closes_with_unread_data_gives_connection_reset_to_the_reader() {
    let (ours, theirs) = pair().unwrap();
    say(&ours, b"unread").unwrap();
    drop(theirs);
    assert_eq!(
        hear(&ours).unwrap_err().kind(),
        io::ErrorKind::ConnectionReset
    );
    assert_eq!(hear(&ours).unwrap(), b"", "the error is told once");
}

#[test]
fn a_peer_that_closes_with_a_part_unread_gives_connection_reset_after_what_it_sent() {
    let (ours, theirs) = pair().unwrap();
    say(&ours, b"a head and a body").unwrap();
    assert_eq!(hear(&theirs).unwrap(), b"a head and");
    say(&theirs, b"answer").unwrap();
    drop(theirs);
    assert_eq!(hear(&ours).unwrap(), b"answer");
    assert_eq!(
        hear(&ours).unwrap_err().kind(),
        io::ErrorKind::ConnectionReset
    );
    assert_eq!(hear(&ours).unwrap(), b"");
}

#[test]
fn a_peer_that_closes_after_it_has_read_everything_gives_the_end() {
    let (ours, theirs) = pair().unwrap();
    say(&ours, b"read").unwrap();
    assert_eq!(hear(&theirs).unwrap(), b"read");
    drop(theirs);
    assert_eq!(hear(&ours).unwrap(), b"");
}

#[test]
fn a_connection_in_the_backlog_gets_connection_reset_when_the_listener_goes() {
    let directory = Directory::new("backlog");
    let listener = Listener::bind(&directory.socket(), LISTENING).unwrap();
    let silent = connected(&directory.socket());
    let talking = connected(&directory.socket());
    say(&talking, b"unread").unwrap();
    listener.remove();
    for waiting in [silent, talking] {
        assert_eq!(
            hear(&waiting).unwrap_err().kind(),
            io::ErrorKind::ConnectionReset
        );
    }
}

#[test]
fn a_connection_in_the_backlog_gets_connection_reset_when_the_listener_is_killed() {
    let directory = Directory::new("killed");
    let listener = Listener::bind(&directory.socket(), LISTENING).unwrap();
    let process = Idle::new();
    drop(listener);
    let waiting = connected(&directory.socket());
    say(&waiting, b"unread").unwrap();
    drop(process);
    assert_eq!(
        hear(&waiting).unwrap_err().kind(),
        io::ErrorKind::ConnectionReset
    );
}

#[test]
fn a_connection_in_the_backlog_waits_on_when_only_one_of_two_listening_processes_is_killed() {
    let directory = Directory::new("heir-lives");
    let listener = Listener::bind(&directory.socket(), LISTENING).unwrap();
    let process = Idle::new();
    let waiting = connected(&directory.socket());
    say(&waiting, b"kept").unwrap();
    drop(process);
    let served = accept(listener.as_fd(), &Buffers::default()).unwrap();
    assert_eq!(hear(&served).unwrap(), b"kept");
}

#[test]
fn a_peer_that_is_killed_gives_connection_reset_with_unread_data_and_the_end_without() {
    let (ours, theirs) = pair().unwrap();
    let (others, without) = pair().unwrap();
    say(&ours, b"unread").unwrap();
    let process = Idle::new();
    drop((theirs, without));
    drop(process);
    assert_eq!(
        hear(&ours).unwrap_err().kind(),
        io::ErrorKind::ConnectionReset
    );
    assert_eq!(hear(&others).unwrap(), b"");
}

#[test]
fn writing_to_a_closed_peer_gives_broken_pipe_and_no_signal() {
    in_child(|| {
        // SAFETY: takes numbers only; SIGPIPE would end this copy of the test program.
        unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
        let (ours, theirs) = pair().unwrap();
        drop(theirs);
        assert_eq!(
            say(&ours, b"x").unwrap_err().kind(),
            io::ErrorKind::BrokenPipe
        );
    });
}

#[test]
fn a_sockets_file_has_the_mode_that_the_socket_had_before() {
    in_child(|| {
        rustix::process::umask(rustix::fs::Mode::empty());
        let directory = Directory::new("fchmod");
        let (family, kind) = (
            rustix::net::AddressFamily::UNIX,
            rustix::net::SocketType::STREAM,
        );
        let socket = rustix::net::socket(family, kind, None).unwrap();
        rustix::fs::fchmod(&socket, rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
        rustix::net::bind(&socket, &address(&directory.socket()).unwrap()).unwrap();
        let found = fs::symlink_metadata(directory.socket()).unwrap();
        assert_eq!(found.mode() & 0o7777, 0o600);
    });
}
