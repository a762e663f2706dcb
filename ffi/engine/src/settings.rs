//! What holds for a group, from the operator's words to what crosses the boundary.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use clutch_core::config;
use clutch_core::config::interpreter::{
    self, GuardMode, InterpreterSettings, Interpreters, ReloadUnit,
};

use crate::abi::{
    GroupPlan, Guard, Isolation, List, Preload, Reload, ReloadPolicy, Slice, TelemetryPlan,
};

/// How Python's string hashes are seeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(C, i32)]
pub enum HashSeed {
    /// CPython's default: `PYTHONHASHSEED`, else random.
    Default,
    /// Random, whatever the environment says.
    Random,
    /// This number.
    Fixed(u32),
}

impl From<Option<config::HashSeed>> for HashSeed {
    fn from(seed: Option<config::HashSeed>) -> Self {
        match seed {
            None => Self::Default,
            Some(config::HashSeed::Random) => Self::Random,
            Some(config::HashSeed::Fixed(seed)) => Self::Fixed(seed),
        }
    }
}

impl<'a> From<&'a config::Preload> for Preload<'a> {
    fn from(preload: &'a config::Preload) -> Self {
        Self {
            group: Slice::new(&preload.group),
            script: Slice::new(&preload.script),
        }
    }
}

impl<'a> From<&'a config::Telemetry> for TelemetryPlan<'a> {
    fn from(telemetry: &'a config::Telemetry) -> Self {
        Self {
            socket: Slice::new(&telemetry.service.socket),
            interval: milliseconds(telemetry.service.interval),
            slow_requests: milliseconds(telemetry.slow_requests),
            user_agent: telemetry.user_agent,
        }
    }
}

/// The list of these texts, kept as long as the process. Groups come without end, but the lists that they can have do
/// not: equal ones are kept once.
fn kept(texts: &[&'static [u8]]) -> List<'static, Slice<'static>> {
    static LISTS: Mutex<Vec<&'static [Slice<'static>]>> = Mutex::new(Vec::new());
    let mut lists = LISTS.lock().unwrap_or_else(PoisonError::into_inner);
    let bytes = |list: &[Slice<'static>]| {
        list.iter()
            .map(|text| text.bytes())
            .eq(texts.iter().copied())
    };
    let found = lists.iter().copied().find(|list| bytes(list));
    List::new(found.unwrap_or_else(|| {
        let slices: Vec<_> = texts.iter().copied().map(Slice::new).collect();
        let list: &[Slice<'static>] = slices.leak();
        lists.push(list);
        list
    }))
}

/// What holds for a group, as it crosses to the engine.
pub fn group_plan(settings: &InterpreterSettings<'static>) -> GroupPlan<'static> {
    let events = settings.guard_events.iter().map(|name| name.as_bytes());
    let events: Vec<_> = events.collect();
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
        replace_process: settings.reload_unit == ReloadUnit::Process,
        python_home: Slice::maybe(settings.python_home),
        python_path: kept(&settings.python_path),
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
        guard_events: kept(&events),
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

#[cfg(test)]
mod tests {
    use clutch_core::config::interpreter::{EMBEDDED, InterpreterSettings, InterpreterWords};

    use super::{group_plan, kept};
    use crate::abi::GroupPlan;

    #[test]
    fn a_server_that_says_nothing_gets_the_engines_default_plan() {
        static NOTHING: std::sync::LazyLock<InterpreterWords> =
            std::sync::LazyLock::new(InterpreterWords::default);
        let made = group_plan(&InterpreterSettings::of(&NOTHING, EMBEDDED, b"any"));
        let default = GroupPlan {
            queue_timeout: 10_000, // of no effect without a bound
            ..GroupPlan::DEFAULT
        };
        assert_eq!(format!("{made:?}"), format!("{default:?}"));
    }

    #[test]
    fn equal_lists_are_kept_once() {
        let (one, two) = (kept(&[b"/a", b"/b"]), kept(&[b"/a", b"/b"]));
        assert!(std::ptr::eq(one.get(), two.get()));
        assert_eq!(kept(&[b"/a"]).get().len(), 1);
        assert!(kept(&[]).get().is_empty());
    }
}
