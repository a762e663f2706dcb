//! Messages of [`clutch_core::control`] over a socket: a length of four bytes, then what serde makes of the value.

use std::io::{self, IoSlice};
use std::os::fd::{BorrowedFd, OwnedFd};

use clutch_core::control::MOST_MESSAGE;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::socket::{self, Waiting};

/// Sends `value`, with copies of `descriptors`. Waits until it is gone.
///
/// # Errors
///
/// `InvalidData` for what is too long; what [`socket::send`] says.
pub fn send(
    socket: BorrowedFd<'_>,
    value: &impl Serialize,
    descriptors: &[BorrowedFd<'_>],
) -> io::Result<()> {
    let mut bytes = vec![0; 4];
    bytes = postcard::to_extend(value, bytes).map_err(invalid)?;
    let length = bytes.len() - 4;
    let prefix = u32::try_from(length)
        .ok()
        .filter(|_| length <= MOST_MESSAGE);
    let prefix = prefix.ok_or_else(|| invalid("a message is too long"))?;
    bytes[..4].copy_from_slice(&prefix.to_ne_bytes());
    let mut sent = 0;
    while sent < bytes.len() {
        let descriptors = if sent == 0 { descriptors } else { &[] };
        let rest = [IoSlice::new(&bytes[sent..])];
        sent += socket::send(socket, &rest, descriptors, Waiting::Allowed)?;
    }
    Ok(())
}

/// Takes messages from a socket.
#[derive(Debug)]
pub struct Inbox {
    /// Most bytes of a message.
    most: usize,
    bytes: Vec<u8>,
    descriptors: Vec<OwnedFd>,
    ended: bool,
}

impl Inbox {
    /// For messages of at most `most` bytes.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            bytes: Vec::new(),
            descriptors: Vec::new(),
            ended: false,
        }
    }

    /// Takes what has come, without waiting unless `waiting` allows it.
    ///
    /// # Errors
    ///
    /// What [`socket::receive`] says, but for `WouldBlock`.
    pub fn fill(&mut self, socket: BorrowedFd<'_>, waiting: Waiting) -> io::Result<()> {
        let mut room = [0; 16 * 1024];
        loop {
            match socket::receive(socket, &mut room, &mut self.descriptors, waiting) {
                Ok(0) => {
                    self.ended = true;
                    return Ok(());
                }
                Ok(count) => {
                    self.bytes.extend_from_slice(&room[..count]);
                    if self.bytes.len() > self.most + room.len() {
                        return Ok(()); // enough for now
                    }
                    if waiting == Waiting::Allowed {
                        return Ok(());
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }

    /// Whether the other end has closed.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// The first of the descriptors that have come and were not taken: those of several messages may be here already.
    pub fn take_descriptor(&mut self) -> Option<OwnedFd> {
        (!self.descriptors.is_empty()).then(|| self.descriptors.remove(0))
    }

    /// The next whole message.
    ///
    /// # Errors
    ///
    /// `InvalidData` for what is no message.
    pub fn take<T: DeserializeOwned>(&mut self) -> io::Result<Option<T>> {
        let Some((length, rest)) = self.bytes.split_first_chunk() else {
            return Ok(None);
        };
        let length = u32::from_ne_bytes(*length) as usize;
        if length > self.most {
            return Err(invalid("a message is too long"));
        }
        let Some(message) = rest.get(..length) else {
            return Ok(None);
        };
        let value = postcard::from_bytes(message).map_err(invalid)?;
        self.bytes.drain(..4 + length);
        Ok(Some(value))
    }

    /// The next message. Waits for it.
    ///
    /// # Errors
    ///
    /// `UnexpectedEof` if the other end closes before; `TimedOut`; what [`Inbox::take`] says.
    pub fn wait<T: DeserializeOwned>(&mut self, socket: BorrowedFd<'_>) -> io::Result<T> {
        loop {
            if let Some(value) = self.take()? {
                return Ok(value);
            }
            if self.ended {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.fill(socket, Waiting::Allowed)?;
        }
    }
}

fn invalid(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
