//! The end of interpreters that nobody has used for long.

use std::sync::OnceLock;
use std::time::Duration;

use super::group::Group;
use super::{now, pool, thread};

/// How often is looked, at least; and at most, so that short limits are kept.
const PAUSES: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

/// Sees to it that the interpreters of `group` are ended when they are idle, if its plan says so.
pub(super) fn watch(group: &Group) {
    static STARTED: OnceLock<()> = OnceLock::new();
    if group.plan.idle_timeout == 0 || group.is_main() {
        return;
    }
    STARTED.get_or_init(|| {
        thread::spawn("clutch-idle", run);
    });
}

fn run() {
    // While the process stops there is no pool that runs.
    while let Ok(pool) = pool::running() {
        let mut pause = PAUSES.1;
        for group in pool.groups() {
            let limit = u64::from(group.plan.idle_timeout);
            if limit == 0 || group.is_main() {
                continue;
            }
            pause = pause.min(Duration::from_millis(limit / 4));
            let is_due = group
                .idle_since()
                .is_some_and(|since| now().saturating_sub(since) >= limit);
            if !is_due {
                continue;
            }
            pool.retire_idle(
                &group,
                "nobody has used it for as long as ClutchIdleTimeout says",
            );
        }
        std::thread::sleep(pause.max(PAUSES.0));
    }
}
