//! Names and values for an engine, each name once.

use ffi_engine::Slice;
use ffi_engine::abi::Pair;
use smallvec::SmallVec;

/// Pairs in the order of their names' first coming. Names are compared without regard to case.
#[derive(Debug, Clone, Default)]
pub struct Pairs<'r> {
    pairs: SmallVec<[Pair<'r>; 24]>,
    /// A bit for each name; two names may have the same one.
    seen: u64,
}

impl<'r> Pairs<'r> {
    /// All pairs.
    pub fn as_slice(&self) -> &[Pair<'r>] {
        &self.pairs
    }

    /// The place of `name`, with its name and value; `None` if it has none yet. It has one from now on, the next that
    /// is pushed.
    pub fn find(&mut self, name: &[u8]) -> Option<&mut Pair<'r>> {
        let bit = 1 << (hash(name) % 64);
        let is_new = self.seen & bit == 0;
        self.seen |= bit;
        if is_new {
            return None;
        }
        let mut pairs = self.pairs.iter_mut();
        pairs.find(|pair| pair.name.bytes().eq_ignore_ascii_case(name))
    }

    /// The value of `name`, if it has one.
    pub fn get(&self, name: &[u8]) -> Option<&'r [u8]> {
        let mut pairs = self.pairs.iter();
        let pair = pairs.find(|pair| pair.name.bytes().eq_ignore_ascii_case(name))?;
        pair.value.get()
    }

    /// Gives `name` this value, whether it had one or not.
    pub fn set(&mut self, name: &'r [u8], value: &'r [u8]) {
        match self.find(name) {
            Some(pair) => pair.value = Slice::new(value),
            None => self.push(name, Some(value)),
        }
    }

    /// Keeps the pairs whose names are `wanted`.
    pub fn retain(&mut self, wanted: impl Fn(&[u8]) -> bool) {
        self.pairs.retain(|pair| wanted(pair.name.bytes()));
    }

    /// Adds a pair whose name was not found.
    pub fn push(&mut self, name: &'r [u8], value: Option<&'r [u8]>) {
        let (name, value) = (Slice::new(name), Slice::maybe(value));
        self.pairs.push(Pair { name, value });
    }
}

/// The same for names that differ only in case, and mostly different for others.
fn hash(name: &[u8]) -> usize {
    let parts = [name.first(), name.get(name.len() / 2), name.last()];
    parts.into_iter().flatten().fold(name.len(), |hash, byte| {
        hash * 7 + usize::from(byte.to_ascii_lowercase())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Pairs, hash};

    #[test]
    fn a_pair_can_be_replaced_and_removed() {
        let mut pairs = Pairs::default();
        pairs.set(b"Host", b"a");
        pairs.set(b"HOST", b"b");
        pairs.set(b"Other", b"c");
        assert_eq!(pairs.get(b"host"), Some(&b"b"[..]));
        pairs.retain(|name| name != b"Host");
        assert_eq!(
            (pairs.get(b"host"), pairs.get(b"other")),
            (None, Some(&b"c"[..]))
        );
        pairs.set(b"host", b"d");
        assert_eq!(pairs.get(b"Host"), Some(&b"d"[..]));
        assert_eq!(pairs.as_slice().len(), 2);
    }

    proptest! {
        #[test]
        fn every_name_is_kept_once(names in prop::collection::vec("[A-Ca-c-]{0,3}", 0..12)) {
            let mut pairs = Pairs::default();
            for name in &names {
                if pairs.find(name.as_bytes()).is_none() {
                    pairs.push(name.as_bytes(), None);
                }
            }
            let kept = pairs.as_slice().iter().map(|pair| pair.name.text().to_lowercase());
            let mut kept: Vec<_> = kept.collect();
            let mut all: Vec<_> = names.iter().map(|name| name.to_lowercase()).collect();
            kept.sort();
            all.sort();
            all.dedup();
            prop_assert_eq!(kept, all);
        }

        #[test]
        fn case_does_not_change_the_hash(name in "[A-Za-z-]{0,20}") {
            prop_assert_eq!(hash(name.as_bytes()), hash(name.to_lowercase().as_bytes()));
        }
    }
}
