//! Sockets at paths, connections, messages with descriptors.

use std::fs::{self, File};
use std::io::{self, IoSlice, Read, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
use std::path::{Path, PathBuf};

use super::*;
use crate::in_child::{Idle, in_child, in_child_as_root};

/// A directory for sockets; gone when dropped.
pub(super) struct Directory(PathBuf);

impl Directory {
    pub(super) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("clutch-sys-{}-{name}", std::process::id()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(super) fn socket(&self) -> PathBuf {
        self.0.join("s")
    }

    fn names(&self) -> Vec<std::ffi::OsString> {
        let entries = fs::read_dir(&self.0).unwrap().flatten();
        entries.map(|entry| entry.file_name()).collect()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

pub(super) const LISTENING: Listening = Listening {
    owner: None,
    backlog: 10,
};

pub(super) fn connected(path: &Path) -> OwnedFd {
    connect(path, Waiting::Never).unwrap()
}

fn accepted(listener: &Listener) -> OwnedFd {
    accept(listener.as_fd(), &Buffers::default()).unwrap()
}

/// Sends bytes alone.
pub(super) fn say(socket: &OwnedFd, bytes: &[u8]) -> io::Result<usize> {
    send(
        socket.as_fd(),
        &[IoSlice::new(bytes)],
        &[],
        Waiting::Allowed,
    )
}

/// Receives at most ten bytes, and no descriptors.
pub(super) fn hear(socket: &OwnedFd) -> io::Result<Vec<u8>> {
    let (mut bytes, mut descriptors) = ([0; 10], Vec::new());
    let count = receive(
        socket.as_fd(),
        &mut bytes,
        &mut descriptors,
        Waiting::Allowed,
    )?;
    assert!(descriptors.is_empty());
    Ok(bytes[..count].to_vec())
}

#[test]
fn a_socket_is_for_its_owner_alone_whatever_the_umask() {
    in_child(|| {
        rustix::process::umask(rustix::fs::Mode::empty());
        let directory = Directory::new("mode");
        let listener = Listener::bind(&directory.socket(), LISTENING).unwrap();
        let found = fs::symlink_metadata(listener.path()).unwrap();
        assert!(found.file_type().is_socket());
        assert_eq!(found.mode() & 0o7777, 0o600);
    });
}

#[test]
fn a_socket_belongs_to_whom_it_was_made_for() {
    in_child_as_root("a socket of another user", || {
        let directory = Directory::new("owner");
        let owner = Some((65534, 65533));
        let listening = Listening { owner, ..LISTENING };
        let listener = Listener::bind(&directory.socket(), listening).unwrap();
        let found = fs::symlink_metadata(listener.path()).unwrap();
        assert_eq!(
            (found.uid(), found.gid(), found.mode() & 0o7777),
            (65534, 65533, 0o600)
        );
    });
}

#[test]
fn a_stale_socket_is_replaced_and_nothing_is_left_beside_it() {
    let directory = Directory::new("stale");
    let path = directory.socket();
    let old = Listener::bind(&path, LISTENING).unwrap();
    let waits = connected(&path);
    let new = Listener::bind(&path, LISTENING).unwrap();
    assert_eq!(directory.names(), ["s"]);
    let client = connected(&path);
    say(&client, b"new").unwrap();
    assert_eq!(hear(&accepted(&new)).unwrap(), b"new");
    say(&waits, b"old").unwrap();
    assert_eq!(hear(&accepted(&old)).unwrap(), b"old");
    old.remove();
    assert_eq!(directory.names(), ["s"], "it is the new one's");
    new.remove();
    assert!(directory.names().is_empty());
}

#[test]
fn what_is_no_socket_is_never_replaced() {
    let directory = Directory::new("file");
    let path = directory.socket();
    fs::write(&path, "precious").unwrap();
    let error = Listener::bind(&path, LISTENING).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{} is there and is not a socket", path.display())
    );
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    fs::remove_file(&path).unwrap();
    symlink("/nowhere", &path).unwrap();
    assert!(Listener::bind(&path, LISTENING).is_err());
    let error = Listener::bind(&path.join("below"), LISTENING).unwrap_err();
    assert!(error.to_string().starts_with("bind("), "{error}");
}

#[test]
fn a_path_that_is_too_long_is_refused_with_a_sentence() {
    let path = PathBuf::from(format!("/tmp/{}", "x".repeat(103)));
    let sentence = format!(
        "the path of a socket has at most 107 bytes, and {} has 108",
        path.display()
    );
    assert_eq!(
        Listener::bind(&path, LISTENING).unwrap_err().to_string(),
        sentence
    );
    let Err(NotConnected::Failed(error)) = connect(&path, Waiting::Never) else {
        panic!("not refused");
    };
    assert_eq!(error.to_string(), sentence);
}

#[test]
fn nobody_listening_and_no_place_in_the_backlog_are_told_from_other_failures() {
    let directory = Directory::new("refused");
    let path = directory.socket();
    let failed = |answer| match answer {
        Err(NotConnected::Failed(error)) => error,
        other => panic!("{other:?}"),
    };
    let error = failed(connect(&path, Waiting::Never));
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    assert_eq!(
        error.to_string(),
        format!("connect({}): No such file or directory", path.display())
    );
    in_child(|| {
        // In a child, because a copy of the listener in another test's child would keep it open.
        let listening = Listening {
            backlog: 1,
            ..LISTENING
        };
        let listener = Listener::bind(&path, listening).unwrap();
        let _waiting = [connected(&path), connected(&path)]; // the kernel gives one place more
        assert!(matches!(
            connect(&path, Waiting::Never),
            Err(NotConnected::Full)
        ));
        drop(listener);
        assert!(matches!(
            connect(&path, Waiting::Never),
            Err(NotConnected::Refused)
        ));
        assert!(matches!(
            connect(&path, Waiting::Allowed),
            Err(NotConnected::Refused)
        ));
    });
}

#[test]
fn a_connection_waits_for_data_and_only_where_it_may() {
    let directory = Directory::new("waits");
    let listener = Listener::bind(&directory.socket(), LISTENING).unwrap();
    let client = connected(&directory.socket());
    let mut none = Vec::new();
    let error = receive(client.as_fd(), &mut [0], &mut none, Waiting::Never).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
    let server = accepted(&listener);
    let later = std::thread::spawn(move || say(&server, b"x").unwrap());
    assert_eq!(hear(&client).unwrap(), b"x");
    later.join().unwrap();
    let (ours, _theirs) = pair().unwrap();
    let full = loop {
        if let Err(error) = send(
            ours.as_fd(),
            &[IoSlice::new(&[0; 9999])],
            &[],
            Waiting::Never,
        ) {
            break error;
        }
    };
    assert_eq!(full.kind(), io::ErrorKind::WouldBlock);
}

#[test]
fn an_accepted_connection_has_the_buffers_it_is_told() {
    let directory = Directory::new("buffers");
    let listener = Listener::bind(&directory.socket(), LISTENING).unwrap();
    let client = connected(&directory.socket());
    let buffers = Buffers {
        send: Some(20_000),
        receive: Some(30_000),
    };
    buffers.set(client.as_fd()).unwrap();
    let server = accept(listener.as_fd(), &buffers).unwrap();
    for socket in [client, server] {
        assert_eq!(sockopt::socket_send_buffer_size(&socket).unwrap(), 40_000); // the kernel doubles them
        assert_eq!(sockopt::socket_recv_buffer_size(&socket).unwrap(), 60_000);
    }
}

#[test]
fn each_end_knows_who_is_at_the_other() {
    let directory = Directory::new("peer");
    let path = directory.socket();
    let own = Credentials {
        pid: std::process::id(),
        uid: rustix::process::geteuid().as_raw(),
        gid: rustix::process::getegid().as_raw(),
    };
    let listener = Listener::bind(&path, LISTENING).unwrap();
    in_child(|| {
        let client = connected(&path);
        assert_eq!(peer(client.as_fd()).unwrap(), own, "who began to listen");
    });
    let client = connected(&path);
    let _first = accepted(&listener);
    assert_eq!(peer(accepted(&listener).as_fd()).unwrap(), own);
    drop(client);
    let file = File::open("/dev/null").unwrap();
    let error = peer(file.as_fd()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "getsockopt(SO_PEERCRED): Socket operation on non-socket"
    );
}

#[test]
fn descriptors_arrive_with_their_bytes_and_close_on_exec() {
    let (ours, theirs) = pair().unwrap();
    let (mut read, write) = io::pipe().unwrap();
    let sixteen = [write.as_fd(); MOST_DESCRIPTORS];
    let slices = [IoSlice::new(b"he"), IoSlice::new(b"ad")];
    assert_eq!(
        send(ours.as_fd(), &slices, &sixteen, Waiting::Allowed).unwrap(),
        4
    );
    drop(write);
    let (mut bytes, mut came) = ([0; 10], Vec::new());
    let count = receive(theirs.as_fd(), &mut bytes, &mut came, Waiting::Allowed).unwrap();
    assert_eq!(
        (&bytes[..count], came.len()),
        (&b"head"[..], MOST_DESCRIPTORS)
    );
    for descriptor in &came {
        let flags = rustix::io::fcntl_getfd(descriptor).unwrap();
        assert!(flags.contains(rustix::io::FdFlags::CLOEXEC));
    }
    File::from(came.remove(7)).write_all(b"through").unwrap();
    drop(came);
    let mut text = String::new();
    read.read_to_string(&mut text).unwrap();
    assert_eq!(text, "through");
}

#[test]
fn too_many_descriptors_are_refused_and_descriptors_without_a_byte_too() {
    let (ours, _theirs) = pair().unwrap();
    let seventeen = [ours.as_fd(); MOST_DESCRIPTORS + 1];
    let kind = |bytes: &[u8], descriptors: &[BorrowedFd<'_>]| {
        let sent = send(
            ours.as_fd(),
            &[IoSlice::new(bytes)],
            descriptors,
            Waiting::Allowed,
        );
        sent.unwrap_err().kind()
    };
    assert_eq!(kind(b"x", &seventeen), io::ErrorKind::InvalidInput);
    assert_eq!(kind(b"", &seventeen[..1]), io::ErrorKind::InvalidInput);
}

#[test]
fn more_descriptors_than_expected_are_an_error_and_all_that_came_are_closed() {
    in_child(|| {
        let (ours, theirs) = pair().unwrap();
        let (mut read, write) = io::pipe().unwrap();
        send_seventeen(&ours, write.as_fd());
        drop(write);
        let mut came = Vec::new();
        let error = receive(theirs.as_fd(), &mut [0; 9], &mut came, Waiting::Allowed).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert!(came.is_empty());
        assert_eq!(read.read(&mut [0]).unwrap(), 0, "no copy is open");
    });
}

#[test]
fn descriptors_that_this_process_may_not_open_are_an_error() {
    in_child(|| {
        let (ours, theirs) = pair().unwrap();
        let descriptors = [ours.as_fd(); 2];
        send(
            ours.as_fd(),
            &[IoSlice::new(b"x")],
            &descriptors,
            Waiting::Allowed,
        )
        .unwrap();
        let next = File::open("/dev/null").unwrap().as_raw_fd();
        let limit = rustix::process::Rlimit {
            current: Some(u64::from(next.cast_unsigned()) + 1), // one more may be open
            maximum: None,
        };
        let hard = rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum;
        let limit = rustix::process::Rlimit {
            maximum: hard,
            ..limit
        };
        rustix::process::setrlimit(rustix::process::Resource::Nofile, limit).unwrap();
        let mut came = Vec::new();
        let error = receive(theirs.as_fd(), &mut [0], &mut came, Waiting::Allowed).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert!(came.is_empty());
    });
}

/// As a hostile peer does, which has a larger buffer for control messages.
fn send_seventeen(socket: &OwnedFd, descriptor: BorrowedFd<'_>) {
    let descriptors = [descriptor; MOST_DESCRIPTORS + 1];
    let mut room = [std::mem::MaybeUninit::uninit(); 200];
    let mut control = rustix::net::SendAncillaryBuffer::new(&mut room);
    assert!(control.push(rustix::net::SendAncillaryMessage::ScmRights(&descriptors)));
    let flags = rustix::net::SendFlags::NOSIGNAL;
    rustix::net::sendmsg(socket, &[IoSlice::new(b"x")], &mut control, flags).unwrap();
}

#[test]
fn the_credentials_of_a_listener_are_those_of_the_process_that_began_to_listen() {
    let directory = Directory::new("heir");
    let path = directory.socket();
    let listener = Listener::bind(&path, LISTENING).unwrap();
    let heir = Idle::new(); // has the listener, too
    let client = connected(&path);
    assert_ne!(peer(client.as_fd()).unwrap().pid, heir.pid());
    assert_eq!(peer(client.as_fd()).unwrap().pid, std::process::id());
    listener.remove();
}
