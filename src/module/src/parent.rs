//! httpd's parent judges a configuration, prepares what children will find, and looks after them.

use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use clutch_core::code::{self, Fault};
use clutch_core::config::directive::Remark;
use clutch_core::config::interpreter::Block;
use clutch_core::config::{ProcessSettings, ServerSection};
use clutch_core::engine::{self, Choice};
use clutch_core::homes;
use clutch_core::log::Level;
use clutch_sys::{account, library, state};

use crate::httpd::host as httpd;
use crate::httpd::log;
use crate::httpd::{Pool, Server, ServerConfig};
use crate::{daemons, retirement};

/// The process that read the configuration. Written before there are children or threads.
static PARENT: AtomicU32 = AtomicU32::new(0);

/// The user of that process. Written as `PARENT`.
static USER: AtomicU32 = AtomicU32::new(0);

/// Judges a configuration that has just been read: is there an engine for it?
///
/// # Errors
///
/// One sentence; httpd does not start then.
pub fn check(main: Server<'_>) -> Result<(), Fault> {
    let Some(config) = main.config() else {
        return Ok(());
    };
    let settings = ProcessSettings::of(&config.section);
    let version = match engine::choose(&settings, &directory()?) {
        Ok(choice) => config.choice.get_or_init(|| choice).version, // a configuration is judged once
        Err(refusal) if starts_python(&settings, main) => {
            return Err(code::NO_ENGINE.says(refusal));
        }
        Err(_) => None,
    };
    homes::check(&config.section.words, version).map_err(|refusal| code::NO_HOME.says(refusal))?;
    daemons::check(main, config, &directory()?).map_err(|refusal| code::BAD_DAEMONS.says(refusal))
}

/// Whether children need Python: an application may run there, or a script is to be loaded there all the same.
pub fn starts_python(settings: &ProcessSettings<'_>, main: Server<'_>) -> bool {
    let mut configs = main.and_its_hosts().filter_map(Server::config);
    settings.embedded || configs.any(|config| config.section.imports)
}

/// Where the module is, and the engines with it.
pub fn directory() -> Result<PathBuf, Fault> {
    let file = library::file_of((&raw const PARENT).cast());
    let directory = file.as_deref().and_then(|file| file.parent());
    directory
        .map(PathBuf::from)
        .ok_or_else(|| code::NO_DIRECTORY.says("the module cannot tell where it is"))
}

/// Prepares httpd's parent for serving with a configuration that was judged good.
///
/// # Errors
///
/// None so far; a sentence would keep httpd from starting.
pub fn configured(pool: Pool<'_>, main: Server<'_>) -> Result<(), Fault> {
    if httpd::is_rehearsing() {
        return Ok(());
    }
    PARENT.store(process::id(), Ordering::Relaxed);
    USER.store(account::user(), Ordering::Relaxed);
    retirement::prepare();
    httpd::add_to_banner(pool, concat!("mod_clutch/", env!("CARGO_PKG_VERSION")));
    let Some(config) = main.config() else {
        return Ok(());
    };
    if let Some(version) = config.choice.get().and_then(|choice| choice.version) {
        httpd::add_to_banner(pool, &format!("Python/{version}"));
    }
    warn(config);
    main.and_its_hosts().for_each(remark);
    if let Some(directory) = state_directory(pool) {
        let _ = config.state.set(directory); // a configuration is prepared once
    }
    daemons::configured(pool, main, config)
        .map_err(|refusal| code::DAEMONS_NOT_PREPARED.says(refusal))
}

/// Says what of the configuration has no effect.
fn warn(config: &ServerConfig) {
    let section = &config.section;
    warn_of_slow_requests(section);
    let has_gil = |choice: &Choice| choice.version.is_some_and(|version| !version.free_threaded);
    if ProcessSettings::of(section).free_threading && config.choice.get().is_some_and(has_gil) {
        let text = "WSGIFreeThreading has no effect, because this Python always has a GIL";
        log::fault(&code::FREE_THREADING_IN_VAIN.says(text));
    }
    let is_in_vain =
        |block: &Block| block.names_application_group() && block.section.free_threading.is_some();
    if section.words.blocks.iter().any(is_in_vain) {
        let text = "WSGIFreeThreading has no effect in a block that names an application group";
        log::fault(&code::FREE_THREADING_OF_A_GROUP.says(text));
    }
}

/// Says what there is to say about lines of `server`.
fn remark(server: Server<'_>) {
    let remarks = server.config().map(|config| &*config.section.remarks);
    for Remark { code, text } in remarks.unwrap_or_default() {
        match code {
            Some(code) => log::fault(&code.says(text)),
            None => log::server(Level::Info, text),
        }
    }
}

/// Says that slow requests are reported to nobody, if the operator wants them reported.
fn warn_of_slow_requests(section: &ServerSection) {
    let wanted = section.slow_requests.is_some_and(|limit| !limit.is_zero());
    if wanted && section.telemetry_service.is_none() {
        let text = "WSGISlowRequests has no effect without WSGITelemetryService";
        log::fault(&code::SLOW_IN_VAIN.says(text));
    }
}

/// Makes the directory that children remember things in; without it they just learn them again.
fn state_directory(pool: Pool<'_>) -> Option<PathBuf> {
    let directory = httpd::in_runtime_directory(pool, state::NAME)?;
    state::directory(directory, httpd::owner_of_children().as_ref())
        .map_err(|why| log::server(Level::Info, &why))
        .ok()
}

/// The parent looks after its children.
pub fn watched() {
    static LAST: Mutex<Option<Instant>> = Mutex::new(None);
    retirement::watch(&mut LAST.lock().unwrap_or_else(PoisonError::into_inner));
}

/// Whether this process is httpd's parent.
pub fn is_this_process() -> bool {
    number() == process::id()
}

/// Whether this process is httpd's parent and serves all the same (`-X`). Asked in processes that serve.
pub fn is_single_process() -> bool {
    is_this_process()
}

/// The user of httpd's parent, and of the supervisor that it starts.
pub fn user() -> u32 {
    USER.load(Ordering::Relaxed)
}

/// The process number of httpd's parent.
pub fn number() -> u32 {
    PARENT.load(Ordering::Relaxed)
}
