//! What is shown: access lines on standard output; all else on standard error.

mod access_log;
mod error_log;
mod escape;

use std::env;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use access_log::Access;
use error_log::{Blocks, Record};

pub(crate) use access_log::FORMAT as ACCESS_LOG_FORMAT;
pub(crate) use error_log::{FORMAT as ERROR_LOG_FORMAT, Level, Names};

/// The two streams of this process. Failures to write are ignored: nobody is left to be told.
#[derive(Debug)]
pub(crate) struct Terminal {
    output: Ink,
    errors: Ink,
    blocks: Blocks,
    names: Names,
}

/// Whether a stream shows colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ink {
    Coloured,
    Plain,
}

impl Ink {
    fn of(stream: &impl IsTerminal) -> Self {
        let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        match stream.is_terminal() && !refused {
            true => Self::Coloured,
            false => Self::Plain,
        }
    }

    /// `text` in the colour that `code` (an SGR parameter) stands for.
    fn dye(self, code: &str, text: &str) -> String {
        match self {
            Self::Coloured => format!("\x1b[{code}m{text}\x1b[0m"),
            Self::Plain => text.to_owned(),
        }
    }
}

impl Terminal {
    /// The terminal, pipe or file that this process writes to.
    pub(crate) fn of_this_process() -> Self {
        Self {
            output: Ink::of(&io::stdout()),
            errors: Ink::of(&io::stderr()),
            blocks: Blocks::default(),
            names: Names::Hidden,
        }
    }

    /// From now on error lines name their script, or no longer do.
    pub(crate) fn name_scripts(&mut self, names: Names) {
        self.names = names;
    }

    /// Shows one line of an answer that was asked for.
    pub(crate) fn answer(&mut self, line: &str) {
        let _ = writeln!(io::stdout(), "{line}");
    }

    /// Says something about this program itself.
    pub(crate) fn say(&mut self, sentence: &str) {
        let name = self.errors.dye("1", "clutch:");
        let _ = writeln!(io::stderr(), "{name} {sentence}");
    }

    /// Says why this program ends without having done what was asked.
    pub(crate) fn failure(&mut self, error: &anyhow::Error) {
        let name = self.errors.dye("1;31", "clutch:");
        let _ = writeln!(io::stderr(), "{name} {error:#}");
    }

    /// Shows one line of the access log.
    pub(crate) fn access(&mut self, line: &str) {
        let shown = match Access::parse(line) {
            Some(access) => access.shown(self.output),
            None => line.to_owned(),
        };
        let _ = writeln!(io::stdout(), "{shown}");
    }

    /// Takes one line of the error log; it is shown once the lines that belong to it have had time to come. What is less
    /// severe than `least` is not shown, though httpd logs its own notices always. A line that is not of the log (some
    /// library wrote to standard error) is shown as it is.
    pub(crate) fn error(&mut self, line: &str, least: Level) {
        match Record::parse(line) {
            Some(record) if record.level <= least => self.blocks.add(record, Instant::now()),
            Some(_) => {}
            None => {
                self.flush();
                let _ = writeln!(io::stderr(), "{line}");
            }
        }
    }

    /// Shows the blocks of error lines that have had their time; says how long the next one still has.
    pub(crate) fn show_due(&mut self) -> Option<Duration> {
        let now = Instant::now();
        for block in self.blocks.due(now) {
            let _ = writeln!(io::stderr(), "{}", block.shown(self.errors, self.names));
        }
        self.blocks.time_left(now)
    }

    /// Shows all that has been taken.
    pub(crate) fn flush(&mut self) {
        for block in self.blocks.all() {
            let _ = writeln!(io::stderr(), "{}", block.shown(self.errors, self.names));
        }
    }
}
