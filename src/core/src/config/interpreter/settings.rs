//! What holds for one interpreter: every default is decided here.

#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::config::interpreter::{
    Block, EMBEDDED, GuardMode, InterpreterSection, InterpreterWords, Interpreters, Isolation,
    Reload, ReloadPolicy, ReloadUnit,
};

/// What holds for the interpreters of one application group in the processes of one process group. Times of 0 and counts
/// of 0 are no limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterpreterSettings<'c> {
    /// What they share with others.
    pub isolation: Isolation,
    /// Python's switch interval; `None`: its own.
    pub switch_interval: Option<Duration>,
    /// Whether that was meant for this application group alone.
    pub switch_interval_of_group: bool,
    /// How many there are in one process.
    pub interpreters: Interpreters,
    /// What makes new code run.
    pub reload: Reload,
    /// Who waits for it.
    pub reload_policy: ReloadPolicy,
    /// What it replaces. httpd's own processes are never replaced for it.
    pub reload_unit: ReloadUnit,
    /// A virtual environment whose packages the group sees; `None`: those of the process.
    pub python_home: Option<&'c [u8]>,
    /// Directories for the front of `sys.path`, separated by `:`; each entry goes in front of the one before.
    pub python_path: Vec<&'c [u8]>,
    /// `sys.stdin` raises.
    pub restrict_stdin: bool,
    /// `sys.stdout` raises.
    pub restrict_stdout: bool,
    /// `signal.signal` does nothing.
    pub restrict_signal: bool,
    /// What happens when the application reaches beyond its interpreter.
    pub guard: GuardMode,
    /// About which events; none: all.
    pub guard_events: &'c [&'static str],
    /// How long calls and threads of an interpreter that is replaced may take to end.
    pub drain_timeout: Duration,
    /// After how long without a request it is ended.
    pub idle_timeout: Duration,
    /// After how many requests it is replaced.
    pub max_requests: u32,
    /// How long a request may run.
    pub request_timeout: Duration,
    /// How many requests may run at once.
    pub concurrency: u32,
    /// How many more may wait; 0: none.
    pub queue: u32,
    /// How long they may wait.
    pub queue_timeout: Duration,
}

impl<'c> InterpreterSettings<'c> {
    /// What holds if these are the words. The empty names are httpd's own processes and the main interpreter.
    pub fn of(
        words: &'c InterpreterWords,
        process_group: &[u8],
        application_group: &[u8],
    ) -> InterpreterSettings<'c> {
        let layers = Layers::of(words, |block| {
            block.is_about_processes(process_group)
                && block.is_about_interpreters(application_group)
        });
        let time = |word: fn(&InterpreterSection) -> Option<Duration>| {
            layers.strongest(word).unwrap_or_default()
        };
        let count = |word: fn(&InterpreterSection) -> Option<u32>| {
            layers.strongest(word).unwrap_or_default()
        };
        let guard = layers.strongest(|says| says.guard.as_ref());
        let switch = layers.strongest_layer(|says| says.switch_interval);
        Self {
            isolation: layers.isolation().unwrap_or(Isolation::SharedGil),
            switch_interval: switch.map(|(interval, _)| interval),
            switch_interval_of_group: switch.is_some_and(|(_, layer)| layer.of_group),
            interpreters: layers
                .strongest(|says| says.interpreters)
                .unwrap_or(Interpreters::Number(1)),
            reload: layers
                .strongest(|says| says.reload)
                .unwrap_or(Reload::Script),
            reload_policy: layers
                .strongest(|says| says.reload_policy)
                .unwrap_or(ReloadPolicy::Fresh),
            reload_unit: match process_group {
                EMBEDDED => ReloadUnit::Interpreter,
                _ => layers
                    .strongest(|says| says.reload_unit)
                    .unwrap_or(ReloadUnit::Process),
            },
            python_home: layers.strongest(|says| says.python_home.as_deref()),
            python_path: layers.every(|says| says.python_path.as_deref()),
            restrict_stdin: layers
                .strongest(|says| says.restrict_stdin)
                .unwrap_or(false),
            restrict_stdout: layers
                .strongest(|says| says.restrict_stdout)
                .unwrap_or(false),
            restrict_signal: layers
                .strongest(|says| says.restrict_signal)
                .unwrap_or(true),
            guard: guard.map_or(GuardMode::Off, |guard| guard.mode),
            guard_events: guard.map_or(&[], |guard| &guard.events),
            drain_timeout: layers
                .strongest(|says| says.drain_timeout)
                .unwrap_or(Duration::from_secs(30)),
            idle_timeout: time(|says| says.idle_timeout),
            max_requests: count(|says| says.max_requests),
            request_timeout: time(|says| says.request_timeout),
            concurrency: count(|says| says.concurrency),
            queue: count(|says| says.queue),
            queue_timeout: layers
                .strongest(|says| says.queue_timeout)
                .unwrap_or(Duration::from_secs(10)),
        }
    }
}

/// Whether processes of `process_group` do without a GIL where their Python can. Blocks that name an application group
/// have no say: that is a matter of the whole process.
pub fn free_threading(words: &InterpreterWords, process_group: &[u8]) -> bool {
    let layers = Layers::of(words, |block| {
        block.is_about_processes(process_group) && !block.names_application_group()
    });
    layers
        .strongest(|says| says.free_threading)
        .unwrap_or(false)
}

/// The words of one place, and how strong they are.
#[derive(Debug, Clone, Copy)]
struct Layer<'c> {
    /// 0: the main server's own; else one more than the block's selectors.
    strength: usize,
    of_group: bool,
    says: &'c InterpreterSection,
}

/// All words about an interpreter, the weakest first.
struct Layers<'c>(Vec<Layer<'c>>);

impl<'c> Layers<'c> {
    fn of(words: &'c InterpreterWords, is_about: impl Fn(&Block) -> bool) -> Self {
        let base = Layer {
            strength: 0,
            of_group: false,
            says: &words.base,
        };
        let blocks = words.blocks.iter().filter(|block| is_about(block));
        let blocks = blocks.map(|block| Layer {
            strength: block.specificity() + 1,
            of_group: block.names_application_group(),
            says: &block.section,
        });
        let mut layers: Vec<_> = std::iter::once(base).chain(blocks).collect();
        layers.sort_by_key(|layer| layer.strength); // keeps the order of equals: the later one is stronger
        Self(layers)
    }

    fn strongest<T>(&self, word: impl Fn(&'c InterpreterSection) -> Option<T>) -> Option<T> {
        self.0.iter().rev().find_map(|layer| word(layer.says))
    }

    fn strongest_layer<T>(
        &self,
        word: impl Fn(&'c InterpreterSection) -> Option<T>,
    ) -> Option<(T, &Layer<'c>)> {
        let mut layers = self.0.iter().rev();
        layers.find_map(|layer| Some((word(layer.says)?, layer)))
    }

    fn every<T>(&self, word: impl Fn(&'c InterpreterSection) -> Option<T>) -> Vec<T> {
        self.0.iter().filter_map(|layer| word(layer.says)).collect()
    }

    /// Of places that are as strong, `ClutchIsolation` is stronger than `WSGIPerInterpreterGIL`.
    fn isolation(&self) -> Option<Isolation> {
        let of_equals = self.0.chunk_by(|a, b| a.strength == b.strength).rev();
        let mut of_equals = of_equals.map(|equals| {
            let mut says = equals.iter().rev().map(|layer| layer.says);
            let isolation = says.clone().find_map(|says| says.isolation);
            isolation.or_else(|| says.find_map(|says| says.per_interpreter_gil))
        });
        of_equals.find_map(|found| found)
    }
}
