//! What was typed → what will be served, all of it checked before anything is made.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use clutch_core::installation::Version;
use clutch_sys::account::Account;

use super::mount::{Alias, Mount, url_path};
use super::{access, port};
use crate::args::{InterpreterArguments, Mpm, ServeArguments};
use crate::engine::{self, MODULE};
use crate::httpd::{self, Httpd, Load};
use crate::python::{self, Facts, Purpose};
use crate::terminal::Level;

/// All that httpd's configuration says. Paths are absolute.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) address: SocketAddr,
    pub(crate) mpm: Mpm,
    pub(crate) processes: Processes,
    pub(crate) loads: Vec<Load>,
    pub(crate) module: PathBuf,
    /// Who httpd's processes become; `None`: they stay who we are.
    pub(crate) account: Option<Account>,
    pub(crate) log_level: String,
    /// A virtual environment or an installation.
    pub(crate) python_home: PathBuf,
    /// The engine to use; `None` if the module is another one, which knows no engines.
    pub(crate) engine: Option<Version>,
    /// This program, which becomes the processes that applications get by themselves.
    pub(crate) program: Option<PathBuf>,
    pub(crate) python_paths: Vec<PathBuf>,
    pub(crate) interpreters: InterpreterArguments,
    pub(crate) callable: String,
    /// The longest URL paths first: httpd takes the first that matches.
    pub(crate) mounts: Vec<Mount>,
    /// As `mounts`.
    pub(crate) aliases: Vec<Alias>,
}

/// How httpd divides its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Processes {
    pub(crate) workers: u32,
    /// Of each worker.
    pub(crate) threads: u32,
}

impl Processes {
    /// What was typed, or what suits development: one process, whose globals are the same for all requests.
    ///
    /// # Errors
    ///
    /// Threads are asked of prefork, which has none.
    fn of(mpm: Mpm, workers: Option<u32>, threads: Option<u32>) -> Result<Self> {
        match (mpm, threads) {
            (Mpm::Prefork, Some(2..)) => {
                bail!("prefork has one thread in each process; choose --workers, or --mpm event")
            }
            (Mpm::Prefork, _) => Ok(Self {
                workers: workers.unwrap_or(8),
                threads: 1,
            }),
            (Mpm::Event | Mpm::Worker, _) => Ok(Self {
                workers: workers.unwrap_or(1),
                threads: threads.unwrap_or(16),
            }),
        }
    }
}

impl Plan {
    /// What httpd is asked to log, without the words for single modules.
    pub(crate) fn least_level(&self) -> Level {
        self.log_level
            .split_whitespace()
            .filter_map(Level::from_word)
            .next_back()
            .unwrap_or(Level::Trace)
    }

    /// How it will serve, as a part of a sentence.
    pub(crate) fn processes_in_words(&self) -> String {
        let Processes { workers, threads } = self.processes;
        let plural = |count| if count == 1 { "" } else { "s" };
        let threads = match self.mpm {
            Mpm::Prefork => String::new(),
            _ => format!(" of {threads} thread{}", plural(threads)),
        };
        let user = match &self.account {
            Some(account) => format!(", as {}", account.name),
            None => String::new(),
        };
        let processes = if workers == 1 { "process" } else { "processes" };
        format!(
            "MPM {}, {workers} {processes}{threads}{user}",
            self.mpm.name()
        )
    }
}

/// Decides everything: the plan, the httpd to run, and the sentence that says which Python and why.
///
/// # Errors
///
/// One sentence: what is missing, closed, in use or refused, and what to do about it.
pub(crate) fn make(typed: ServeArguments) -> Result<(Plan, Httpd, String)> {
    let python_paths = import_paths(&typed)?;
    let mounts = mounts(&typed)?;
    let aliases = aliases(typed.aliases)?;
    let processes = Processes::of(typed.mpm, typed.workers, typed.threads)?;
    let account = access::reader(typed.user.as_deref())?;
    let address = SocketAddr::new(typed.host, typed.port);
    port::must_be_free(address)?;
    let httpd = httpd::find(typed.httpd.as_deref())?;
    let loads = httpd.loads(typed.mpm)?;
    let module = module(typed.module.as_deref(), &httpd)?;
    let engines = engine::versions_in(module.parent().unwrap_or(Path::new("/")));
    let purpose = match is_ours(&module) {
        true => Purpose::Serve(&engines),
        false => Purpose::Build, // it was built for some Python; any other is refused when it is loaded
    };
    let choice = python::choose(typed.python.as_deref(), purpose, account.as_ref())?;
    if let Some(account) = &account {
        must_be_open(account, &module, &choice.facts, &mounts, &aliases)?;
    }
    let plan = Plan {
        address,
        mpm: typed.mpm,
        processes,
        loads,
        engine: is_ours(&module).then_some(choice.facts.version),
        program: std::env::current_exe().ok(),
        module,
        account,
        log_level: typed.log_level,
        python_home: choice.facts.prefix.clone(),
        python_paths,
        interpreters: typed.interpreters,
        callable: typed.callable,
        mounts,
        aliases,
    };
    Ok((plan, httpd, choice.sentence(purpose)))
}

/// The application that has no URL of its own and those that have one.
fn mounts(typed: &ServeArguments) -> Result<Vec<Mount>> {
    let mut mounts = typed.mounts.clone();
    if let Some(script) = typed.app.clone() {
        mounts.push(Mount {
            url: url_path(&typed.url_path).map_err(|sentence| anyhow!(sentence))?,
            script,
            group: "%{GLOBAL}".into(),
        });
    }
    mounts.sort_by_key(|mount| std::cmp::Reverse(mount.url.len()));
    for mount in &mut mounts {
        mount.script = script(&mount.script)?;
    }
    if let Some(twice) = mounts.windows(2).find(|pair| pair[0].url == pair[1].url) {
        bail!("two applications are to be served at {}", twice[0].url);
    }
    Ok(mounts)
}

/// A script that can be read, by its absolute path.
pub(crate) fn script(path: &Path) -> Result<PathBuf> {
    let shown = path.display();
    ensure!(path.exists(), "there is no {shown}");
    ensure!(
        !path.is_dir(),
        "{shown} is a directory; name the Python file in it that defines the application"
    );
    File::open(path).with_context(|| format!("{shown} cannot be read"))?;
    Ok(std::path::absolute(path)?)
}

fn aliases(mut aliases: Vec<Alias>) -> Result<Vec<Alias>> {
    aliases.sort_by_key(|alias| std::cmp::Reverse(alias.url.len()));
    for alias in &mut aliases {
        alias.directory = directory(&alias.directory)?;
    }
    Ok(aliases)
}

fn directory(path: &Path) -> Result<PathBuf> {
    let shown = path.display();
    ensure!(path.exists(), "there is no {shown}");
    ensure!(path.is_dir(), "{shown} is not a directory");
    Ok(std::path::absolute(path)?.components().collect())
}

/// The directories to import from: those typed, then that of APP. The scripts of mounts look after themselves: what one
/// of them imports another must not find.
fn import_paths(typed: &ServeArguments) -> Result<Vec<PathBuf>> {
    let mut paths = typed.python_paths.clone();
    if let (Some(app), true) = (&typed.app, typed.mounts.is_empty()) {
        paths.push(
            std::path::absolute(app)?
                .parent()
                .unwrap_or(Path::new("/"))
                .to_owned(),
        );
    }
    paths
        .iter()
        .map(|path| match path.exists() {
            true => Ok(std::path::absolute(path)?),
            false => bail!("there is no {}", path.display()),
        })
        .collect()
}

/// The module to load: the one asked for, the one beside this program, the installed one.
fn module(asked: Option<&Path>, httpd: &Httpd) -> Result<PathBuf> {
    if let Some(asked) = asked {
        ensure!(asked.is_file(), "there is no module {}", asked.display());
        return Ok(std::path::absolute(asked)?);
    }
    let own = engine::own_directory()?;
    [&own, &httpd.modules]
        .iter()
        .map(|directory| directory.join(MODULE))
        .find(|file| file.is_file())
        .with_context(|| {
            format!(
                "there is no {MODULE} in {} or {}; `make build` builds it",
                own.display(),
                httpd.modules.display()
            )
        })
}

/// Whether `module` is Clutch's: another module of the same directives (mod_wsgi's) may be named to compare with.
fn is_ours(module: &Path) -> bool {
    module.file_name().is_some_and(|name| name == MODULE)
}

/// httpd's processes are another user's: what they read must be open to that user.
fn must_be_open(
    account: &Account,
    module: &Path,
    python: &Facts,
    mounts: &[Mount],
    aliases: &[Alias],
) -> Result<()> {
    let engine = module.with_file_name(python.version.engine_file_name());
    let mut needed: Vec<&Path> = mounts.iter().map(|mount| &*mount.script).collect();
    needed.extend(aliases.iter().map(|alias| &*alias.directory));
    if is_ours(module) {
        needed.push(&engine);
    }
    let Some(locked) = access::first_locked(account, &needed) else {
        return Ok(());
    };
    let right = if locked.is_dir() { "x" } else { "r" };
    let locked = locked.display();
    bail!(
        "httpd's processes run as {}, who may not use {locked}; open it (chmod o+{right} {locked}), \
         move what is to be served elsewhere, or choose another user with --user",
        account.name
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Processes, is_ours, script};
    use crate::args::Mpm;

    #[test]
    fn processes_are_what_was_typed_or_fit_for_development() {
        let of = |mpm, workers, threads| Processes::of(mpm, workers, threads).ok();
        let some = |workers, threads| Some(Processes { workers, threads });
        assert_eq!(of(Mpm::Event, None, None), some(1, 16));
        assert_eq!(of(Mpm::Worker, Some(4), Some(2)), some(4, 2));
        assert_eq!(of(Mpm::Prefork, None, Some(1)), some(8, 1));
        assert_eq!(of(Mpm::Prefork, None, Some(2)), None);
    }

    #[test]
    fn what_is_no_script_is_refused_in_a_sentence() {
        let said = |path: &str| script(Path::new(path)).unwrap_err().to_string();
        assert_eq!(said("/no/app.wsgi"), "there is no /no/app.wsgi");
        assert!(said("/tmp").starts_with("/tmp is a directory;"));
    }

    #[test]
    fn our_module_is_known_by_its_name() {
        assert!(is_ours(Path::new("/build/mod_clutch.so")));
        assert!(!is_ours(Path::new(
            "/x/mod_wsgi-py313.cpython-313-x86_64-linux-gnu.so"
        )));
    }
}
