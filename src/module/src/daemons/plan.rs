//! What the parent has the supervisor run.

use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Duration;

use clutch_core::code;
use clutch_core::config::daemon::DaemonGroup;
use clutch_core::config::interpreter::free_threading;
use clutch_core::config::{Preload, ProcessSettings};
use clutch_core::control::{ApacheFacts, Epoch, GroupSpec, Owner, ProcessWords};
use clutch_core::engine;
use clutch_sys::account::is_root;

use super::places::Places;
use super::{Declared, OWN, check, declared, may_have_own, own_group};
use crate::httpd::host as httpd;
use crate::httpd::{Pool, Server, ServerConfig, log};
use crate::{parent, supervisor};

/// Has the supervisor run the daemons of the configuration.
///
/// # Errors
///
/// One sentence: why they cannot run.
pub fn configured(pool: Pool<'_>, main: Server<'_>, config: &ServerConfig) -> Result<(), String> {
    let directory = parent::directory().map_err(|fault| fault.text().to_owned())?;
    let declared = declared(main, &config.section);
    warn_of_users(&declared);
    let places = Places::of(pool, &config.section, supervisor::number_of_parent())
        .ok_or("WSGISocketPrefix leads nowhere")?;
    let planner = Planner {
        main,
        config,
        directory: &directory,
        places: &places,
    };
    let mut logs = Logs::default();
    let mut groups = Vec::new();
    let mut own = None;
    let settings = ProcessSettings::of(&config.section);
    if may_have_own(&settings, config, &directory) {
        let one = Declared {
            group: own_group(&declared),
            server: main,
        };
        let log = logs.number(main).map_err(|error| error.to_string())?;
        let mut spec = planner.spec(one, log)?;
        spec.socket = places.own();
        spec.words = config.section.words.clone();
        // Their applications are those of httpd's own processes.
        spec.group.server_metrics = settings.server_metrics;
        own = Some(Box::new(spec));
    }
    for one in declared {
        if &*one.group.name == OWN {
            continue;
        }
        let server = if one.server.is_virtual() {
            one.server
        } else {
            main
        };
        let log = logs.number(server).map_err(|error| error.to_string())?;
        groups.push(planner.spec(one, log)?);
    }
    let Some(program) = check::program(&config.section, &directory) else {
        return Ok(()); // there are no groups, or `check` would have refused; nor are processes given to groups that need one
    };
    let epoch = Epoch {
        number: 0,
        graceful: true,
        log_level: log::level_of(main) as u8,
        questions: places.questions(),
        groups,
        own,
    };
    supervisor::serve(pool, main, &program, epoch, logs.files)
}

/// Says which groups name users in vain: only root can make processes somebody else's.
fn warn_of_users(declared: &[Declared<'_>]) {
    let names_one = |group: &DaemonGroup| {
        group.user.is_some() || group.group.is_some() || group.supplementary_groups.is_some()
    };
    let groups = declared.iter().map(|one| &one.group);
    let named: Vec<_> = groups
        .filter(|group| names_one(group))
        .map(check::shown)
        .collect();
    if !named.is_empty() && !is_root() {
        let text = format!(
            "users and groups of WSGIDaemonProcess have no effect, because httpd was not started by root: {}",
            named.join(", ")
        );
        log::fault(&code::USERS_IN_VAIN.says(text));
    }
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

/// What a group's plan is made of, beside the group.
struct Planner<'p, 's> {
    main: Server<'s>,
    config: &'p ServerConfig,
    directory: &'p Path,
    places: &'p Places,
}

impl Planner<'_, '_> {
    /// The plan of one group, whose lines go to the log of this number.
    fn spec(&self, one: Declared<'_>, log: usize) -> Result<GroupSpec, String> {
        let config = self.config;
        let settings = ProcessSettings::of(&config.section);
        let shape = httpd::shape();
        let python = engine::of_daemons(&one.group, &config.section, self.directory)?;
        let configs = self.main.and_its_hosts().filter_map(Server::config);
        let mut preloads: Vec<Preload> = Vec::new();
        for script in configs.flat_map(|config| &config.section.preloads) {
            if script.process_group == one.group.name && !preloads.contains(script) {
                preloads.push(script.clone());
            }
        }
        let (uid, gid) = httpd::user_of_children();
        Ok(GroupSpec {
            socket: self.places.socket(&one.group),
            stands_for: None,
            engine: python.choice.file,
            python_home: python.home,
            words: one.group.words(&config.section.words),
            process: ProcessWords {
                warnings: config.section.warnings.clone(),
                optimize: settings.optimize,
                hash_seed: settings.hash_seed,
                dont_write_bytecode: settings.dont_write_bytecode,
                free_threading: free_threading(&config.section.words, &one.group.name),
                case_sensitive: settings.case_sensitive,
                destroy_interpreters: settings.destroy_interpreters,
                max_interpreters: settings.max_interpreters,
                max_replacements: settings.max_replacements,
                telemetry: settings.telemetry,
            },
            preloads,
            successor_of: Vec::new(),
            apache: ApacheFacts {
                version: httpd::version(),
                description: httpd::description().to_vec(),
                mpm: httpd::mpm(),
                build_date: httpd::build_date().to_vec(),
                maximum_processes: shape.maximum_processes,
                threads_per_process: shape.threads_per_process,
                pid: supervisor::number_of_parent(),
            },
            httpd: Owner { uid, gid },
            state: config.state.get().cloned(),
            log,
            log_level: log::level_of(one.server) as u8,
            group: DaemonGroup {
                socket_timeout: patience(
                    one.group.socket_timeout,
                    self.main.and_its_hosts().map(Server::timeout),
                ),
                ..one.group
            },
        })
    }
}

/// How much longer than httpd a daemon waits for a client that sends its body.
const SPARE: Duration = Duration::from_secs(10);

/// How long a daemon waits for a child at a time: as the operator says; else longer than any server's `Timeout`, so that it is the
/// child who says that the client sends nothing, and the connection between the two stays.
fn patience(given: Duration, timeouts: impl Iterator<Item = Duration>) -> Duration {
    match given {
        Duration::ZERO => timeouts.max().unwrap_or_default() + SPARE,
        given => given,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{SPARE, patience};

    #[test]
    fn a_daemon_waits_longer_than_any_child_unless_the_operator_says_how_long() {
        let seconds = Duration::from_secs;
        let timeouts = [seconds(60), seconds(300)];
        let longest = patience(Duration::ZERO, timeouts.into_iter());
        assert_eq!(longest, seconds(300) + SPARE);
        assert_eq!(patience(seconds(5), timeouts.into_iter()), seconds(5));
    }
}
