//! The head of a response, from `start_response` to its commitment.

use clutch_core::exchange::{Exchange, Failure, ResponseHead};
use clutch_core::response_head;
use smallvec::SmallVec;

/// Where the head of a response is in its life.
#[derive(Debug)]
pub(super) enum Head {
    /// `start_response` has not been called.
    Nothing,
    /// Given by the application, and still replaceable.
    Given(Box<Given>),
    /// Handed to the carrier; nothing of it can change any more.
    Committed {
        /// The declared length of the body.
        length: Option<u64>,
    },
}

/// A checked status and checked headers, copied out of the application's objects.
#[derive(Debug, Default)]
pub(super) struct Given {
    status: u16,
    /// The status line, then name and value of each header, without anything between them.
    bytes: Vec<u8>,
    /// Lengths of the pieces of `bytes`.
    pieces: SmallVec<[u32; 32]>,
    length: Option<u64>,
    /// `Content-Length` is judged when the head is committed, not when it is given, as in mod_wsgi.
    illegal_length: bool,
}

impl Given {
    pub(super) fn new(status: u16, line: &[u8]) -> Self {
        let mut given = Self {
            status,
            bytes: Vec::with_capacity(512),
            ..Self::default()
        };
        given.piece(line);
        given
    }

    pub(super) fn header(&mut self, name: &[u8], value: &[u8]) {
        if name.eq_ignore_ascii_case(b"content-length") {
            let length = response_head::content_length(value);
            self.illegal_length = length.is_err();
            self.length = length.ok();
            return;
        }
        self.piece(name);
        self.piece(value);
    }

    fn piece(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        // A str longer than 4 GiB was refused by start_response.
        self.pieces
            .push(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    }

    /// Hands the head to the carrier.
    pub(super) fn send(&self, carrier: &mut impl Exchange) -> Result<(), Failure> {
        let mut rest = &self.bytes[..];
        let mut pieces = self.pieces.iter().map(|&length| {
            let (piece, after) = rest.split_at(length as usize);
            rest = after;
            piece
        });
        let status_line = pieces.next().unwrap_or_default();
        let mut headers: SmallVec<[(&[u8], &[u8]); 16]> = SmallVec::new();
        while let (Some(name), Some(value)) = (pieces.next(), pieces.next()) {
            headers.push((name, value));
        }
        carrier.start(&ResponseHead {
            status: self.status,
            status_line,
            headers: &headers,
            content_length: self.length,
        })
    }
}

impl Head {
    /// Why the head cannot be committed now.
    pub(super) fn problem(&self) -> Option<Problem> {
        match self {
            Head::Nothing => Some(Problem::NotGiven),
            Head::Given(given) if given.illegal_length => Some(Problem::Length),
            Head::Given(_) | Head::Committed { .. } => None,
        }
    }

    /// Moves a given head to committed, and gives it for sending; `None` if there is nothing to commit.
    pub(super) fn commit(&mut self) -> Option<Box<Given>> {
        let Head::Given(given) = self else {
            return None;
        };
        let length = given.length;
        match std::mem::replace(self, Head::Committed { length }) {
            Head::Given(given) => Some(given),
            Head::Nothing | Head::Committed { .. } => None,
        }
    }

    pub(super) fn is_committed(&self) -> bool {
        matches!(self, Head::Committed { .. })
    }

    /// The declared length of the body.
    pub(super) fn length(&self) -> Option<u64> {
        match self {
            Head::Nothing => None,
            Head::Given(given) => given.length,
            Head::Committed { length } => *length,
        }
    }

    /// Declares a length for a head that was given without one.
    pub(super) fn declare_length(&mut self, length: u64) {
        if let Head::Given(given) = self {
            given.length.get_or_insert(length);
        }
    }
}

/// Why a head cannot be committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    /// `start_response` has not been called.
    NotGiven,
    /// `Content-Length` is not a number.
    Length,
}

#[cfg(test)]
mod tests {
    use super::{Given, Head, Problem};

    #[test]
    fn a_head_is_committed_once() {
        let mut given = Given::new(200, b"200 OK");
        given.header(b"Content-length", b"12");
        let mut head = Head::Given(Box::new(given));
        assert_eq!((head.problem(), head.length()), (None, Some(12)));
        assert!(head.commit().is_some());
        assert!(head.commit().is_none() && head.is_committed());
        assert_eq!(head.length(), Some(12));
    }

    #[test]
    fn an_illegal_length_is_a_problem_of_the_commitment() {
        let mut given = Given::new(200, b"200 OK");
        given.header(b"Content-Length", b"ten");
        assert_eq!(
            Head::Given(Box::new(given)).problem(),
            Some(Problem::Length)
        );
        assert_eq!(Head::Nothing.problem(), Some(Problem::NotGiven));
    }
}
