//! Processes as `/proc` shows them, and signals by process id.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

pub use rustix::process::Signal;
use rustix::process::{Pid, kill_process};

/// Sends a signal; a process that is gone already is fine.
pub fn signal(pid: u32, signal: Signal) {
    let number = i32::try_from(pid).expect("a process id fits");
    let _ = kill_process(
        Pid::from_raw(number).expect("a process id is not 0"),
        signal,
    );
}

/// One line of `/proc/PID/stat`, split: the fields from the state on.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(") ")?;
    Some(fields.split(' ').map(str::to_owned).collect())
}

/// Whether the process runs; a zombie does not.
pub fn is_alive(pid: u32) -> bool {
    stat(pid).is_some_and(|fields| fields[0] != "Z" && fields[0] != "X")
}

/// Whether the process is still known to the system. One that was killed takes no more connections only when it is not:
/// its threads end one by one, and a zombie may have some.
pub fn exists(pid: u32) -> bool {
    stat(pid).is_some()
}

/// Whether all threads of the process sleep.
pub fn is_asleep(pid: u32) -> bool {
    let threads = fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten();
    threads.flatten().all(|thread| {
        let text = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        text.rsplit_once(") ")
            .is_none_or(|(_, fields)| fields.starts_with(['S', 'Z']))
    })
}

/// Living processes for which `wanted` says yes about `(parent, process group)`.
fn living(wanted: impl Fn(u32, u32) -> bool) -> BTreeSet<u32> {
    let entries = fs::read_dir("/proc").expect("/proc is mounted").flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| {
        stat(*pid).is_some_and(|fields| {
            let number = |at: usize| fields[at].parse().unwrap_or(0);
            fields[0] != "Z" && fields[0] != "X" && wanted(number(1), number(2))
        })
    })
    .collect()
}

/// Living children of `pid`.
pub fn children(pid: u32) -> BTreeSet<u32> {
    living(|parent, _| parent == pid)
}

/// Living processes of the process group `group`.
pub fn group(group: u32) -> BTreeSet<u32> {
    living(|_, own| own == group)
}

/// Whether the process is the supervisor of daemons.
pub fn is_supervisor(pid: u32) -> bool {
    fs::read(format!("/proc/{pid}/cmdline"))
        .is_ok_and(|words| words.starts_with(b"clutch\0supervisor"))
}

/// Living processes that run a program of this name and have a file below `directory` open.
pub fn of_program_in(program: &str, directory: &Path) -> BTreeSet<u32> {
    let runs = |pid: u32| {
        fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|file| file.ends_with(program))
    };
    let has_open = |pid: u32| {
        let files = fs::read_dir(format!("/proc/{pid}/fd"))
            .into_iter()
            .flatten();
        files
            .flatten()
            .filter_map(|file| fs::read_link(file.path()).ok())
            .any(|file| file.starts_with(directory))
    };
    let mut all = living(|_, _| true);
    all.retain(|&pid| runs(pid) && has_open(pid));
    all
}

/// Whether a file whose path contains `name` is mapped in the process.
pub fn maps(pid: u32, name: &str) -> bool {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default();
    maps.lines().any(|line| line.contains(name))
}

/// Number of the process's open descriptors.
pub fn descriptors(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count)
}

/// Number of the process's memory mappings.
pub fn mappings(pid: u32) -> usize {
    fs::read_to_string(format!("/proc/{pid}/maps")).map_or(0, |maps| maps.lines().count())
}

/// Resident memory of the process, in KiB.
pub fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

/// Whether nobody is connected to `port` of this machine: the system's table has no socket there that is neither
/// listening (`0A`) nor long closed (`06`).
pub fn has_no_connections(port: u16) -> bool {
    let table = fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let local = format!(":{port:04X}");
    !table.lines().skip(1).any(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        fields[1].ends_with(&local) && !["0A", "06"].contains(&fields[3])
    })
}
