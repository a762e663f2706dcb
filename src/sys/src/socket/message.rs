//! Bytes with descriptors over a Unix socket.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recv, recvmsg, sendmsg,
};

use super::Waiting;

/// The most descriptors that one message carries.
pub const MOST_DESCRIPTORS: usize = 16;

/// Place for the header of a control message and so many descriptors, and not for one more.
#[repr(align(8))]
struct Room([MaybeUninit<u8>; 16 + 4 * MOST_DESCRIPTORS]);

impl Room {
    const EMPTY: Self = Self([MaybeUninit::uninit(); _]);
}

/// Sends bytes, with copies of `descriptors` beside the first of them. Says how many bytes went; a peer that is gone is
/// an error and never a signal.
///
/// # Errors
///
/// `InvalidInput` for more than [`MOST_DESCRIPTORS`], or descriptors without a byte; `BrokenPipe` if the peer has closed,
/// `ConnectionReset` if it has closed without reading all, `WouldBlock`.
pub fn send(
    socket: BorrowedFd<'_>,
    bytes: &[IoSlice<'_>],
    descriptors: &[BorrowedFd<'_>],
    waiting: Waiting,
) -> io::Result<usize> {
    let is_empty = bytes.iter().all(|slice| slice.is_empty());
    if descriptors.len() > MOST_DESCRIPTORS || (is_empty && !descriptors.is_empty()) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut room = Room::EMPTY;
    let mut control = SendAncillaryBuffer::new(&mut room.0);
    if !descriptors.is_empty() && !control.push(SendAncillaryMessage::ScmRights(descriptors)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let flags = match waiting {
        Waiting::Allowed => SendFlags::NOSIGNAL,
        Waiting::Never => SendFlags::NOSIGNAL | SendFlags::DONTWAIT,
    };
    loop {
        match sendmsg(socket, bytes, &mut control, flags) {
            Err(Errno::INTR) => {}
            answer => return Ok(answer?),
        }
    }
}

/// Receives bytes into `into`, and adds the descriptors that stand beside them to `descriptors`; these close on exec.
/// Says how many bytes came; 0 at the end.
///
/// # Errors
///
/// `InvalidData` if more descriptors came than [`MOST_DESCRIPTORS`] or than this process can open: those that came are
/// closed again, and the connection is of no more use. `ConnectionReset` if the peer has closed without reading all,
/// `WouldBlock`.
pub fn receive(
    socket: BorrowedFd<'_>,
    into: &mut [u8],
    descriptors: &mut Vec<OwnedFd>,
    waiting: Waiting,
) -> io::Result<usize> {
    let mut room = Room::EMPTY;
    let mut control = RecvAncillaryBuffer::new(&mut room.0);
    let flags = match waiting {
        Waiting::Allowed => RecvFlags::CMSG_CLOEXEC,
        Waiting::Never => RecvFlags::CMSG_CLOEXEC | RecvFlags::DONTWAIT,
    };
    let received = loop {
        match recvmsg(socket, &mut [IoSliceMut::new(into)], &mut control, flags) {
            Err(Errno::INTR) => {}
            answer => break answer?,
        }
    };
    if received.flags.contains(ReturnFlags::CTRUNC) {
        drop(control); // closes what came
        let text = format!(
            "more than {MOST_DESCRIPTORS} descriptors in a message, or more than may be open"
        );
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    }
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(came) = message {
            descriptors.extend(came);
        }
    }
    Ok(received.bytes)
}

/// Receives bytes into `room`, which need not be initialised. Says how many came; 0 at the end. Descriptors that stand beside them are
/// closed.
///
/// # Errors
///
/// As [`receive`].
pub fn receive_bytes(socket: BorrowedFd<'_>, room: &mut [MaybeUninit<u8>]) -> io::Result<usize> {
    loop {
        match recv(socket, &mut *room, RecvFlags::CMSG_CLOEXEC) {
            Err(Errno::INTR) => {}
            answer => return Ok(answer?.1),
        }
    }
}
