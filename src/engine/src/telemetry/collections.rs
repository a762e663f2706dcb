//! What the garbage collectors of all interpreters have done: each is asked for a text of numbers by the prelude's `collections`.

use super::record::Fields;
use crate::interpreter;

/// Numbers of a snapshot: for each of three generations what it holds, its threshold, its collections, what they collected and what
/// they could not; whether the collector is on; frozen objects; events that were lost.
const NUMBERS: usize = 18;

/// Which of them are of one interpreter, and not the sum over all: thresholds, and whether the collector is on.
const OF_ONE: [usize; 4] = [3, 4, 5, 15];

/// What the collectors of all interpreters have done. The receiver of these records fails at the first one that names an
/// interpreter, so they are told of together.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Collected {
    numbers: [u64; NUMBERS],
    /// Collections since they were asked for last.
    pub(super) events: Vec<Event>,
    asked: bool,
}

/// One collection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Event {
    /// When it began, in seconds since the epoch.
    begun: f64,
    /// In seconds.
    took: f64,
    /// Generation, objects collected, objects that could not be.
    counts: [u64; 3],
}

/// Asks all interpreters.
pub(super) fn of_all() -> Collected {
    let mut all = Collected::default();
    for text in interpreter::collections() {
        all.add(&text);
    }
    all
}

impl Collected {
    /// Adds what an interpreter says: a line of the snapshot, and one for each event.
    fn add(&mut self, text: &str) {
        let mut lines = text.lines();
        let numbers = lines.next().unwrap_or_default().split(' ');
        for (at, (sum, number)) in self.numbers.iter_mut().zip(numbers).enumerate() {
            let number = number.parse().unwrap_or(0);
            *sum = match OF_ONE.contains(&at) {
                true if self.asked => *sum,
                true => number,
                false => sum.saturating_add(number),
            };
        }
        self.asked = true;
        self.events.extend(lines.filter_map(Event::parse));
    }

    pub(super) fn snapshot(&self) -> Fields {
        let mut fields = Fields::default();
        for (id, number) in (300..).zip(self.numbers) {
            fields.count(id, number);
        }
        fields
    }
}

impl Event {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let mut next = || words.next();
        Some(Self {
            begun: next()?.parse().ok()?,
            took: next()?.parse().ok()?,
            counts: [
                next()?.parse().ok()?,
                next()?.parse().ok()?,
                next()?.parse().ok()?,
            ],
        })
    }

    pub(super) fn fields(&self) -> Fields {
        let mut fields = Fields::default();
        fields.number(320, self.begun);
        fields.number(321, self.took);
        for (id, count) in (322..).zip(self.counts) {
            fields.count(id, count);
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::{Collected, Event};

    #[test]
    fn interpreters_are_added_up_but_for_what_is_of_one() {
        let mut all = Collected::default();
        all.add("1 2 3 700 10 10 4 5 6 7 8 9 0 0 0 1 11 0\n1.5 0.25 2 3 4");
        all.add("1 1 1 9 9 9 1 1 1 1 1 1 1 1 1 0 1 2");
        all.add("nonsense\nx\n");
        assert_eq!(
            all.numbers,
            [2, 3, 4, 700, 10, 10, 5, 6, 7, 8, 9, 10, 1, 1, 1, 1, 12, 2]
        );
        let event = Event {
            begun: 1.5,
            took: 0.25,
            counts: [2, 3, 4],
        };
        assert_eq!(all.events, [event]);
        assert_eq!(all.snapshot().0.len(), 18 * 11);
        assert_eq!(event.fields().0.len(), 5 * 11);
    }
}
