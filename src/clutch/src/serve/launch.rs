//! httpd as a child process: started in a group of its own, its logs in two pipes.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use anyhow::{Context, Result};
use clutch_sys::process;
use clutch_sys::signal::Signal;

use super::lines::Lines;
use crate::httpd::Httpd;

/// How long killed processes may take to be gone. Where nobody reaps orphans (some containers) they never are.
const DYING: Duration = Duration::from_secs(1);

/// A started httpd; ended with all its children when dropped.
#[derive(Debug)]
pub(crate) struct Launched {
    pub(crate) child: Child,
    /// Its access log.
    pub(crate) output: Lines,
    /// Its error log, and what else is written to standard error.
    pub(crate) errors: Lines,
}

impl Launched {
    /// Starts `httpd` with the configuration in `config`.
    ///
    /// In a process group of its own, so that the terminal's Ctrl-C and changes of size (which httpd takes for an order to
    /// stop) do not reach it past us. It ends when we end, even by SIGKILL.
    ///
    /// # Errors
    ///
    /// It cannot be run.
    pub(crate) fn start(httpd: &Httpd, config: &Path) -> Result<Self> {
        let mut command = Command::new(&httpd.program);
        command
            .arg("-DFOREGROUND")
            .arg("-f")
            .arg(config)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        process::end_with_parent(&mut command, Signal::Terminate);
        let mut child = command
            .spawn()
            .with_context(|| format!("{} cannot be run", httpd.program.display()))?;
        let (Some(output), Some(errors)) = (child.stdout.take(), child.stderr.take()) else {
            unreachable!("both were asked to be pipes");
        };
        Ok(Self {
            output: Lines::of(output.into())?,
            errors: Lines::of(errors.into())?,
            child,
        })
    }

    /// Whether httpd's first process has ended; it is not reaped, so its number is still its own.
    pub(crate) fn has_ended(&self) -> bool {
        process::has_ended(&self.child).unwrap_or(true)
    }

    /// Whether only httpd's first process is left: its children have ended, reaped or not. It would see so itself, but looks
    /// only once a second.
    pub(crate) fn is_alone(&self) -> bool {
        let parent = self.child.id();
        let Ok(children) = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"))
        else {
            return false; // the kernel does not tell
        };
        children.split_whitespace().all(|child| {
            fs::read_to_string(format!("/proc/{child}/stat"))
                .is_ok_and(|stat| stat.contains(") Z "))
        })
    }

    /// Tells httpd's first process something.
    pub(crate) fn tell(&self, signal: Signal) {
        let _ = process::signal(&self.child, signal); // it has ended if it cannot be told
    }

    /// Ends every process of httpd at once.
    pub(crate) fn kill(&self) {
        let _ = process::signal_group(&self.child, Signal::Kill); // none is left if it fails
    }
}

impl Launched {
    /// Ends every process of httpd and returns once they are gone, so that its port is free again.
    ///
    /// # Errors
    ///
    /// What wait(2) says.
    pub(crate) fn end(&mut self) -> io::Result<ExitStatus> {
        let group = self.child.id();
        self.kill();
        let status = self.child.wait()?;
        let deadline = Instant::now() + DYING;
        while !process::group_is_gone(group) && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1)); // they are not our children: nothing tells us
        }
        Ok(status)
    }
}

impl Drop for Launched {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            let _ = self.end(); // nobody is left to be told
        }
    }
}
