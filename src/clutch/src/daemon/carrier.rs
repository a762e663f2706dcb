//! A request that has come over a connection, as the carrier of a WSGI call.

use std::cell::RefCell;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use clutch_core::exchange::{Exchange, Failure, FileRange, ResponseHead, Then, copied};
use clutch_core::log::{Level, Record};
use clutch_core::question::Answer;
use clutch_core::transport::{Encoder, Kind, PIECE, put_record};
use clutch_sys::link::{Came, Link, Lost};
use clutch_sys::lock::Mutex;
use clutch_sys::poll::{self, Interest};
use clutch_sys::socket::{self, Waiting};
use ffi_engine::wire::{self, Attached};

use super::incoming::Incoming;

/// How long the rest of a body that a child is sending is waited for.
const SOON: Duration = Duration::from_millis(20);

/// What may still be said about a request: the worker says it, unless the clock has answered in its place.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    /// Somebody else has answered; nothing more may be sent on this connection. Held while anything is sent.
    over: Mutex<bool>,
}

impl Turn {
    /// Answers with `frames`, the last of them a [`Kind::Answer`], in the worker's place, unless the worker is about to say something
    /// itself, or has answered.
    pub(crate) fn answer_instead(&self, socket: &Arc<OwnedFd>, frames: &[u8]) -> bool {
        let Some(mut over) = self.over.try_lock() else {
            return false;
        };
        if *over {
            return false;
        }
        *over = true;
        let parts = [std::io::IoSlice::new(frames)];
        let sent = socket::send(socket.as_fd(), &parts, &[], Waiting::Never).is_ok();
        // The thread that has the connection does not look after it: the child is to see that, and use another one.
        socket::close_both_ways(socket.as_fd());
        sent
    }
}

/// A request on its connection.
pub(crate) struct Carrier<'l, 'b> {
    link: RefCell<&'l mut Link<'b>>,
    attached: Attached,
    turn: &'l Turn,
    /// What has come of the body, and what is asked for.
    body: Incoming,
    /// The connection is of no use any more.
    lost: bool,
}

impl<'l, 'b> Carrier<'l, 'b> {
    /// The request that has come over `link`, with this body.
    pub(crate) fn of(
        link: &'l mut Link<'b>,
        attached: Attached,
        body: Incoming,
        turn: &'l Turn,
    ) -> Self {
        Self {
            link: RefCell::new(link),
            attached,
            turn,
            body,
            lost: false,
        }
    }

    /// Says that the request is over, with the status that the child is to answer with. Whether the connection can carry another.
    pub(crate) fn answer(mut self, status: Option<u16>) -> bool {
        let status = status.unwrap_or(0);
        // Before the answer: what the child sends after it is the next request.
        let is_clean = self.drop_body();
        let said = self.send(|link| {
            link.put(Kind::Answer, 0, |bytes| Encoder(bytes).put_u16(status));
            link.flush()
        });
        *self.turn.over.lock() = true;
        said.is_ok() && is_clean
    }

    /// Says that the request has not been begun and is to be offered to another daemon. Whether the connection can carry another.
    pub(crate) fn send_elsewhere(mut self) -> bool {
        let _ = self.send(|link| {
            link.put(Kind::Answer, 1, |bytes| Encoder(bytes).put_u16(0));
            link.flush()
        });
        false
    }

    /// Runs `send` on the connection, if it is still ours to speak on.
    fn send(
        &mut self,
        send: impl FnOnce(&mut Link<'b>) -> Result<(), Lost>,
    ) -> Result<(), Failure> {
        let over = self.turn.over.lock();
        if self.lost || *over {
            return Err(Failure::ClientGone);
        }
        send(self.link.get_mut()).map_err(|lost| {
            self.lost = true;
            failure(&lost)
        })
    }

    /// The next frame from the child, which answers a question.
    fn answer_of_child(&mut self) -> Result<(Kind, u8), Failure> {
        match self.link.get_mut().receive() {
            Ok(frame) => Ok((frame.kind, frame.flag)),
            Err(lost) => {
                self.lost = true;
                Err(failure(&lost))
            }
        }
    }

    fn malformed(&mut self) -> Failure {
        self.lost = true;
        Failure::Internal
    }

    /// Asks for at most `most` bytes of the body, and perhaps for some that will be wanted next.
    fn ask(&mut self, most: usize, all: bool) -> Result<(), Failure> {
        let wanted = if all { most } else { most.min(PIECE) };
        let ahead = self.body.ask();
        self.send(|link| {
            link.put(Kind::WantBody, all.into(), |bytes| {
                let mut encoder = Encoder(bytes);
                encoder.put_u64(wanted as u64);
                encoder.put_u32(ahead);
            });
            link.flush()
        })
    }

    /// The next frame of the body that was asked for.
    fn next_of_body(&mut self) -> Result<(), Failure> {
        let (kind, flag) = self.answer_of_child()?;
        self.heard(kind, flag)
    }

    /// As [`Carrier::next_of_body`], into `room` if it fits: how many bytes are there then.
    fn next_of_body_into(
        &mut self,
        room: &mut [MaybeUninit<u8>],
    ) -> Result<Option<usize>, Failure> {
        let (kind, flag, count) = match self.link.get_mut().receive_into(Kind::Body, room) {
            Ok(Came::Here(frame)) => (frame.kind, frame.flag, None),
            Ok(Came::There(header)) => (header.kind, header.flag, Some(header.length)),
            Err(lost) => {
                self.lost = true;
                return Err(failure(&lost));
            }
        };
        self.heard(kind, flag)?;
        Ok(count)
    }

    /// Notes a frame that answers the question for the body.
    fn heard(&mut self, kind: Kind, flag: u8) -> Result<(), Failure> {
        match kind {
            Kind::Body => {
                self.body.has_come(flag);
                Ok(())
            }
            Kind::BodyFailed => {
                self.body.has_failed();
                Err(Failure::from_code(flag.into()))
            }
            _ => Err(self.malformed()),
        }
    }

    /// Sets aside what comes of the body, until the child listens to something else.
    fn let_body_come(&mut self) -> Result<(), Failure> {
        self.body.set_aside(self.link.get_mut().given());
        while self.body.is_asked() {
            match self.next_of_body() {
                Ok(()) => self.body.set_aside(self.link.get_mut().given()),
                // It fails again for who asks again.
                Err(_) if !self.lost => (),
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }

    /// Lets go of what comes of the body, if that is soon. Whether nothing more comes.
    fn drop_body(&mut self) -> bool {
        while self.body.is_asked() {
            let link = self.link.get_mut();
            let there = match link.has_come() {
                // The child is sending what it has.
                Ok(false) => {
                    let waited = poll::wait(link.as_fd(), Interest::Read, Some(SOON));
                    waited.is_ok_and(|there| there)
                }
                there => there.unwrap_or(false),
            };
            if !there || self.next_of_body().is_err() && self.lost {
                return false;
            }
        }
        true
    }
}

/// What a lost connection means to an application: there is nobody at its other end.
fn failure(lost: &Lost) -> Failure {
    match lost {
        Lost::TimedOut => Failure::TimedOut,
        Lost::Malformed => Failure::Internal,
        Lost::Reset | Lost::Ended | Lost::Failed(_) => Failure::ClientGone,
    }
}

impl Exchange for Carrier<'_, '_> {
    fn read(&mut self, most: usize, all: bool) -> Result<&[u8], Failure> {
        if self.body.has_aside() {
            return Ok(self.body.take_aside(most));
        }
        while !self.body.is_in(self.link.get_mut().given()) {
            if !self.body.is_asked() {
                self.ask(most, all)?;
            }
            self.next_of_body()?;
            if self.body.is_at_end(self.link.get_mut().given()) {
                break;
            }
        }
        Ok(self.body.take(self.link.get_mut().given(), most))
    }

    fn read_into(&mut self, room: &mut [MaybeUninit<u8>]) -> Result<usize, Failure> {
        while !self.body.has_aside() && !self.body.is_in(self.link.get_mut().given()) {
            if !self.body.is_asked() {
                self.ask(room.len(), true)?;
            }
            if let Some(count) = self.next_of_body_into(room)? {
                return Ok(count);
            }
            if self.body.is_at_end(self.link.get_mut().given()) {
                return Ok(0);
            }
        }
        let bytes = self.read(room.len(), true)?;
        Ok(copied(bytes, room))
    }

    fn start(&mut self, head: &ResponseHead<'_>) -> Result<(), Failure> {
        self.send(|link| {
            link.put(Kind::Head, 0, |bytes| wire::put_head(bytes, head));
            Ok(())
        })
    }

    fn write(&mut self, data: &[u8], then: Then) -> Result<(), Failure> {
        let more = matches!(then, Then::More | Then::Finish);
        let flags = (Then::More as u8, then as u8);
        self.send(|link| link.send_data(Kind::Data, flags, data, more))
    }

    fn send_file(&mut self, range: FileRange<'_>) -> Result<(), Failure> {
        self.send(|link| {
            link.send_descriptor(Kind::File, range.file, |bytes| {
                let mut encoder = Encoder(bytes);
                encoder.put_u64(range.offset);
                encoder.put_u64(range.length);
            })
        })
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.send(|link| {
            link.put(Kind::Finish, 0, |_| ());
            Ok(())
        })
    }

    fn abort(&mut self) {
        let _ = self.send(|link| {
            link.put(Kind::Abort, 0, |_| ());
            link.flush()
        });
    }

    fn answer(&mut self, answer: &Answer) -> Result<(), Failure> {
        self.send(|link| {
            link.put(Kind::Reply, 0, |bytes| answer.put(bytes));
            Ok(())
        })
    }

    fn log(&self, record: &Record<'_>) {
        let over = self.turn.over.lock();
        if self.lost || *over {
            return crate::daemon::log::write(record);
        }
        let mut link = self.link.borrow_mut();
        link.put(Kind::Log, record.level as u8, |bytes| {
            put_record(bytes, record);
        });
        if link.flush().is_err() {
            crate::daemon::log::write(record);
        }
    }

    fn log_level(&self) -> Level {
        Level::from_number(self.attached.log_level)
    }

    fn is_https(&self) -> bool {
        self.attached.is_https
    }

    fn tls_variable(&mut self, name: &[u8]) -> Option<&[u8]> {
        self.let_body_come().ok()?;
        self.send(|link| {
            link.put(Kind::WantTls, 0, |bytes| bytes.extend_from_slice(name));
            link.flush()
        })
        .ok()?;
        match self.answer_of_child().ok()? {
            (Kind::TlsValue, 0) => None,
            (Kind::TlsValue, _) => Some(self.link.get_mut().given()),
            _ => {
                self.malformed();
                None
            }
        }
    }
}
