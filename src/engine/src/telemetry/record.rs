//! A record as bytes: a header, then fields of which each has a number, a type and a value. Little-endian all of it.

use std::time::SystemTime;

use clutch_sys::time::seconds;

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// What has happened in an interval.
    Requests = 2,
    /// A request that has taken long, or takes long.
    Slow = 4,
    /// The process has begun.
    Started = 5,
    /// It has been decided that the process ends.
    Stopping = 6,
    /// The process ends now.
    Stopped = 7,
    /// What the garbage collector has done so far.
    Collector = 8,
    /// One collection.
    Collection = 9,
}

/// First bytes of each record.
const MAGIC: &[u8; 4] = b"WSGI";

/// The version of this form.
const VERSION: u8 = 1;

/// Types of values.
const COUNT: u8 = 1;
const NUMBER: u8 = 2;
const TEXT: u8 = 4;
const COUNTS: u8 = 5;
const NUMBERS: u8 = 6;

/// What stands at the end of a text that was cut.
const CUT: &[u8] = b"...";

/// The header of a record.
pub(super) fn header(kind: Kind, sequence: u32, stamp: SystemTime) -> [u8; 24] {
    let mut header = [0; 24];
    header[..4].copy_from_slice(MAGIC);
    header[4] = VERSION;
    header[5] = kind as u8;
    header[8..12].copy_from_slice(&std::process::id().to_le_bytes());
    header[12..16].copy_from_slice(&sequence.to_le_bytes());
    header[16..].copy_from_slice(&seconds(stamp).to_le_bytes());
    header
}

/// The fields of a record.
#[derive(Debug, Default)]
pub(super) struct Fields(pub(super) Vec<u8>);

impl Fields {
    fn begin(&mut self, id: u16, of: u8) {
        self.0.extend_from_slice(&id.to_le_bytes());
        self.0.push(of);
    }

    /// Begins a value that has a length of its own; no list here comes near the most.
    fn begin_long(&mut self, id: u16, of: u8, length: usize) {
        self.begin(id, of);
        let length = u16::try_from(length).unwrap_or(u16::MAX);
        self.0.extend_from_slice(&length.to_le_bytes());
    }

    /// A whole number.
    pub(super) fn count(&mut self, id: u16, value: u64) {
        self.begin(id, COUNT);
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// A number, of seconds mostly.
    pub(super) fn number(&mut self, id: u16, value: f64) {
        self.begin(id, NUMBER);
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// A text, cut to at most `most` bytes; nothing if it is empty.
    pub(super) fn text(&mut self, id: u16, text: &[u8], most: usize) {
        if text.is_empty() {
            return;
        }
        let (kept, end) = match text.len() <= most {
            true => (text, &b""[..]),
            false => (&text[..most.saturating_sub(CUT.len())], CUT),
        };
        self.begin_long(id, TEXT, kept.len() + end.len());
        self.0.extend_from_slice(kept);
        self.0.extend_from_slice(end);
    }

    /// Whole numbers in a row.
    pub(super) fn counts(&mut self, id: u16, values: impl ExactSizeIterator<Item = u64>) {
        self.begin_long(id, COUNTS, values.len());
        for value in values {
            let value = i32::try_from(value).unwrap_or(i32::MAX);
            self.0.extend_from_slice(&value.to_le_bytes());
        }
    }

    /// Numbers in a row.
    pub(super) fn numbers(&mut self, id: u16, values: impl ExactSizeIterator<Item = f64>) {
        self.begin_long(id, NUMBERS, values.len());
        for value in values {
            self.0.extend_from_slice(&value.to_le_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{Fields, Kind, header};

    #[test]
    fn a_header_has_its_parts_in_their_places() {
        let stamp = SystemTime::UNIX_EPOCH + Duration::from_millis(1_500);
        let header = header(Kind::Slow, 7, stamp);
        assert_eq!(&header[..8], b"WSGI\x01\x04\0\0");
        assert_eq!(header[8..12], std::process::id().to_le_bytes());
        assert_eq!(header[12..16], 7_u32.to_le_bytes());
        assert_eq!(header[16..], 1.5_f64.to_le_bytes());
    }

    #[test]
    fn fields_have_a_number_a_type_and_a_value() {
        let mut fields = Fields::default();
        fields.count(20, 3);
        fields.number(21, 0.5);
        fields.text(5, b"vm", 10);
        fields.text(6, b"", 10);
        fields.counts(110, [1, u64::MAX].into_iter());
        fields.numbers(111, [0.25].into_iter());
        let mut expected = vec![20, 0, 1, 3, 0, 0, 0, 0, 0, 0, 0];
        expected.extend([21, 0, 2]);
        expected.extend(0.5_f64.to_le_bytes());
        expected.extend([5, 0, 4, 2, 0, b'v', b'm']);
        expected.extend([110, 0, 5, 2, 0, 1, 0, 0, 0, 255, 255, 255, 127]);
        expected.extend([111, 0, 6, 1, 0]);
        expected.extend(0.25_f64.to_le_bytes());
        assert_eq!(fields.0, expected);
    }

    #[test]
    fn a_text_that_is_cut_says_so() {
        let mut fields = Fields::default();
        fields.text(5, b"abcdefgh", 6);
        assert_eq!(fields.0, [&[5, 0, 4, 6, 0][..], b"abc..."].concat());
    }
}
