//! The engine in a daemon: started with what the group says, and what it asks of this process.

use std::os::unix::ffi::OsStrExt as _;
use std::sync::{Arc, OnceLock};

use clutch_core::code;
use clutch_core::config;
use clutch_core::config::interpreter::{EMBEDDED, InterpreterSettings, ReloadPolicy, ReloadUnit};
use clutch_core::control::GroupSpec;
use clutch_core::log::{Level, Record};
use ffi_engine::Slice;
use ffi_engine::abi::{GroupPlan, HostTable, List, Plan, Preload, TelemetryPlan};
use ffi_engine::host::{self, Engine, Host};

use super::state::State;
use super::{board, log};

/// What an engine may ask of us outside of requests.
static HOST: HostTable = host::host_table::<ThisDaemon>();

/// What this daemon is. Written once, before Python starts.
static SELF: OnceLock<&'static GroupSpec> = OnceLock::new();

/// What the threads share, once there are any.
static STATE: OnceLock<Arc<State>> = OnceLock::new();

/// This process.
struct ThisDaemon;

impl Host for ThisDaemon {
    fn write(record: &Record<'_>) {
        log::write(record);
    }

    fn level() -> Level {
        log::level()
    }

    fn group(group: &[u8]) -> GroupPlan<'static> {
        let Some(spec) = SELF.get() else {
            return GroupPlan::DEFAULT;
        };
        ffi_engine::group_plan(&settings(spec, group))
    }

    fn scoreboard() -> Option<Vec<u8>> {
        board::bytes()
    }

    fn loaded() {
        if let Some(state) = STATE.get() {
            state.has_loaded();
        }
    }

    fn retire(why: &str) {
        match STATE.get() {
            Some(state) => state.wish(why),
            None => log::fault(&code::UNFIT_ALREADY.says(why)),
        }
    }
}

/// What holds for the interpreters of `group` in a daemon of `spec`.
fn settings<'w>(spec: &'w GroupSpec, group: &[u8]) -> InterpreterSettings<'w> {
    let words = &spec.words;
    match &spec.stands_for {
        // The main interpreter, which is all that there is in a process of a group's own, cannot be replaced by itself.
        Some(application_group) => InterpreterSettings {
            reload_unit: ReloadUnit::Process,
            ..InterpreterSettings::of(words, EMBEDDED, application_group)
        },
        None => InterpreterSettings::of(words, &spec.group.name, group),
    }
}

/// The engine tells `state` what it wishes.
pub(super) fn set_state(state: &Arc<State>) {
    let _ = STATE.set(Arc::clone(state)); // there is one daemon in a process
}

/// Opens the engine. Nothing of Python runs yet.
///
/// # Errors
///
/// One sentence: what is wrong with the engine.
pub(super) fn open(spec: &GroupSpec) -> Result<Engine, String> {
    Engine::open(&spec.engine)
        .map_err(|unusable| code::DAEMON_ENGINE.says(unusable.to_string()).to_string())
}

/// Starts Python.
///
/// # Errors
///
/// One sentence: what is wrong with its Python.
pub(super) fn start(engine: Engine, spec: &'static GroupSpec) -> Result<(), String> {
    let spec = *SELF.get_or_init(|| spec);
    if !engine.start(&plan(spec)) {
        let (version, name) = (
            engine.python_version(),
            String::from_utf8_lossy(&spec.group.name),
        );
        let text = format!(
            "Python {version} did not start in a process of group '{name}'; the lines before say why"
        );
        return Err(code::DAEMON_PYTHON.says(text).to_string());
    }
    Ok(())
}

/// Loads the scripts that are wanted before requests come.
///
/// Whether the process may take the place of the one that it is the successor of.
pub(super) fn preload(engine: Engine, spec: &GroupSpec) -> bool {
    let seamless = |script: &config::Preload| {
        settings(spec, &script.group).reload_policy == ReloadPolicy::Seamless
    };
    let (decisive, others): (Vec<_>, Vec<_>) = spec
        .successor_of
        .iter()
        .partition(|script| seamless(script));
    let wanted = spec.preloads.iter().chain(others);
    let wanted = wanted.filter(|script| !decisive.contains(script));
    engine.preload(&wanted.map(Preload::from).collect::<Vec<_>>());
    let decisive = decisive.into_iter().map(Preload::from);
    engine.preload(&decisive.collect::<Vec<_>>())
}

fn plan(spec: &'static GroupSpec) -> Plan<'static> {
    let (group, process, apache) = (&spec.group, &spec.process, &spec.apache);
    let warnings: Vec<_> = process.warnings.iter().map(|one| Slice::new(one)).collect();
    Plan {
        host: &HOST,
        python_home: Slice::maybe(spec.python_home.as_deref()),
        warnings: List::new(warnings.leak()),
        optimize: process.optimize,
        hash_seed: process.hash_seed.into(),
        dont_write_bytecode: process.dont_write_bytecode,
        single_process: false,
        state_directory: Slice::maybe(spec.state.as_ref().map(|path| path.as_os_str().as_bytes())),
        max_interpreters: process.max_interpreters,
        max_replacements: process.max_replacements,
        processes: false,
        free_threading: process.free_threading,
        case_sensitive: process.case_sensitive,
        destroy_interpreters: process.destroy_interpreters,
        multiprocess: group.multiprocess,
        multithread: group.threads != 1,
        run_once: group.threads == 1 && group.maximum_requests == 1,
        service: group.threads == 0,
        maximum_processes: group.max_processes.unwrap_or(group.processes),
        threads_per_process: group.threads,
        process_group: Slice::new(&group.name),
        apache_version: apache.version,
        apache_description: Slice::new(&apache.description),
        apache_mpm: Slice::new(&apache.mpm),
        apache_build_date: Slice::new(&apache.build_date),
        apache_maximum_processes: apache.maximum_processes,
        apache_threads_per_process: apache.threads_per_process,
        egg_cache: Slice::ABSENT, // It is in the environment of the process.
        home: Slice::maybe(group.home.as_deref()),
        apache_pid: apache.pid,
        telemetry: match &process.telemetry {
            Some(telemetry) if group.threads != 0 => telemetry.into(),
            _ => TelemetryPlan::NONE,
        },
    }
}
