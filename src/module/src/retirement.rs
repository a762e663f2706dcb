//! This process should go: its engine has said so.
//!
//! A process of prefork ends itself after its request, and httpd starts another. Processes with threads httpd replaces
//! only all together, so there the parent, which looks every ten seconds, restarts gracefully, at most once a minute.

use std::process;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use clutch_core::code;
use clutch_core::log::Level;
use clutch_sys::process::signal_first_thread;
use clutch_sys::shared;
use clutch_sys::signal::Signal;

use crate::httpd::{host, log};
use crate::parent;

/// The least time from one restart to the next.
const APART: Duration = Duration::from_secs(60);

/// The newest configuration of which a child wants to go: children write, the parent reads; the number alone matters, so
/// relaxed order is enough. Made before there are children; `None` if the system has no memory for it.
static WANTED: OnceLock<Option<&'static AtomicU32>> = OnceLock::new();

/// Which configuration is served, counted from 1. The parent writes before it makes children, so each child has the
/// number of its own configuration for ever.
static CONFIGURATION: AtomicU32 = AtomicU32::new(0);

/// Prepares the parent for the children of a new configuration.
pub fn prepare() {
    CONFIGURATION.fetch_add(1, Ordering::Relaxed);
    WANTED.get_or_init(|| match shared::number() {
        Ok(number) => Some(number),
        Err(error) => {
            let text = format!("no memory to share with children: {error}");
            log::fault(&code::NO_WISHES.says(text));
            None
        }
    });
}

/// Has this child replaced when its requests are done, because of `why`. Says so once.
pub fn ask(why: &str) {
    static ASKED: AtomicBool = AtomicBool::new(false);
    if !ASKED.swap(true, Ordering::Relaxed) {
        let then = replace();
        let text = format!("this process should be replaced, because {why}; {then}");
        log::fault(&code::RETIRE.says(text));
    }
}

/// Has this child replaced as httpd can do it; what happens then.
fn replace() -> &'static str {
    if parent::is_single_process() {
        return "it is httpd's only one, so restart the server";
    }
    if host::mpm() == b"prefork" {
        return match signal_first_thread(Signal::User1) {
            Ok(()) => "it ends after its request, and httpd starts another",
            Err(_) => "restart the server gracefully",
        };
    }
    match WANTED.get().copied().flatten() {
        Some(wanted) => {
            wanted.fetch_max(CONFIGURATION.load(Ordering::Relaxed), Ordering::Relaxed);
            "the server restarts gracefully within a minute or so"
        }
        None => "restart the server gracefully",
    }
}

/// Restarts the server gracefully if a child wants to go and the last restart is long enough ago. For the parent, now and
/// then; `last` is when it has done so last.
pub fn watch(last: &mut Option<Instant>) {
    let Some(wanted) = WANTED.get().copied().flatten() else {
        return;
    };
    let wanted = wanted.load(Ordering::Relaxed);
    let served = CONFIGURATION.load(Ordering::Relaxed);
    if !is_due(wanted, served, last.map(|last| last.elapsed())) {
        return;
    }
    *last = Some(Instant::now());
    let own = process::id();
    log::server(
        Level::Notice,
        "restarting gracefully, because a child has asked to be replaced",
    );
    if let Err(error) = signal_first_thread(Signal::User1) {
        let text = format!("process {own} could not signal itself: {error}");
        log::fault(&code::NOT_SIGNALLED.says(text));
    }
}

/// Children of the configuration that is served want to go, and the last restart is not too recent. Those of an older
/// one are about to go as it is.
fn is_due(wanted: u32, served: u32, since_last: Option<Duration>) -> bool {
    wanted == served && served > 0 && since_last.is_none_or(|since| since >= APART)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{APART, is_due};

    #[test]
    fn a_restart_is_due_for_children_of_this_configuration_once_a_minute() {
        let just = Some(APART - Duration::from_millis(1));
        for (wanted, served, since, due) in [
            (0, 0, None, false),
            (0, 1, None, false),
            (1, 1, None, true),
            (1, 1, Some(APART), true),
            (1, 1, just, false),
            (1, 2, None, false),
            (2, 2, just, false),
        ] {
            assert_eq!(
                is_due(wanted, served, since),
                due,
                "{wanted} {served} {since:?}"
            );
        }
    }
}
