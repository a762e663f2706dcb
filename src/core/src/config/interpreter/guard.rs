//! What is to happen when an application reaches beyond its interpreter.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::config::value::{self, Refusal, Shown};

/// The events that a guard knows, a word for each family.
pub const EVENTS: [&str; 12] = [
    "chdir",
    "umask",
    "environ",
    "signal",
    "fork",
    "exec",
    "spawn",
    "identity",
    "kill",
    "switchinterval",
    "rlimit",
    "dlopen",
];

/// What a guard does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum GuardMode {
    /// Nothing.
    Off,
    /// It writes a line to the log.
    Log,
    /// It raises an exception, too.
    Deny,
}

/// The words of `ClutchGuard`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard {
    /// What it does.
    pub mode: GuardMode,
    /// About which events; none: all it knows.
    #[serde(deserialize_with = "known_events")]
    pub events: Vec<&'static str>,
}

impl Guard {
    /// The guard in `words`: what it does, then the events.
    ///
    /// # Errors
    ///
    /// An unknown word; events of a guard that is off.
    pub fn parse(words: &[&[u8]]) -> Result<Self, Refusal> {
        const MODES: &[(&str, GuardMode)] = &[
            ("off", GuardMode::Off),
            ("log", GuardMode::Log),
            ("deny", GuardMode::Deny),
        ];
        let [mode, events @ ..] = words else {
            return Err(Refusal::because("takes off, log or deny first"));
        };
        let mode = value::choice(mode, MODES)?;
        if let (GuardMode::Off, [event, ..]) = (mode, events) {
            let given = Shown(event);
            let text = format!("takes events after log and deny, not after off: {given}");
            return Err(Refusal::because(text));
        }
        let events = events.iter().map(|event| known(event));
        let events = events.collect::<Result<_, _>>()?;
        Ok(Self { mode, events })
    }
}

/// The event called `name`.
fn known(name: &[u8]) -> Result<&'static str, Refusal> {
    let found = EVENTS
        .iter()
        .find(|event| name.eq_ignore_ascii_case(event.as_bytes()));
    let refused = || Refusal::of(name, &format!("the events {}", EVENTS.join(", ")));
    found.copied().ok_or_else(refused)
}

/// Events that another process has written down, each as this one knows it.
fn known_events<'de, D: Deserializer<'de>>(source: D) -> Result<Vec<&'static str>, D::Error> {
    let names = Vec::<String>::deserialize(source)?;
    let events = names.iter().map(|name| known(name.as_bytes()));
    events
        .collect::<Result<_, _>>()
        .map_err(|refusal| D::Error::custom(format!("a guard {refusal}")))
}

#[cfg(test)]
mod tests {
    use super::{EVENTS, Guard, GuardMode};

    #[test]
    fn a_guard_is_about_the_events_named_or_about_all() {
        let all = Guard::parse(&[b"Deny"]).unwrap();
        assert_eq!((all.mode, all.events.len()), (GuardMode::Deny, 0));
        let some = Guard::parse(&[b"log", b"chdir", b"FORK"]).unwrap();
        assert_eq!(
            (some.mode, &*some.events),
            (GuardMode::Log, &["chdir", "fork"][..])
        );
        for event in EVENTS {
            assert!(
                Guard::parse(&[b"deny", event.as_bytes()]).is_ok(),
                "{event}"
            );
        }
    }

    #[test]
    fn an_unknown_event_is_refused_with_the_list_of_all() {
        let refusal = Guard::parse(&[b"log", b"sleep"]).unwrap_err().to_string();
        assert!(refusal.ends_with("dlopen, not \"sleep\""), "{refusal}");
        assert!(
            EVENTS.iter().all(|event| refusal.contains(event)),
            "{refusal}"
        );
    }

    #[test]
    fn a_guard_that_is_off_has_no_events() {
        assert_eq!(Guard::parse(&[b"off"]).unwrap().mode, GuardMode::Off);
        let refusal = Guard::parse(&[b"off", b"chdir"]).unwrap_err().to_string();
        assert!(refusal.contains("not after off: \"chdir\""), "{refusal}");
        assert!(Guard::parse(&[b"maybe"]).is_err());
        assert!(Guard::parse(&[]).is_err());
    }
}
