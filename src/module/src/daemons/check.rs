//! Is what the operator says about daemons possible on this machine?

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use clutch_core::config::ServerSection;
use clutch_core::config::daemon::DaemonGroup;
use clutch_core::engine;
use clutch_sys::account;

use super::{Declared, declared};
use crate::httpd::{Server, ServerConfig};

/// Judges the groups of the configuration.
///
/// # Errors
///
/// One sentence about the first that cannot be used.
pub fn check(main: Server<'_>, config: &ServerConfig, directory: &Path) -> Result<(), String> {
    let declared = declared(main, &config.section);
    let Some(first) = declared.first() else {
        return check_scripts(main, &declared);
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
        if one.group.chroot.is_some() && !account::is_root() {
            return Err(format!(
                "WSGIDaemonProcess {name} has chroot=, which only root can do, and httpd was not started by root"
            ));
        }
        if let Some(refusal) = account::what_is_wrong_with(&one.group) {
            return Err(format!("WSGIDaemonProcess {name} {refusal}"));
        }
        engine::of_daemons(&one.group, &config.section, directory)
            .map_err(|refusal| format!("WSGIDaemonProcess {name}: {refusal}"))?;
    }
    check_scripts(main, &declared)
}

/// Every script that is loaded beforehand, or that httpd asks, is for a group that there is.
fn check_scripts(main: Server<'_>, declared: &[Declared<'_>]) -> Result<(), String> {
    for server in main.and_its_hosts() {
        let Some(config) = server.config() else {
            continue;
        };
        let preloads = config.section.preloads.iter();
        let loaded = preloads.map(|script| (&script.process_group, "is loaded beforehand"));
        let asked = config.section.asked.iter();
        let asked = asked.map(|name| (name, "decides about access or dispatches"));
        for (name, what) in loaded.chain(asked).filter(|(name, _)| !name.is_empty()) {
            let shown = String::from_utf8_lossy(name).into_owned();
            let Some(group) = declared.iter().find(|one| one.group.name == *name) else {
                return Err(format!(
                    "the process group '{shown}' of a script that {what} is declared by no WSGIDaemonProcess"
                ));
            };
            if !may_reach(group.server, server.name()) {
                return Err(format!(
                    "the process group '{shown}' of a script that {what} belongs to another server"
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
