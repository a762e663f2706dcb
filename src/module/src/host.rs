//! What an engine asks of this process outside of requests.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clutch_core::config::interpreter::{
    self, EMBEDDED, GuardMode, InterpreterSettings, Interpreters,
};
use clutch_core::log::{Level, Record, Sink};
use ffi_engine::Slice;
use ffi_engine::abi::{GroupPlan, Guard, Isolation, List, Reload, ReloadPolicy};
use ffi_engine::host::Host;

use crate::httpd::log::{self, MainLog};
use crate::life;

/// This process, which httpd started.
#[derive(Debug)]
pub struct Httpd;

impl Host for Httpd {
    fn write(record: &Record<'_>) {
        MainLog.write(record);
    }

    fn level() -> Level {
        MainLog.level()
    }

    fn group(group: &[u8]) -> GroupPlan<'static> {
        match life::child().and_then(|child| child.words.as_ref()) {
            Some(words) => plan(&InterpreterSettings::of(words, EMBEDDED, group)),
            None => GroupPlan::DEFAULT,
        }
    }

    fn retire(why: &str) {
        static TOLD: AtomicBool = AtomicBool::new(false);
        if !TOLD.swap(true, Ordering::Relaxed) {
            let text = format!(
                "CLUTCH0010: this process should be replaced, because {why}; \
                 'apachectl graceful' does that without losing a request"
            );
            log::server(Level::Warning, &text);
        }
    }
}

/// What holds for a group, as it crosses to the engine. What is new in it lives as long as the process: groups are bounded
/// in number.
fn plan(settings: &InterpreterSettings<'static>) -> GroupPlan<'static> {
    let slices = |texts: Vec<&'static [u8]>| {
        let slices: Vec<_> = texts.into_iter().map(Slice::new).collect();
        List::new(slices.leak())
    };
    let events = settings.guard_events.iter().map(|name| name.as_bytes());
    GroupPlan {
        isolation: match settings.isolation {
            interpreter::Isolation::Auto => Isolation::Auto,
            interpreter::Isolation::OwnGil => Isolation::OwnGil,
            interpreter::Isolation::SharedGil => Isolation::SharedGil,
            interpreter::Isolation::Process => Isolation::Process,
        },
        interpreters: match settings.interpreters {
            Interpreters::Auto => 0,
            Interpreters::Number(number) => number,
        },
        reload: match settings.reload {
            interpreter::Reload::Off => Reload::Off,
            interpreter::Reload::Script => Reload::Script,
            interpreter::Reload::Group => Reload::Group,
            interpreter::Reload::Modules => Reload::Modules,
        },
        reload_policy: match settings.reload_policy {
            interpreter::ReloadPolicy::Fresh => ReloadPolicy::Fresh,
            interpreter::ReloadPolicy::Seamless => ReloadPolicy::Seamless,
        },
        python_home: Slice::maybe(settings.python_home),
        python_path: slices(settings.python_path.clone()),
        restrict_stdin: settings.restrict_stdin,
        restrict_stdout: settings.restrict_stdout,
        restrict_signal: settings.restrict_signal,
        switch_interval: settings.switch_interval.map_or(0, microseconds),
        switch_interval_of_group: settings.switch_interval_of_group,
        guard: match settings.guard {
            GuardMode::Off => Guard::Off,
            GuardMode::Log => Guard::Log,
            GuardMode::Deny => Guard::Deny,
        },
        guard_events: slices(events.collect()),
        drain_timeout: milliseconds(settings.drain_timeout),
        idle_timeout: milliseconds(settings.idle_timeout),
        max_requests: settings.max_requests,
        request_timeout: milliseconds(settings.request_timeout),
        concurrency: settings.concurrency,
        queue: settings.queue,
        queue_timeout: milliseconds(settings.queue_timeout),
    }
}

fn milliseconds(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

fn microseconds(time: Duration) -> u32 {
    u32::try_from(time.as_micros()).unwrap_or(u32::MAX)
}
