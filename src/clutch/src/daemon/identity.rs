//! A daemon becomes who it is to be, before anything of Python or of the application is in it.

use std::env;
use std::ffi::{CString, OsStr};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use clutch_core::code::{self, Code};
use clutch_core::control::GroupSpec;
use clutch_core::log::Level;
use clutch_sys::account;
use clutch_sys::limit::{Resource, limit};
use clutch_sys::locale;
use clutch_sys::privileges::{self, Groups, Identity};
use clutch_sys::title;

use super::log;
use crate::supervisor::who::{Who, who};

/// Becomes the user of the group, with its root, working directory and limits. Every step that fails keeps the daemon from serving.
pub(super) fn assume(spec: &GroupSpec) -> io::Result<()> {
    let group = &spec.group;
    if let Some(name) = &group.display_name {
        let _ = title::name_process(name); // shown, and nothing else
    }
    if let Some(name) = &group.locale
        && let Err(error) = locale::set_locale(name)
    {
        let shown = String::from_utf8_lossy(name);
        log::fault(&code::NO_LOCALE.says(format!("'{shown}': {error}")));
    }
    let is_root = account::is_root();
    let who = who(group, &spec.httpd)?;
    if group.cpu_priority != 0
        && let Err(error) = privileges::set_priority(group.cpu_priority)
    {
        log::fault(&code::NO_PRIORITY.says(error.to_string()));
    }
    if let (Some(root), true) = (&group.chroot, is_root) {
        privileges::change_root(path(root)).map_err(|error| named(code::NO_ROOT, error))?;
    }
    limits(spec)?;
    if is_root {
        privileges::become_user(&identity(&who)?).map_err(|error| named(code::NO_USER, error))?;
    }
    if group.no_new_privileges {
        privileges::no_new_privileges().map_err(|error| named(code::NO_NEW_PRIVILEGES, error))?;
    }
    go_home(spec, &who, is_root)?;
    if let Some(umask) = group.umask {
        privileges::set_umask(umask);
    }
    Ok(())
}

fn identity(who: &Who) -> io::Result<Identity> {
    let groups = match (&who.groups, &who.name) {
        (Some(groups), _) => Groups::Exactly(groups.clone()),
        (None, Some(name)) => Groups::OfUser(CString::new(name.as_bytes())?),
        (None, None) => Groups::Exactly(vec![who.gid]),
    };
    Ok(Identity {
        uid: who.uid,
        gid: who.gid,
        groups,
    })
}

fn limits(spec: &GroupSpec) -> io::Result<()> {
    let group = &spec.group;
    let seconds = group.cpu_time_limit.as_secs();
    if seconds > 0 {
        let hard = seconds + 1 + group.shutdown_timeout.as_secs();
        limit(Resource::Cpu, Some(seconds), Some(hard))
            .map_err(|error| named(code::NO_CPU_LIMIT, error))?;
    }
    for (resource, bytes, code) in [
        (Resource::Data, group.memory_limit, code::NO_MEMORY_LIMIT),
        (
            Resource::AddressSpace,
            group.virtual_memory_limit,
            code::NO_ADDRESS_LIMIT,
        ),
    ] {
        if bytes > 0 {
            limit(resource, Some(bytes), Some(bytes)).map_err(|error| named(code, error))?;
        }
    }
    Ok(())
}

/// Goes to the working directory.
fn go_home(spec: &GroupSpec, who: &Who, is_root: bool) -> io::Result<()> {
    if let Some(home) = &spec.group.home {
        return env::set_current_dir(path(home)).map_err(|error| {
            let home = path(home).display();
            let text = format!("home {home} cannot be entered: {error}");
            io::Error::new(error.kind(), code::HOME_NOT_ENTERED.says(text))
        });
    }
    if is_root && who.uid != spec.httpd.uid {
        let home = who.home.clone().unwrap_or_else(|| PathBuf::from("/"));
        if let Err(error) = env::set_current_dir(&home) {
            let home = home.display();
            let text = format!(
                "the home {home} of the user cannot be entered ({error}); the working directory is /"
            );
            log::say(Level::Info, &text);
            env::set_current_dir("/")?;
        }
    }
    Ok(())
}

fn path(text: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(text))
}

fn named(code: &'static Code, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), code.says(error.to_string()))
}
