//! The life of an interpreter; pure.

/// Where an interpreter is in its life. Moves only forward: `Starting → Ready → Draining → Ended`, or
/// `Starting → Ended`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// Being created; callers wait.
    Starting,
    /// Takes new calls.
    Ready {
        /// Calls that run now.
        in_flight: u32,
    },
    /// Takes no new calls; ends when the last running one has left.
    Draining {
        /// Calls that still run.
        in_flight: u32,
    },
    /// Gone. Nothing may be called in it again.
    Ended(End),
}

/// Why an interpreter is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It could not be created.
    NeverStarted,
    /// Every call had left; it can be finalised.
    Drained,
    /// Calls or threads were still in it; it is left as it is and never finalised.
    Abandoned,
}

/// What happens to an interpreter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Its creation succeeded.
    Created,
    /// Its creation failed.
    Failed,
    /// A call wants to run in it.
    CallEnters,
    /// A thread that was in it comes back for a moment, to give up what it has there.
    VisitorEnters,
    /// A call, or a visitor, has left it.
    CallLeaves,
    /// It is to take no new calls.
    Stop,
    /// Nobody will wait for it any longer.
    GiveUp,
}

/// An event that a life does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotNow {
    /// The life as it was, and stays.
    pub life: Life,
    /// What was refused.
    pub event: Event,
}

impl Life {
    /// The life after `event`. The only function that knows the rules.
    ///
    /// # Errors
    ///
    /// [`NotNow`] for an event that cannot be in this life; the life stays.
    pub fn after(self, event: Event) -> Result<Self, NotNow> {
        use {Event::*, Life::*};
        Ok(match (self, event) {
            (Starting, Created) => Ready { in_flight: 0 },
            (Starting, Failed) => Ended(End::NeverStarted),

            (Ready { in_flight }, CallEnters | VisitorEnters) => Ready {
                in_flight: in_flight + 1,
            },
            (Ready { in_flight: n @ 1.. }, CallLeaves) => Ready { in_flight: n - 1 },
            (Ready { in_flight: 0 }, Stop) => Ended(End::Drained),
            (Ready { in_flight }, Stop) => Draining { in_flight },

            (Draining { in_flight }, VisitorEnters) => Draining {
                in_flight: in_flight + 1,
            },
            (Draining { in_flight: 1 }, CallLeaves) => Ended(End::Drained),
            (Draining { in_flight: n @ 2.. }, CallLeaves) => Draining { in_flight: n - 1 },
            (Draining { .. }, Stop) => self,
            (Draining { .. }, GiveUp) => Ended(End::Abandoned),

            (life, event) => return Err(NotNow { life, event }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{End, Event, Life, NotNow};

    fn walk(events: &[Event]) -> Result<Life, NotNow> {
        events
            .iter()
            .try_fold(Life::Starting, |life, event| life.after(*event))
    }

    #[test]
    fn an_interpreter_drains_before_it_ends() {
        use Event::*;
        let life = walk(&[Created, CallEnters, CallEnters, Stop, CallLeaves]);
        assert_eq!(life, Ok(Life::Draining { in_flight: 1 }));
        assert_eq!(
            life.and_then(|life| life.after(CallLeaves)),
            Ok(Life::Ended(End::Drained))
        );
    }

    #[test]
    fn a_draining_interpreter_refuses_new_calls() {
        let life = Life::Draining { in_flight: 1 };
        assert_eq!(
            life.after(Event::CallEnters),
            Err(NotNow {
                life,
                event: Event::CallEnters
            })
        );
    }

    #[test]
    fn a_visitor_may_enter_as_long_as_calls_are_waited_for() {
        use Event::*;
        let life = walk(&[Created, CallEnters, Stop, VisitorEnters, CallLeaves]);
        assert_eq!(life, Ok(Life::Draining { in_flight: 1 }));
        assert!(walk(&[Created, Stop, VisitorEnters]).is_err());
    }

    #[test]
    fn an_idle_interpreter_ends_at_once() {
        assert_eq!(
            walk(&[Event::Created, Event::Stop]),
            Ok(Life::Ended(End::Drained))
        );
    }

    #[test]
    fn an_interpreter_that_does_not_drain_is_abandoned() {
        use Event::*;
        assert_eq!(
            walk(&[Created, CallEnters, Stop, GiveUp]),
            Ok(Life::Ended(End::Abandoned))
        );
    }

    #[test]
    fn nothing_happens_to_an_ended_interpreter() {
        use Event::*;
        for end in [End::NeverStarted, End::Drained, End::Abandoned] {
            for event in [
                Created,
                Failed,
                CallEnters,
                VisitorEnters,
                CallLeaves,
                Stop,
                GiveUp,
            ] {
                let life = Life::Ended(end);
                assert_eq!(life.after(event), Err(NotNow { life, event }));
            }
        }
    }
}
