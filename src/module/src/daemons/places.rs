//! Where daemons and the supervisor listen.

use std::path::PathBuf;

use clutch_core::config::ServerSection;
use clutch_core::config::daemon::DaemonGroup;
use clutch_core::control;

use crate::httpd::{Pool, host};

/// What is common to the parent that makes sockets and the children that look for them.
pub(super) struct Places {
    prefix: PathBuf,
    parent: u32,
}

impl Places {
    pub(super) fn of(pool: Pool<'_>, words: &ServerSection, parent: u32) -> Option<Self> {
        let prefix = match &words.socket_prefix {
            Some(prefix) => host::in_server_root(pool, prefix)?,
            None => host::in_runtime_directory(pool, "wsgi")?,
        };
        Some(Self { prefix, parent })
    }

    fn named(&self, what: &str) -> PathBuf {
        let mut path = self.prefix.clone().into_os_string();
        path.push(format!(".{}.{what}.sock", self.parent));
        path.into()
    }

    /// The socket of a group: its name does not depend on other groups, so that it stays over restarts.
    pub(super) fn socket(&self, group: &DaemonGroup) -> PathBuf {
        self.named(&format!("{:08x}", control::hash(&group.name)))
    }

    /// What the names of sockets begin with that are made later.
    pub(super) fn own(&self) -> PathBuf {
        let mut path = self.prefix.clone().into_os_string();
        path.push(format!(".{}.own", self.parent));
        path.into()
    }

    pub(super) fn questions(&self) -> PathBuf {
        self.named("supervisor")
    }
}
