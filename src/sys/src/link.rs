//! Frames over a socket: both ends of [`clutch_core::transport`].
//!
//! A connection between requests is a descriptor and nothing else. While a request is served, its thread lends it two
//! buffers ([`Buffers`]), so that many idle connections cost nothing.

use std::fmt;
use std::io::{self, IoSlice};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use clutch_core::transport::{Frame, Header, Kind, MOST_PAYLOAD, PIECE};

use crate::socket::{self, Waiting};

mod bulk;

pub use bulk::Came;

/// Room for incoming bytes at first: the longest frame of data.
const ROOM: usize = MOST_PAYLOAD + Header::SIZE;

/// Outgoing bytes that are copied, so that several frames go out with one system call; more are sent from where they are.
const COPIED: usize = 16 * 1024;

/// Outgoing bytes that are gathered before they are sent although more follows.
const GATHERED: usize = 64 * 1024;

/// Buffers larger than this are given back after the request that needed them.
const KEPT: usize = 256 * 1024;

/// Why a connection is of no use any more.
#[derive(Debug)]
pub enum Lost {
    /// The other end went away and left unread what this end had sent, or part of it.
    Reset,
    /// The other end went away after it had read everything.
    Ended,
    /// The other end did not send or take anything within the time limit of the socket.
    TimedOut,
    /// What came is not what the protocol says.
    Malformed,
    /// Anything else.
    Failed(io::Error),
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reset => f.write_str("the other end went away before it had read everything"),
            Self::Ended => f.write_str("the other end went away"),
            Self::TimedOut => f.write_str("the other end did not answer in time"),
            Self::Malformed => f.write_str("the other end does not speak the protocol"),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl From<io::Error> for Lost {
    fn from(error: io::Error) -> Self {
        match error.raw_os_error() {
            Some(libc::ECONNRESET | libc::EPIPE) => Self::Reset,
            Some(libc::EAGAIN | libc::ETIMEDOUT) => Self::TimedOut,
            _ => Self::Failed(error),
        }
    }
}

/// What a thread lends to the connection it serves.
#[derive(Debug, Default)]
pub struct Buffers {
    /// As long as there was room for; what has come is a part of it.
    incoming: Vec<u8>,
    outgoing: Vec<u8>,
}

/// A connection while a request is served.
#[derive(Debug)]
pub struct Link<'b> {
    socket: Arc<OwnedFd>,
    buffers: &'b mut Buffers,
    /// The part of the incoming buffer that has come and was not taken.
    start: usize,
    end: usize,
    /// How long the frame is that was given last, and is taken when the next one is wanted.
    given: usize,
    descriptors: Vec<OwnedFd>,
    /// Where in the outgoing buffer the frame begins that is being gathered.
    gathered: Option<usize>,
}

impl<'b> Link<'b> {
    /// `socket` with these buffers.
    pub fn over(socket: Arc<OwnedFd>, buffers: &'b mut Buffers) -> Self {
        buffers.outgoing.clear();
        if buffers.incoming.len() < ROOM {
            buffers.incoming.resize(ROOM, 0);
        }
        Self {
            socket,
            buffers,
            start: 0,
            end: 0,
            given: 0,
            descriptors: Vec::new(),
            gathered: None,
        }
    }

    /// The socket, for the next request; `None` if something has come that nobody asked for.
    pub fn into_socket(mut self) -> Option<Arc<OwnedFd>> {
        self.take_given();
        let clean = self.start == self.end && self.descriptors.is_empty();
        if self.buffers.incoming.len() > KEPT {
            self.buffers.incoming = Vec::new();
        }
        if self.buffers.outgoing.capacity() > KEPT {
            self.buffers.outgoing = Vec::new();
        }
        clean.then_some(self.socket)
    }

    /// The next frame. Waits for it.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub fn receive(&mut self) -> Result<Frame<'_>, Lost> {
        self.ready(Waiting::Allowed)?;
        self.first()?.ok_or(Lost::Malformed) // `ready` has seen it
    }

    /// The payload of the frame that was received last.
    pub fn given(&self) -> &[u8] {
        let whole = &self.buffers.incoming[self.start..self.start + self.given];
        whole.get(Header::SIZE..).unwrap_or_default()
    }

    /// Whether the next frame is all there. Does not wait.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub fn has_come(&mut self) -> Result<bool, Lost> {
        self.ready(Waiting::Never)
    }

    /// Whether something has come that was not taken: a part of a frame after [`Link::has_come`] has said no.
    pub fn has_rest(&self) -> bool {
        self.start + self.given < self.end
    }

    fn first(&mut self) -> Result<Option<Frame<'_>>, Lost> {
        let there = &self.buffers.incoming[self.start..self.end];
        let found = Frame::first(there).map_err(|_| Lost::Malformed)?;
        Ok(found.map(|(frame, length)| {
            self.given = length;
            frame
        }))
    }

    fn take_given(&mut self) {
        self.start += std::mem::take(&mut self.given);
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
    }

    fn ready(&mut self, waiting: Waiting) -> Result<bool, Lost> {
        self.take_given();
        loop {
            if self.first()?.is_some() {
                self.given = 0;
                return Ok(true);
            }
            self.make_room()?;
            if !self.take_in(self.buffers.incoming.len(), waiting)? {
                return Ok(false);
            }
        }
    }

    /// Takes in what has come, up to place `most` of the buffer. `false`: there is nothing.
    fn take_in(&mut self, most: usize, waiting: Waiting) -> Result<bool, Lost> {
        let room = &mut self.buffers.incoming[self.end..most];
        match socket::receive(self.socket.as_fd(), room, &mut self.descriptors, waiting) {
            Ok(0) => Err(Lost::Ended),
            Ok(count) => {
                self.end += count;
                Ok(true)
            }
            Err(error)
                if waiting == Waiting::Never && error.kind() == io::ErrorKind::WouldBlock =>
            {
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Room for the rest of the frame that has begun, and then some.
    fn make_room(&mut self) -> Result<(), Lost> {
        let there = &self.buffers.incoming[self.start..self.end];
        let needed = match there.first_chunk() {
            Some(header) => {
                let header = Header::decode(*header).map_err(|_| Lost::Malformed)?;
                header.length + Header::SIZE
            }
            None => Header::SIZE,
        };
        let size = self.buffers.incoming.len();
        if size - self.start < needed || self.end == size {
            self.buffers.incoming.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        // A length is only a claim: room grows with what comes.
        if size < needed && self.end * 2 > size {
            self.buffers.incoming.resize(needed.min(size * 2), 0);
        }
        Ok(())
    }

    /// The descriptor that came first, if one has come.
    pub fn take_descriptor(&mut self) -> Option<OwnedFd> {
        (!self.descriptors.is_empty()).then(|| self.descriptors.remove(0))
    }

    /// Puts a frame to be sent with the next one, or by [`Link::flush`].
    pub fn put(&mut self, kind: Kind, flag: u8, fill: impl FnOnce(&mut Vec<u8>)) {
        Frame::put(&mut self.buffers.outgoing, kind, flag, fill);
    }

    /// Sends what was put.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub fn flush(&mut self) -> Result<(), Lost> {
        self.send(&[], &[])
    }

    /// Sends data in frames of this kind, each with `flag`, the last one with `last`. What is short waits for more if `more`
    /// says that some follows.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub fn send_data(
        &mut self,
        kind: Kind,
        (flag, last): (u8, u8),
        data: &[u8],
        more: bool,
    ) -> Result<(), Lost> {
        let mut rest = data;
        loop {
            let (piece, after) = rest.split_at(rest.len().min(PIECE));
            let flag = if after.is_empty() { last } else { flag };
            let waits = more && after.is_empty();
            if piece.len() <= COPIED {
                self.put(kind, flag, |bytes| bytes.extend_from_slice(piece));
                if !waits || self.buffers.outgoing.len() >= GATHERED {
                    self.flush()?;
                }
            } else {
                let length = piece.len();
                let header = Header { kind, flag, length };
                self.buffers.outgoing.extend_from_slice(&header.encode());
                self.send(piece, &[])?;
            }
            if after.is_empty() {
                return Ok(());
            }
            rest = after;
        }
    }

    /// Sends a frame with a descriptor.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub fn send_descriptor(
        &mut self,
        kind: Kind,
        descriptor: BorrowedFd<'_>,
        fill: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(), Lost> {
        self.flush()?;
        self.put(kind, 0, fill);
        self.send(&[], &[descriptor])
    }

    /// Sends what was put, then `data`.
    fn send(&mut self, data: &[u8], descriptors: &[BorrowedFd<'_>]) -> Result<(), Lost> {
        let mut sent = 0;
        let mut descriptors = descriptors;
        let put = std::mem::take(&mut self.buffers.outgoing);
        let whole = put.len() + data.len();
        let outcome = loop {
            if sent == whole {
                break Ok(());
            }
            let parts = [
                IoSlice::new(&put[sent.min(put.len())..]),
                IoSlice::new(&data[sent.saturating_sub(put.len())..]),
            ];
            match socket::send(self.socket.as_fd(), &parts, descriptors, Waiting::Allowed) {
                Ok(count) => {
                    sent += count;
                    descriptors = &[]; // went with the first byte
                }
                Err(error) => break Err(error.into()),
            }
        };
        self.buffers.outgoing = put;
        self.buffers.outgoing.clear();
        outcome
    }
}

impl AsFd for Link<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Each sending and each receiving on `socket` fails with [`Lost::TimedOut`] when nothing happens for `limit`.
///
/// # Errors
///
/// The failed call and its reason.
pub fn limit_waiting(socket: &OwnedFd, limit: Duration) -> io::Result<()> {
    use rustix::net::sockopt::{Timeout, set_socket_timeout};
    let limit = (!limit.is_zero()).then_some(limit);
    for side in [Timeout::Recv, Timeout::Send] {
        set_socket_timeout(socket, side, limit)?;
    }
    Ok(())
}
