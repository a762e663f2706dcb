//! Much data over a connection: received where it is wanted, and sent in few frames.

use std::mem::MaybeUninit;
use std::os::fd::AsFd as _;

use clutch_core::exchange::copied;
use clutch_core::transport::{Frame, Header, Kind, PIECE};

use super::{Link, Lost};
use crate::socket::{self, Waiting};

/// Bytes that are looked at for a header, when what follows it is wanted elsewhere.
const GLIMPSE: usize = 512;

/// What has come of a frame that somebody had room for.
#[derive(Debug)]
pub enum Came<'l> {
    /// All of it, as from [`Link::receive`].
    Here(Frame<'l>),
    /// Its header; the payload is where it was wanted.
    There(Header),
}

impl Link<'_> {
    /// The next frame; if it is one of this kind and its payload fits into `room`, that is put there, for the most part by the kernel.
    /// Waits for it.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub fn receive_into(
        &mut self,
        kind: Kind,
        room: &mut [MaybeUninit<u8>],
    ) -> Result<Came<'_>, Lost> {
        self.take_given();
        while self.end - self.start < Header::SIZE {
            self.make_room()?;
            let most = self.buffers.incoming.len().min(self.end + GLIMPSE);
            self.take_in(most, Waiting::Allowed)?;
        }
        let there = &self.buffers.incoming[self.start..self.end];
        let (header, payload) = there.split_at(Header::SIZE);
        let header = Header::decode(*header.first_chunk().ok_or(Lost::Malformed)?);
        let header = header.map_err(|_| Lost::Malformed)?;
        let fits = payload.len() < header.length && header.length <= room.len();
        if header.kind != kind || !fits {
            return Ok(Came::Here(self.receive()?));
        }
        let (first, mut rest) = room[..header.length].split_at_mut(payload.len());
        copied(payload, first);
        (self.start, self.end) = (0, 0);
        while !rest.is_empty() {
            match socket::receive_bytes(self.socket.as_fd(), rest)? {
                0 => return Err(Lost::Ended),
                count => rest = &mut rest[count..],
            }
        }
        Ok(Came::There(header))
    }

    /// Adds data to a frame of this kind, which has [`PIECE`] bytes, or ends by [`Link::end_gathered`], before anything else is put.
    ///
    /// # Errors
    ///
    /// The connection is lost.
    pub fn gather(&mut self, kind: Kind, data: &[u8]) -> Result<(), Lost> {
        let mut rest = data;
        while !rest.is_empty() {
            if self.room_of_gathered() == Some(0) {
                self.end_gathered(kind, 0);
                self.flush()?;
            }
            if self.gathered.is_none() {
                self.gathered = Some(self.buffers.outgoing.len());
                self.buffers.outgoing.extend_from_slice(&[0; Header::SIZE]);
            }
            let room = self.room_of_gathered().unwrap_or(PIECE);
            let (piece, after) = rest.split_at(rest.len().min(room));
            self.buffers.outgoing.extend_from_slice(piece);
            rest = after;
        }
        Ok(())
    }

    fn room_of_gathered(&self) -> Option<usize> {
        let begun = self.gathered?;
        Some((begun + Header::SIZE + PIECE).saturating_sub(self.buffers.outgoing.len()))
    }

    /// Ends the frame that was gathered, with this flag. `false` if there is none.
    pub fn end_gathered(&mut self, kind: Kind, flag: u8) -> bool {
        let Some(begun) = self.gathered.take() else {
            return false;
        };
        let (header, payload) = self.buffers.outgoing[begun..].split_at_mut(Header::SIZE);
        let length = payload.len();
        header.copy_from_slice(&Header { kind, flag, length }.encode());
        true
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::OwnedFd;
    use std::sync::Arc;
    use std::thread;

    use super::super::Buffers;
    use super::*;
    use crate::socket::pair;

    fn ends() -> (Arc<OwnedFd>, Arc<OwnedFd>) {
        let (one, other) = pair().unwrap();
        (Arc::new(one), Arc::new(other))
    }

    /// What comes of a body in frames of flag 0, up to one of another flag, which is the last: their lengths and the bytes. `room` for
    /// so many at a time.
    fn read_all(socket: &Arc<OwnedFd>, room: usize) -> (Vec<(usize, u8)>, Vec<u8>) {
        let mut buffers = Buffers::default();
        let mut link = Link::over(Arc::clone(socket), &mut buffers);
        let (mut frames, mut all) = (Vec::new(), Vec::new());
        loop {
            let mut room = vec![MaybeUninit::new(0); room];
            let flag = match link.receive_into(Kind::Body, &mut room).unwrap() {
                Came::Here(frame) => {
                    assert_eq!(frame.kind, Kind::Body);
                    frames.push((frame.payload.len(), frame.flag));
                    all.extend_from_slice(frame.payload);
                    frame.flag
                }
                Came::There(header) => {
                    frames.push((header.length, header.flag));
                    // SAFETY: made of initialised bytes, and only such are ever put there.
                    all.extend(
                        room[..header.length]
                            .iter()
                            .map(|byte| unsafe { byte.assume_init() }),
                    );
                    header.flag
                }
            };
            if flag != 0 {
                return (frames, all);
            }
        }
    }

    fn body(length: usize) -> Vec<u8> {
        (0..length).map(|at| (at % 251) as u8).collect()
    }

    #[test]
    fn data_comes_whole_and_in_order_whatever_room_there_is_for_it() {
        let sent = body(3 * PIECE + 12_345);
        for room in [1, 1000, GLIMPSE, PIECE - 1, PIECE, 4 * PIECE] {
            let (near, far) = ends();
            let (frames, came) = thread::scope(|scope| {
                let reader = scope.spawn(|| read_all(&far, room));
                let mut buffers = Buffers::default();
                let mut link = Link::over(near, &mut buffers);
                for piece in sent.chunks(8_000) {
                    link.gather(Kind::Body, piece).unwrap();
                }
                assert!(link.end_gathered(Kind::Body, 1));
                assert!(!link.end_gathered(Kind::Body, 1), "there is none any more");
                link.flush().unwrap();
                reader.join().unwrap()
            });
            assert_eq!(came, sent, "room for {room}");
            assert_eq!(frames, [(PIECE, 0), (PIECE, 0), (PIECE, 0), (12_345, 1)]);
        }
    }

    #[test]
    fn what_was_not_wanted_comes_as_a_frame_and_what_follows_stays() {
        let (near, far) = ends();
        let mut buffers = Buffers::default();
        let mut link = Link::over(near, &mut buffers);
        link.put(Kind::Finish, 3, |_| ());
        link.gather(Kind::Body, &body(50_000)).unwrap();
        link.end_gathered(Kind::Body, 0);
        link.put(Kind::Body, 1, |_| ());
        link.flush().unwrap();
        let mut buffers = Buffers::default();
        let mut link = Link::over(far, &mut buffers);
        let mut room = vec![MaybeUninit::uninit(); PIECE];
        let Came::Here(frame) = link.receive_into(Kind::Body, &mut room).unwrap() else {
            panic!("that is no body");
        };
        assert_eq!((frame.kind, frame.flag), (Kind::Finish, 3));
        let Came::There(header) = link.receive_into(Kind::Body, &mut room).unwrap() else {
            panic!("there was room");
        };
        assert_eq!((header.length, link.given()), (50_000, &[][..]));
        let Came::Here(frame) = link.receive_into(Kind::Body, &mut room).unwrap() else {
            panic!("nothing needs no room");
        };
        assert_eq!(
            (frame.kind, frame.flag, frame.payload),
            (Kind::Body, 1, &[][..])
        );
        assert!(link.into_socket().is_some());
    }

    #[test]
    fn a_connection_that_ends_within_a_frame_is_lost() {
        let (near, far) = ends();
        let header = Header {
            kind: Kind::Body,
            flag: 0,
            length: 5_000,
        }
        .encode();
        let parts = [
            std::io::IoSlice::new(&header),
            std::io::IoSlice::new(&[7; 900]),
        ];
        socket::send(near.as_fd(), &parts, &[], Waiting::Allowed).unwrap();
        drop(near);
        let mut buffers = Buffers::default();
        let mut link = Link::over(far, &mut buffers);
        let mut room = vec![MaybeUninit::uninit(); PIECE];
        let outcome = link.receive_into(Kind::Body, &mut room);
        assert!(matches!(outcome, Err(Lost::Ended)));
    }
}
