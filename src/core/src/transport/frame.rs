//! Frames: a header of eight bytes, and a payload.

use crate::code::Fault;
use crate::log::Record;
use crate::question::MOST_ANSWER;
use crate::transport::{Encoder, MOST_HEAD, MOST_PAYLOAD, MOST_REQUEST, Malformed};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $most:expr;)*) => {
        /// What a frame is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Kind { $($(#[$doc])* $name = $number,)* }

        impl Kind {
            /// All of them.
            pub const ALL: &'static [Kind] = &[$(Kind::$name,)*];

            fn of(number: u8) -> Option<Self> {
                match number {
                    $($number => Some(Kind::$name),)*
                    _ => None,
                }
            }

            /// The longest payload.
            const fn most(self) -> usize {
                match self { $(Kind::$name => $most,)* }
            }
        }
    };
}

kinds! {
    /// Child: a request, complete but for its body.
    Request = 1, MOST_REQUEST;
    /// Child: bytes of the body that was asked for. With the flag [`Header::LAST`] they are the last for this question; without
    /// any bytes then, the body is at its end, unless [`Header::MORE`] says that it is not.
    Body = 2, MOST_PAYLOAD;
    /// Child: the body that was asked for cannot be had; the flag is the failure's number.
    BodyFailed = 3, 0;
    /// Child: the value of the TLS variable that was asked for; the flag is 0 if it has none.
    TlsValue = 4, MOST_PAYLOAD;
    /// Daemon, first on each connection: the protocol's version and the daemon's process number.
    Hello = 16, 8;
    /// Daemon: wants the body; the most bytes it can use, and with the flag 1 it waits for all of them; then the most bytes that it
    /// takes beyond these, if they are there already.
    WantBody = 17, 12;
    /// Daemon: status, content length, status line and headers of the response.
    Head = 18, MOST_HEAD;
    /// Daemon: bytes of the response; the flag is what follows.
    Data = 19, MOST_PAYLOAD;
    /// Daemon: a part of a file is the response; comes with its descriptor.
    File = 20, 16;
    /// Daemon: the response is complete.
    Finish = 21, 0;
    /// Daemon: the response is broken.
    Abort = 22, 0;
    /// Daemon: a line for the log of the request; the flag is its level.
    Log = 23, MOST_PAYLOAD;
    /// Daemon: wants a TLS variable.
    WantTls = 24, MOST_PAYLOAD;
    /// Daemon: the request is over; the status to answer with, or 0.
    Answer = 25, 2;
    /// Daemon: what a script has answered to the question that the request is ([`crate::question::Answer`]).
    Reply = 26, MOST_ANSWER;
}

/// The first eight bytes of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// What it is about.
    pub kind: Kind,
    /// What that says.
    pub flag: u8,
    /// Length of the payload.
    pub length: usize,
}

impl Header {
    /// Bytes of a header.
    pub const SIZE: usize = 8;
    /// Flag of [`Kind::Body`].
    pub const LAST: u8 = 1;
    /// Another flag of [`Kind::Body`].
    pub const MORE: u8 = 2;

    /// As bytes. The payload is not longer than its kind allows: whoever cuts data into frames sees to it.
    pub fn encode(self) -> [u8; Self::SIZE] {
        debug_assert!(self.length <= self.kind.most());
        let length = (self.length as u32).to_ne_bytes();
        let [a, b, c, d] = length;
        [self.kind as u8, self.flag, 0, 0, a, b, c, d]
    }

    /// The header in these bytes.
    ///
    /// # Errors
    ///
    /// An unknown kind, a payload that is too long, or bytes that are not 0 where they must be.
    pub fn decode(bytes: [u8; Self::SIZE]) -> Result<Self, Malformed> {
        let [kind, flag, 0, 0, a, b, c, d] = bytes else {
            return Err(Malformed);
        };
        let kind = Kind::of(kind).ok_or(Malformed)?;
        let length = u32::from_ne_bytes([a, b, c, d]) as usize;
        if length > kind.most() {
            return Err(Malformed);
        }
        Ok(Self { kind, flag, length })
    }
}

/// A whole frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// What it is about.
    pub kind: Kind,
    /// What that says.
    pub flag: u8,
    /// The rest.
    pub payload: &'a [u8],
}

impl<'a> Frame<'a> {
    /// The frame that `bytes` begin with, and its whole length; `None` if it is not all there.
    ///
    /// # Errors
    ///
    /// As [`Header::decode`].
    pub fn first(bytes: &'a [u8]) -> Result<Option<(Self, usize)>, Malformed> {
        let Some((header, rest)) = bytes.split_first_chunk() else {
            return Ok(None);
        };
        let Header { kind, flag, length } = Header::decode(*header)?;
        let payload = rest.get(..length);
        Ok(payload.map(|payload| {
            let frame = Self {
                kind,
                flag,
                payload,
            };
            (frame, Header::SIZE + length)
        }))
    }

    /// Puts a line for the log of the request.
    #[track_caller]
    pub fn put_fault(bytes: &mut Vec<u8>, fault: &Fault) {
        fault.write(|record| {
            Self::put(bytes, Kind::Log, record.level as u8, |bytes| {
                put_record(bytes, record);
            });
        });
    }

    /// Puts a frame behind `bytes`, with the payload that `fill` puts there.
    pub fn put(bytes: &mut Vec<u8>, kind: Kind, flag: u8, fill: impl FnOnce(&mut Vec<u8>)) {
        let start = bytes.len();
        bytes.extend_from_slice(&[0; Header::SIZE]);
        fill(bytes);
        let length = bytes.len() - start - Header::SIZE;
        let header = Header { kind, flag, length };
        bytes[start..start + Header::SIZE].copy_from_slice(&header.encode());
    }
}

/// Most bytes of a line that is passed on; httpd cuts at less.
const MOST_LINE: usize = 16 * 1024;

/// Puts the payload of [`Kind::Log`].
pub fn put_record(bytes: &mut Vec<u8>, record: &Record<'_>) {
    let mut encoder = Encoder(bytes);
    encoder.put_u32(record.line);
    encoder.put_text(&record.file.as_bytes()[..record.file.len().min(MOST_LINE)]);
    encoder.put_text(&record.text[..record.text.len().min(MOST_LINE)]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Frame, Header, Kind};
    use crate::transport::Malformed;

    proptest! {
        #[test]
        fn a_frame_survives_its_bytes(
            kind in prop::sample::select(Kind::ALL.to_vec()),
            flag in any::<u8>(),
            payload in any::<Vec<u8>>(),
            rest in any::<Vec<u8>>(),
        ) {
            let payload = &payload[..payload.len().min(kind.most())];
            let mut bytes = Vec::new();
            Frame::put(&mut bytes, kind, flag, |bytes| bytes.extend_from_slice(payload));
            let length = bytes.len();
            for cut in 0..length {
                prop_assert_eq!(Frame::first(&bytes[..cut]), Ok(None));
            }
            bytes.extend_from_slice(&rest);
            let frame = Frame { kind, flag, payload };
            prop_assert_eq!(Frame::first(&bytes), Ok(Some((frame, length))));
        }

        #[test]
        fn any_bytes_are_a_frame_or_refused(bytes in any::<Vec<u8>>()) {
            let _ = Frame::first(&bytes);
        }
    }

    #[test]
    fn what_no_frame_begins_with_is_refused() {
        let good = Header {
            kind: Kind::Answer,
            flag: 0,
            length: 2,
        };
        assert_eq!(Header::decode(good.encode()), Ok(good));
        for (at, byte) in [(0, 0), (0, 99), (2, 1), (3, 1), (4, 3), (7, 1)] {
            let mut bytes = good.encode();
            bytes[at] = byte;
            assert_eq!(Header::decode(bytes), Err(Malformed), "{at}: {byte}");
        }
    }
}
