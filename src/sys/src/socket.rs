//! Unix stream sockets: connecting, who is at the other end, pairs. Listening is in `listener.rs`, sending in `message.rs`.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::net::{
    AddressFamily, SocketAddrUnix, SocketFlags, SocketType, socket_with, socketpair, sockopt,
};

use crate::{done, failed};

mod listener;
mod message;

pub use listener::{Listener, Listening, accept};
pub use message::{MOST_DESCRIPTORS, receive, receive_bytes, send};

/// The most bytes of a socket's path: the kernel has place for so many and a NUL.
pub const MOST_PATH_BYTES: usize = 107;

/// May a call wait?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// As long as it takes.
    Allowed,
    /// It fails with `WouldBlock` where it would.
    Never,
}

/// Sizes of a socket's buffers in bytes, as the kernel doubles and bounds them; `None` leaves the system's.
///
/// On Unix sockets only `send` matters: what is sent counts against the sender's buffer until it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Buffers {
    /// SO_SNDBUF.
    pub send: Option<usize>,
    /// SO_RCVBUF.
    pub receive: Option<usize>,
}

impl Buffers {
    /// Gives `socket` these buffers.
    ///
    /// # Errors
    ///
    /// The failed call and its reason.
    pub fn set(&self, socket: BorrowedFd<'_>) -> io::Result<()> {
        if let Some(size) = self.send {
            sockopt::set_socket_send_buffer_size(socket, size)
                .map_err(|error| failed(format_args!("setsockopt(SO_SNDBUF, {size})"), error))?;
        }
        if let Some(size) = self.receive {
            sockopt::set_socket_recv_buffer_size(socket, size)
                .map_err(|error| failed(format_args!("setsockopt(SO_RCVBUF, {size})"), error))?;
        }
        Ok(())
    }
}

/// How many bytes, with the kernel's own, a socket takes that nobody reads (SO_SNDBUF); one that is connected to a listener of its kind
/// takes as many, unless it was given another size.
///
/// # Errors
///
/// The failed call and its reason.
pub fn send_buffer(socket: BorrowedFd<'_>) -> io::Result<usize> {
    sockopt::socket_send_buffer_size(socket).map_err(|error| failed("getsockopt(SO_SNDBUF)", error))
}

/// Why there is no connection.
#[derive(Debug)]
pub enum NotConnected {
    /// The socket's file is there, but nobody listens.
    Refused,
    /// So many connections wait for the listener that there is no place for one more, and waiting was not allowed.
    Full,
    /// Anything else, with the path: no such file, no permission, …
    Failed(io::Error),
}

/// A connection to the listener at `path`. `waiting` is about a place in the listener's backlog; the connection waits
/// as any descriptor does.
///
/// # Errors
///
/// See [`NotConnected`].
pub fn connect(path: &Path, waiting: Waiting) -> Result<OwnedFd, NotConnected> {
    let address = address(path).map_err(NotConnected::Failed)?;
    let flags = match waiting {
        Waiting::Allowed => SocketFlags::CLOEXEC,
        Waiting::Never => SocketFlags::CLOEXEC | SocketFlags::NONBLOCK,
    };
    let named =
        |error| NotConnected::Failed(failed(format_args!("connect({})", path.display()), error));
    let socket =
        socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None).map_err(named)?;
    loop {
        match rustix::net::connect(&socket, &address) {
            Ok(()) => break,
            Err(rustix::io::Errno::INTR) => {} // nothing has happened yet: it waited for a place
            Err(rustix::io::Errno::CONNREFUSED) => return Err(NotConnected::Refused),
            Err(rustix::io::Errno::AGAIN) => return Err(NotConnected::Full),
            Err(error) => return Err(named(error)),
        }
    }
    if waiting == Waiting::Never {
        rustix::io::ioctl_fionbio(&socket, false).map_err(named)?;
    }
    Ok(socket)
}

/// The address of a socket at `path`.
pub(crate) fn address(path: &Path) -> io::Result<SocketAddrUnix> {
    let bytes = path.as_os_str().len();
    if bytes > MOST_PATH_BYTES {
        let text = format!(
            "the path of a socket has at most {MOST_PATH_BYTES} bytes, and {} has {bytes}",
            path.display()
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    SocketAddrUnix::new(path).map_err(|error| failed(path.display(), error))
}

/// The process at the other end of a connection, as it was when it connected or began to listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credentials {
    /// Its number; 0 if it cannot be seen from here (another process namespace).
    pub pid: u32,
    /// Its effective user.
    pub uid: u32,
    /// Its effective main group.
    pub gid: u32,
}

/// Who is at the other end of `connection`.
///
/// # Errors
///
/// The failed call and its reason.
pub fn peer(connection: BorrowedFd<'_>) -> io::Result<Credentials> {
    let mut found = MaybeUninit::<libc::ucred>::zeroed();
    let mut size = size_of::<libc::ucred>() as libc::socklen_t;
    // SAFETY: `found` is writable for `size` bytes; the descriptor is borrowed for the call.
    let answer = unsafe {
        libc::getsockopt(
            connection.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_PEERCRED,
            found.as_mut_ptr().cast(),
            &raw mut size,
        )
    };
    done(answer).map_err(|error| failed("getsockopt(SO_PEERCRED)", error))?;
    // SAFETY: three numbers, for which zeroes are valid, too.
    let found = unsafe { found.assume_init() };
    Ok(Credentials {
        pid: found.pid.cast_unsigned(),
        uid: found.uid,
        gid: found.gid,
    })
}

/// Nothing more goes over this connection, in either direction; what was sent is still received. A connection that is closed
/// already is fine.
pub fn close_both_ways(connection: BorrowedFd<'_>) {
    let _ = rustix::net::shutdown(connection, rustix::net::Shutdown::Both);
}

/// Two sockets that are connected with each other.
///
/// # Errors
///
/// The failed call and its reason.
pub fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    socketpair(
        AddressFamily::UNIX,
        SocketType::STREAM,
        SocketFlags::CLOEXEC,
        None,
    )
    .map_err(|error| failed("socketpair", error))
}

#[cfg(test)]
mod kernel_facts;
#[cfg(test)]
mod tests;
