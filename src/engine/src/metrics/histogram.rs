//! How long something took, in every request of an interval: a counter for each range of times.

use std::time::Duration;

/// Number of counters.
pub(super) const BUCKETS: usize = 65;

/// The times of one kind.
#[derive(Debug, Clone)]
pub(crate) struct Times {
    pub(crate) buckets: [u64; BUCKETS],
    total: Duration,
    /// The shortest and the longest, in microseconds.
    pub(crate) extremes: Option<(u64, u64)>,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            buckets: [0; BUCKETS],
            total: Duration::ZERO,
            extremes: None,
        }
    }
}

impl Times {
    pub(super) fn add(&mut self, time: Duration) {
        self.buckets[bucket(time)] += 1;
        self.total += time;
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.extremes = Some(match self.extremes {
            Some((least, most)) => (least.min(micros), most.max(micros)),
            None => (micros, micros),
        });
    }

    /// The mean for `requests`, in seconds; 0 without requests.
    pub(crate) fn mean(&self, requests: u64) -> f64 {
        match requests {
            0 => 0.0,
            requests => self.total.as_secs_f64() / requests as f64,
        }
    }
}

/// The counter of a time. Octave o and quarter q, from 1 ms on, have number 4·o + q; the first has what is shorter, too, and the
/// last all from 65,536 ms on.
fn bucket(time: Duration) -> usize {
    let quarters = u64::try_from(time.as_micros() / 250).unwrap_or(u64::MAX);
    if quarters < 4 {
        return 0;
    }
    // 1 ms is four quarters of a millisecond.
    let octave = quarters.ilog2() - 2;
    if octave >= 16 {
        return BUCKETS - 1;
    }
    let quarter = (quarters >> octave) - 4;
    4 * octave as usize + quarter as usize
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{BUCKETS, Times, bucket};

    #[test]
    fn each_range_of_times_begins_where_the_manual_says() {
        let begins = |octave: u32, quarter: u64| {
            Duration::from_micros((1 << octave) * (1000 + 250 * quarter))
        };
        for octave in 0..16 {
            for quarter in 0..4 {
                let number = 4 * octave as usize + quarter as usize;
                let begin = begins(octave, quarter);
                assert_eq!(bucket(begin), number, "{begin:?}");
                let before = begin - Duration::from_micros(1);
                assert_eq!(bucket(before), number.saturating_sub(1), "{before:?}");
            }
        }
        assert_eq!(bucket(Duration::ZERO), 0);
        assert_eq!(bucket(Duration::from_millis(65_535)), BUCKETS - 2);
        assert_eq!(bucket(Duration::from_millis(65_536)), BUCKETS - 1);
        assert_eq!(bucket(Duration::MAX), BUCKETS - 1);
    }

    #[test]
    fn the_mean_is_of_all_requests_and_the_extremes_are_exact() {
        let mut times = Times::default();
        assert_eq!((times.mean(0), times.extremes), (0.0, None));
        times.add(Duration::from_micros(10));
        times.add(Duration::from_micros(30));
        assert_eq!(times.extremes, Some((10, 30)));
        assert!((times.mean(4) - 0.000_01).abs() < 1e-9);
    }
}
