//! Interpreters: who has one, who may use it, how it ends.

mod ending;
mod lease;
pub mod life;
mod parts;
mod pool;
pub mod script;
mod script_file;

use parking_lot::{Condvar, Mutex};

pub use lease::{AtWork, Lease, lease, thread_number};
pub use parts::Parts;
pub use pool::{current, preload, start, stop};

use crate::error::{Error, Kind};
use crate::python::{InterpreterId, Parked};
use life::{Event, Life};
use script::Scripts;

/// One CPython interpreter and what belongs to it.
#[derive(Debug)]
pub struct Interpreter {
    /// Name of its application group; empty for the main interpreter.
    group: Box<[u8]>,
    id: InterpreterId,
    /// Taken by the thread that ends the interpreter.
    first_state: Mutex<Option<Parked>>,
    life: Mutex<Life>,
    /// Told about every change of `life` that somebody may wait for.
    changed: Condvar,
    parts: Parts,
    scripts: Scripts,
}

impl Interpreter {
    fn new(group: &[u8], id: InterpreterId, first_state: Option<Parked>, parts: Parts) -> Self {
        let interpreter = Self {
            group: group.into(),
            id,
            first_state: Mutex::new(first_state),
            life: Mutex::new(Life::Starting),
            changed: Condvar::new(),
            parts,
            scripts: Scripts::default(),
        };
        interpreter.apply(Event::Created);
        interpreter
    }

    /// Its types, keys and functions.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    fn is_main(&self) -> bool {
        self.group.is_empty()
    }

    /// Applies an event to its life. Says whether the life allowed it.
    fn apply(&self, event: Event) -> bool {
        let outcome = {
            let mut life = self.life.lock();
            life.after(event)
                .map(|next| (std::mem::replace(&mut *life, next), next))
        };
        match outcome {
            Ok((from, to)) => {
                if !matches!(event, Event::CallEnters | Event::CallLeaves) {
                    let group = String::from_utf8_lossy(&self.group);
                    tracing::debug!(%group, ?from, ?event, ?to, "life of an interpreter");
                }
                if matches!(to, Life::Ended(_)) {
                    self.changed.notify_all();
                }
                true
            }
            Err(_) => false,
        }
    }

    /// A call enters.
    fn enter(&self) -> Result<(), Error> {
        match self.apply(Event::CallEnters) {
            true => Ok(()),
            false => Err(Error::saying(
                Kind::Interpreter,
                format!("{} is ending", self.parts.context),
            )),
        }
    }

    fn leave(&self) {
        self.apply(Event::CallLeaves);
    }
}
