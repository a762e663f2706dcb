//! Is what the operator says about daemons possible on this machine?

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clutch_core::config::daemon::DaemonGroup;
use clutch_core::config::{ProcessSettings, ServerSection};
use clutch_core::installation::what_is_wrong_with;

use super::{Declared, declared};
use crate::engine::{self, Choice};
use crate::httpd::{Server, ServerConfig};

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
        python_of(&one.group, config, directory)
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

pub(super) fn shown(group: &DaemonGroup) -> String {
    String::from_utf8_lossy(&group.name).into_owned()
}

/// The program that becomes supervisor and daemons.
pub(super) fn program(words: &ServerSection, directory: &Path) -> Option<PathBuf> {
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

/// The Python of a group.
pub(super) struct Python {
    pub(super) choice: Choice,
    /// An installation or virtual environment; `None`: the one the engine was built for.
    pub(super) home: Option<Arc<[u8]>>,
}

/// The Python of a group.
pub(super) fn python_of(
    group: &DaemonGroup,
    config: &ServerConfig,
    directory: &Path,
) -> Result<Python, String> {
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
    Ok(Python { choice, home })
}
