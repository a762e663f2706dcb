//! A child starts and ends. Python lives in children only; what the parent does for them is in [`crate::parent`].

use std::collections::HashMap;
use std::env;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::sync::OnceLock;

use clutch_core::code;
use clutch_core::config::interpreter::{EMBEDDED, InterpreterWords};
use clutch_core::config::{Preload, ProcessSettings};
use clutch_core::engine::{self, Choice};
use ffi_engine::Slice;
use ffi_engine::abi::{self, HostTable, List, Plan, TelemetryPlan};
use ffi_engine::host::{self, Engine};

use crate::board;
use crate::client::{Daemons, Own};
use crate::daemons;
use crate::host::Httpd;
use crate::httpd::host::{self as httpd, Shape};
use crate::httpd::log;
use crate::httpd::{Pool, Server, ServerConfig};
use crate::parent::{self, is_single_process};
use crate::refusal::Refusal;

/// How long an engine may take to end, in milliseconds. httpd kills a child that it waits for after three seconds.
const STOP_LIMIT_MS: u32 = 2_000;

/// What an engine may ask of us outside of requests.
static HOST: HostTable = host::host_table::<Httpd>();

/// What this process has learned when it became a child. Never set in httpd's parent, unless that serves by itself.
static CHILD: OnceLock<Child> = OnceLock::new();

/// A child of httpd's, as far as requests need to know.
#[derive(Debug)]
pub struct Child {
    engine: OnceLock<Result<Engine, Refusal>>,
    /// Applications may run here.
    embedded: bool,
    /// Script paths that differ only in case are different.
    pub case_sensitive: bool,
    /// The daemons of application groups that need a process of their own, if there are any.
    pub own: Option<Own>,
    /// The daemons that requests may be for, by the names of their groups.
    pub daemons: HashMap<Vec<u8>, Daemons>,
    /// What is said about interpreters, as long as the process.
    pub words: InterpreterWords,
    /// Applications here may see what all of httpd does.
    pub server_metrics: bool,
    /// The environment as it was before Python, which may change it, had started.
    pub environment: HashMap<Vec<u8>, Vec<u8>>,
}

impl Child {
    /// The engine for requests.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn engine(&self) -> Result<Engine, Refusal> {
        match self.embedded {
            true => self.engine.get().copied().unwrap_or(Err(Refusal::NoPython)),
            false => Err(Refusal::Restricted),
        }
    }

    /// The engine for scripts that httpd asks, which run here even if no application may.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn engine_for_questions(&self) -> Result<Engine, Refusal> {
        self.engine.get().copied().unwrap_or(Err(Refusal::NoPython))
    }
}

/// This process as a child; `None` in httpd's parent.
pub fn child() -> Option<&'static Child> {
    CHILD.get()
}

/// Starts Python in a new child, if applications may run there.
pub fn child_started(pool: Pool<'_>, main: Server<'_>) {
    log::follow_main_server();
    let Some(config) = main.config() else {
        return;
    };
    let settings = ProcessSettings::of(&config.section);
    let environment = env::vars_os()
        .map(|(name, value)| (name.into_vec(), value.into_vec()))
        .collect();
    let child = CHILD.get_or_init(|| Child {
        environment,
        daemons: daemons::for_child(pool, main, &config.section),
        own: daemons::own_for_child(main, config),
        words: config.section.words.clone(),
        engine: OnceLock::new(),
        embedded: settings.embedded,
        case_sensitive: settings.case_sensitive,
        server_metrics: settings.server_metrics,
    });
    if child.daemons.values().any(|one| one.group.server_metrics)
        || (child.own.is_some() && settings.server_metrics)
    {
        board::answer_daemons();
    }
    // The engine asks the child for the words as soon as it starts.
    let engine = child
        .engine
        .get_or_init(|| match parent::starts_python(&settings, main) {
            true => started(config, &settings),
            false => Err(Refusal::Restricted),
        });
    pool.before_end(child_ends);
    if let Ok(engine) = engine {
        preload(*engine, main);
    }
}

/// Loads the scripts that aliases and directives name for httpd's own processes, each once, in the order of the servers they stand in.
fn preload(engine: Engine, main: Server<'_>) {
    let mut once: Vec<&Preload> = Vec::new();
    let configs = main.and_its_hosts().filter_map(Server::config);
    let scripts = configs.flat_map(|config| &config.section.preloads);
    for script in scripts.filter(|script| &*script.process_group == EMBEDDED) {
        if !once.contains(&script) {
            once.push(script);
        }
    }
    let scripts: Vec<_> = once.into_iter().map(abi::Preload::from).collect();
    engine.preload(&scripts);
}

/// Ends Python.
///
/// Under prefork this runs in a signal handler, perhaps in the middle of a request on this very thread: no lock, no
/// allocation and no log line before the engine is asked; it knows what to do then.
fn child_ends() {
    if let Some(Ok(engine)) = CHILD.get().and_then(|child| child.engine.get()) {
        engine.stop(STOP_LIMIT_MS, "");
    }
}

/// Opens and starts the engine; a failure is logged.
fn started(config: &ServerConfig, settings: &ProcessSettings<'_>) -> Result<Engine, Refusal> {
    if let Some(doubt) = settings
        .python_home
        .map(engine::path_of)
        .and_then(engine::doubt_about)
    {
        log::fault(&doubt);
    }
    let Some(Choice { file, .. }) = config.choice.get() else {
        return Err(Refusal::NoPython);
    };
    let engine = Engine::open(file).map_err(|unusable| {
        log::fault(&code::ENGINE_NOT_OPENED.says(unusable.to_string()));
        Refusal::NoPython
    })?;
    tracing::debug!(file = %file.display(), python = engine.python_version(), "engine opened");
    if !start(engine, config, settings) {
        let version = engine.python_version();
        let text =
            format!("Python {version} did not start; requests for applications get status 500");
        log::fault(&code::PYTHON_NOT_STARTED.says(text));
        return Err(Refusal::NoPython);
    }
    Ok(engine)
}

/// Starts Python with what the operator and httpd's shape say.
fn start(engine: Engine, config: &ServerConfig, settings: &ProcessSettings<'_>) -> bool {
    let warnings: Vec<_> = config
        .section
        .warnings
        .iter()
        .map(|one| Slice::new(one))
        .collect();
    let mpm = httpd::mpm();
    let shape: Shape = httpd::shape();
    engine.start(&Plan {
        host: &HOST,
        python_home: Slice::maybe(settings.python_home),
        warnings: List::new(&warnings),
        optimize: settings.optimize,
        hash_seed: settings.hash_seed.into(),
        dont_write_bytecode: settings.dont_write_bytecode,
        single_process: is_single_process(),
        state_directory: Slice::maybe(config.state.get().map(|path| path.as_os_str().as_bytes())),
        max_interpreters: settings.max_interpreters,
        max_replacements: settings.max_replacements,
        processes: child().is_some_and(|child| child.own.is_some()),
        free_threading: settings.free_threading,
        case_sensitive: settings.case_sensitive,
        destroy_interpreters: settings.destroy_interpreters,
        multiprocess: shape.multiprocess,
        multithread: shape.multithread,
        run_once: false,
        service: false,
        maximum_processes: shape.maximum_processes,
        threads_per_process: shape.threads_per_process,
        process_group: Slice::new(b""),
        apache_version: httpd::version(),
        apache_description: Slice::new(httpd::description()),
        apache_mpm: Slice::new(&mpm),
        apache_build_date: Slice::new(httpd::build_date()),
        apache_maximum_processes: shape.maximum_processes,
        apache_threads_per_process: shape.threads_per_process,
        egg_cache: Slice::maybe(config.section.python_eggs.as_deref()),
        home: Slice::ABSENT,
        apache_pid: parent::number(),
        // A process that runs no application has nothing to report.
        telemetry: match &settings.telemetry {
            Some(telemetry) if settings.embedded => telemetry.into(),
            _ => TelemetryPlan::NONE,
        },
    })
}
