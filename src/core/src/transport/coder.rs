//! Numbers and texts, one after the other.

/// Bytes that are not what the protocol says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed")]
pub struct Malformed;

/// The length that stands for "no text".
const ABSENT: u32 = u32::MAX;

/// Puts values behind each other.
#[derive(Debug)]
pub struct Encoder<'b>(pub &'b mut Vec<u8>);

macro_rules! numbers {
    ($($put:ident $get:ident $type:ty;)*) => {
        impl Encoder<'_> {
            $(
                /// Puts a number.
                pub fn $put(&mut self, number: $type) {
                    self.0.extend_from_slice(&number.to_ne_bytes());
                }
            )*
        }

        impl<'a> Decoder<'a> {
            $(
                /// The next number.
                ///
                /// # Errors
                ///
                /// There are too few bytes.
                pub fn $get(&mut self) -> Result<$type, Malformed> {
                    let (bytes, rest) = self.0.split_first_chunk().ok_or(Malformed)?;
                    self.0 = rest;
                    Ok(<$type>::from_ne_bytes(*bytes))
                }
            )*
        }
    };
}

numbers! {
    put_u8 u8 u8;
    put_u16 u16 u16;
    put_u32 u32 u32;
    put_u64 u64 u64;
    put_i64 i64 i64;
}

impl Encoder<'_> {
    /// Puts how many things are to come.
    pub fn put_count(&mut self, count: usize) {
        self.put_u32(u32::try_from(count).unwrap_or(u32::MAX));
    }

    /// Puts a text. One of 4 GiB and more is cut; nothing that long comes here.
    pub fn put_text(&mut self, text: &[u8]) {
        let length = u32::try_from(text.len()).unwrap_or(ABSENT - 1);
        self.put_u32(length);
        self.0.extend_from_slice(&text[..length as usize]);
    }

    /// Puts a text, or that there is none.
    pub fn put_maybe(&mut self, text: Option<&[u8]>) {
        match text {
            Some(text) => self.put_text(text),
            None => self.put_u32(ABSENT),
        }
    }
}

/// Takes values that an [`Encoder`] has put behind each other.
#[derive(Debug, Clone, Copy)]
pub struct Decoder<'a>(pub &'a [u8]);

impl<'a> Decoder<'a> {
    /// The next text.
    ///
    /// # Errors
    ///
    /// There is none, or it is longer than what is left.
    pub fn text(&mut self) -> Result<&'a [u8], Malformed> {
        self.maybe()?.ok_or(Malformed)
    }

    /// The next text, or that there is none.
    ///
    /// # Errors
    ///
    /// It is longer than what is left.
    pub fn maybe(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        let length = self.u32()?;
        if length == ABSENT {
            return Ok(None);
        }
        let (text, rest) = self.0.split_at_checked(length as usize).ok_or(Malformed)?;
        self.0 = rest;
        Ok(Some(text))
    }

    /// A number of things to come, each at least `least` bytes long.
    ///
    /// # Errors
    ///
    /// There are too few bytes for so many.
    pub fn count(&mut self, least: usize) -> Result<usize, Malformed> {
        let count = self.u32()? as usize;
        (count <= self.0.len() / least)
            .then_some(count)
            .ok_or(Malformed)
    }

    /// There is nothing left.
    ///
    /// # Errors
    ///
    /// There is.
    pub fn end(self) -> Result<(), Malformed> {
        self.0.is_empty().then_some(()).ok_or(Malformed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Decoder, Encoder, Malformed};

    proptest! {
        #[test]
        fn what_is_put_is_got(
            number in any::<i64>(),
            small in any::<u8>(),
            texts in prop::collection::vec(prop::option::of(any::<Vec<u8>>()), 0..5),
        ) {
            let mut bytes = Vec::new();
            let mut encoder = Encoder(&mut bytes);
            encoder.put_i64(number);
            encoder.put_u8(small);
            encoder.put_u32(texts.len() as u32);
            texts.iter().for_each(|text| encoder.put_maybe(text.as_deref()));
            let mut decoder = Decoder(&bytes);
            prop_assert_eq!(decoder.i64(), Ok(number));
            prop_assert_eq!(decoder.u8(), Ok(small));
            prop_assert_eq!(decoder.count(4), Ok(texts.len()));
            for text in &texts {
                prop_assert_eq!(decoder.maybe(), Ok(text.as_deref()));
            }
            prop_assert_eq!(decoder.end(), Ok(()));
        }

        #[test]
        fn any_bytes_are_decoded_or_refused(bytes in any::<Vec<u8>>()) {
            let mut decoder = Decoder(&bytes);
            while decoder.maybe().is_ok() {}
            let _ = decoder.count(1);
        }
    }

    #[test]
    fn a_text_longer_than_its_frame_is_refused() {
        let mut decoder = Decoder(&[5, 0, 0, 0, b'a', b'b']);
        assert_eq!(decoder.text(), Err(Malformed));
        let mut absent = Decoder(&[255, 255, 255, 255]);
        assert_eq!(absent.text(), Err(Malformed));
    }

    #[test]
    fn more_things_than_there_is_room_for_are_refused() {
        let mut decoder = Decoder(&[3, 0, 0, 0, 1, 2, 3, 4, 5]);
        assert_eq!(decoder.count(2), Err(Malformed));
    }
}
