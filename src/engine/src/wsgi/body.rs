//! The request body as it is read: looked ahead, gathered, cut into lines.

use clutch_core::exchange::{Exchange, Failure};
use ffi_engine::engine::Carrier;

use super::Call;
use crate::python::Room;

/// Bytes asked of the carrier at once when lines are read.
const PIECE: usize = 8192;
/// Bytes asked of the carrier at once when the application wants all there is.
const GATHERED: usize = 1 << 20;
/// Most room that is made before the data is there: a declared length is only a claim.
const MOST_ROOM: usize = 8 << 20;

/// What has been read of a request body, and how it stands.
#[derive(Debug)]
pub(super) struct Body {
    /// Read from the carrier and not yet by the application: what lies behind `taken`.
    ahead: Vec<u8>,
    taken: usize,
    /// Body bytes that are still to come from the carrier, if the client declared a length.
    expected: Option<u64>,
    begun: bool,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    AtEnd,
    Failed(Failure),
}

/// Why a reader gets nothing.
#[derive(Debug, Clone, Copy)]
pub enum Problem {
    /// The call is over.
    Over,
    /// The carrier failed, now or earlier.
    Failed(Failure),
}

impl Body {
    pub(super) fn expecting(content_length: i64) -> Self {
        Self {
            ahead: Vec::new(),
            taken: 0,
            expected: u64::try_from(content_length).ok(),
            begun: false,
            state: State::Open,
        }
    }

    fn ahead(&self) -> &[u8] {
        &self.ahead[self.taken..]
    }

    fn take(&mut self, count: usize) -> Vec<u8> {
        let taken = self.ahead()[..count].to_vec();
        self.skip(count);
        taken
    }

    fn skip(&mut self, count: usize) {
        self.taken += count;
        if self.taken == self.ahead.len() {
            self.ahead.clear();
            self.taken = 0;
        }
    }

    /// Takes at most `most` bytes from the carrier to `sink`; 0 at the end. `all`: the application waits for all of them.
    fn pull(
        &mut self,
        call: &Call,
        most: usize,
        all: bool,
        sink: impl FnOnce(&[u8]),
    ) -> Result<usize, Problem> {
        self.pull_by(call, |carrier| {
            carrier.read(most, all).map(|bytes| {
                sink(bytes);
                bytes.len()
            })
        })
    }

    /// Has `take` take bytes from the carrier, and say how many; 0 at the end.
    fn pull_by(
        &mut self,
        call: &Call,
        take: impl FnOnce(&mut Carrier) -> Result<usize, Failure>,
    ) -> Result<usize, Problem> {
        match self.state {
            State::Failed(failure) => return Err(Problem::Failed(failure)),
            State::AtEnd => return Ok(0),
            State::Open => (),
        }
        self.begun = true;
        let outcome = match call.meter() {
            None => call.with(take),
            Some(meter) => {
                meter.input.add_operation();
                meter.input.timed(|| call.with(take))
            }
        };
        let outcome = outcome.map_err(|_| Problem::Over)?;
        match outcome {
            Ok(0) => self.state = State::AtEnd,
            Ok(count) => {
                self.expected = self
                    .expected
                    .map(|expected| expected.saturating_sub(count as u64))
            }
            Err(failure) => self.state = State::Failed(failure),
        }
        outcome.map_err(Problem::Failed)
    }

    /// Fills `room` as far as the body goes.
    pub(super) fn fill(&mut self, call: &Call, room: &mut Room) -> Result<(), Problem> {
        let ahead = room.put(self.ahead());
        self.skip(ahead);
        let before = room.left();
        let outcome = self.fill_from_carrier(call, room);
        hand(call, ahead + before - room.left());
        outcome
    }

    fn fill_from_carrier(&mut self, call: &Call, room: &mut Room) -> Result<(), Problem> {
        while room.left() > 0 {
            if self.pull_by(call, |carrier| room.put_from(carrier))? == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Everything up to the end, or up to `most` bytes.
    pub(super) fn gather(&mut self, call: &Call, most: usize) -> Result<Vec<u8>, Problem> {
        let mut gathered = self.take(self.ahead().len().min(most));
        while gathered.len() < most {
            let left = most - gathered.len();
            let take = |bytes: &[u8]| gathered.extend_from_slice(bytes);
            if self.pull(call, left.min(GATHERED), true, take)? == 0 {
                break;
            }
        }
        hand(call, gathered.len());
        Ok(gathered)
    }

    /// What `read(0)` does: nothing, but the first time it pulls, which lets a pending `100 Continue` out.
    pub(super) fn touch(&mut self, call: &Call) -> Result<usize, Problem> {
        if self.begun {
            return Ok(0);
        }
        self.pull_ahead(call)?;
        Ok(0)
    }

    /// A line, or its first `most` bytes.
    pub(super) fn line(&mut self, call: &Call, most: usize) -> Result<Vec<u8>, Problem> {
        let line = self.next_line(call, most)?;
        hand(call, line.len());
        Ok(line)
    }

    fn next_line(&mut self, call: &Call, most: usize) -> Result<Vec<u8>, Problem> {
        let mut searched = 0;
        loop {
            let found = self.ahead()[searched..]
                .iter()
                .position(|&byte| byte == b'\n');
            if let Some(end) = found
                .map(|position| searched + position + 1)
                .filter(|&end| end <= most)
            {
                return Ok(self.take(end));
            }
            searched = self.ahead().len();
            if searched >= most {
                return Ok(self.take(most));
            }
            if self.pull_ahead(call)? == 0 {
                return Ok(self.take(searched));
            }
        }
    }

    /// Takes a piece from the carrier to be read later.
    fn pull_ahead(&mut self, call: &Call) -> Result<usize, Problem> {
        let mut ahead = std::mem::take(&mut self.ahead);
        let outcome = self.pull(call, PIECE, false, |bytes| ahead.extend_from_slice(bytes));
        self.ahead = ahead;
        outcome
    }

    /// How much room a `read(wanted)` should be given beforehand.
    pub(super) fn room(&self, wanted: Option<usize>) -> Option<usize> {
        let declared = self
            .expected
            .map(|expected| expected.saturating_add(self.ahead().len() as u64));
        let declared = declared.map(|most| usize::try_from(most).unwrap_or(usize::MAX));
        match (wanted, declared) {
            (Some(wanted), Some(declared)) => Some(wanted.min(declared.max(PIECE))),
            (Some(wanted), None) => Some(wanted),
            (None, declared) => declared,
        }
        .filter(|&room| room <= MOST_ROOM)
    }
}

/// The application is given so many bytes.
fn hand(call: &Call, count: usize) {
    if let Some(meter) = call.meter() {
        meter.input.add_bytes(count);
    }
}
