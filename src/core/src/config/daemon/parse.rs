//! The words of `WSGIDaemonProcess`: a name, and options from a table.

use std::fmt;

use crate::config::daemon::read::Read;
use crate::config::daemon::{DaemonGroup, identity, lifetime, transport};
use crate::config::options;
use crate::config::value::{Refusal, Shown};

/// An option: its name, and what it changes.
pub struct Row {
    /// As the operator writes it.
    pub name: &'static str,
    /// Its value, for the reference page.
    pub syntax: &'static str,
    /// What holds without it, for the reference page.
    pub default: &'static str,
    /// One or more sentences for the reference page.
    pub summary: &'static str,
    pub(super) set: fn(&mut DaemonGroup, &[u8]) -> Read<()>,
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Row").field(&self.name).finish()
    }
}

/// All options, by topic.
pub static OPTIONS: [&[Row]; 3] = [identity::ROWS, transport::ROWS, lifetime::ROWS];

impl DaemonGroup {
    /// The group in `words`: its name, then options, each `name=value`. Of options with the same name the last holds.
    ///
    /// # Errors
    ///
    /// No name; a malformed or unknown option; a value that is none; options that exclude each other.
    pub fn parse(words: &[&[u8]]) -> Result<Self, Refusal> {
        let [name, words @ ..] = words else {
            return Err(Refusal::because("takes a name first, which is missing"));
        };
        if name.is_empty() {
            return Err(Refusal::of(name, "a name first"));
        }
        let mut group = Self::named(name);
        for word in options::whole(words)? {
            let sides = options::sides(&word).filter(|(option, _)| !option.is_empty());
            let (option, value) = sides.ok_or_else(|| options::malformed(&word))?;
            group.set(option, value)?;
        }
        group.checked()
    }

    fn set(&mut self, option: &[u8], value: &[u8]) -> Result<(), Refusal> {
        let mut rows = OPTIONS.iter().copied().flatten();
        let row = rows.find(|row| row.name.as_bytes() == option);
        let Some(row) = row else {
            let option = Shown(option);
            return Err(Refusal::because(format!("takes no option {option}")));
        };
        let (name, given) = (row.name, Shown(value));
        (row.set)(self, value).map_err(|expected| {
            let text = format!("takes {expected} for its option {name}, not {given}");
            Refusal::because(text)
        })
    }

    /// What no option alone can tell.
    fn checked(self) -> Result<Self, Refusal> {
        if self.script_user.is_some() && self.script_group.is_some() {
            let text = "takes one of the options script-user and script-group, not both";
            return Err(Refusal::because(text));
        }
        match self.max_processes {
            Some(most) if most < self.processes => {
                let least = self.processes;
                let text = format!(
                    "takes {least} or more for its option max-processes, as processes says, not {most}"
                );
                Err(Refusal::because(text))
            }
            _ => Ok(self),
        }
    }
}
