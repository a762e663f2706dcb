//! Options about how long daemons live, and what they may use.

use crate::config::daemon::parse::Row;
use crate::config::daemon::read::{self, Read};

pub(super) const ROWS: &[Row] = &[
    option!("maximum-requests" "NUMBER", "0",
        "After how many requests a process is replaced; 0: never."
        => maximum_requests = read::count),
    option!("restart-interval" "SECONDS", "0",
        "At which age a process is replaced; 0: never."
        => restart_interval = read::seconds),
    option!("inactivity-timeout" "SECONDS", "0",
        "After how long without a request, or without input and output of the requests that run, a process is ended; 0: never."
        => inactivity_timeout = read::seconds),
    option!("request-timeout" "SECONDS", "0",
        "How long a request may run; 0 is no limit. Stronger than `ClutchRequestTimeout` of the main server."
        => request_timeout = read::seconds),
    option!("interrupt-timeout" "SECONDS", "0",
        "How long a request may go on after it was interrupted because of request-timeout; then the process is replaced. 0: requests are not interrupted."
        => interrupt_timeout = read::seconds),
    option!("deadlock-timeout" "SECONDS", "300",
        "For how long nobody may get Python's GIL; then the process is replaced. 0 is no limit."
        => deadlock_timeout = read::seconds),
    option!("startup-timeout" "SECONDS", "0",
        "How long the first application of a process may take to load; 0 is no limit."
        => startup_timeout = read::seconds),
    option!("graceful-timeout" "SECONDS", "15",
        "How long the requests that run may go on when the process is to be replaced."
        => graceful_timeout = read::seconds),
    option!("eviction-timeout" "SECONDS", "0",
        "The same when a signal asks for it; 0: as graceful-timeout."
        => eviction_timeout = read::seconds),
    option!("shutdown-timeout" "SECONDS", "5",
        "How long a process may take to end; 0 is no limit."
        => shutdown_timeout = read::seconds),
    option!("cpu-time-limit" "SECONDS", "0",
        "How much processor time a process may use, in whole seconds; 0 is no limit."
        => cpu_time_limit = read::whole_seconds),
    option!("memory-limit" "BYTES", "0",
        "How much data a process may have; 0 is no limit."
        => memory_limit = |value| read::bytes(value, 0)),
    option!("virtual-memory-limit" "BYTES", "0",
        "How much address space a process may have; 0 is no limit."
        => virtual_memory_limit = |value| read::bytes(value, 0)),
];
