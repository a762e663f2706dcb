//! What holds for the interpreters of one application group, as it crosses the boundary.

use crate::abi::{List, Slice};

/// What a group's interpreters share with those of other groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Isolation {
    /// As little as the Python and the application's extension modules allow.
    Auto,
    /// The process only; an extension module that cannot live so fails to import.
    OwnGil,
    /// The GIL and Python's memory.
    SharedGil,
    /// Nothing: a process of its own.
    Process,
}

/// What makes new code of an application run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(i32)]
pub enum Reload {
    /// Only a restart.
    Off,
    /// A change of the script has the script executed again, in the same interpreter.
    Script,
    /// A change of the script replaces the interpreter.
    Group,
    /// A change of any source file that was imported replaces the interpreter.
    Modules,
}

/// Who waits for new code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum ReloadPolicy {
    /// The first request after the change; it shows the errors of the new code.
    Fresh,
    /// Nobody: the old code serves until the new one has been imported.
    Seamless,
}

/// What happens when an application reaches beyond its interpreter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Guard {
    /// Nothing.
    Off,
    /// A line in the log.
    Log,
    /// An exception, and a line in the log.
    Deny,
}

/// What holds for the interpreters of one application group. Times are in milliseconds; 0 is no limit unless it says
/// otherwise.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct GroupPlan<'a> {
    /// What the interpreters share with others.
    pub isolation: Isolation,
    /// How many interpreters serve the group; 0: as many as the machine has processors.
    pub interpreters: u32,
    /// What makes new code run.
    pub reload: Reload,
    /// Who waits for it.
    pub reload_policy: ReloadPolicy,
    /// New code is run by a new process, and not by a new interpreter nor in the same one: the engine tells the host when it is due,
    /// by [`crate::abi::STALE`] or, where nobody waits, by [`crate::abi::HostTable::retire`].
    pub replace_process: bool,
    /// A virtual environment whose packages the group sees; absent: those of the process.
    pub python_home: Slice<'a>,
    /// Directories for the front of `sys.path`, separated by `:`; each entry goes in front of the one before.
    pub python_path: List<'a, Slice<'a>>,
    /// `sys.stdin` raises.
    pub restrict_stdin: bool,
    /// `sys.stdout` raises.
    pub restrict_stdout: bool,
    /// `signal.signal` does nothing.
    pub restrict_signal: bool,
    /// Python's switch interval in microseconds; 0: its own.
    pub switch_interval: u32,
    /// Whether the switch interval was meant for this group alone.
    pub switch_interval_of_group: bool,
    /// What happens when the application reaches beyond its interpreter.
    pub guard: Guard,
    /// The events that `guard` is about; none: all it knows.
    pub guard_events: List<'a, Slice<'a>>,
    /// How long running calls and threads of a replaced interpreter may take to end.
    pub drain_timeout: u32,
    /// After how long without a request the interpreters are ended.
    pub idle_timeout: u32,
    /// After how many requests an interpreter is replaced; 0: never.
    pub max_requests: u32,
    /// How long a request may run.
    pub request_timeout: u32,
    /// How many requests may run at once; 0: as many as there are threads.
    pub concurrency: u32,
    /// How many more may wait.
    pub queue: u32,
    /// How long they may wait.
    pub queue_timeout: u32,
}

impl GroupPlan<'_> {
    /// What holds for a group of which nothing is said.
    pub const DEFAULT: Self = Self {
        isolation: Isolation::SharedGil,
        interpreters: 1,
        reload: Reload::Script,
        reload_policy: ReloadPolicy::Fresh,
        replace_process: false,
        python_home: Slice::ABSENT,
        python_path: List::new(&[]),
        restrict_stdin: false,
        restrict_stdout: false,
        restrict_signal: true,
        switch_interval: 0,
        switch_interval_of_group: false,
        guard: Guard::Off,
        guard_events: List::new(&[]),
        drain_timeout: 30_000,
        idle_timeout: 0,
        max_requests: 0,
        request_timeout: 0,
        concurrency: 0,
        queue: 0,
        queue_timeout: 0,
    };
}

/// A script to load before requests come.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Preload<'a> {
    /// Application group.
    pub group: Slice<'a>,
    /// Path of the script file.
    pub script: Slice<'a>,
}
