//! A socket at a path, which appears there complete: with its owner and mode, and listening.

use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt, lchown};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::fs::{Mode, fchmod};
use rustix::net::{AddressFamily, SocketFlags, SocketType, accept_with, bind, listen, socket_with};

use super::{Buffers, address};
use crate::failed;

/// What a listener is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listening {
    /// User and group that own the socket's file; only this user and root may connect. `None`: who this process is.
    pub owner: Option<(u32, u32)>,
    /// How many connections may wait to be accepted; the system has a bound of its own (net.core.somaxconn).
    pub backlog: u32,
}

/// A socket that listens at a path. The file stays when this is dropped: another process may accept on.
#[derive(Debug)]
pub struct Listener {
    socket: OwnedFd,
    path: PathBuf,
    /// Device and number of the file.
    file: (u64, u64),
}

impl Listener {
    /// Listens at `path`. A socket that stands there is replaced, in one moment; who waits in its backlog stays there.
    ///
    /// The socket is made under another name in the same directory and moved when it is complete, so nobody finds it
    /// with a wrong owner or mode, or before it listens.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a path that is too long, `AlreadyExists` if something other than a socket stands there; else
    /// the failed call, the path and the reason.
    pub fn bind(path: &Path, wanted: Listening) -> io::Result<Self> {
        address(path)?;
        let other = fs::symlink_metadata(path).is_ok_and(|found| !found.file_type().is_socket());
        if other {
            let text = format!("{} is there and is not a socket", path.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
        }
        let new = beside(path);
        let made = Self::complete(&new, path, wanted);
        if made.is_err() {
            let _ = fs::remove_file(&new); // if it was made at all
        }
        made
    }

    fn complete(new: &Path, path: &Path, wanted: Listening) -> io::Result<Self> {
        let named = |call: &'static str| {
            move |error: io::Error| failed(format_args!("{call}({})", path.display()), error)
        };
        let socket = socket_with(
            AddressFamily::UNIX,
            SocketType::STREAM,
            SocketFlags::CLOEXEC,
            None,
        )
        .map_err(|error| failed("socket", error))?;
        // The file gets the mode of the socket, less the umask. So it is never open to others.
        fchmod(&socket, Mode::from_raw_mode(0o600)).map_err(|error| failed("fchmod", error))?;
        let address = address(new)?;
        match bind(&socket, &address) {
            Err(rustix::io::Errno::ADDRINUSE) => {
                fs::remove_file(new).map_err(named("unlink"))?; // of an earlier process with our number
                bind(&socket, &address)
            }
            answer => answer,
        }
        .map_err(|error| named("bind")(error.into()))?;
        if let Some((user, group)) = wanted.owner {
            lchown(new, Some(user), Some(group)).map_err(named("chown"))?;
        }
        let backlog = i32::try_from(wanted.backlog).unwrap_or(i32::MAX);
        listen(&socket, backlog).map_err(|error| named("listen")(error.into()))?;
        let file = fs::symlink_metadata(new).map_err(named("stat"))?;
        fs::rename(new, path).map_err(named("rename"))?;
        Ok(Self {
            socket,
            path: path.to_owned(),
            file: (file.dev(), file.ino()),
        })
    }

    /// Where it listens.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Stops listening, if no other process does, and removes the file, if it is still the one of this listener.
    pub fn remove(self) {
        let found = fs::symlink_metadata(&self.path);
        if found.is_ok_and(|found| (found.dev(), found.ino()) == self.file) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// A name in the same directory that no other call gives.
fn beside(path: &Path) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0); // only to be different: relaxed order is enough
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    path.with_file_name(format!(".{:x}.{count:x}", std::process::id()))
}

/// The next connection to `listener`, with these buffers: a connection does not get the listener's. Waits for one if the
/// listener does.
///
/// # Errors
///
/// `WouldBlock`; else the failed call and its reason.
pub fn accept(listener: BorrowedFd<'_>, buffers: &Buffers) -> io::Result<OwnedFd> {
    loop {
        match accept_with(listener, SocketFlags::CLOEXEC) {
            Ok(connection) => {
                buffers.set(connection.as_fd())?;
                return Ok(connection);
            }
            Err(rustix::io::Errno::INTR | rustix::io::Errno::CONNABORTED) => {}
            Err(error) => return Err(failed("accept", error)),
        }
    }
}
