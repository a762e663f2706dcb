//! What holds for an interpreter: defaults, and which block is stronger.

use std::time::Duration;

use proptest::prelude::*;

use super::{InterpreterSettings, free_threading};
use crate::config::interpreter::{
    Block, EMBEDDED, Guard, GuardMode, InterpreterSection, InterpreterWords, Interpreters,
    Isolation, Reload, ReloadPolicy, ReloadUnit,
};

fn block(selectors: &str, section: InterpreterSection) -> Block {
    let mut block = Block::parse(format!("{selectors}>").as_bytes()).unwrap();
    block.section = section;
    block
}

fn server(base: InterpreterSection, blocks: Vec<Block>) -> InterpreterWords {
    InterpreterWords { base, blocks }
}

fn silent() -> InterpreterSection {
    InterpreterSection::default()
}

fn isolated(isolation: Isolation) -> InterpreterSection {
    InterpreterSection {
        isolation: Some(isolation),
        ..silent()
    }
}

fn switched(isolation: Isolation) -> InterpreterSection {
    InterpreterSection {
        per_interpreter_gil: Some(isolation),
        ..silent()
    }
}

#[test]
fn a_server_that_says_nothing_gets_the_documented_defaults() {
    let server = InterpreterWords::default();
    let none = Duration::ZERO;
    assert_eq!(
        InterpreterSettings::of(&server, EMBEDDED, b"any"),
        InterpreterSettings {
            isolation: Isolation::SharedGil,
            switch_interval: None,
            switch_interval_of_group: false,
            interpreters: Interpreters::Number(1),
            reload: Reload::Script,
            reload_policy: ReloadPolicy::Fresh,
            reload_unit: ReloadUnit::Interpreter,
            python_home: None,
            python_path: Vec::new(),
            restrict_stdin: false,
            restrict_stdout: false,
            restrict_signal: true,
            guard: GuardMode::Off,
            guard_events: &[],
            drain_timeout: Duration::from_secs(30),
            idle_timeout: none,
            max_requests: 0,
            request_timeout: none,
            concurrency: 0,
            queue: 0,
            queue_timeout: Duration::from_secs(10),
        }
    );
    assert!(!free_threading(&server, EMBEDDED));
}

#[test]
fn directories_are_layered_from_the_least_specific_to_the_most() {
    let path = |path: &str| InterpreterSection {
        python_path: Some(path.as_bytes().into()),
        ..silent()
    };
    let server = server(
        path("/base"),
        vec![
            block("process-group= application-group=shop", path("/both")),
            block("application-group=shop", path("/group-1")),
            block("", path("/all")),
            block("application-group=other", path("/other")),
            block("process-group=%{GLOBAL}", path("/group-2")),
        ],
    );
    let settings = InterpreterSettings::of(&server, EMBEDDED, b"shop");
    let paths: Vec<_> = settings
        .python_path
        .iter()
        .map(|path| str::from_utf8(path).unwrap())
        .collect();
    assert_eq!(paths, ["/base", "/all", "/group-1", "/group-2", "/both"]);
}

#[test]
fn clutch_isolation_is_stronger_than_the_other_word_only_among_equals() {
    let of =
        |server: &InterpreterWords| InterpreterSettings::of(server, EMBEDDED, b"shop").isolation;
    let both = InterpreterSection {
        isolation: Some(Isolation::Process),
        ..switched(Isolation::OwnGil)
    };
    assert_eq!(of(&server(both.clone(), vec![])), Isolation::Process);
    let later = vec![
        block("", isolated(Isolation::Process)),
        block("", switched(Isolation::OwnGil)),
    ];
    assert_eq!(of(&server(silent(), later)), Isolation::Process);
    let specific = vec![block("application-group=shop", switched(Isolation::OwnGil))];
    assert_eq!(of(&server(both, specific)), Isolation::OwnGil);
}

#[test]
fn a_switch_interval_tells_whether_it_is_meant_for_the_group_alone() {
    let interval = |milliseconds| InterpreterSection {
        switch_interval: Some(Duration::from_millis(milliseconds)),
        ..silent()
    };
    let server = server(
        interval(1),
        vec![
            block("process-group=", interval(2)),
            block("application-group=shop", interval(3)),
        ],
    );
    for (group, milliseconds, of_group) in [(&b"shop"[..], 3, true), (b"other", 2, false)] {
        let settings = InterpreterSettings::of(&server, EMBEDDED, group);
        let expected = Some(Duration::from_millis(milliseconds));
        assert_eq!(settings.switch_interval, expected);
        assert_eq!(settings.switch_interval_of_group, of_group);
    }
    let daemon = InterpreterSettings::of(&server, b"daemon", b"other");
    assert_eq!(daemon.switch_interval, Some(Duration::from_millis(1)));
}

#[test]
fn free_threading_is_a_matter_of_processes() {
    let says = |on| InterpreterSection {
        free_threading: Some(on),
        ..silent()
    };
    for (blocks, expected) in [
        (vec![block("process-group=", says(true))], true),
        (vec![block("", says(true))], true),
        (vec![block("process-group=daemon", says(true))], false),
        (vec![block("application-group=", says(true))], false),
        (
            vec![block("process-group= application-group=x", says(true))],
            false,
        ),
        (
            vec![block("process-group=", says(true)), block("", says(false))],
            true,
        ),
    ] {
        let server = server(silent(), blocks);
        assert_eq!(free_threading(&server, EMBEDDED), expected, "{server:?}");
    }
}

#[test]
fn new_code_replaces_a_daemon_process_unless_an_interpreter_is_asked_for() {
    let says = |unit| InterpreterSection {
        reload_unit: Some(unit),
        ..silent()
    };
    let of = |server: &InterpreterWords, process, group| {
        InterpreterSettings::of(server, process, group).reload_unit
    };
    let nothing = server(silent(), vec![]);
    assert_eq!(of(&nothing, b"daemon", b"any"), ReloadUnit::Process);
    let process = server(says(ReloadUnit::Process), vec![]);
    assert_eq!(of(&process, EMBEDDED, b"any"), ReloadUnit::Interpreter);
    let shop = block("application-group=shop", says(ReloadUnit::Interpreter));
    let server = server(silent(), vec![shop]);
    assert_eq!(of(&server, b"daemon", b"shop"), ReloadUnit::Interpreter);
    assert_eq!(of(&server, b"daemon", b"other"), ReloadUnit::Process);
}

#[test]
fn a_guard_is_taken_whole_with_its_events() {
    let guard = |words: &[&[u8]]| InterpreterSection {
        guard: Some(Guard::parse(words).unwrap()),
        ..silent()
    };
    let server = server(
        guard(&[b"log", b"fork", b"exec"]),
        vec![block("application-group=shop", guard(&[b"deny"]))],
    );
    let settings = InterpreterSettings::of(&server, EMBEDDED, b"shop");
    assert_eq!(settings.guard, GuardMode::Deny);
    assert!(settings.guard_events.is_empty(), "all of them");
    let settings = InterpreterSettings::of(&server, EMBEDDED, b"other");
    assert_eq!(settings.guard_events, ["fork", "exec"]);
}

/// What blocks select (nothing, the groups asked about, others), and what they say.
fn blocks() -> impl Strategy<Value = Vec<(Option<bool>, Option<bool>, Option<u32>)>> {
    let selector = || any::<Option<bool>>();
    let word = prop::option::of(0..1_000_u32);
    prop::collection::vec((selector(), selector(), word), 0..8)
}

proptest! {
    /// The rule once more, said in another way: the greatest of (selectors, place in the file) among those that are about
    /// the interpreter and say something.
    #[test]
    fn the_most_specific_block_that_says_something_wins_and_of_equals_the_later(
        base in prop::option::of(0..1_000_u32),
        drawn in blocks(),
    ) {
        let selector = |name: &str, about: Option<bool>| match about {
            None => String::new(),
            Some(true) => format!("{name}=asked "),
            Some(false) => format!("{name}=other "),
        };
        let queue = |queue| InterpreterSection { queue, ..silent() };
        let made = drawn.iter().map(|&(process, application, word)| {
            let process = selector("process-group", process);
            let application = selector("application-group", application);
            block(&format!("{process}{application}"), queue(word))
        });
        let server = server(queue(base), made.collect());
        let expected = drawn
            .iter()
            .enumerate()
            .filter(|(_, (process, application, _))| *process != Some(false) && *application != Some(false))
            .filter_map(|(place, &(process, application, word))| {
                let selectors = usize::from(process.is_some()) + usize::from(application.is_some());
                Some(((selectors, place), word?))
            })
            .max()
            .map_or(base.unwrap_or(0), |(_, word)| word);
        let settings = InterpreterSettings::of(&server, b"asked", b"asked");
        prop_assert_eq!(settings.queue, expected);
    }
}
