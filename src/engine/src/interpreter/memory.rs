//! What replaced interpreters have kept of the process's memory.
//!
//! The memory of a process can be measured, that of an interpreter cannot. So the *ledger* shares what the process grows by
//! out: while an interpreter is made, loads a script or ends, to that one; at other times to all alike, since the calls in
//! any of them may have taken it. What is left of an interpreter's share when it has ended, it has kept. Errors even out:
//! what one interpreter's share has too much, another's has too little.

use std::collections::HashMap;

use clutch_sys::lock::Mutex;

use clutch_sys::usage;

/// As little may be kept without anybody minding, in bytes.
const LEAST: i64 = 128 << 20;

/// How much of what is new in it the smoothed sum takes over at each end: one part of so many. Memory that calls take for a
/// moment is in the sum for a moment.
const SMOOTHING: i64 = 4;

/// Memory of the process and of its interpreters, in bytes.
#[derive(Debug, Default)]
pub(super) struct Ledger(Mutex<Book>);

#[derive(Debug, Default)]
struct Book {
    /// What the process had when it was last looked at.
    seen: i64,
    /// The shares of the interpreters that live, by serial number.
    shares: HashMap<u64, i64>,
    /// Those that are changing: made, loaded or ended.
    changing: Vec<u64>,
    /// What ended interpreters have kept.
    kept: i64,
    smoothed: i64,
}

impl Ledger {
    /// An interpreter of this serial number begins to change, until the value is dropped. It is entered if it is new.
    pub(super) fn change(&self, serial: u64) -> Change<'_> {
        let mut book = self.0.lock();
        book.settle(memory());
        book.begin(serial);
        Change {
            ledger: self,
            serial,
        }
    }

    /// An interpreter is gone, or is left as it is. How much all that are have kept, if that is more than this process
    /// should bear.
    pub(super) fn gone(&self, serial: u64) -> Option<i64> {
        let memory = memory();
        let mut book = self.0.lock();
        book.settle(memory);
        book.close(serial);
        book.is_too_much(memory).then_some(book.smoothed)
    }
}

/// What this process has for itself.
fn memory() -> i64 {
    i64::try_from(usage::unshared()).unwrap_or(i64::MAX)
}

/// Whether the system tells what memory this process has: it does not where there is no `/proc`.
pub(super) fn is_measured() -> bool {
    memory() > 0
}

/// An interpreter is changing.
#[derive(Debug)]
pub struct Change<'a> {
    ledger: &'a Ledger,
    serial: u64,
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        let mut book = self.ledger.0.lock();
        book.settle(memory());
        book.end(self.serial);
    }
}

impl Book {
    /// Shares out what the process has grown by since it was last looked at.
    fn settle(&mut self, memory: i64) {
        let grown = memory - self.seen;
        self.seen = memory;
        let changing = i64::try_from(self.changing.len()).unwrap_or(i64::MAX);
        let living = i64::try_from(self.shares.len()).unwrap_or(i64::MAX);
        if changing == 0 {
            let shares = self.shares.values_mut();
            return shares.for_each(|share| *share += grown / living);
        }
        for serial in &self.changing {
            *self.shares.entry(*serial).or_default() += grown / changing;
        }
    }

    fn begin(&mut self, serial: u64) {
        self.shares.entry(serial).or_default();
        self.changing.push(serial);
    }

    fn end(&mut self, serial: u64) {
        if let Some(place) = self.changing.iter().position(|one| *one == serial) {
            self.changing.swap_remove(place);
        }
    }

    /// An interpreter is gone.
    fn close(&mut self, serial: u64) {
        self.kept += self.shares.remove(&serial).unwrap_or_default();
        self.smoothed += (self.kept - self.smoothed) / SMOOTHING;
    }

    /// More than half of what a process of this memory has.
    fn is_too_much(&self, memory: i64) -> bool {
        self.smoothed > LEAST.max(memory / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::{Book, LEAST};

    const MB: i64 = 1 << 20;

    /// One interpreter is made, serves and ends, and another has taken its place before that; what the process has at these
    /// points.
    fn replace(book: &mut Book, (old, new): (u64, u64), [before, loaded, served, ended]: [i64; 4]) {
        book.settle(before);
        book.begin(new);
        book.settle(loaded);
        book.end(new);
        book.settle(served);
        book.begin(old);
        book.settle(ended);
        book.end(old);
        book.close(old);
    }

    fn started(memory: i64) -> Book {
        let mut book = Book::default();
        book.settle(memory);
        book.begin(1);
        book.settle(memory + 20 * MB);
        book.end(1);
        book
    }

    #[test]
    fn what_an_interpreter_gives_back_it_has_not_kept_also_if_it_has_grown_in_service() {
        let mut book = started(10 * MB);
        for serial in 1..100 {
            let memory = [35 * MB, 55 * MB, 55 * MB, 30 * MB];
            replace(&mut book, (serial, serial + 1), memory);
        }
        assert!(book.smoothed.abs() < MB, "{book:?}");
        assert!(!book.is_too_much(30 * MB));
    }

    #[test]
    fn what_each_keeps_adds_up_until_it_is_too_much() {
        let mut book = started(10 * MB);
        let mut at = 30 * MB;
        for serial in 1..=300 {
            replace(
                &mut book,
                (serial, serial + 1),
                [at, at + 20 * MB, at + 20 * MB, at + 2 * MB],
            );
            at += 2 * MB;
            if book.is_too_much(at) {
                // 128 MiB and what the smoothing has not taken over yet.
                assert!((64..=70).contains(&serial), "{serial}");
                return;
            }
        }
        panic!("600 MB are not too much: {book:?}");
    }

    #[test]
    fn in_a_large_process_half_of_its_memory_is_too_much() {
        let mut book = Book {
            smoothed: LEAST + 1,
            ..Book::default()
        };
        assert!(book.is_too_much(2 * LEAST));
        assert!(!book.is_too_much(3 * LEAST));
        book.smoothed *= 2;
        assert!(book.is_too_much(3 * LEAST));
    }

    #[test]
    fn what_others_take_while_one_is_replaced_again_and_again_is_not_what_it_has_kept() {
        // Nine others grow by 9 MB in all while the tenth is loaded anew and gives back what it took.
        let mut book = started(10 * MB);
        for serial in 1001..1010 {
            book.begin(serial);
            book.end(serial);
        }
        let mut at = 30 * MB;
        for serial in 1..=50 {
            at += 9 * MB;
            let (new, old) = (serial + 1, serial);
            replace(&mut book, (old, new), [at, at + 20 * MB, at + 20 * MB, at]);
        }
        assert!(book.smoothed < 51 * MB, "{book:?}");
    }

    #[test]
    fn memory_of_a_moment_is_too_much_for_no_process() {
        let mut book = started(10 * MB);
        let spike = 400 * MB;
        replace(
            &mut book,
            (1, 2),
            [30 * MB, 50 * MB, 50 * MB, 30 * MB + spike],
        );
        assert!(!book.is_too_much(30 * MB + spike));
        replace(&mut book, (2, 3), [30 * MB, 50 * MB, 50 * MB, 30 * MB]);
        replace(&mut book, (3, 4), [30 * MB, 50 * MB, 50 * MB, 30 * MB]);
        assert!(book.kept.abs() < MB, "{book:?}");
    }
}
