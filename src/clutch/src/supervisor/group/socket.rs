//! A group's socket.

use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;

use clutch_core::config::daemon::AccountName;
use clutch_core::control::GroupSpec;
use clutch_sys::account::Account;
use clutch_sys::signal::never_wait;
use clutch_sys::socket::{Listener, Listening};

/// A group's socket: it stays when the configuration changes.
pub(super) struct Socket {
    pub(super) listener: Listener,
    pub(super) descriptor: OwnedFd,
}

/// Listens where `spec` says, for httpd's user alone.
pub(super) fn listen(spec: &GroupSpec) -> std::io::Result<Arc<Socket>> {
    let is_root = clutch_sys::account::is_root();
    let owner = match &spec.group.socket_user {
        Some(AccountName::Number(uid)) => *uid,
        Some(AccountName::Name(name)) => {
            Account::named(name)?.map_or(spec.httpd.uid, |one| one.uid)
        }
        None => spec.httpd.uid,
    };
    let wanted = Listening {
        owner: is_root.then_some((owner, spec.httpd.gid)),
        backlog: spec.group.listen_backlog,
    };
    let listener = Listener::bind(&spec.socket, wanted)?;
    never_wait(listener.as_fd())?; // several threads, of several daemons, may want the same connection
    let descriptor = listener.as_fd().try_clone_to_owned()?;
    Ok(Arc::new(Socket {
        listener,
        descriptor,
    }))
}
