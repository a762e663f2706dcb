//! A configuration is read, a child starts, a child ends. Python lives in children only.

use std::collections::HashMap;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, process};

use clutch_core::config::{HashSeed, ProcessSettings, ServerSection};
use clutch_core::log::Level;
use clutch_sys::library;
use ffi_engine::Slice;
use ffi_engine::abi::{self, HostTable, List, Plan};
use ffi_engine::host::{self, Engine};

use crate::engine::{self, Choice};
use crate::host::Httpd;
use crate::httpd::host::{self as httpd, Shape};
use crate::httpd::log;
use crate::httpd::{Pool, Server, ServerConfig};
use crate::refusal::Refusal;

/// How long an engine may take to end, in milliseconds. httpd kills a child that it waits for after three seconds.
const STOP_LIMIT_MS: u32 = 2_000;

/// What an engine may ask of us outside of requests.
static HOST: HostTable = host::host_table::<Httpd>();

/// What this process has learned when it became a child. Never set in httpd's parent, unless that serves by itself.
static CHILD: OnceLock<Child> = OnceLock::new();

/// The process that read the configuration. Written before there are children or threads.
static PARENT: AtomicU32 = AtomicU32::new(0);

/// A child of httpd's, as far as requests need to know.
#[derive(Debug)]
pub struct Child {
    engine: OnceLock<Result<Engine, Refusal>>,
    /// Script paths that differ only in case are different.
    pub case_sensitive: bool,
    /// The words of the main server, where applications may run.
    pub words: Option<ServerSection>,
    /// The environment as it was before Python, which may change it, had started.
    pub environment: HashMap<Vec<u8>, Vec<u8>>,
}

impl Child {
    /// The engine of this process.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn engine(&self) -> Result<Engine, Refusal> {
        self.engine.get().copied().unwrap_or(Err(Refusal::NoPython))
    }
}

/// This process as a child; `None` in httpd's parent.
pub fn child() -> Option<&'static Child> {
    CHILD.get()
}

/// Judges a configuration that has just been read: is there an engine for it?
///
/// # Errors
///
/// One sentence; httpd does not start then.
pub fn check(main: Server<'_>) -> Result<(), String> {
    let Some(config) = main.config() else {
        return Ok(());
    };
    let settings = ProcessSettings::of(&config.section);
    match engine::choose(&settings, &directory()?) {
        Ok(choice) => {
            // A configuration is judged once.
            let _ = config.choice.set(choice);
            Ok(())
        }
        Err(refusal) if settings.embedded => Err(format!("{} {refusal}", log::NO_ENGINE)),
        Err(_) => Ok(()),
    }
}

/// Where the module is, and the engines with it.
fn directory() -> Result<PathBuf, String> {
    let file = library::file_of((&raw const CHILD).cast());
    let directory = file.as_deref().and_then(|file| file.parent());
    directory
        .map(PathBuf::from)
        .ok_or_else(|| format!("{} the module cannot tell where it is", log::NO_ENGINE))
}

/// Prepares httpd's parent for serving with a configuration that was judged good.
///
/// # Errors
///
/// None so far; a sentence would keep httpd from starting.
pub fn configured(pool: Pool<'_>, main: Server<'_>) -> Result<(), String> {
    if httpd::is_rehearsing() {
        return Ok(());
    }
    PARENT.store(process::id(), Ordering::Relaxed);
    httpd::add_to_banner(pool, concat!("mod_clutch/", env!("CARGO_PKG_VERSION")));
    let Some(config) = main.config() else {
        return Ok(());
    };
    if let Some(version) = config.choice.get().and_then(|choice| choice.version) {
        httpd::add_to_banner(pool, &format!("Python/{version}"));
    }
    Ok(())
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
        words: settings.embedded.then(|| config.section.clone()),
        engine: OnceLock::new(),
        case_sensitive: settings.case_sensitive,
    });
    // The engine asks the child for the words as soon as it starts.
    let engine = child.engine.get_or_init(|| match settings.embedded {
        true => started(config, &settings),
        false => Err(Refusal::Restricted),
    });
    pool.before_end(child_ends);
    if let Ok(engine) = engine {
        preload(*engine, main);
    }
}

/// Loads the scripts that aliases and directives name, each once, in the order of the servers they stand in.
fn preload(engine: Engine, main: Server<'_>) {
    let mut scripts: Vec<(&[u8], &[u8])> = Vec::new();
    for config in main.and_its_hosts().filter_map(Server::config) {
        let section = &config.section;
        let named = section
            .imports
            .iter()
            .map(|one| (&*one.group, &*one.script));
        let aliases = section.aliases.iter().filter_map(|alias| alias.preload());
        for script in named.chain(aliases.map(|one| (one.group, one.script))) {
            if !scripts.contains(&script) {
                scripts.push(script);
            }
        }
    }
    let scripts: Vec<_> = scripts
        .into_iter()
        .map(|(group, script)| abi::Preload {
            group: Slice::new(group),
            script: Slice::new(script),
        })
        .collect();
    if !scripts.is_empty() {
        engine.preload(&scripts);
    }
}

/// Ends Python.
///
/// Under prefork this runs in a signal handler, perhaps in the middle of a request on this very thread: no lock, no
/// allocation and no log line before the engine is asked; it knows what to do then.
fn child_ends() {
    if let Some(Ok(engine)) = CHILD.get().map(Child::engine) {
        engine.stop(STOP_LIMIT_MS);
    }
}

/// Opens and starts the engine; a failure is logged.
fn started(config: &ServerConfig, settings: &ProcessSettings<'_>) -> Result<Engine, Refusal> {
    if let Some(doubt) = settings
        .python_home
        .map(engine::path_of)
        .and_then(engine::doubt_about)
    {
        log::server(Level::Warning, &doubt);
    }
    let Some(Choice { file, .. }) = config.choice.get() else {
        return Err(Refusal::NoPython);
    };
    let engine = Engine::open(file).map_err(|unusable| {
        log::server(Level::Crit, &format!("WSGI0001: {unusable}"));
        Refusal::NoPython
    })?;
    tracing::debug!(file = %file.display(), python = engine.python_version(), "engine opened");
    if !start(engine, config, settings) {
        let version = engine.python_version();
        let text = format!(
            "WSGI0001: Python {version} did not start; requests for applications get status 500"
        );
        log::server(Level::Crit, &text);
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
        hash_seed: match settings.hash_seed {
            None => abi::HashSeed::Default,
            Some(HashSeed::Random) => abi::HashSeed::Random,
            Some(HashSeed::Fixed(seed)) => abi::HashSeed::Fixed(seed),
        },
        dont_write_bytecode: settings.dont_write_bytecode,
        single_process: PARENT.load(Ordering::Relaxed) == process::id(),
        state_directory: Slice::ABSENT,
        max_interpreters: settings.max_interpreters,
        max_replacements: settings.max_replacements,
        free_threading: settings.free_threading,
        case_sensitive: settings.case_sensitive,
        destroy_interpreters: settings.destroy_interpreters,
        multiprocess: shape.multiprocess,
        multithread: shape.multithread,
        maximum_processes: shape.maximum_processes,
        threads_per_process: shape.threads_per_process,
        process_group: Slice::new(b""),
        apache_version: httpd::version(),
        apache_description: Slice::new(httpd::description()),
        apache_mpm: Slice::new(&mpm),
        apache_build_date: Slice::new(httpd::build_date()),
    })
}
