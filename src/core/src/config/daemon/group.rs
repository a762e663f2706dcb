//! A group of daemon processes.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::config::daemon::AccountName;
use crate::config::value::{self, Refusal};

/// When the daemons of a group are started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DaemonStart {
    /// With httpd.
    Eager,
    /// With the first request for them.
    OnDemand,
}

impl DaemonStart {
    /// The word of `ClutchDaemonStart`.
    ///
    /// # Errors
    ///
    /// Any other.
    pub fn parse(word: &[u8]) -> Result<Self, Refusal> {
        let words = [("eager", Self::Eager), ("on-demand", Self::OnDemand)];
        value::choice(word, &words)
    }
}

/// `WSGIDaemonProcess`: a group of daemon processes; every default is filled in. Times of 0 and counts of 0 are no limit,
/// unless something else is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaemonGroup {
    /// Its name, never empty.
    pub name: Arc<[u8]>,

    /// How many processes there are, at least.
    pub processes: u32,
    /// How many there may be when they are busy; `None`: no more than `processes`.
    pub max_processes: Option<u32>,
    /// The number of processes was given: applications are told that there are others.
    pub multiprocess: bool,
    /// How many threads each has for requests; 0: it takes none, and runs a script of its own.
    pub threads: u32,
    /// When they are started; `None`: with httpd.
    pub start: Option<DaemonStart>,

    /// Whose they are; `None`: httpd's `User`.
    pub user: Option<AccountName>,
    /// Their primary group; `None`: httpd's `Group`.
    pub group: Option<AccountName>,
    /// Their other groups, exactly; `None`: those that the user is in.
    pub supplementary_groups: Option<Vec<AccountName>>,
    /// The bits that new files do not get; `None`: as httpd.
    pub umask: Option<u32>,
    /// No program that they start gets more rights than they have.
    pub no_new_privileges: bool,
    /// The directory that is their root.
    pub chroot: Option<Arc<[u8]>>,
    /// Their working directory, which comes first in `sys.path`; `None`: the user's home if it is another user than
    /// httpd's.
    pub home: Option<Arc<[u8]>>,
    /// `LANG`
    pub lang: Option<Arc<[u8]>>,
    /// `LC_ALL`
    pub locale: Option<Arc<[u8]>>,
    /// The name that lists of processes show.
    pub display_name: Option<Arc<[u8]>>,
    /// Their nice value; 0 leaves it alone.
    pub cpu_priority: i32,
    /// Bytes of stack of each thread; 0: as the platform has it.
    pub stack_size: u64,

    /// An installation or a virtual environment of Python; `None`: as `WSGIPythonHome`.
    pub python_home: Option<Arc<[u8]>>,
    /// Directories for the front of `sys.path`, separated by `:`.
    pub python_path: Option<Arc<[u8]>>,
    /// `PYTHON_EGG_CACHE`
    pub python_eggs: Option<Arc<[u8]>>,
    /// Python's switch interval; `None`: its own.
    pub switch_interval: Option<Duration>,
    /// `mod_wsgi.server_metrics()` tells something.
    pub server_metrics: bool,

    /// Whose a script must be to run here.
    pub script_user: Option<AccountName>,
    /// Of which group a script must be to run here.
    pub script_group: Option<AccountName>,
    /// Who owns the socket; `None`: httpd's `User`.
    pub socket_user: Option<AccountName>,

    /// How many connections may wait to be taken.
    pub listen_backlog: u32,
    /// How long a child tries to connect; 0: once.
    pub connect_timeout: Duration,
    /// How long either side waits for the other at a time; 0: as httpd's `Timeout` says.
    pub socket_timeout: Duration,
    /// How old a request may be when a thread takes it.
    pub queue_timeout: Duration,
    /// `SO_SNDBUF` in bytes; 0: as the system has it.
    pub send_buffer_size: u32,
    /// `SO_RCVBUF` in bytes; 0: as the system has it.
    pub receive_buffer_size: u32,
    /// Bytes of the longest line of response headers.
    pub header_buffer_size: u32,
    /// After how many bytes of a response without a flush there is one.
    pub response_buffer_size: u32,
    /// How long the client may take at a time while it gets the response; 0: as `socket_timeout`.
    pub response_socket_timeout: Duration,
    /// How long a pause of the daemon must be before the client gets what there is; 0: none at all.
    pub response_flush_delay: Duration,

    /// After how many requests a process is replaced.
    pub maximum_requests: u32,
    /// At which age a process is replaced.
    pub restart_interval: Duration,
    /// After how long without a request, or without input and output of one, it is replaced.
    pub inactivity_timeout: Duration,
    /// How long a request may run.
    pub request_timeout: Duration,
    /// How long a request may run on when it was interrupted; 0: it is not interrupted.
    pub interrupt_timeout: Duration,
    /// For how long nobody may get the GIL.
    pub deadlock_timeout: Duration,
    /// How long the first application may take to load.
    pub startup_timeout: Duration,
    /// How long running requests have when the process is to be replaced.
    pub graceful_timeout: Duration,
    /// The same when a signal asks for it; 0: as `graceful_timeout`.
    pub eviction_timeout: Duration,
    /// How long a process may take to end.
    pub shutdown_timeout: Duration,
    /// How much processor time it may use, in whole seconds.
    pub cpu_time_limit: Duration,
    /// Bytes of data (`RLIMIT_DATA`) that it may have.
    pub memory_limit: u64,
    /// Bytes of address space (`RLIMIT_AS`) that it may have.
    pub virtual_memory_limit: u64,
}

/// `header_buffer_size` where nothing is said.
pub(super) const HEADER_BUFFER: u32 = 32_768;

/// `response_buffer_size` where nothing is said.
pub(super) const RESPONSE_BUFFER: u32 = 8 * 1024 * 1024;

impl DaemonGroup {
    /// The group of this name, of which nothing else is said.
    pub fn named(name: &[u8]) -> Self {
        let none = Duration::ZERO;
        Self {
            name: name.into(),
            processes: 1,
            max_processes: None,
            multiprocess: false,
            threads: 15,
            start: None,
            user: None,
            group: None,
            supplementary_groups: None,
            umask: None,
            no_new_privileges: false,
            chroot: None,
            home: None,
            lang: None,
            locale: None,
            display_name: None,
            cpu_priority: 0,
            stack_size: 0,
            python_home: None,
            python_path: None,
            python_eggs: None,
            switch_interval: None,
            server_metrics: false,
            script_user: None,
            script_group: None,
            socket_user: None,
            listen_backlog: 100,
            connect_timeout: Duration::from_secs(15),
            socket_timeout: none,
            queue_timeout: none,
            send_buffer_size: 0,
            receive_buffer_size: 0,
            header_buffer_size: HEADER_BUFFER,
            response_buffer_size: RESPONSE_BUFFER,
            response_socket_timeout: none,
            response_flush_delay: Duration::from_millis(5),
            maximum_requests: 0,
            restart_interval: none,
            inactivity_timeout: none,
            request_timeout: none,
            interrupt_timeout: none,
            deadlock_timeout: Duration::from_secs(300),
            startup_timeout: none,
            graceful_timeout: Duration::from_secs(15),
            eviction_timeout: none,
            shutdown_timeout: Duration::from_secs(5),
            cpu_time_limit: none,
            memory_limit: 0,
            virtual_memory_limit: 0,
        }
    }
}
