//! Daemons of a configuration: what the parent has the supervisor run, and how children find them.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clutch_core::config::daemon::DaemonGroup;
use clutch_core::config::{Preload, ProcessSettings, ServerSection};
use clutch_core::control::{ApacheFacts, Epoch, GroupSpec, Owner, ProcessWords};
use clutch_core::installation::what_is_wrong_with;

use crate::client::Daemons;
use crate::engine::{self, Choice};
use crate::httpd::host as httpd;
use crate::httpd::{Pool, Server, ServerConfig, log};
use crate::{parent, supervisor};

/// A group of the configuration, and the server that it stands in.
pub struct Declared<'s> {
    /// With the main server's words where it has none.
    pub group: DaemonGroup,
    /// Where it stands.
    pub server: Server<'s>,
}

/// All groups of the configuration, in the order of the servers.
pub fn declared<'s>(main: Server<'s>, words: &ServerSection) -> Vec<Declared<'s>> {
    let main_config = main.config();
    let of = |server: Server<'s>| {
        // A virtual host that says nothing of ours has the main server's configuration itself.
        let own = server.config().filter(|config| {
            !server.is_virtual() || !main_config.is_some_and(|main| std::ptr::eq(main, *config))
        });
        let groups = own.map(|config| &config.section.daemons[..]);
        groups
            .unwrap_or_default()
            .iter()
            .map(move |group| Declared {
                group: group.clone().within(words),
                server,
            })
    };
    main.and_its_hosts().flat_map(of).collect()
}

/// Judges the groups of the configuration.
///
/// # Errors
///
/// One sentence about the first that cannot be used.
pub fn check(main: Server<'_>, config: &ServerConfig, directory: &Path) -> Result<(), String> {
    let declared = declared(main, &config.section);
    let Some(first) = declared.first() else {
        return check_preloads(main, &declared);
    };
    if program(&config.section, directory).is_none() {
        return Err(format!(
            "WSGIDaemonProcess {} needs the program clutch, which is not beside the module in {}; install it there, or name it with ClutchProgram",
            shown(&first.group),
            directory.display()
        ));
    }
    for (at, one) in declared.iter().enumerate() {
        let name = shown(&one.group);
        if declared[..at]
            .iter()
            .any(|other| other.group.name == one.group.name)
        {
            return Err(format!(
                "WSGIDaemonProcess takes each name once, and {name} stands in two servers"
            ));
        }
        if one.group.chroot.is_some() && !clutch_sys::account::is_root() {
            return Err(format!(
                "WSGIDaemonProcess {name} has chroot=, which only root can do, and httpd was not started by root"
            ));
        }
        if let Some(refusal) = accounts(&one.group) {
            return Err(format!("WSGIDaemonProcess {name} {refusal}"));
        }
        engine_of(&one.group, config, directory)
            .map_err(|refusal| format!("WSGIDaemonProcess {name}: {refusal}"))?;
    }
    check_preloads(main, &declared)
}

/// What is wrong with the users and groups that a group of daemons names.
fn accounts(group: &DaemonGroup) -> Option<String> {
    use clutch_core::config::daemon::AccountName::Name;
    use clutch_sys::account::{Account, UserGroup};
    for (option, user) in [
        ("user", &group.user),
        ("script-user", &group.script_user),
        ("socket-user", &group.socket_user),
    ] {
        let Some(Name(name)) = user else { continue };
        match Account::named(name) {
            Ok(Some(account)) if account.uid == 0 && option == "user" => {
                return Some("takes any user but root for its option user".into());
            }
            Ok(None) => {
                return Some(format!(
                    "takes a user of this machine for its option {option}, not '{name}'"
                ));
            }
            _ => (),
        }
    }
    let others = group.supplementary_groups.iter().flatten();
    let groups = [
        ("group", &group.group),
        ("script-group", &group.script_group),
    ];
    let named = groups
        .into_iter()
        .filter_map(|(option, name)| Some((option, name.as_ref()?)));
    named
        .chain(others.map(|name| ("supplementary-groups", name)))
        .find_map(|(option, name)| match name {
            Name(name) if matches!(UserGroup::named(name), Ok(None)) => Some(format!(
                "takes a group of this machine for its option {option}, not '{name}'"
            )),
            _ => None,
        })
}

/// Every script that is loaded beforehand is for a group that there is.
fn check_preloads(main: Server<'_>, declared: &[Declared<'_>]) -> Result<(), String> {
    for server in main.and_its_hosts() {
        let preloads = server.config().map(|config| &config.section.preloads[..]);
        for script in preloads.unwrap_or_default() {
            let name = &script.process_group;
            if name.is_empty() {
                continue;
            }
            let shown = String::from_utf8_lossy(name).into_owned();
            let Some(group) = declared.iter().find(|one| one.group.name == *name) else {
                return Err(format!(
                    "the process group '{shown}' of a script that is loaded beforehand is declared by no WSGIDaemonProcess"
                ));
            };
            if !may_reach(group.server, server.name()) {
                return Err(format!(
                    "the process group '{shown}' of a script that is loaded beforehand belongs to another server"
                ));
            }
        }
    }
    Ok(())
}

/// Whether requests of the server `name` may go to daemons that `owner` declares: anybody's to the main server's, else only those of
/// the same `ServerName`.
fn may_reach(owner: Server<'_>, name: &[u8]) -> bool {
    !owner.is_virtual() || (owner.name() == name && !name.is_empty())
}

fn shown(group: &DaemonGroup) -> String {
    String::from_utf8_lossy(&group.name).into_owned()
}

/// The program that becomes supervisor and daemons.
pub fn program(words: &ServerSection, directory: &Path) -> Option<PathBuf> {
    if let Some(named) = &words.program {
        let named = PathBuf::from(OsStr::from_bytes(named));
        return named.is_file().then_some(named);
    }
    let beside = directory.join("clutch");
    let places = [
        beside,
        "/usr/local/bin/clutch".into(),
        "/usr/bin/clutch".into(),
    ];
    places.into_iter().find(|place| place.is_file())
}

/// The engine of a group, and its Python home.
fn engine_of(
    group: &DaemonGroup,
    config: &ServerConfig,
    directory: &Path,
) -> Result<(Choice, Option<Arc<[u8]>>), String> {
    let mut words = config.section.clone();
    if let Some(home) = &group.python_home {
        words.python_home = Some(home.clone());
        words.engine = None;
        if let Some(doubt) = engine::doubt_about(engine::path_of(home)) {
            return Err(doubt.replace("WSGIPythonHome", "python-home"));
        }
        let path = engine::path_of(home);
        if let Some(wrong) = what_is_wrong_with(path) {
            return Err(format!("python-home {} {wrong}", path.display()));
        }
    }
    let home = words.python_home.clone();
    let choice = engine::choose(&ProcessSettings::of(&words), directory)
        .map_err(|refusal| refusal.replace("WSGIPythonHome", "python-home"))?;
    Ok((choice, home))
}

/// What is common to the parent that makes sockets and the children that look for them.
struct Places {
    prefix: PathBuf,
    parent: u32,
}

impl Places {
    fn of(pool: Pool<'_>, words: &ServerSection, parent: u32) -> Option<Self> {
        let prefix = match &words.socket_prefix {
            Some(prefix) => httpd::in_server_root(pool, prefix)?,
            None => httpd::in_runtime_directory(pool, "wsgi")?,
        };
        Some(Self { prefix, parent })
    }

    fn named(&self, what: &str) -> PathBuf {
        let mut path = self.prefix.clone().into_os_string();
        path.push(format!(".{}.{what}.sock", self.parent));
        path.into()
    }

    /// The socket of a group: its name does not depend on other groups, so that it stays over restarts.
    fn socket(&self, group: &DaemonGroup) -> PathBuf {
        self.named(&format!("{:08x}", hash(&group.name)))
    }

    fn questions(&self) -> PathBuf {
        self.named("supervisor")
    }
}

/// FNV-1a.
fn hash(name: &[u8]) -> u32 {
    let step = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    name.iter().fold(0x811c_9dc5, step)
}

/// Has the supervisor run the daemons of the configuration.
///
/// # Errors
///
/// One sentence: why they cannot run.
pub fn configured(pool: Pool<'_>, main: Server<'_>, config: &ServerConfig) -> Result<(), String> {
    let directory = parent::directory()?;
    let declared = declared(main, &config.section);
    let places = Places::of(pool, &config.section, supervisor::number_of_parent())
        .ok_or("WSGISocketPrefix leads nowhere")?;
    let mut logs = Logs::default();
    let mut groups = Vec::new();
    for one in declared {
        let server = if one.server.is_virtual() {
            one.server
        } else {
            main
        };
        let log = logs.number(server).map_err(|error| error.to_string())?;
        groups.push(spec(main, config, &directory, &places, one, log)?);
    }
    let Some(program) = program(&config.section, &directory) else {
        return Ok(()); // there are no groups, or `check` would have refused
    };
    let epoch = Epoch {
        number: 0,
        graceful: true,
        questions: places.questions(),
        groups,
    };
    supervisor::serve(pool, main, &program, epoch, logs.files)
}

/// The error logs of servers, each once.
#[derive(Default)]
struct Logs {
    files: Vec<OwnedFd>,
    known: Vec<usize>,
}

impl Logs {
    fn number(&mut self, server: Server<'_>) -> io::Result<usize> {
        let identity = server.log_identity();
        if let Some(at) = self.known.iter().position(|known| *known == identity) {
            return Ok(at);
        }
        self.files.push(server.error_log()?);
        self.known.push(identity);
        Ok(self.known.len() - 1)
    }
}

fn spec(
    main: Server<'_>,
    config: &ServerConfig,
    directory: &Path,
    places: &Places,
    one: Declared<'_>,
    log: usize,
) -> Result<GroupSpec, String> {
    let settings = ProcessSettings::of(&config.section);
    let (choice, home) = engine_of(&one.group, config, directory)?;
    let configs = main.and_its_hosts().filter_map(Server::config);
    let mut preloads: Vec<Preload> = Vec::new();
    for script in configs.flat_map(|config| &config.section.preloads) {
        if script.process_group == one.group.name && !preloads.contains(script) {
            preloads.push(script.clone());
        }
    }
    let (uid, gid) = httpd::user_of_children();
    Ok(GroupSpec {
        socket: places.socket(&one.group),
        engine: choice.file,
        python_home: home,
        words: one.group.words(&config.section.words),
        process: ProcessWords {
            warnings: config.section.warnings.clone(),
            optimize: settings.optimize,
            hash_seed: settings.hash_seed,
            dont_write_bytecode: settings.dont_write_bytecode,
            free_threading: clutch_core::config::interpreter::free_threading(
                &config.section.words,
                &one.group.name,
            ),
            case_sensitive: settings.case_sensitive,
            destroy_interpreters: settings.destroy_interpreters,
            max_interpreters: settings.max_interpreters,
            max_replacements: settings.max_replacements,
        },
        preloads,
        apache: ApacheFacts {
            version: httpd::version(),
            description: httpd::description().to_vec(),
            mpm: httpd::mpm(),
            build_date: httpd::build_date().to_vec(),
        },
        httpd: Owner { uid, gid },
        state: None,
        log,
        log_level: log::level_of(one.server) as u8,
        group: one.group,
    })
}

/// The daemons that requests of this child may be for.
pub fn for_child(
    pool: Pool<'_>,
    main: Server<'_>,
    words: &ServerSection,
) -> HashMap<Vec<u8>, Daemons> {
    let declared = declared(main, words);
    let Some(places) = Places::of(pool, words, parent::number()) else {
        return HashMap::new();
    };
    supervisor::forget_in_child(places.questions());
    let daemons = declared.into_iter().map(|one| {
        let server = one.server.is_virtual().then(|| one.server.name().to_vec());
        let path = places.socket(&one.group);
        (
            one.group.name.to_vec(),
            Daemons::new(one.group, server, path),
        )
    });
    daemons.collect()
}
