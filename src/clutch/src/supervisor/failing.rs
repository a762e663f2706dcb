//! A group whose daemons end at their start: the pauses between the attempts, and what its requests are told.

use std::os::fd::{AsFd as _, BorrowedFd};
use std::time::{Duration, Instant};

use clutch_core::code;
use clutch_core::transport::{Encoder, Frame, Kind};
use clutch_sys::socket::{self, Buffers, Waiting};

/// The pause after the first daemon that has ended soon after its start; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause.
const MOST_PAUSE: Duration = Duration::from_secs(30);

/// The pause before a script of a service is begun anew.
const SERVICE_PAUSE: Duration = Duration::from_secs(1);

/// How many requests are answered before the supervisor looks at something else.
const MOST_ANSWERS: usize = 64;

/// The status of a request that there is no daemon for.
const SERVICE_UNAVAILABLE: u16 = 503;

/// How a group fails, if it does.
#[derive(Debug)]
pub(super) struct Failing {
    /// Since when no daemon gets to serve, and why the last one did not; `None`: they do.
    series: Option<(Instant, String)>,
    /// Nothing is started before.
    not_before: Option<Instant>,
    pause: Duration,
}

impl Failing {
    pub(super) fn new() -> Self {
        Self {
            series: None,
            not_before: None,
            pause: FIRST_PAUSE,
        }
    }

    /// A daemon has not got to serve. Whether it is the first one in a row.
    pub(super) fn start_failed(&mut self, why: &str) -> bool {
        self.wait_longer();
        let is_first = self.series.is_none();
        let since = self.series.take().map_or_else(Instant::now, |(at, _)| at);
        self.series = Some((since, why.to_owned()));
        is_first
    }

    /// A daemon has ended soon after it began to serve.
    pub(super) fn wait_longer(&mut self) {
        self.not_before = Some(Instant::now() + self.pause);
        self.pause = (self.pause * 2).min(MOST_PAUSE);
    }

    /// A script of a service has come to its end, and begins anew.
    pub(super) fn service_ended(&mut self) {
        self.series = None;
        self.not_before = Some(Instant::now() + SERVICE_PAUSE);
    }

    /// A daemon serves.
    pub(super) fn begins_to_serve(&mut self) {
        self.series = None;
    }

    /// A daemon has had a good life.
    pub(super) fn is_over(&mut self) {
        *self = Self::new();
    }

    /// Whether another daemon may be started now.
    pub(super) fn may_start(&self) -> bool {
        self.not_before.is_none_or(|at| Instant::now() >= at)
    }

    /// How long the pause is that follows the next failure.
    pub(super) fn pause(&self) -> Duration {
        self.pause
    }

    /// Starts are so far apart that nobody need look often.
    pub(super) fn is_slow(&self) -> bool {
        self.pause >= MOST_PAUSE
    }

    /// Why requests are not to wait for a daemon, if none has got to serve for `limit`.
    pub(super) fn why_nobody_serves(&self, limit: Duration) -> Option<&str> {
        let (since, why) = self.series.as_ref()?;
        (since.elapsed() >= limit).then_some(why)
    }
}

/// Answers the requests that wait at `listener`, in place of daemons that there are not.
pub(super) fn turn_away(listener: BorrowedFd<'_>, group: &str, why: &str) {
    let text = format!("no daemon of group '{group}' gets to serve: {why}");
    let mut frames = Vec::new();
    Frame::put_fault(&mut frames, &code::NOBODY_SERVES.says(text));
    Frame::put(&mut frames, Kind::Answer, 0, |bytes| {
        Encoder(bytes).put_u16(SERVICE_UNAVAILABLE);
    });
    for _ in 0..MOST_ANSWERS {
        let Ok(connection) = socket::accept(listener, &Buffers::default()) else {
            return;
        };
        let parts = [std::io::IoSlice::new(&frames)];
        // Whoever is gone needs no answer.
        let _ = socket::send(connection.as_fd(), &parts, &[], Waiting::Never);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Failing;

    #[test]
    fn pauses_grow_up_to_a_bound_and_a_good_life_ends_them() {
        let mut failing = Failing::new();
        assert!(failing.may_start());
        assert!(failing.start_failed("first"));
        assert!(!failing.may_start());
        assert!((0..20).all(|_| !failing.start_failed("again")));
        assert_eq!(failing.pause(), Duration::from_secs(30));
        assert!(failing.is_slow());
        failing.is_over();
        assert!(failing.may_start() && !failing.is_slow());
    }

    #[test]
    fn requests_are_told_the_last_reason_as_long_as_nobody_serves() {
        let mut failing = Failing::new();
        assert_eq!(failing.why_nobody_serves(Duration::ZERO), None);
        failing.start_failed("no home");
        failing.start_failed("no Python");
        assert_eq!(failing.why_nobody_serves(Duration::ZERO), Some("no Python"));
        assert_eq!(failing.why_nobody_serves(Duration::from_secs(60)), None);
        failing.begins_to_serve();
        assert_eq!(failing.why_nobody_serves(Duration::ZERO), None);
        failing.wait_longer();
        assert_eq!(failing.why_nobody_serves(Duration::ZERO), None);
    }
}
