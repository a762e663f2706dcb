//! Daemon processes of a server: who they are, and a plan for a server that has some.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::process::{self, Signal};
use super::{Httpd, Plan, app, wait};

/// A plan for a server that answers everything with [`app::RUNNING`] in the daemons of a group `shop` with these options,
/// in the main interpreter; what happens to daemons is logged.
pub fn running(options: &str) -> Plan {
    serving(options, app::RUNNING)
}

/// As [`running`], with another script.
pub fn serving(options: &str, script: &str) -> Plan {
    Httpd::serving(script)
        .config("LogLevel warn wsgi:info\nWSGIRestrictEmbedded On")
        .config(&format!("WSGIDaemonProcess shop {options}"))
        .config("WSGIProcessGroup shop\nWSGIApplicationGroup %{GLOBAL}")
        .workers(32)
}

/// Statements for [`app::RUNNING`] that answer with the text of a Python expression.
pub fn answering(expression: &str) -> String {
    app::target(&format!("ok()\nreturn [str({expression}).encode()]"))
}

/// The target that is answered with the number of the process.
pub fn pid() -> String {
    answering("os.getpid()")
}

impl Httpd {
    /// All processes that are neither httpd's parent nor its children: the supervisor and the daemons.
    pub fn outside(&self) -> BTreeSet<u32> {
        let mut all = self.daemons();
        all.extend(self.supervisor());
        all
    }

    /// The one daemon there is, once there is one and no other.
    ///
    /// # Panics
    ///
    /// If that takes too long.
    pub fn daemon(&self) -> u32 {
        wait::until("one daemon", || match self.daemons() {
            one if one.len() == 1 => one.first().copied(),
            _ => None,
        })
    }

    /// The number of the process that serves the group `shop` of [`running`].
    pub fn serving_pid(&self) -> u32 {
        self.get(&pid()).ok().parse().unwrap()
    }
}

/// Whether `clutch WORD` is what the process runs.
pub fn says(pid: u32, word: &str) -> bool {
    let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let exe = fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
    exe.ends_with("clutch")
        && words
            .split(|&byte| byte == 0)
            .any(|one| one == word.as_bytes())
}

/// Stops the process and waits until each of its threads stands still.
pub fn stop(pid: u32) {
    process::signal(pid, Signal::STOP);
    let stands = |task: fs::DirEntry| {
        let text = fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        let state = text
            .rsplit_once(") ")
            .map(|(_, rest)| rest.starts_with('T'));
        state.unwrap_or(true)
    };
    wait::until_true("a process to stand still", || {
        let tasks = fs::read_dir(format!("/proc/{pid}/task"))
            .into_iter()
            .flatten();
        tasks.flatten().all(stands)
    });
}

/// Kills the process and waits until it is gone.
pub fn kill(pid: u32) {
    process::signal(pid, Signal::KILL);
    wait::until_true("a killed process to be gone", || !process::is_alive(pid));
}

/// Waits until the process is gone.
pub fn wait_for_end(pid: u32) {
    wait::until_true("a process to end", || !process::is_alive(pid));
}

/// Sockets in `${ROOT}/run`.
pub fn sockets(root: &Path) -> Vec<String> {
    let entries = fs::read_dir(root.join("run")).into_iter().flatten();
    let names = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(".sock")).collect()
}
