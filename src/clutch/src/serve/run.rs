//! The run of httpd, from its start to its end: signals on, logs out.

use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use clutch_sys::poll;
use clutch_sys::signal::{Signal, Signals};

use super::launch::Launched;
use super::plan::Plan;
use super::{ready, refusal};
use crate::terminal::{Level, Terminal};

/// How often is looked whether httpd answers, until it does, and whether its children have ended, once they should.
const LOOKING: Duration = Duration::from_millis(20);
/// The longest wait for anything; only a bound, as all that matters wakes the loop.
const LONG: Duration = Duration::from_secs(3600);
/// How long requests may take to finish after the first request to stop; httpd itself gives up a little earlier.
const GRACE: Duration = Duration::from_secs(7);
/// How long httpd may take to stop without grace.
const HASTE: Duration = Duration::from_secs(4);

/// How far the stopping has gone, and when it goes on by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stopping {
    No,
    Gracefully(Instant),
    Hastily(Instant),
    Killed,
}

/// A running httpd and all that is known about it.
pub(crate) struct Run<'run> {
    plan: &'run Plan,
    httpd: Launched,
    signals: Signals,
    terminal: &'run mut Terminal,
    least: Level,
    answers: bool,
    stopping: Stopping,
    /// What was written to standard error, not to the log, before httpd answered: why it refuses to start.
    early: Vec<String>,
}

impl<'run> Run<'run> {
    pub(crate) fn new(
        plan: &'run Plan,
        httpd: Launched,
        signals: Signals,
        terminal: &'run mut Terminal,
    ) -> Self {
        Self {
            least: plan.least_level(),
            plan,
            httpd,
            signals,
            terminal,
            answers: false,
            stopping: Stopping::No,
            early: Vec::new(),
        }
    }

    /// Runs until httpd has ended. `config` is the text of its configuration.
    ///
    /// # Errors
    ///
    /// httpd has ended without having been told to.
    pub(crate) fn until_the_end(mut self, config: &str) -> Result<()> {
        while !self.httpd.has_ended() {
            let due = self.terminal.show_due();
            self.wait(due.unwrap_or(LONG).min(self.time_left()))?;
            self.show_logs();
            while let Some(signal) = self.signals.arrived()? {
                self.react(signal);
            }
            self.press_on();
            if !self.answers && self.stopping == Stopping::No {
                self.see_whether_it_answers();
            }
        }
        let status = self.end()?;
        if self.stopping != Stopping::No {
            self.terminal.say("ended");
            return Ok(());
        }
        if let Some(sentence) = refusal::sentence(&self.early, config) {
            bail!("httpd refuses its configuration: {sentence}");
        }
        let when = match self.answers {
            true => "by itself",
            false => "before it answered",
        };
        Err(anyhow!("httpd has ended {when} ({status})"))
    }

    fn wait(&self, limit: Duration) -> io::Result<()> {
        let mut sources = vec![self.signals.as_fd()];
        sources.extend(self.httpd.output.source());
        sources.extend(self.httpd.errors.source());
        poll::readable(&sources, limit).map(drop)
    }

    /// How long until something is to be done that no descriptor tells of.
    fn time_left(&self) -> Duration {
        match self.stopping {
            Stopping::Gracefully(_) => LOOKING,
            Stopping::Hastily(end) => end.saturating_duration_since(Instant::now()),
            Stopping::No if !self.answers => LOOKING,
            Stopping::No | Stopping::Killed => LONG,
        }
    }

    fn show_logs(&mut self) {
        for line in self.httpd.output.take() {
            self.terminal.access(&line);
        }
        for line in self.httpd.errors.take() {
            if !self.answers && refusal::is_early(&line) {
                self.early.push(line);
            } else {
                self.terminal.error(&line, self.least);
            }
        }
    }

    fn see_whether_it_answers(&mut self) {
        self.answers = ready::answers(self.plan.address);
        if self.answers {
            for line in self.early.drain(..) {
                self.terminal.error(&line, self.least);
            }
            let address = ready::reachable(self.plan.address);
            self.terminal
                .say(&format!("http://{address}/ answers; Ctrl-C ends it"));
        }
    }

    fn react(&mut self, signal: Signal) {
        match signal {
            Signal::User1 => self.restart(),
            Signal::HangUp if !io::stdin().is_terminal() => self.restart(),
            Signal::Interrupt | Signal::Terminate | Signal::HangUp => self.stop(),
            _ => {} // nothing that is watched for
        }
    }

    fn restart(&mut self) {
        if self.answers && self.stopping == Stopping::No {
            self.terminal.say("graceful restart");
            self.httpd.tell(Signal::User1);
        }
    }

    /// Takes the next step towards the end: requests may finish, then they are cut off, then nobody is asked.
    fn stop(&mut self) {
        let now = Instant::now();
        self.stopping = match self.stopping {
            Stopping::No if self.answers => {
                self.httpd.tell(Signal::WindowChange);
                Stopping::Gracefully(now + GRACE)
            }
            Stopping::No | Stopping::Gracefully(_) => {
                self.httpd.tell(Signal::Terminate);
                Stopping::Hastily(now + HASTE)
            }
            Stopping::Hastily(_) | Stopping::Killed => {
                self.httpd.kill();
                Stopping::Killed
            }
        };
    }

    /// Takes the next step if the last one has done its work or has not in time.
    fn press_on(&mut self) {
        match self.stopping {
            Stopping::Gracefully(_) if self.httpd.is_alone() => self.stop(),
            Stopping::Gracefully(end) | Stopping::Hastily(end) if Instant::now() >= end => {
                self.stop();
            }
            _ => {}
        }
    }

    /// Ends what httpd's first process has left behind, shows the rest of the logs.
    fn end(&mut self) -> Result<ExitStatus> {
        let status = self.httpd.end()?;
        self.show_logs();
        self.terminal.flush();
        Ok(status)
    }
}
