//! The body of a request, as far as it has come.
//!
//! The child sends what it is asked for. Who reads a body piece by piece would wait for the child each time, so from the second question
//! on the child may send more, if it is there already: not more than the kernel takes from it while nobody reads here.

use std::ops::Range;

use clutch_core::transport::{Header, PIECE};

/// Most bytes that are asked for before they are wanted.
pub(crate) const AHEAD: u32 = 2 * PIECE as u32;

/// What has come of a body, and what is asked for.
#[derive(Debug, Default)]
pub(crate) struct Incoming {
    /// Most bytes that may come before they are wanted.
    ahead: u32,
    /// There was a question before.
    goes_on: bool,
    /// A question is not answered to its end.
    asked: bool,
    /// How much of the frame that came last was taken, if that has bytes of the body.
    of_frame: Option<usize>,
    /// What was set aside, and how much of it was taken.
    aside: Vec<u8>,
    of_aside: usize,
}

impl Incoming {
    /// A body of which at most `ahead` bytes may come before they are wanted.
    pub(crate) fn of(ahead: u32) -> Self {
        Self {
            ahead,
            ..Self::default()
        }
    }

    /// There is a question. How many bytes may come beyond what is wanted.
    pub(super) fn ask(&mut self) -> u32 {
        self.asked = true;
        match std::mem::replace(&mut self.goes_on, true) {
            true => self.ahead,
            false => 0,
        }
    }

    /// A frame of the body has come, with this flag.
    pub(super) fn has_come(&mut self, flag: u8) {
        self.asked = flag & Header::LAST == 0;
        self.of_frame = (flag & Header::MORE == 0).then_some(0);
    }

    /// Whether `frame`, the one that came last, says that the body is at its end.
    pub(super) fn is_at_end(&self, frame: &[u8]) -> bool {
        frame.is_empty() && self.of_frame.is_some()
    }

    /// What was asked for does not come.
    pub(super) fn has_failed(&mut self) {
        self.asked = false;
        self.of_frame = None;
    }

    /// Whether more comes.
    pub(super) fn is_asked(&self) -> bool {
        self.asked
    }

    /// Whether there is something of the body in `frame`, the one that came last.
    pub(super) fn is_in(&self, frame: &[u8]) -> bool {
        self.of_frame.is_some_and(|taken| taken < frame.len())
    }

    /// At most `most` bytes of `frame`, the one that came last.
    pub(super) fn take<'f>(&mut self, frame: &'f [u8], most: usize) -> &'f [u8] {
        let range = part(self.of_frame.unwrap_or(frame.len()), most, frame.len());
        self.of_frame = Some(range.end);
        &frame[range]
    }

    /// Keeps what was not taken of `frame`, the one that came last.
    pub(super) fn set_aside(&mut self, frame: &[u8]) {
        if let Some(taken) = self.of_frame.take() {
            self.aside.extend_from_slice(&frame[taken..]);
        }
    }

    /// Whether there is something that was set aside.
    pub(super) fn has_aside(&self) -> bool {
        self.of_aside < self.aside.len()
    }

    /// At most `most` bytes of what was set aside.
    pub(super) fn take_aside(&mut self, most: usize) -> &[u8] {
        let range = part(self.of_aside, most, self.aside.len());
        self.of_aside = range.end;
        &self.aside[range]
    }
}

/// The next `most` of `length` bytes, `taken` of which have been taken.
fn part(taken: usize, most: usize, length: usize) -> Range<usize> {
    taken..length.min(taken.saturating_add(most))
}

#[cfg(test)]
mod tests {
    use clutch_core::transport::Header;

    use super::{AHEAD, Incoming};

    #[test]
    fn from_the_second_question_on_more_may_come_than_is_wanted() {
        let mut body = Incoming::of(AHEAD);
        let asked: Vec<u32> = (0..3).map(|_| body.ask()).collect();
        assert_eq!(asked, [0, AHEAD, AHEAD]);
    }

    #[test]
    fn bytes_come_in_their_order_from_frames_and_from_what_was_set_aside() {
        let mut body = Incoming::of(AHEAD);
        body.ask();
        body.has_come(0);
        assert!(body.is_in(b"abcde"));
        assert_eq!(body.take(b"abcde", 2), b"ab");
        body.set_aside(b"abcde");
        body.has_come(Header::LAST);
        body.set_aside(b"fghi");
        assert!(!body.is_asked() && body.has_aside() && !body.is_in(b"fghi"));
        assert_eq!(body.take_aside(4), b"cdef");
        assert_eq!(body.take_aside(9), b"ghi");
        assert!(!body.has_aside());
    }

    #[test]
    fn a_last_frame_without_bytes_is_the_end_unless_it_says_that_there_is_more() {
        let mut body = Incoming::of(AHEAD);
        for (flag, is_the_end) in [(Header::LAST, true), (Header::LAST | Header::MORE, false)] {
            body.ask();
            body.has_come(flag);
            assert!(!body.is_in(b"") && !body.is_asked());
            assert_eq!(body.is_at_end(b""), is_the_end);
        }
    }
}
