//! What a daemon wants of a request's carrier, done in the child that has the request.

use std::os::fd::AsFd;

use clutch_core::config::daemon::DaemonGroup;
use clutch_core::exchange::{Exchange, Failure, FileRange, ResponseHead, Then};
use clutch_core::log::{Level, Record};
use clutch_core::question::Answer;
use clutch_core::transport::{Decoder, Header, Kind, Malformed, PIECE, VERSION};
use clutch_sys::file;
use clutch_sys::link::{Link, Lost};
use clutch_sys::poll::{self, Interest};
use ffi_engine::wire;

use super::Terms;

/// A carrier for which a daemon works.
pub trait Served: Exchange {
    /// As [`Exchange::read`], and does not wait; `None`: there is nothing yet, or nobody can tell.
    ///
    /// # Errors
    ///
    /// As [`Exchange::read`].
    fn read_there(&mut self, most: usize) -> Result<Option<&[u8]>, Failure>;

    /// Pushes what has been written to the client.
    ///
    /// # Errors
    ///
    /// As [`Exchange::write`].
    fn flush(&mut self) -> Result<(), Failure>;

    /// As [`Exchange::send_file`], for a file that a daemon has passed.
    ///
    /// # Errors
    ///
    /// As [`Exchange::send_file`].
    fn send_file_of_daemon(&mut self, range: FileRange<'_>) -> Result<(), Failure>;
}

/// Why a relay ends without an answer.
#[derive(Debug)]
pub(super) enum End {
    /// The daemon has not begun and wants the request to be offered anew.
    Again,
    /// The client does not take the response, or httpd has answered by itself.
    ClientGone,
    /// A header of so many bytes is longer than the operator lets it be.
    HeadTooLong(usize),
    /// The connection to the daemon is lost.
    Lost(Lost),
}

impl End {
    pub(super) fn of(lost: Lost) -> Self {
        Self::Lost(lost)
    }
}

impl From<Lost> for End {
    fn from(lost: Lost) -> Self {
        Self::Lost(lost)
    }
}

impl From<Malformed> for End {
    fn from(_: Malformed) -> Self {
        Self::Lost(Lost::Malformed)
    }
}

impl From<Failure> for End {
    fn from(_: Failure) -> Self {
        Self::ClientGone
    }
}

/// One request's relay.
#[derive(Debug)]
pub(super) struct Relay<'g> {
    group: &'g DaemonGroup,
    terms: Terms,
    /// A frame about the request has come, so it has been begun.
    begun: bool,
    /// The process number of the daemon; 0 if it is not known.
    daemon: u32,
    /// The status with which httpd answers in place of the application's response.
    overridden: Option<u16>,
    /// Bytes that were passed on since the client got some; `None` if none is to be pushed.
    unflushed: Option<u64>,
}

impl<'g> Relay<'g> {
    /// For a connection to the process `daemon`; 0 if it will say its number.
    pub(super) fn new(group: &'g DaemonGroup, terms: Terms, daemon: u32) -> Self {
        Self {
            group,
            terms,
            begun: false,
            daemon,
            overridden: None,
            unflushed: None,
        }
    }

    /// Whether a daemon has begun with the request.
    pub(super) fn has_begun(&self) -> bool {
        self.begun
    }

    /// The process number of the daemon; 0 if it is not known.
    pub(super) fn daemon(&self) -> u32 {
        self.daemon
    }

    /// Does what the daemon wants until it has answered. The status to answer with, if there is one.
    pub(super) fn run(
        &mut self,
        link: &mut Link<'_>,
        exchange: &mut impl Served,
    ) -> Result<Option<u16>, End> {
        let outcome = self.obey(link, exchange);
        if outcome.is_err() {
            let _ = self.flush_rest(exchange); // what there is of a response that will be broken
        }
        outcome
    }

    /// Pushes out what waits for a pause.
    fn flush_rest(&mut self, exchange: &mut impl Served) -> Result<(), End> {
        match self.unflushed.take() {
            Some(_) => Ok(exchange.flush()?),
            None => Ok(()),
        }
    }

    fn obey(
        &mut self,
        link: &mut Link<'_>,
        exchange: &mut impl Served,
    ) -> Result<Option<u16>, End> {
        loop {
            self.flush_in_pauses(link, exchange)?;
            let frame = link.receive()?;
            self.begun |= frame.kind != Kind::Hello;
            let payload = frame.payload;
            match frame.kind {
                Kind::Hello => self.daemon = hello(payload)?,
                Kind::Data => self.data(payload, Then::from_code(frame.flag), exchange)?,
                Kind::Head => {
                    let judged = wire::with_head(payload, |head| self.head(head, exchange))?;
                    judged?;
                }
                Kind::Answer if frame.flag != 0 => return Err(End::Again),
                Kind::Answer => {
                    let status = Decoder(payload).u16()?;
                    return Ok(self.overridden.or((status != 0).then_some(status)));
                }
                Kind::Finish if self.overridden.is_none() => exchange.finish()?,
                Kind::Abort if self.overridden.is_none() => {
                    self.flush_rest(exchange)?; // so that the client has what was sent before
                    exchange.abort();
                }
                Kind::Finish | Kind::Abort => (),
                Kind::Reply => exchange
                    .answer(&Answer::of(payload)?)
                    .map_err(|_| Malformed)?,
                Kind::Log => log(payload, frame.flag, exchange)?,
                Kind::WantBody => {
                    let mut numbers = Decoder(payload);
                    let (most, ahead) = (numbers.u64()?, numbers.u32()?);
                    let all = frame.flag != 0;
                    // The client may send more only when it has seen what there is.
                    self.flush(exchange)?;
                    body(link, exchange, (most, all), ahead)?;
                }
                Kind::WantTls => {
                    let value = exchange.tls_variable(payload).map(<[u8]>::to_vec);
                    link.put(Kind::TlsValue, value.is_some().into(), |bytes| {
                        bytes.extend_from_slice(&value.unwrap_or_default());
                    });
                    link.flush()?;
                }
                Kind::File => {
                    let mut numbers = Decoder(payload);
                    let (offset, length) = (numbers.u64()?, numbers.u64()?);
                    let file = link.take_descriptor().ok_or(Malformed)?;
                    // httpd's user may be allowed to read what the daemon's user is not.
                    if !file::is_open_for_reading(file.as_fd()) {
                        return Err(Malformed.into());
                    }
                    if self.overridden.is_none() {
                        exchange.send_file_of_daemon(FileRange {
                            file: file.as_fd(),
                            offset,
                            length,
                        })?;
                    }
                }
                Kind::Request | Kind::Body | Kind::BodyFailed | Kind::TlsValue => {
                    return Err(Malformed.into());
                }
            }
        }
    }

    /// Pushes out what the client is to have now, unless more comes within the delay that the operator allows.
    fn flush_in_pauses(
        &mut self,
        link: &mut Link<'_>,
        exchange: &mut impl Served,
    ) -> Result<(), End> {
        let Some(bytes) = self.unflushed else {
            return Ok(());
        };
        let full = bytes > u64::from(self.group.response_buffer_size);
        if !full && link.has_come()? {
            return Ok(());
        }
        let delay = self.group.response_flush_delay;
        let more = !full
            && !delay.is_zero()
            && poll::wait(link.as_fd(), Interest::Read, Some(delay))
                .map_err(|error| End::Lost(Lost::Failed(error)))?;
        match more {
            true => Ok(()),
            false => self.flush(exchange),
        }
    }

    /// Pushes out what the client is to have.
    fn flush(&mut self, exchange: &mut impl Served) -> Result<(), End> {
        if self.unflushed.take().is_some() {
            exchange.flush()?;
        }
        Ok(())
    }

    fn head(&mut self, head: &ResponseHead<'_>, exchange: &mut impl Served) -> Result<(), End> {
        let most = self.group.header_buffer_size as usize - 2;
        let lengths = head
            .headers
            .iter()
            .map(|(name, value)| name.len() + 2 + value.len());
        if let Some(length) = lengths.max().filter(|&length| length > most) {
            return Err(End::HeadTooLong(length));
        }
        if self.terms.error_override && (400..600).contains(&head.status) {
            self.overridden = Some(head.status);
            return Ok(());
        }
        Ok(exchange.start(head)?)
    }

    fn data(&mut self, data: &[u8], then: Then, exchange: &mut impl Served) -> Result<(), End> {
        if self.overridden.is_some() {
            return Ok(());
        }
        let bytes = self.unflushed.unwrap_or(0) + data.len() as u64;
        match then {
            Then::Flush => {
                self.unflushed = Some(bytes);
                exchange.write(data, Then::More)?;
            }
            Then::More => {
                self.unflushed = self.unflushed.map(|_| bytes);
                exchange.write(data, Then::More)?;
            }
            Then::Finish | Then::FinishNow => {
                self.unflushed = None;
                exchange.write(data, then)?;
            }
        }
        Ok(())
    }
}

fn hello(payload: &[u8]) -> Result<u32, Malformed> {
    let mut decoder = Decoder(payload);
    let (version, _) = (decoder.u16()?, decoder.u16()?);
    let daemon = decoder.u32()?;
    (version == VERSION).then_some(daemon).ok_or(Malformed)
}

fn log(payload: &[u8], level: u8, exchange: &impl Served) -> Result<(), Malformed> {
    let mut decoder = Decoder(payload);
    let line = decoder.u32()?;
    let file = String::from_utf8_lossy(decoder.text()?);
    let text = decoder.text()?;
    let level = Level::from_number(level);
    if level <= exchange.log_level() {
        exchange.log(&Record {
            level,
            file: &file.replace('\0', ""),
            line,
            text,
        });
    }
    Ok(())
}

/// Sends at most `most` bytes of the body, what is there, or `all` of them if the application waits for that; and then at most `ahead`
/// bytes that are there.
fn body(
    link: &mut Link<'_>,
    exchange: &mut impl Served,
    (most, all): (u64, bool),
    ahead: u32,
) -> Result<(), End> {
    match send_body(link, exchange, (most, all), ahead) {
        // The daemon wants no more of it, and what it has said before it went is still to be heard.
        Err(Lost::Reset) => Ok(()),
        sent => Ok(sent?),
    }
}

fn send_body(
    link: &mut Link<'_>,
    exchange: &mut impl Served,
    (most, all): (u64, bool),
    ahead: u32,
) -> Result<(), Lost> {
    let mut left = usize::try_from(most).unwrap_or(usize::MAX);
    let mut ahead = ahead as usize;
    let mut wanted = true;
    loop {
        let read = match wanted {
            true => exchange.read(left.min(PIECE), all).map(Some),
            false => exchange.read_there(ahead.min(PIECE)),
        };
        let bytes = match read {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                if !link.end_gathered(Kind::Body, Header::LAST) {
                    link.put(Kind::Body, Header::LAST | Header::MORE, |_| ());
                }
                return link.flush();
            }
            Err(failure) => {
                link.end_gathered(Kind::Body, 0);
                link.put(Kind::BodyFailed, failure as u8, |_| ());
                return link.flush();
            }
        };
        match wanted {
            true => left -= bytes.len(),
            false => ahead -= bytes.len(),
        }
        if bytes.is_empty() {
            link.end_gathered(Kind::Body, 0);
            link.put(Kind::Body, Header::LAST, |_| ());
            return link.flush();
        }
        link.gather(Kind::Body, bytes)?;
        wanted &= all && left > 0;
        if !wanted && ahead == 0 {
            link.end_gathered(Kind::Body, Header::LAST);
            return link.flush();
        }
    }
}
